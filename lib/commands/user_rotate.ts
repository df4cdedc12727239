/**
 * `atmos auth user rotate`: a new access key in place of the old one, which stays in force until the new one is
 * proved and stored.
 *
 * @module
 */
import {
  createAccessKey,
  deactivateAccessKey,
  deleteAccessKey,
  type IamSigner,
  listAccessKeys,
  MOST_ACCESS_KEYS,
} from "../aws/iam.ts";
import { withRetries } from "../aws/retry.ts";
import { getCallerIdentity } from "../aws/sts.ts";
import type { LongLivedKeys } from "../config/types.ts";
import { AuthError, isAuthError } from "../errors.ts";
import type { StoredUser } from "../identities/user_keys.ts";
import { styleOf } from "../output/style.ts";
import { userText } from "../output/user.ts";
import { type Call, command } from "./command.ts";
import { type Context, openContext } from "./context.ts";
import type { Values } from "./flags.ts";
import { makeSession } from "./session.ts";
import { type KeptUser, keptUser, placeOf, readUser, writeUser } from "./user.ts";
import { viewOf } from "./user_configure.ts";

const FLAGS = {} as const;

export const userRotate = command({
  description:
    "Make a new access key for an IAM user, prove it, store it, and only then deactivate the old one.\n" +
    "IAM is called with the user's MFA session where the user has a device. Nothing is deleted.",
  examples: [["The only aws/user of the configuration", "atmos auth user rotate"]],
  flags: FLAGS,
  run: rotate,
});

/** A new key works everywhere only after a while. */
const PROOF_MILLIS = 60_000;
const PROOF_PAUSE_MILLIS = 3_000;

async function rotate({ host, globals }: Call<Values<typeof FLAGS>>): Promise<number> {
  await using context = await openContext(host, globals);
  const user = await keptUser(context, globals, "rotate the user's keys");
  const before = await readUser(user);
  if (before === undefined) throw nothingStored(user.name);
  const signer = await signerOf(context, user, before);
  await assertRoom(context, user, signer, before);
  const keys = await newKeys(context, user, signer);
  await writeUser(user, { ...before, keys });
  host.tell(userText(viewOf(user, { ...before, keys }), styleOf(host.screen)));
  await retire(context, user, signer, before.keys);
  host.tell(
    `The old access key ${before.keys.accessKeyId} is deactivated; delete it in the IAM console when nothing misses it.\n`,
  );
  return 0;
}

function nothingStored(name: string): AuthError {
  return new AuthError("not-found", `Cannot rotate the keys of "${name}": the keyring has none`, {
    hints: [`Run \`atmos auth user configure --identity ${name}\` first`],
  });
}

/** A session without MFA may not call IAM at all; one with MFA is what policies ask for. */
async function signerOf(context: Context, user: KeptUser, { keys, mfaArn }: StoredUser): Promise<IamSigner> {
  if ((user.config.mfaArn ?? mfaArn) === undefined) return keys;
  const plan = await context.plan(user.name);
  return (await makeSession(context, plan, { renew: "nothing", deviceCode: false })).session;
}

function whereOf({ name }: KeptUser): string {
  return `auth.identities.${name}`;
}

async function assertRoom(
  context: Context,
  user: KeptUser,
  signer: IamSigner,
  { keys }: StoredUser,
): Promise<void> {
  const listed = await listAccessKeys(withRetries(context.host), placeOf(user), signer, whereOf(user));
  if (listed.length < MOST_ACCESS_KEYS) return;
  const others = listed.filter(({ id }) => id !== keys.accessKeyId);
  throw new AuthError(
    "refused",
    `Cannot rotate the keys of "${user.name}": the user has ${listed.length} access keys already`,
    {
      where: whereOf(user),
      hints: others.map(({ id, isActive }) =>
        `Delete the other one, ${id} (${
          isActive ? "active" : "inactive"
        }), in the IAM console if nothing uses it`
      ),
    },
  );
}

/** Made and proved; one that cannot be proved is deleted again, and the old one stays as it was. */
async function newKeys(context: Context, user: KeptUser, signer: IamSigner): Promise<LongLivedKeys> {
  const { host } = context;
  // Not repeated by a retry: a request whose answer was lost may have made a key.
  const keys = await createAccessKey(host, placeOf(user), signer, whereOf(user));
  host.tell(`Made the access key ${keys.accessKeyId}; waiting until AWS knows it everywhere.\n`);
  try {
    await prove(context, user, keys);
    return keys;
  } catch (error) {
    await deleteAccessKey(withRetries(host), placeOf(user), signer, keys.accessKeyId, whereOf(user));
    throw error;
  }
}

async function prove(context: Context, user: KeptUser, keys: LongLivedKeys): Promise<void> {
  const { host } = context;
  const until = host.now() + PROOF_MILLIS;
  while (true) {
    try {
      return void await getCallerIdentity(withRetries(host), placeOf(user), keys);
    } catch (error) {
      if (!isAuthError(error, "session-rejected") || host.now() >= until) throw error;
      await host.sleep(PROOF_PAUSE_MILLIS, host.interrupted);
    }
  }
}

async function retire(
  context: Context,
  user: KeptUser,
  signer: IamSigner,
  old: LongLivedKeys,
): Promise<void> {
  try {
    await deactivateAccessKey(
      withRetries(context.host),
      placeOf(user),
      signer,
      old.accessKeyId,
      whereOf(user),
    );
  } catch (error) {
    if (!isAuthError(error)) throw error;
    throw new AuthError(
      error.code,
      `The new key is stored, but the old one is still active: ${error.message}`,
      {
        where: whereOf(user),
        hints: [`Deactivate ${old.accessKeyId} in the IAM console`, ...error.hints],
        cause: error,
      },
    );
  }
}

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
} from "../../../aws/iam.ts";
import { withRetries } from "../../../aws/retry.ts";
import { getCallerIdentity } from "../../../aws/sts.ts";
import type { LongLivedKeys } from "../../../config/types.ts";
import { AuthError, isAuthError, isFailure, messageOf } from "../../../errors.ts";
import type { StoredUser } from "../../../identities/user_keys.ts";
import { styleOf } from "../../../output/style.ts";
import { userText } from "../../../output/user.ts";
import { formatDuration } from "../../../duration.ts";
import { printable } from "../../../terminal/escape.ts";
import { type Call, command } from "../../../cli/line/command.ts";
import { type Context, openContext } from "../../../cli/run/context.ts";
import type { Values } from "../../../cli/line/flags.ts";
import { makeSession } from "../../../cli/run/session.ts";
import { type HeldUser, type KeptUser, placeOf, withStoredUser } from "../../../cli/run/stored_user.ts";
import { viewOf } from "./configure.ts";

const FLAGS = {} as const;

export const userRotate = command({
  description:
    "Make a new access key for an IAM user, prove it, store it, and only then deactivate the old one.\n" +
    "IAM is called with the user's MFA session where the user has a device. Nothing that works is deleted; a rotation\n" +
    "that was interrupted is gone on with by the next one.",
  examples: [["The only aws/user of the configuration", "atmos auth user rotate"]],
  flags: FLAGS,
  run: rotate,
});

/** A new key is known everywhere after up to a minute, AWS says; the rest is for the calls themselves. */
const PROOF_MILLIS = 90_000;
const PROOF_PAUSE_MILLIS = 3_000;

/** A rotation under way. */
interface Rotation {
  readonly context: Context;
  readonly user: HeldUser;
  readonly before: StoredUser;
  readonly signer: IamSigner;
}

async function rotate({ host, globals }: Call<Values<typeof FLAGS>>): Promise<number> {
  await using context = await openContext(host, globals);
  return await withStoredUser(context, globals, "rotate the user's keys", async (user) => {
    const { stored: before } = user;
    if (before === undefined) throw nothingStored(user.name);
    const rotation = { context, user, before, signer: await signerOf(context, user, before) };
    const after = before.retiring === undefined
      ? await replaceKeys(rotation, before.keys.accessKeyId)
      : { ...before, retiring: before.retiring };
    await retire(rotation, after);
    return 0;
  });
}

/** Keys whose rotation lacks only the end of the old one. */
type Replaced = StoredUser & { readonly retiring: string };

async function replaceKeys(rotation: Rotation, retiring: string): Promise<Replaced> {
  const { context: { host }, user, before } = rotation;
  const keys = before.next ?? await newKeys(rotation);
  await prove(rotation, keys);
  const after = { ...before, keys, next: undefined, retiring };
  try {
    await user.replace(after);
  } catch (error) {
    // Whoever changed the entry meanwhile has removed the new key from it.
    if (isAuthError(error, "failed")) throw await takenBack(rotation, keys, error);
    throw isAuthError(error) ? error.with({ moreHints: [KEPT] }) : error;
  }
  host.tell(userText(viewOf(user, after), styleOf(host.screen)));
  return after;
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

async function assertRoom({ context, user, signer, before: { keys } }: Rotation): Promise<void> {
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

/**
 * Makes a key and stores it beside the old one at once: AWS shows its secret only now, and a rotation that dies here
 * would leave a key that nobody has.
 */
async function newKeys(rotation: Rotation): Promise<LongLivedKeys> {
  const { context: { host }, user, before, signer } = rotation;
  await assertRoom(rotation);
  // Not repeated by a retry: a request whose answer was lost may have made a key.
  const keys = await createAccessKey(host, placeOf(user), signer, whereOf(user)).catch((error: unknown) => {
    throw isAuthError(error, "unreachable", "bad-answer") ? error.with({ moreHints: [MAYBE_MADE] }) : error;
  });
  host.tell(`Made the access key ${printable(keys.accessKeyId)}; waiting until AWS knows it everywhere.\n`);
  try {
    await user.replace({ ...before, next: keys });
    return keys;
  } catch (error) {
    throw await takenBack(rotation, keys, error);
  }
}

const MAYBE_MADE =
  "Look in the IAM console for an access key that was just made, and delete it: nobody has its secret";
const KEPT =
  "The new key is kept beside the old one, which stays in use: run `atmos auth user rotate` again to go on";

/** One that never becomes usable is deleted again, and the old one stays as it was. */
async function prove(rotation: Rotation, keys: LongLivedKeys): Promise<void> {
  const { context: { host }, user, before } = rotation;
  const until = host.now() + PROOF_MILLIS;
  while (true) {
    try {
      return void await getCallerIdentity(withRetries(host), placeOf(user), keys, {
        doing: `prove the access key ${keys.accessKeyId}`,
      });
    } catch (error) {
      if (!isFailure(error)) throw error;
      // What is no refusal says nothing of the key: it is stored, and proved next time.
      if (error.code !== "session-rejected" && error.code !== "refused") {
        throw error.with({ moreHints: [KEPT] });
      }
      const isLate = host.now() >= until;
      if (error.code === "refused" || isLate) {
        const failure = await takenBack(rotation, keys, error, isLate ? unknownAfter(keys) : error.message);
        await user.replace({ ...before, next: undefined });
        throw failure;
      }
      await host.sleep(PROOF_PAUSE_MILLIS, host.interrupted);
    }
  }
}

const unknownAfter = ({ accessKeyId }: LongLivedKeys): string =>
  `AWS does not know the new access key ${accessKeyId} after ${formatDuration(PROOF_MILLIS / 1000)}`;

/** Deletes a new key that came to nothing. @returns the error that tells of both */
async function takenBack(
  { context: { host }, user, before, signer }: Rotation,
  { accessKeyId }: LongLivedKeys,
  error: unknown,
  reason = messageOf(error),
): Promise<AuthError> {
  const outcome = await deleteAccessKey(withRetries(host), placeOf(user), signer, accessKeyId, whereOf(user))
    .then(
      () => `The new access key ${accessKeyId} was deleted again`,
      (failure: unknown) =>
        isGone(failure)
          ? `The new access key ${accessKeyId} was deleted before`
          : `Delete the new access key ${accessKeyId} in the IAM console; here it failed: ${
            messageOf(failure)
          }`,
    );
  const known = isAuthError(error) ? error : new AuthError("failed", reason);
  return known.with({
    code: known.code === "session-rejected" ? "refused" : known.code,
    message: `Cannot rotate the keys of "${user.name}": ${reason}`,
    where: whereOf(user),
    moreHints: [outcome, `The old access key ${before.keys.accessKeyId} is stored and active as it was`],
    cause: error,
  });
}

/** IAM knows no such key. */
const isGone = (error: unknown): boolean => isAuthError(error) && error.remoteCode === "NoSuchEntity";

/** Deactivates the old key; until then it is remembered, so that the next rotation does it. */
async function retire({ context, user, signer }: Rotation, after: Replaced): Promise<void> {
  const { host } = context;
  const { retiring: old } = after;
  try {
    await deactivateAccessKey(withRetries(host), placeOf(user), signer, old, whereOf(user));
    host.tell(
      `The old access key ${
        printable(old)
      } is deactivated; delete it in the IAM console when nothing misses it.\n`,
    );
  } catch (error) {
    if (!isAuthError(error)) throw error;
    if (!isGone(error)) throw notRetired(user, old, error);
    host.tell(`The old access key ${printable(old)} was deleted before.\n`);
  }
  await user.replace({ ...after, retiring: undefined });
}

function notRetired(user: KeptUser, old: string, error: AuthError): AuthError {
  return error.with({
    message: `The new key is stored, but the old one was not deactivated: ${error.message}`,
    where: whereOf(user),
    hints: [
      "Run `atmos auth user rotate` again to deactivate it",
      `Or deactivate ${old} in the IAM console`,
      ...error.hints,
    ],
    cause: error,
  });
}

/**
 * `atmos auth user configure`: puts an IAM user's keys into the keyring.
 *
 * @module
 */
import { printStoredUser, type StoredUser } from "../../../identities/user_keys.ts";
import { userText } from "../../../output/user.ts";
import { styleOf } from "../../../output/style.ts";
import { formatDuration, parseDuration } from "../../../duration.ts";
import { printable } from "../../../terminal/escape.ts";
import { type Call, command } from "../../../cli/line/command.ts";
import { type Context, openContext } from "../../../cli/run/context.ts";
import { toggle, type Values } from "../../../cli/line/flags.ts";
import { dropSession, type KeptUser, placeOf, withStoredUser } from "../../../cli/run/stored_user.ts";
import { type Answers, askAnswers, readAnswers } from "./answers.ts";
import { USER_SECONDS } from "../../../aws_durations.ts";

const FLAGS = {
  verify: toggle("Ask AWS whom the keys belong to before they are stored"),
} as const;

export const userConfigure = command({
  description: "Store the long-lived keys of an IAM user in the keyring.\n" +
    "Asks for the access key id, the secret, the MFA device and the session duration. A script pipes them in as JSON:\n" +
    "access_key_id, secret_access_key, and if wanted mfa_arn and session_duration.",
  examples: [
    ["Choose among the aws/user identities", "atmos auth user configure"],
    [
      "From a password manager",
      "my-vault get aws-keys | atmos auth user configure --identity emergency-user",
    ],
  ],
  flags: FLAGS,
  run: configure,
});

async function configure({ host, globals, input }: Call<Values<typeof FLAGS>>): Promise<number> {
  await using context = await openContext(host, globals);
  return await withStoredUser(context, globals, "configure the user", async (user) => {
    const { stored: before } = user;
    const answers = host.prompt === undefined
      ? readAnswers(await host.readInput(), user)
      : await askAnswers(host, user);
    const stored = storedUser(answers, before);
    const arn = input.verify === true ? await verify(context, user, stored) : undefined;
    await user.replace(stored);
    // Whatever session there is was made with what was stored before.
    if (before === undefined || printStoredUser(before) !== printStoredUser(stored)) {
      await dropSession(context, user);
    }
    host.tell(userText({ ...viewOf(user, stored), arn }, styleOf(host.screen)));
    host.tell(forgotten(before, stored));
    return 0;
  });
}

/** What a person sees of what was stored. */
export function viewOf(user: KeptUser, { keys, mfaArn, sessionSeconds }: StoredUser) {
  return {
    identity: user.name,
    accessKeyId: keys.accessKeyId,
    mfaArn: user.config.mfaShown ?? user.config.mfaArn ?? mfaArn,
    sessionDuration: formatDuration(user.config.sessionSeconds ?? sessionSeconds ?? USER_SECONDS.most),
    keyring: user.keyring.type,
    arn: undefined,
  };
}

function storedUser(
  { accessKeyId, secretAccessKey, mfaArn, sessionDuration }: Answers,
  before: StoredUser | undefined,
): StoredUser {
  const kept = before?.keys.accessKeyId === accessKeyId ? before : undefined;
  const secret = secretAccessKey ?? kept?.keys.secretAccessKey;
  if (secret === undefined) throw new TypeError("A secret is typed or stored");
  return {
    keys: { accessKeyId, secretAccessKey: secret },
    next: kept?.next,
    retiring: kept?.retiring,
    mfaArn: mfaArn === "" ? undefined : mfaArn,
    sessionSeconds: parseDuration(sessionDuration),
  };
}

/** What a rotation that did not end left in AWS, and is known here no longer. */
function forgotten(before: StoredUser | undefined, { next, retiring }: StoredUser): string {
  const made = next === undefined ? before?.next?.accessKeyId : undefined;
  const replaced = retiring === undefined ? before?.retiring : undefined;
  return [
    ...made === undefined ? [] : [`${made}, which a rotation made and did not prove, is stored no longer`],
    ...replaced === undefined ? [] : [`${replaced}, which a rotation replaced, may still be active`],
  ].map((text) => `The access key ${printable(text)}: delete it in the IAM console.\n`).join("");
}

async function verify(context: Context, user: KeptUser, { keys, mfaArn }: StoredUser): Promise<string> {
  const { getCallerIdentity } = await import("../../../aws/sts.ts");
  const { withRetries } = await import("../../../aws/retry.ts");
  const { keyHints } = await import("../../../identities/key_hints.ts");
  const place = placeOf(user);
  const { arn } = await getCallerIdentity(withRetries(context.host), place, keys, {
    doing: `verify the keys of "${user.name}"`,
    hints: (failure) =>
      keyHints(failure, {
        accessKeyId: keys.accessKeyId,
        identity: user.name,
        region: place.region,
        mfaArn: user.config.mfaArn ?? mfaArn,
        source: "typed",
      }),
  });
  return arn;
}

/**
 * `atmos auth user configure`: puts an IAM user's keys into the keyring.
 *
 * @module
 */
import * as v from "valibot";
import { Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { StoredUser } from "../identities/user_keys.ts";
import {
  accessKeyIdProblem,
  durationProblem,
  mfaArnProblem,
  secretAccessKeyProblem,
} from "../identities/user_input.ts";
import { userText } from "../output/user.ts";
import { styleOf } from "../output/style.ts";
import { formatDuration, parseDuration } from "../time.ts";
import { type Call, command } from "./command.ts";
import { type Context, openContext } from "./context.ts";
import { toggle, type Values } from "./flags.ts";
import { dropSession, type KeptUser, keptUser, placeOf, readUser, writeUser } from "./user.ts";

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

/** The answers, as texts that passed their checks. */
interface Answers {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly mfaArn: string;
  readonly sessionDuration: string;
}

async function configure({ host, globals, input }: Call<Values<typeof FLAGS>>): Promise<number> {
  await using context = await openContext(host, globals);
  const user = await keptUser(context, globals, "configure the user");
  const before = await readUser(user);
  const answers = host.prompt === undefined
    ? readAnswers(await host.readInput(), user.name)
    : await askAnswers(host, { ...user, before });
  const stored = storedUser(answers);
  const arn = input.verify === true ? await verify(context, user, stored) : undefined;
  await writeUser(user, stored);
  // Whatever session there is was made with the keys before.
  if (before?.keys.accessKeyId !== stored.keys.accessKeyId) await dropSession(context, user);
  host.tell(userText({ ...viewOf(user, stored), arn }, styleOf(host.screen)));
  return 0;
}

/** What a person sees of what was stored. */
export function viewOf(user: KeptUser, { keys, mfaArn, sessionSeconds }: StoredUser) {
  return {
    identity: user.name,
    accessKeyId: keys.accessKeyId,
    mfaArn: user.config.mfaArn ?? mfaArn,
    sessionDuration: sessionSeconds === undefined ? undefined : formatDuration(sessionSeconds),
    keyring: user.keyring.type,
    arn: undefined,
  };
}

function storedUser({ accessKeyId, secretAccessKey, mfaArn, sessionDuration }: Answers): StoredUser {
  return {
    keys: { accessKeyId, secretAccessKey },
    mfaArn: mfaArn === "" ? undefined : mfaArn,
    sessionSeconds: parseDuration(sessionDuration),
  };
}

async function verify(context: Context, user: KeptUser, { keys }: StoredUser): Promise<string> {
  const { getCallerIdentity } = await import("../aws/sts.ts");
  const { withRetries } = await import("../aws/retry.ts");
  return (await getCallerIdentity(withRetries(context.host), placeOf(user), keys)).arn;
}

/** Asked anew for whatever is wrong; what was stored before stands there already, but for the secret. */
async function askAnswers(
  host: Host,
  { name, config, before }: KeptUser & { readonly before: StoredUser | undefined },
): Promise<Answers> {
  const { prompt, tell, screen } = host;
  if (prompt === undefined) throw new TypeError("Somebody can be asked");
  const { line, secret } = await import("../terminal/question.ts");
  const asking = { prompt, tell, screen };
  tell(`Keys of the IAM user "${name}". They go into the keyring, and nowhere else.\n`);
  const accessKeyId = await line(asking, {
    question: "AWS Access Key ID:",
    initial: before?.keys.accessKeyId,
    check: accessKeyIdProblem,
  });
  const secretAccessKey = await secret(asking, {
    question: "AWS Secret Access Key:",
    check: secretAccessKeyProblem,
  });
  const mfaArn = config.mfaArn !== undefined ? "" : await line(asking, {
    question: "MFA device ARN (empty: none):",
    initial: before?.mfaArn,
    check: mfaArnProblem,
  });
  const hasMfa = config.mfaArn !== undefined || mfaArn !== "";
  const sessionDuration = config.sessionSeconds !== undefined ? "" : await line(asking, {
    question: `Session duration (up to ${hasMfa ? "36h" : "12h"}):`,
    initial: before?.sessionSeconds === undefined ? "12h" : formatDuration(before.sessionSeconds),
    check: (text) => durationProblem(text, hasMfa),
  });
  return { accessKeyId, secretAccessKey, mfaArn, sessionDuration };
}

const Input = v.strictObject({
  access_key_id: v.string(),
  secret_access_key: v.string(),
  mfa_arn: v.optional(v.string(), ""),
  session_duration: v.optional(v.union([v.string(), v.pipe(v.number(), v.transform(String))]), ""),
});

/**
 * Reads what a script pipes in. Nothing of it is repeated in a message: it holds the secret.
 *
 * @throws AuthError `person-needed` when there is nothing to read; `usage`
 */
function readAnswers(text: string, name: string): Answers {
  if (text.trim() === "") {
    throw new AuthError(
      "person-needed",
      `Cannot configure "${name}": its keys must be typed, and nobody can be asked`,
      {
        hints: ["Run it in a terminal", "Or pipe in JSON with access_key_id and secret_access_key"],
      },
    );
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Input), text);
  if (!parsed.success) throw unreadable(parsed.issues[0]);
  const { access_key_id, secret_access_key, mfa_arn, session_duration } = parsed.output;
  const problem = accessKeyIdProblem(access_key_id) ?? secretAccessKeyProblem(secret_access_key) ??
    mfaArnProblem(mfa_arn) ?? durationProblem(session_duration, mfa_arn !== "");
  if (problem !== undefined) {
    throw new AuthError("usage", `Cannot read the keys from standard input: ${problem}`);
  }
  return {
    accessKeyId: access_key_id,
    secretAccessKey: new Secret(secret_access_key),
    mfaArn: mfa_arn,
    sessionDuration: session_duration,
  };
}

function unreadable(issue: v.BaseIssue<unknown>): AuthError {
  const key = v.getDotPath(issue);
  const reason = issue.type === "parse_json"
    ? "it is not JSON"
    : issue.type === "strict_object" && issue.expected === "never"
    ? `it has the unknown key ${JSON.stringify(key)}`
    : `${key ?? "it"} is not what it must be`;
  return new AuthError("usage", `Cannot read the keys from standard input: ${reason}`, {
    hints: [
      'Its shape is {"access_key_id": "...", "secret_access_key": "...", "mfa_arn": "...", "session_duration": "12h"}',
    ],
  });
}

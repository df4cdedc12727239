/**
 * What `atmos auth user configure` is told of an IAM user: by a person at a terminal, or in JSON by a script.
 *
 * @module
 */
import * as v from "valibot";
import { Secret } from "../../../credentials.ts";
import { AuthError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import {
  accessKeyIdProblem,
  durationProblem,
  mfaArnProblem,
  secretAccessKeyProblem,
} from "../../../identities/user_input.ts";
import { formatDuration } from "../../../duration.ts";
import { printable } from "../../../terminal/escape.ts";
import { type HeldUser, type KeptUser, somebody } from "../../../cli/run/stored_user.ts";
import { lengthsText, USER_MFA_SECONDS, USER_SECONDS } from "../../../aws_durations.ts";

/** The answers, as texts that passed their checks. */
export interface Answers {
  readonly accessKeyId: string;
  /** `undefined`: the one that is stored. */
  readonly secretAccessKey: Secret | undefined;
  readonly mfaArn: string;
  readonly sessionDuration: string;
}

/** Asked anew for whatever is wrong; what was stored before stands there already, but for the secret. */
export async function askAnswers(host: Host, user: HeldUser): Promise<Answers> {
  const { name, config, stored: before } = user;
  const person = somebody(host, `Cannot configure "${name}": its keys must be typed`);
  const { line, secret } = await import("../../../terminal/question.ts");
  host.tell(`Keys of the IAM user "${printable(name)}". They go into the keyring, and nowhere else.\n`);
  const accessKeyId = await line(person, {
    question: "AWS Access Key ID:",
    initial: before?.keys.accessKeyId,
    check: accessKeyIdProblem,
  });
  // IAM shows a secret only once: who changes the rest does not have it any more.
  const mayKeep = before?.keys.accessKeyId === accessKeyId;
  const chosen = { keeps: false };
  const secretAccessKey = await secret(person, {
    question: `AWS Secret Access Key${mayKeep ? " (empty: the stored one)" : ""}:`,
    check: (text) => {
      chosen.keeps = mayKeep && text === "";
      return chosen.keeps ? undefined : secretAccessKeyProblem(text);
    },
  });
  const mfaArn = config.mfaArn !== undefined ? before?.mfaArn ?? "" : await line(person, {
    question: "MFA device ARN (empty: none):",
    initial: before?.mfaArn,
    check: (text) => mfaArnProblem(text, user.step.region),
  });
  const hasMfa = config.mfaArn !== undefined || mfaArn !== "";
  const stored = before?.sessionSeconds;
  const sessionDuration = config.sessionSeconds !== undefined
    ? stored === undefined ? "" : formatDuration(stored)
    : await line(person, {
      question: `Session duration (${lengthsText(hasMfa ? USER_MFA_SECONDS : USER_SECONDS)}):`,
      initial: formatDuration(stored ?? USER_SECONDS.most),
      check: (text) => durationProblem(text, hasMfa),
    });
  return {
    accessKeyId,
    secretAccessKey: chosen.keeps ? undefined : secretAccessKey,
    mfaArn,
    sessionDuration,
  };
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
export function readAnswers(text: string, { name, config, step }: KeptUser): Answers {
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
  const hasMfa = mfa_arn !== "" || config.mfaArn !== undefined;
  refuse("access_key_id", accessKeyIdProblem(access_key_id));
  refuse("secret_access_key", secretAccessKeyProblem(secret_access_key));
  refuse("mfa_arn", mfaArnProblem(mfa_arn, step.region));
  refuse("session_duration", durationProblem(session_duration, hasMfa));
  return {
    accessKeyId: access_key_id,
    secretAccessKey: new Secret(secret_access_key),
    mfaArn: mfa_arn,
    sessionDuration: session_duration,
  };
}

function refuse(key: string, problem: string | undefined): void {
  if (problem === undefined) return;
  throw new AuthError("usage", `Cannot use the keys from standard input: ${key} is not what it must be`, {
    hints: [problem],
  });
}

function unreadable(issue: v.BaseIssue<unknown>): AuthError {
  const key = v.getDotPath(issue);
  const reason = issue.type === "parse_json"
    ? "it is not JSON"
    : issue.type === "strict_object" && issue.expected === "never"
    ? `it has the unknown key ${JSON.stringify(key)}`
    : issue.received === "undefined"
    ? `${key ?? "it"} is missing`
    : `${key ?? "it"} is not what it must be`;
  return new AuthError("usage", `Cannot read the keys from standard input: ${reason}`, {
    hints: [
      'Its shape is {"access_key_id": "...", "secret_access_key": "...", "mfa_arn": "...", "session_duration": "12h"}',
    ],
  });
}

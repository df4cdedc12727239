import { isoSeconds } from "./clock.ts";
import { isRecord, readJsonObject, Refusal } from "./http.ts";
import { type Constraint, optionalText, validationError } from "./query_api.ts";
import type { RoleSeed } from "./seed_types.ts";
import {
  accountOf,
  type Context,
  issueCredential,
  nameOf,
  type Origin,
  partitionOf,
  stableId,
} from "./state.ts";
import type { XmlTree } from "./xml.ts";

/** Limits of the service model that several operations share. */
export const ROLE_ARN: Constraint = { min: 20, max: 2048 };
export const SESSION_NAME: Constraint = { min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ };
export const ROLE_DURATION: Constraint = { min: 900, max: 43200 };

/** Refuses an ARN that is not one of a role; whether the role exists is nobody's business. */
export function requireRoleArn(arn: string): void {
  if (!/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(arn)) throw validationError(`${arn} is invalid`);
}

/** A session of the role as the part of the answer that all three AssumeRole operations share. */
export function issueRoleSession(
  context: Context,
  role: RoleSeed,
  session: {
    sessionName: string;
    duration: number;
    origin: Origin;
    sourceIdentity?: string;
    endsBy?: number;
  },
): XmlTree {
  const { duration, sessionName, origin, endsBy = Infinity } = session;
  if (duration > (role.maxSessionDuration ?? 3600)) {
    throw validationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  const accountId = accountOf(role.arn);
  const arn = `arn:${partitionOf(role.arn)}:sts::${accountId}:assumed-role/${
    nameOf(role.arn)
  }/${sessionName}`;
  const userId = `${stableId("AROA", role.arn)}:${sessionName}`;
  const credential = issueCredential(context, {
    origin,
    accountId,
    arn,
    userId,
    principalArn: role.arn,
    mayAssume: role.mayAssume ?? ["*"],
    mfa: false,
    ...(session.sourceIdentity === undefined ? {} : { sourceIdentity: session.sourceIdentity }),
    expiresAt: Math.min(wholeSeconds(context.clock.now()) + duration * 1000, endsBy),
  });
  return { AssumedRoleUser: { AssumedRoleId: userId, Arn: arn }, Credentials: credentialsXml(credential) };
}

/** STS expires on whole seconds, the only ones it can write. */
export const wholeSeconds = (moment: number) => Math.floor(moment / 1000) * 1000;

export function credentialsXml(
  { accessKeyId, secretAccessKey, sessionToken, expiresAt }: ReturnType<typeof issueCredential>,
) {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: isoSeconds(expiresAt),
  };
}

/** Percent of the packed size that an inline policy takes; `undefined` without one. */
export function checkSessionPolicy(parameters: Readonly<Record<string, string>>): number | undefined {
  const policy = optionalText(parameters, "Policy", { min: 1, max: 2048 });
  if (policy === undefined) return undefined;
  if (
    !isRecord(readJsonObject(policy)?.["Statement"]) && !Array.isArray(readJsonObject(policy)?.["Statement"])
  ) {
    throw new Refusal(400, "MalformedPolicyDocument", "Syntax errors in policy.");
  }
  return Math.ceil(policy.length / 2048 * 100);
}

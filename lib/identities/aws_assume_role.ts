/**
 * `aws/assume-role`: a role, assumed with what the chain has so far.
 *
 * @module
 */
import { type AwsHost, type RemoteFailure, type ServicePlace } from "../aws/client.ts";
import { withRetries } from "../aws/retry.ts";
import { assumeRole, type AssumeRoleRequest, assumeRoleWithWebIdentity } from "../aws/sts.ts";
import type { AssumeRoleIdentity } from "../config/types.ts";
import type { AwsSession, Credentials, OidcToken } from "../credentials.ts";
import { AuthError, isAuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { readClaims } from "../jwt.ts";
import type { EpochMillis } from "../time.ts";
import { ROLE_SECONDS } from "../aws_durations.ts";

/** What assuming a role needs of the world. */
export type AssumeRoleHost = AwsHost & Pick<Host, "now" | "sleep" | "random">;

/** How long the session is asked for. */
export interface AssumeRoleDuration {
  /** 900 to 43200; `undefined`: AWS's default. */
  readonly seconds: number | undefined;
  /** Whether the wish stands for this very step. One that was inherited gives way to the role's own maximum. */
  readonly own: boolean;
}

const LONGEST_SESSION_NAME = 64;
/**
 * Assumes the role.
 *
 * @throws AuthError `refused` when the role's trust policy or an inline policy says no, or there is no such role (STS
 *   does not tell which); `session-rejected` when the session it is assumed with is over
 */
export async function takeRole(
  host: AssumeRoleHost,
  name: string,
  config: AssumeRoleIdentity,
  place: ServicePlace,
  base: Credentials,
  duration: AssumeRoleDuration,
): Promise<AwsSession> {
  const sessionName = config.sessionName ?? defaultSessionName(name, host.now());
  const assume = (durationSeconds: number | undefined) =>
    assumeWith(host, place, base, config, {
      request: { roleArn: config.roleArn, sessionName, externalId: config.externalId, durationSeconds },
      where: `auth.identities.${name}`,
    });
  const seconds = duration.seconds ?? await wishOf(base, name);
  if (duration.own || seconds === undefined) return await assume(seconds);
  try {
    return await assume(Math.max(ROLE_SECONDS.least, seconds));
  } catch (error) {
    // A role's maximum cannot be read before asking; a wish of the provider is not a reason to fail.
    if (!isTooLong(error)) throw error;
    return await assume(undefined);
  }
}

/** What the identity provider wishes, where nobody else does. */
async function wishOf(base: Credentials, name: string): Promise<number | undefined> {
  if (base.type !== "saml-assertion") return undefined;
  const { wishOfAssertion } = await import("./saml_role.ts");
  return wishOfAssertion(base, `auth.identities.${name}`);
}

/** The operation that fits what the chain has so far. */
async function assumeWith(
  host: AssumeRoleHost,
  place: ServicePlace,
  base: Credentials,
  config: AssumeRoleIdentity,
  { request, where }: { readonly request: AssumeRoleRequest; readonly where: string },
): Promise<AwsSession> {
  const patient = withRetries(host);
  const attempt = { doing: `assume the role ${config.roleArn}`, where: `${where}.principal` };
  switch (base.type) {
    case "aws-session": {
      const hints = (failure: RemoteFailure) => trustHints(failure, base, config);
      return await assumeRole(patient, place, base, request, { ...attempt, hints });
    }
    case "oidc-token": {
      const hints = (failure: RemoteFailure) => webIdentityHints(failure, base);
      return await assumeRoleWithWebIdentity(patient, place, base, request, { ...attempt, hints });
    }
    case "saml-assertion": {
      const { assumeWithAssertion } = await import("./saml_role.ts");
      return await assumeWithAssertion(patient, place, base, request, attempt);
    }
    case "sso-token":
      throw new AuthError(
        "unsupported",
        `Cannot assume ${config.roleArn}: this version cannot start from ${base.type}`,
        {
          where: `${where}.via`,
        },
      );
  }
}

function isTooLong(error: unknown): boolean {
  return isAuthError(error, "refused") && error.remoteCode === "ValidationError" &&
    error.message.includes("DurationSeconds");
}

/** `atmos-<identity>-<unix seconds>`, with what STS does not take replaced, and the time always whole. */
export function defaultSessionName(identity: string, now: EpochMillis): string {
  const suffix = `-${Math.floor(now / 1000)}`;
  const stem = `atmos-${identity}`.replace(/[^\w+=,.@-]/g, "-");
  return stem.slice(0, LONGEST_SESSION_NAME - suffix.length) + suffix;
}

/** What the token says of itself is not secret, and is what the trust policy has to allow. */
function webIdentityHints(failure: RemoteFailure, base: OidcToken): readonly string[] {
  const claims = readClaims(base.token);
  const subject = claims?.subject ?? "unknown";
  const audience = claims?.audiences.join(", ") ?? "unknown";
  if (failure.code === "AccessDenied") {
    return [
      "Check that the role exists and that its trust policy allows sts:AssumeRoleWithWebIdentity for this token:",
      `  sub ${subject}`,
      `  aud ${audience}`,
    ];
  }
  if (failure.code !== "InvalidIdentityToken") return [];
  if (/audience/i.test(failure.message)) {
    return [
      `The token is for ${audience}: add that to the client ids of the IAM OIDC provider, or change spec.audience`,
    ];
  }
  return [`The account needs an IAM OIDC provider for ${claims?.issuer ?? "the token's issuer"}`];
}

function trustHints(failure: RemoteFailure, base: AwsSession, config: AssumeRoleIdentity): readonly string[] {
  if (failure.code === "AccessDenied") {
    const caller = base.principalArn ??
      (base.accountId === undefined ? "the session" : `the session in ${base.accountId}`);
    return [
      `Check that the role exists and that its trust policy lets ${caller} in`,
      config.externalId === undefined
        ? "If the trust policy asks for an external id, set principal.external_id"
        : "Check principal.external_id against the trust policy",
      "A service control policy, or a condition on MFA or tags, can refuse too",
    ];
  }
  if (failure.code === "ValidationError" && failure.message.includes("DurationSeconds")) {
    return ["Lower the duration of this identity, or raise the role's maximum session duration"];
  }
  return [];
}

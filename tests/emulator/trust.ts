import type { RoleSeed, Trust } from "./seed_types.ts";
import { accountOf, type Credential, matchesPattern } from "./state.ts";

type AssumeRoleTrust = Extract<Trust, { action: "sts:AssumeRole" }>;

/** What a caller brings to AssumeRole beside who they are. */
export interface Presented {
  externalId: string | undefined;
  mfa: boolean;
}

/** Whether both sides allow it: a statement of the role's trust policy, and the caller's own policy. */
export function mayAssume(caller: Credential, role: RoleSeed, presented: Presented): boolean {
  return role.trust.some((trust) => {
    if (trust.action !== "sts:AssumeRole" || !meetsConditions(trust, caller, presented)) return false;
    // Inside one account, being named in the trust policy is enough; everybody else needs a policy of their own.
    const named = trust.principals.some((principal) => isCaller(principal, caller));
    if (named && caller.accountId === accountOf(role.arn)) return true;
    const trusted = named || trust.principals.some((principal) => isAccountOf(principal, caller));
    return trusted && caller.mayAssume.some((pattern) => matchesPattern(pattern, role.arn));
  });
}

function meetsConditions(
  trust: AssumeRoleTrust,
  caller: Credential,
  { externalId, mfa }: Presented,
): boolean {
  if (trust.externalId !== undefined && trust.externalId !== externalId) return false;
  if (trust.requireMfa && !mfa) return false;
  return trust.principalArnLike?.some((pattern) => matchesPattern(pattern, caller.principalArn)) ?? true;
}

function isCaller(principal: string, { arn, principalArn }: Credential): boolean {
  return principal === principalArn || principal === arn;
}

function isAccountOf(principal: string, { accountId, principalArn }: Credential): boolean {
  if (principal === "*") return true;
  return principal === accountId || principal === `arn:${principalArn.split(":")[1]}:iam::${accountId}:root`;
}

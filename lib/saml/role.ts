/**
 * Finds the requested role in an assertion, never another one.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { Assertion, SamlRole } from "./assertion.ts";
import { firstLines } from "../counting.ts";

/** What the configuration asks for. */
export interface WantedRole {
  /** `principal.assume_role` of the identity. */
  readonly roleArn: string;
  /** `idp_arn` of the provider. */
  readonly providerArn: string | undefined;
}

const SHOWN_ROLES = 20;
/** The session names that STS accepts. */
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

/**
 * Chooses the pair to request from AWS: the role by its exact ARN, and the provider by its exact ARN if
 * configured.
 *
 * @throws AuthError `refused` when the assertion does not offer the pair, or lacks what STS requires;
 * `config-invalid` when only `idp_arn` can tell which pair is meant. Both list what the assertion offers.
 */
export function chooseRole(assertion: Assertion, wanted: WantedRole, where: string): SamlRole {
  if (assertion.encrypted) return unseenRole(wanted, where);
  const ofRole = assertion.roles.filter(({ roleArn }) => roleArn === wanted.roleArn);
  const matching = ofRole.filter(({ providerArn }) =>
    wanted.providerArn === undefined || providerArn === wanted.providerArn
  );
  const [role, another] = matching;
  if (role === undefined) throw notOffered(assertion, wanted, ofRole, where);
  if (another !== undefined) throw severalProviders(matching, wanted, where);
  requireSessionName(assertion, where);
  return role;
}

/** Only AWS can read the assertion, so both ARNs must be configured. */
function unseenRole({ roleArn, providerArn }: WantedRole, where: string): SamlRole {
  if (providerArn !== undefined) return { roleArn, providerArn };
  throw new AuthError(
    "config-invalid",
    `Cannot assume ${roleArn}: the assertion is encrypted, and the provider has no idp_arn`,
    { where, hints: ["Set `idp_arn` of the provider to the ARN of the IAM SAML provider"] },
  );
}

function notOffered(
  assertion: Assertion,
  { roleArn, providerArn }: WantedRole,
  ofRole: readonly SamlRole[],
  where: string,
): AuthError {
  const what = ofRole.length === 0 ? "it" : `it with the provider ${providerArn}`;
  return new AuthError("refused", `Cannot assume ${roleArn}: the SAML assertion does not offer ${what}`, {
    where,
    hints: assertion.roles.length === 0
      ? [
        "It offers no role at all: in the identity provider, assign the person to the AWS application and map the " +
        "attribute https://aws.amazon.com/SAML/Attributes/Role",
        ...assertion.unreadableRoles === 0
          ? []
          : [`Values of that attribute that are no pair of ARNs: ${assertion.unreadableRoles}`],
      ]
      : [...lookalikes(assertion, roleArn), "It offers:", ...listed(assertion.roles)],
  });
}

/** ARNs must match exactly: another case or a missing path names another role. */
function lookalikes({ roles }: Assertion, roleArn: string): readonly string[] {
  const bare = (arn: string) => arn.toLowerCase().replace(/:role\/(?:.*\/)?/, ":role/");
  const alike = roles.find((role) => role.roleArn !== roleArn && bare(role.roleArn) === bare(roleArn));
  return alike === undefined ? [] : [`Did you mean ${alike.roleArn}?`];
}

function severalProviders(matching: readonly SamlRole[], { roleArn }: WantedRole, where: string): AuthError {
  return new AuthError("config-invalid", `Cannot assume ${roleArn}: the assertion offers it more than once`, {
    where,
    hints: ["Set `idp_arn` of the provider to one of:", ...listed(matching)],
  });
}

function listed(roles: readonly SamlRole[]): readonly string[] {
  const line = ({ roleArn, providerArn }: SamlRole) => `${roleArn} with ${providerArn}`;
  return firstLines(roles, SHOWN_ROLES, line).map((text) => `  ${text}`);
}

/** STS would reject it too, but with the same "invalid token" as other problems. */
function requireSessionName({ sessionNames }: Assertion, where: string): void {
  const [name, second] = sessionNames;
  if (name !== undefined && second === undefined && SESSION_NAME.test(name)) return;
  const reason = name === undefined
    ? "it has no RoleSessionName"
    : second === undefined
    ? "its RoleSessionName is not 2 to 64 characters of letters, digits and _+=,.@-"
    : "it has several values of RoleSessionName";
  throw new AuthError("refused", `Cannot use the SAML assertion: ${reason}`, {
    where,
    hints: [
      "In the identity provider, map https://aws.amazon.com/SAML/Attributes/RoleSessionName to one value, such as the " +
      "e-mail address",
    ],
  });
}

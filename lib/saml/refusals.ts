/**
 * What to do about each reason for STS to refuse an assertion (AWS STS API Reference, AssumeRoleWithSAML; IAM
 * User Guide, "Troubleshooting SAML federation"). Matches messages only for codes with several meanings.
 *
 * @module
 */
import type { RemoteFailure } from "../aws/client.ts";
import type { Assertion, SamlRole } from "./assertion.ts";

const AUDIENCE = "urn:amazon:webservices";

type Explain = (role: SamlRole, assertion: Assertion) => readonly string[];

/** Code, pattern of its message, hints. The first match counts. */
const REFUSALS: readonly (readonly [string, RegExp, Explain])[] = [
  ["InvalidIdentityToken", /RoleSessionName/i, () => [
    "In the identity provider, map https://aws.amazon.com/SAML/Attributes/RoleSessionName to 2 to 64 characters of " +
    "letters, digits and _+=,.@-",
  ]],
  ["InvalidIdentityToken", /signature/i, ({ providerArn }) => [
    `The identity provider signs with a certificate that ${providerArn} does not know: upload its new metadata there`,
  ]],
  ["InvalidIdentityToken", /provider doesn'?t exist/i, ({ providerArn }) => [
    `There is no ${providerArn}: check \`idp_arn\`, or the attribute Role in the identity provider`,
  ]],
  ["InvalidIdentityToken", /issuer/i, ({ providerArn }) => [
    `${providerArn} was made with the metadata of another identity provider`,
  ]],
  ["InvalidIdentityToken", /audience/i, (_, { audiences }) => [
    `The assertion is for ${
      audiences.join(", ") || "nobody"
    }; AWS wants ${AUDIENCE}, or the sign-in page's address`,
  ]],
  ["InvalidIdentityToken", /5 minutes|not yet valid/i, () => [
    "The login took too long, or the clocks of the identity provider and AWS differ: log in again",
  ]],
  [
    "InvalidIdentityToken",
    /.*/,
    () => ["Log in again; if that fails, check the AWS application of the identity provider"],
  ],
  ["ExpiredTokenException", /.*/, () => ["Log in again: an assertion is good for minutes"]],
  [
    "IDPRejectedClaim",
    /.*/,
    () => ["The identity provider took the login back: log in again, or ask its administrator"],
  ],
  ["AccessDenied", /.*/, ({ providerArn }, { recipient }) => [
    `Check that the role exists and that its trust policy allows sts:AssumeRoleWithSAML for ${providerArn}`,
    ...recipient === undefined ? [] : [`A condition on SAML:aud must allow ${recipient}`],
  ]],
  ["ValidationError", /DurationSeconds/, () => [
    "Lower the duration of this identity, or raise the role's maximum session duration",
  ]],
  [
    "PackedPolicyTooLarge",
    /.*/,
    () => ["The assertion carries too many session tags: PrincipalTag attributes"],
  ],
];

/** Hints for a refusal; none for an unknown reason. */
export function refusalHints(
  { code, message }: Pick<RemoteFailure, "code" | "message">,
  role: SamlRole,
  assertion: Assertion,
): readonly string[] {
  const found = REFUSALS.find(([known, pattern]) =>
    (known === code || `${known}Exception` === code) && pattern.test(message)
  );
  return found === undefined ? [] : found[2](role, assertion);
}

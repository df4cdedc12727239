import assert from "node:assert/strict";
import type { AuthError } from "../../lib/errors.ts";
import type { Assertion } from "../../lib/saml/assertion.ts";
import { refusalHints } from "../../lib/saml/refusals.ts";
import { chooseRole } from "../../lib/saml/role.ts";
import { failureIn } from "../failing.ts";

const ROLE = "arn:aws:iam::123456789012:role/Admin";
const OKTA = "arn:aws:iam::123456789012:saml-provider/okta";
const ADFS = "arn:aws:iam::123456789012:saml-provider/adfs";
const WHERE = "auth.identities.admin.principal";

function assertion(parts: Partial<Assertion> = {}): Assertion {
  return {
    roles: [],
    unreadableRoles: 0,
    encrypted: false,
    sessionNames: ["jane@example.com"],
    sessionSeconds: undefined,
    sessionEndsAt: undefined,
    issuedAt: undefined,
    expiresAt: undefined,
    recipient: "https://signin.aws.amazon.com/saml",
    audiences: ["urn:amazon:webservices"],
    ...parts,
  };
}

const pair = (roleArn: string, providerArn = OKTA) => ({ roleArn, providerArn });

const refusal = (parts: Partial<Assertion>, roleArn = ROLE, providerArn?: string): AuthError =>
  failureIn(() => chooseRole(assertion(parts), { roleArn, providerArn }, WHERE));

Deno.test("chooseRole() chooses the role with exactly this ARN", () => {
  const roles = [pair(`${ROLE}-Audit`), pair("arn:aws:iam::123456789012:role/ReadOnlyAdmin"), pair(ROLE)];
  const wanted = { roleArn: ROLE, providerArn: undefined };
  assert.deepEqual(chooseRole(assertion({ roles }), wanted, WHERE), pair(ROLE));
});

Deno.test("chooseRole() rejects roles that only resemble the requested one", () => {
  for (
    const offered of [
      `${ROLE}-Audit`,
      ROLE.toLowerCase(),
      ROLE.replace("role/", "role/team/"),
      ROLE.slice(0, -1),
    ]
  ) {
    const error = refusal({ roles: [pair(offered)] });
    assert.equal(error.code, "refused", offered);
    assert.equal(error.where, WHERE);
  }
});

Deno.test("chooseRole() lists the offered roles, and suggests the most similar one", () => {
  const nearly = "arn:aws:iam::123456789012:role/team/admin";
  const error = refusal({ roles: [pair(`${ROLE}-Audit`), pair(nearly)] });
  assert.equal(error.message, `Cannot assume ${ROLE}: the SAML assertion does not offer it`);
  assert.deepEqual(error.hints, [
    `Did you mean ${nearly}?`,
    "It offers:",
    `  ${ROLE}-Audit with ${OKTA}`,
    `  ${nearly} with ${OKTA}`,
  ]);
});

Deno.test("chooseRole() reports that no roles are offered", () => {
  const { hints } = refusal({ unreadableRoles: 2 });
  assert.match(hints[0] ?? "", /no role at all/);
  assert.match(hints[1] ?? "", /no pair of ARNs: 2/);
});

Deno.test("chooseRole() truncates a long list", () => {
  const roles = Array.from({ length: 50 }, (_, index) => pair(`${ROLE}${index}`));
  assert.equal(refusal({ roles }).hints.at(-1), "  and 30 more");
});

Deno.test("chooseRole() distinguishes several providers of a role only by idp_arn", () => {
  const roles = [pair(ROLE, OKTA), pair(ROLE, ADFS)];
  assert.deepEqual(
    chooseRole(assertion({ roles }), { roleArn: ROLE, providerArn: ADFS }, WHERE),
    pair(ROLE, ADFS),
  );
  const error = refusal({ roles });
  assert.equal(error.code, "config-invalid");
  assert.deepEqual(error.hints.slice(1), [`  ${ROLE} with ${OKTA}`, `  ${ROLE} with ${ADFS}`]);
});

Deno.test("chooseRole() rejects a role offered with another provider than idp_arn", () => {
  const error = refusal({ roles: [pair(ROLE, OKTA)] }, ROLE, ADFS);
  assert.equal(error.code, "refused");
  assert.match(error.message, /does not offer it with the provider .*adfs$/);
});

Deno.test("chooseRole() uses the configuration for an encrypted assertion, and requires both ARNs", () => {
  const encrypted = assertion({ encrypted: true, sessionNames: [] });
  assert.deepEqual(chooseRole(encrypted, { roleArn: ROLE, providerArn: OKTA }, WHERE), pair(ROLE));
  assert.equal(refusal({ encrypted: true }).code, "config-invalid");
});

Deno.test("chooseRole() reports a missing, repeated or malformed RoleSessionName before calling AWS", () => {
  const roles = [pair(ROLE)];
  assert.match(refusal({ roles, sessionNames: [] }).message, /it has no RoleSessionName$/);
  assert.match(refusal({ roles, sessionNames: ["jane", "jane2"] }).message, /several values/);
  for (const name of ["j", "jane doe", "x".repeat(65), "jané"]) {
    assert.match(refusal({ roles, sessionNames: [name] }).message, /2 to 64 characters/, name);
  }
});

Deno.test("refusalHints() has hints for every refusal that STS documents", () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["InvalidIdentityToken", "RoleSessionName is required in AuthnResponse", /RoleSessionName/],
    ["InvalidIdentityToken", "Response signature invalid", /certificate/],
    ["InvalidIdentityToken", "Specified provider doesn't exist", /check `idp_arn`/],
    ["InvalidIdentityToken", "Issuer not present in specified provider", /another identity provider/],
    [
      "InvalidIdentityToken",
      "Response does not contain the required audience",
      /urn:amazon:webservices; AWS wants/,
    ],
    ["InvalidIdentityToken", "Token must be redeemed within 5 minutes of issuance", /clocks/],
    ["InvalidIdentityToken", "something new", /Log in again/],
    ["InvalidIdentityTokenException", "Response signature invalid", /certificate/],
    ["ExpiredTokenException", "Assertion is expired", /Log in again/],
    ["IDPRejectedClaim", "The identity provider rejected the claim", /administrator/],
    ["IDPRejectedClaimException", "The identity provider rejected the claim", /administrator/],
    ["AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML", /trust policy.*okta/],
    [
      "ValidationError",
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
      /Lower/,
    ],
  ];
  for (const [code, message, expected] of cases) {
    const [hint = ""] = refusalHints({ code, message }, pair(ROLE), assertion());
    assert.match(hint, expected, `${code} ${message}`);
  }
  assert.deepEqual(refusalHints({ code: "Unknown", message: "" }, pair(ROLE), assertion()), []);
});

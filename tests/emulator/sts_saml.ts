import { decodeBase64, decodeText, encodeBase64, encodeText } from "./encoding.ts";
import { Refusal } from "./http.ts";
import { optionalInteger, requiredText } from "./query_api.ts";
import { type Assertion, readAssertion } from "./saml.ts";
import type { SamlProviderSeed } from "./seed_types.ts";
import { accountOf, type Context, nameOf } from "./state.ts";
import { checkSessionPolicy, issueRoleSession, requireRoleArn, ROLE_ARN, ROLE_DURATION } from "./sts_role.ts";
import type { XmlTree } from "./xml.ts";

const REDEEM_WITHIN = 5 * 60 * 1000;
const AUDIENCE = "urn:amazon:webservices";

const invalidToken = (message: string) => new Refusal(400, "InvalidIdentityToken", message);

/** AssumeRoleWithSAML; the signature is checked by the provider of the seed. */
export async function assumeRoleWithSaml(
  context: Context,
  parameters: Readonly<Record<string, string>>,
): Promise<XmlTree> {
  const roleArn = requiredText(parameters, "RoleArn", ROLE_ARN);
  const principalArn = requiredText(parameters, "PrincipalArn", ROLE_ARN);
  const encoded = requiredText(parameters, "SAMLAssertion", { min: 4, max: 100000 });
  const duration = optionalInteger(parameters, "DurationSeconds", ROLE_DURATION) ?? 3600;
  const packedPolicySize = checkSessionPolicy(parameters);
  requireRoleArn(roleArn);
  const bytes = decodeBase64(encoded);
  const document = bytes && decodeText(bytes);
  const assertion = document && readAssertion(document);
  if (!document || !assertion) throw invalidToken("Invalid base64 SAMLResponse");
  const { state } = context;
  const provider = state.seed.samlProviders.find(({ arn }) => arn === principalArn);
  if (provider === undefined) throw invalidToken("Specified provider doesn't exist");
  await requireValid(context, assertion, provider, document);
  const role = state.seed.roles.find(({ arn }) => arn === roleArn);
  if (
    role === undefined || !isOffered(assertion, roleArn, principalArn) ||
    !isTrusted(role.trust, assertion, principalArn)
  ) {
    throw new Refusal(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML");
  }
  const session = issueRoleSession(context, role, {
    sessionName: requireSessionName(assertion),
    duration,
    origin: "role-saml",
    ...(assertion.sessionEndsAt === undefined ? {} : { endsBy: assertion.sessionEndsAt }),
  });
  return {
    ...session,
    Subject: assertion.subject,
    SubjectType: assertion.subjectFormat.replace(/^urn:oasis:names:tc:SAML:[\d.]+:nameid-format:/, ""),
    Issuer: assertion.issuer,
    Audience: assertion.recipient,
    NameQualifier: await nameQualifier(assertion.issuer, principalArn),
    PackedPolicySize: packedPolicySize,
  };
}

async function requireValid(
  { clock }: Context,
  assertion: Assertion,
  provider: SamlProviderSeed,
  document: string,
): Promise<void> {
  const now = clock.now();
  if (assertion.status !== "urn:oasis:names:tc:SAML:2.0:status:Success") {
    throw invalidToken("SAMLResponse did not have a success status");
  }
  if (assertion.issuer !== provider.issuer) throw invalidToken("Issuer not present in specified provider");
  if (!await provider.verify(document)) throw invalidToken("Response signature invalid");
  if (!assertion.audiences.includes(AUDIENCE) && !assertion.audiences.includes(assertion.recipient)) {
    throw invalidToken("Response does not contain the required audience");
  }
  if (now >= assertion.notOnOrAfter) throw new Refusal(400, "ExpiredTokenException", "Assertion is expired");
  if (now < assertion.notBefore || now - assertion.issuedAt > REDEEM_WITHIN) {
    throw invalidToken("Token must be redeemed within 5 minutes of issuance");
  }
}

function isOffered({ roles }: Assertion, roleArn: string, principalArn: string): boolean {
  return roles.some((role) => role.roleArn === roleArn && role.providerArn === principalArn);
}

function isTrusted(
  trust: Context["state"]["seed"]["roles"][number]["trust"],
  { recipient }: Assertion,
  provider: string,
) {
  return trust.some((statement) =>
    statement.action === "sts:AssumeRoleWithSAML" && statement.provider === provider &&
    (statement.audience === undefined || statement.audience === recipient)
  );
}

function requireSessionName({ sessionNames }: Assertion): string {
  const [name, second] = sessionNames;
  if (name === undefined || second !== undefined) {
    throw invalidToken("RoleSessionName is required in AuthnResponse");
  }
  if (!/^[\w+=,.@-]{2,64}$/.test(name)) {
    throw invalidToken("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}");
  }
  return name;
}

async function nameQualifier(issuer: string, providerArn: string): Promise<string> {
  const text = `${issuer}${accountOf(providerArn)}/${nameOf(providerArn)}`;
  return encodeBase64(new Uint8Array(await crypto.subtle.digest("SHA-1", encodeText(text))));
}

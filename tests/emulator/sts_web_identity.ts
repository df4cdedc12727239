import { Refusal } from "./http.ts";
import { decodeJwt, verifyJwt } from "./jwt.ts";
import { optionalInteger, requiredText } from "./query_api.ts";
import {
  checkSessionPolicy,
  issueRoleSession,
  requireRoleArn,
  ROLE_ARN,
  ROLE_DURATION,
  SESSION_NAME,
} from "./sts_role.ts";
import { accountOf, type Context, matchesPattern } from "./state.ts";
import type { XmlTree } from "./xml.ts";

const invalidToken = (message: string) => new Refusal(400, "InvalidIdentityToken", message);

/** AssumeRoleWithWebIdentity, for tokens signed by the emulator's own issuer (jwt.ts). */
export async function assumeRoleWithWebIdentity(
  context: Context,
  parameters: Readonly<Record<string, string>>,
): Promise<XmlTree> {
  const roleArn = requiredText(parameters, "RoleArn", ROLE_ARN);
  const sessionName = requiredText(parameters, "RoleSessionName", SESSION_NAME);
  const token = requiredText(parameters, "WebIdentityToken", { min: 4, max: 20000 });
  const duration = optionalInteger(parameters, "DurationSeconds", ROLE_DURATION) ?? 3600;
  const packedPolicySize = checkSessionPolicy(parameters);
  requireRoleArn(roleArn);
  const jwt = decodeJwt(token);
  if (jwt === undefined) {
    throw invalidToken(
      "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
    );
  }
  const { issuer, subject, audience, expiresAt } = jwt;
  const { state, clock } = context;
  const provider = state.seed.oidcProviders.find((known) =>
    known.issuer === issuer && accountOf(known.arn) === accountOf(roleArn)
  );
  if (provider === undefined) {
    throw invalidToken(`No OpenIDConnect provider found in your account for ${issuer}`);
  }
  if (!await verifyJwt(token, (await context.issuerKey()).publicKey)) {
    throw invalidToken(
      "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    );
  }
  if (clock.now() >= expiresAt) throw new Refusal(400, "ExpiredTokenException", "Token expired");
  if (!provider.clientIds.includes(audience)) throw invalidToken("Incorrect token audience");
  const role = state.seed.roles.find(({ arn }) => arn === roleArn);
  const trusted = role?.trust.some((trust) =>
    trust.action === "sts:AssumeRoleWithWebIdentity" && trust.provider === provider.arn &&
    trust.audience.includes(audience) && trust.subject.some((pattern) => matchesPattern(pattern, subject))
  );
  if (role === undefined || !trusted) {
    throw new Refusal(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
  }
  return {
    ...issueRoleSession(context, role, { sessionName, duration, origin: "role-web-identity" }),
    SubjectFromWebIdentityToken: subject,
    Provider: provider.arn,
    Audience: audience,
    PackedPolicySize: packedPolicySize,
  };
}

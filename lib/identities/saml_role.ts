/**
 * The role behind a SAML login. AWS gives its session for the assertion itself, so it is not assumed a second time.
 *
 * @module
 */
import type { RemoteFailure, ServicePlace } from "../aws/client.ts";
import { assumeRoleWithSaml, type StsHost } from "../aws/sts.ts";
import type { AwsSession, SamlAssertion } from "../credentials.ts";
import { type Assertion, readAssertion } from "../saml/assertion.ts";
import { refusalHints } from "../saml/refusals.ts";
import { chooseRole } from "../saml/role.ts";
import { clockHint } from "./clock_hint.ts";

/** What is asked for; the session's name is the assertion's own. */
export interface SamlRoleRequest {
  readonly roleArn: string;
  readonly durationSeconds: number | undefined;
}

/**
 * AssumeRoleWithSAML for the role that the assertion offers by exactly this ARN. STS ends the session at the assertion's
 * `SessionNotOnOrAfter` by itself.
 *
 * @param doing completes "Cannot"
 * @throws AuthError `refused` when the assertion does not offer the role or AWS refuses; `config-invalid`; as STS
 */
export async function assumeWithAssertion(
  host: StsHost,
  place: ServicePlace,
  base: SamlAssertion,
  request: SamlRoleRequest,
  attempt: { readonly doing: string; readonly where: string },
): Promise<AwsSession> {
  const assertion = readAssertion(base.assertion, attempt.where);
  const wanted = { roleArn: request.roleArn, providerArn: base.providerArn };
  const role = chooseRole(assertion, wanted, attempt.where);
  const hints = (failure: RemoteFailure) => [
    ...refusalHints(failure, role, assertion),
    ...isAboutTime(failure) ? clockHint(host.now(), failure.serverTime) : [],
  ];
  const { durationSeconds } = request;
  return await assumeRoleWithSaml(host, place, base, { ...role, durationSeconds }, { ...attempt, hints });
}

function isAboutTime({ code, message }: RemoteFailure): boolean {
  return code.startsWith("ExpiredToken") || /5 minutes|not yet valid/i.test(message);
}

/** `SessionDuration` is for the console; where nobody wished for anything else it is a sensible wish, too. */
export function wishOfAssertion(base: SamlAssertion, where: string): Assertion["sessionSeconds"] {
  return readAssertion(base.assertion, where).sessionSeconds;
}

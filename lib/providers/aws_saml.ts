/**
 * `aws/saml`: a person logs in at an identity provider that AWS trusts, and what comes of it is an assertion. The role is
 * chosen by the identity that follows.
 *
 * @module
 */
import type { SamlProvider } from "../config/types.ts";
import { type SamlAssertion, Secret } from "../credentials.ts";
import { readAssertion } from "../saml/assertion.ts";
import { driverFor, runDriver } from "../saml/driver.ts";
import { samlPerson } from "../saml/person.ts";
import type { SamlHost } from "../saml/types.ts";

/** STS wants to see an assertion within five minutes of its issue (AssumeRoleWithSAML). */
const GOOD_FOR_MILLIS = 300_000;

/**
 * Logs in with the driver that the configuration names or that fits, and reads the assertion as far as it says that the
 * login worked.
 *
 * @throws AuthError as {@linkcode SamlDriverRun} and the reading of the assertion say; then the username is not kept
 */
export async function authenticateSaml(
  host: SamlHost,
  name: string,
  config: SamlProvider,
): Promise<SamlAssertion> {
  const provider = { name, config };
  const person = samlPerson(host, provider);
  const { driver } = await driverFor(host, provider);
  const response = oneLine(await runDriver(driver, host, provider, person));
  const { expiresAt } = readAssertion(response, `auth.providers.${name}`);
  await person.remember();
  const issuedAt = host.now();
  return {
    type: "saml-assertion",
    assertion: response,
    issuedAt,
    expiresAt: Math.min(expiresAt ?? Infinity, issuedAt + GOOD_FOR_MILLIS),
    ...(config.idpArn === undefined ? {} : { providerArn: config.idpArn }),
  };
}

/** Identity providers break base64 into lines; STS is not known to take that. */
function oneLine(response: Secret): Secret {
  return new Secret(response.reveal().replaceAll(/\s/g, ""));
}

/**
 * AWS's pages that identity providers post assertions to, in all partitions.
 *
 * @module
 */
import { CONSOLE_DOMAINS, signInHost } from "../console_domains.ts";

/** The hosts of AWS's sign-in: the partitions aws, aws-us-gov, aws-cn and aws-eusc. */
export const SIGN_IN_HOSTS: readonly string[] = Object.values(CONSOLE_DOMAINS).map(signInHost);

/**
 * Classifies the address that a SAML response is posted to: IAM's sign-in (`/saml` and `/saml/acs/ID` of a
 * global or regional host), or an application of Identity Center, which does not lead to an IAM role.
 *
 * @returns `undefined` for every other address
 */
export function signInPage(address: string): "iam" | "identity-center" | undefined {
  const url = URL.parse(address);
  if (url?.protocol !== "https:" || url.port !== "" || !isSignInHost(url.hostname)) return undefined;
  if (/^\/saml(?:\/acs\/[^/]+)?\/?$/.test(url.pathname)) return "iam";
  return /^\/platform\/saml(?:\/|$)/.test(url.pathname) ? "identity-center" : undefined;
}

/** The host itself, or one label before it: a region. */
function isSignInHost(host: string): boolean {
  return SIGN_IN_HOSTS.some((known) =>
    host === known || (host.endsWith(`.${known}`) && /^[a-z0-9-]+$/.test(host.slice(0, -known.length - 1)))
  );
}

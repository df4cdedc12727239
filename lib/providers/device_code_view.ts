/**
 * What a person sees while a device waits for approval. The code is always shown, whatever the page fills in:
 * comparing it is what protects from approving somebody else's login (RFC 8628 section 3.3.1).
 *
 * @module
 */
import type { DeviceAuthorization } from "../aws/sso_oidc.ts";
import type { Host } from "../host.ts";
import { printable } from "../terminal/escape.ts";
import { formatInstant } from "../time.ts";

/** Shows the code; `done` is called when the wait is over, whatever its end. */
export function showDeviceCode(
  host: Pick<Host, "tell">,
  provider: string,
  authorization: DeviceAuthorization,
): { readonly done: () => void } {
  host.tell(deviceCodeText(provider, authorization));
  return { done: () => {} };
}

function deviceCodeText(provider: string, authorization: DeviceAuthorization): string {
  const page = authorization.verificationUriComplete ?? authorization.verificationUri;
  return [
    "",
    `Log in to ${provider}: open this page, check that it shows this code, and approve.`,
    "",
    `  Page   ${page}`,
    `  Code   ${printable(authorization.userCode)}`,
    "",
    `Waiting for the approval until ${formatInstant(authorization.expiresAt)}; Ctrl-C to stop.`,
    "",
  ].join("\n");
}

/**
 * What a person sees while a device waits for approval. The code is always shown, whatever the page fills in:
 * comparing it is what protects from approving somebody else's login (RFC 8628 section 3.3.1).
 *
 * @module
 */
import type { DeviceAuthorization } from "../aws/sso_oidc.ts";
import type { Host } from "../host.ts";
import { box } from "../terminal/box.ts";
import { printable } from "../terminal/escape.ts";
import { textWidth } from "../terminal/width.ts";
import { qrLines } from "../terminal/qr.ts";
import { formatInstant } from "../time.ts";

/** The page that a person is sent to, with the code filled in where the service does that. */
export function pageOf(authorization: DeviceAuthorization): string {
  return authorization.verificationUriComplete ?? authorization.verificationUri;
}

/**
 * Shows the code: in a box where one can be drawn, in plain lines elsewhere.
 *
 * @param qr whether the page is shown as a QR code, too
 */
export async function showDeviceCode(
  { tell, screen }: Pick<Host, "tell" | "screen">,
  provider: string,
  authorization: DeviceAuthorization,
  qr: boolean,
): Promise<void> {
  const columns = Math.max(20, screen.columns() - 1);
  const code = qr ? await qrLines(pageOf(authorization), columns, screen.color) : undefined;
  const lines = screen.ansi
    ? boxedLines(provider, authorization, columns)
    : plainLines(provider, authorization);
  const until = `Waiting for the approval until ${formatInstant(authorization.expiresAt)}; Ctrl-C to stop.`;
  tell(["", ...lines, "", ...(code === undefined ? [] : [...code, ""]), ...(screen.ansi ? [] : [until]), ""]
    .join("\n"));
}

function plainLines(provider: string, authorization: DeviceAuthorization): readonly string[] {
  return [
    `Log in to ${printable(provider)}: open this page, check that it shows this code, and approve.`,
    "",
    `  Page   ${pageOf(authorization)}`,
    `  Code   ${printable(authorization.userCode)}`,
  ];
}

/** An address that is cut short leads nowhere: one that does not fit stands below the box, whole. */
function boxedLines(
  provider: string,
  authorization: DeviceAuthorization,
  columns: number,
): readonly string[] {
  const page = pageOf(authorization);
  const row = `Page   ${page}`;
  const fits = textWidth(row) + FRAME <= columns;
  const drawn = box({
    title: `Log in to ${provider}`,
    lines: [
      `Code   ${authorization.userCode}`,
      ...(fits ? [row] : []),
      "",
      "Open the page, check that it shows this code, and approve.",
    ],
  }, columns);
  return fits ? drawn : [...drawn, "", page];
}

/** What the frame of a box takes. */
const FRAME = 4;

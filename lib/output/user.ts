/**
 * What is kept of an IAM user, for the person who stored it.
 *
 * @module
 */
import { type Field, fields } from "./layout.ts";
import type { Style } from "./style.ts";

/** A stored user, without its secret. */
export interface UserView {
  readonly identity: string;
  readonly accessKeyId: string;
  readonly mfaArn: string | undefined;
  readonly sessionDuration: string | undefined;
  /** The type of the keyring. */
  readonly keyring: string;
  /** Whom AWS says that the keys belong to, when it was asked. */
  readonly arn: string | undefined;
}

/** The table after keys were stored, for stderr. */
export function userText(view: UserView, style: Style): string {
  const rows: readonly Field[] = [
    ["Identity", { text: view.identity, tone: "name" }],
    ["User", view.arn],
    ["Access key", view.accessKeyId],
    ["MFA device", view.mfaArn ?? "none"],
    ["Session", view.sessionDuration],
    ["Keyring", view.keyring],
  ];
  return `\n${style.good("✓")} Keys stored in the keyring\n\n${fields(rows, style)}\n`;
}

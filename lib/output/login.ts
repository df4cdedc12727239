/**
 * What a login made, for the person who made it.
 *
 * @module
 */
import type { EpochMillis } from "../time.ts";
import { type Field, fields } from "./layout.ts";
import { expiry } from "./moment.ts";
import type { Style } from "./style.ts";

/** The outcome of a login; `undefined` is what does not apply or is not known. */
export interface LoginView {
  readonly provider: string | undefined;
  /** `undefined` when only a provider was logged in to. */
  readonly identity: string | undefined;
  /** Names from root to target. */
  readonly chain: readonly string[];
  readonly realm: string | undefined;
  readonly account: string | undefined;
  /** Permission set, role ARN or user. */
  readonly role: string | undefined;
  readonly region: string | undefined;
  readonly expiresAt: EpochMillis;
  /** Where the session was written; empty when it is kept in memory or in the keyring. */
  readonly files: readonly string[];
  /** The section of those files, where it is not the identity's name. */
  readonly section: string | undefined;
  /** Where else it is kept, in words. */
  readonly kept: string | undefined;
}

/** The table of a successful login, for stderr. */
export function loginText(view: LoginView, style: Style, now: EpochMillis): string {
  const rows: readonly Field[] = [
    ["Realm", view.realm],
    ["Provider", view.provider],
    ["Identity", view.identity === undefined ? undefined : { text: view.identity, tone: "name" }],
    ["Chain", view.chain.length > 1 ? view.chain.join(" → ") : undefined],
    ["Account", view.account],
    ["Role", view.role],
    ["Region", view.region],
    ["Expires", expiry(view.expiresAt, now)],
    ...view.files.map((file, at): Field => [at === 0 ? "Files" : "", file]),
    ["Section", view.section],
    ["Kept", view.kept],
  ];
  return `\n${style.good("✓")} Authentication successful!\n\n${fields(rows, style)}\n`;
}

/**
 * What is said at the door of a shell.
 *
 * @module
 */
import { printable } from "../terminal/escape.ts";
import type { EpochMillis } from "../time.ts";
import { expiry } from "./moment.ts";
import type { Style } from "./style.ts";

/** A shell with a session. */
export interface ShellView {
  readonly identity: string;
  readonly provider: string | undefined;
  readonly expiresAt: EpochMillis;
  /** Whether it is made anew before that. */
  readonly isRefreshed: boolean;
  /** How many such shells one is in, this one included. */
  readonly depth: number;
}

/** On entering, for stderr. */
export function enteringText(view: ShellView, style: Style, now: EpochMillis): string {
  const depth = view.depth > 1 ? `, ${view.depth} deep` : "";
  return `\n→ Entering Atmos shell with identity: ${named(view, style)}${depth}\n` +
    `  The session expires ${expiry(view.expiresAt, now)}${
      view.isRefreshed ? ", and is renewed before that" : ""
    }\n` +
    "  Type 'exit' to return to your normal shell\n\n";
}

/** On leaving, for stderr. */
export function leavingText(view: ShellView, style: Style, now: EpochMillis): string {
  const ended = view.expiresAt <= now ? "; its session has expired" : "";
  return `\n← Exited Atmos shell for identity: ${named(view, style)}${ended}\n\n`;
}

function named({ identity, provider }: ShellView, style: Style): string {
  return style.name(printable(identity)) + (provider === undefined ? "" : ` (${printable(provider)})`);
}

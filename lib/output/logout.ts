/**
 * What a logout removed, for the person who logged out.
 *
 * @module
 */
import { printable } from "../terminal/escape.ts";
import { jsonText } from "./json.ts";
import { type Field, fields } from "./layout.ts";
import type { LogoutDocument } from "./schemas/logout.ts";
import type { Style } from "./style.ts";

/** The outcome of a logout. */
export interface LogoutView {
  /** What was logged out of, in words. */
  readonly of: string;
  readonly realm: string | undefined;
  readonly dryRun: boolean;
  /** What was removed, or in a dry run would be. */
  readonly removed: readonly string[];
  readonly remains: readonly string[];
  /** Whether something could not be removed. */
  readonly partial: boolean;
}

/** The table of a logout, for stderr. */
export function logoutText(view: LogoutView, style: Style): string {
  const { removed, remains, dryRun } = view;
  const rows = [
    ...column(dryRun ? "Would remove" : "Removed", dryRun && removed.length === 0 ? ["nothing"] : removed),
    ...column("Remains", remains),
  ];
  return `\n${titleOf(view, style)}\n${rows.length === 0 ? "" : `\n${fields(rows, style)}`}\n`;
}

/** The same for programs. */
export function logoutJson({ of, realm, dryRun, removed, remains, partial }: LogoutView): string {
  const document: LogoutDocument = {
    target: of,
    realm,
    dry_run: dryRun,
    removed,
    remains,
    complete: !partial,
  };
  return jsonText(document);
}

function titleOf({ of, realm, removed, partial, dryRun }: LogoutView, style: Style): string {
  const place = printable(realm === undefined ? of : `${of} (realm: ${realm})`);
  if (dryRun) return `Dry run for ${place}: nothing is removed`;
  if (partial) return `${style.bad("✗")} Logged out of ${place} in part`;
  return removed.length > 0
    ? `${style.good("✓")} Logged out of ${place}`
    : `${style.good("✓")} Logged out of ${place}: there was nothing to remove`;
}

function column(label: string, values: readonly string[]): readonly Field[] {
  return values.map((value, at) => [at === 0 ? label : "", value]);
}

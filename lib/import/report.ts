/**
 * What an import did, for the person who asked for it.
 *
 * @module
 */
import { type Field, fields } from "../output/layout.ts";
import type { Style } from "../output/style.ts";
import { quoteWord } from "../shell_word.ts";
import { printable } from "../terminal/escape.ts";
import type { AuthDraft, Note } from "./types.ts";
import { counted, firstNames, wordFor } from "../counting.ts";

/** How many entries are there already. */
export interface Kept {
  readonly providers: number;
  readonly identities: number;
}

/** All there is to say. */
export interface ImportReport {
  /** Where it came from, one line each. */
  readonly read: readonly string[];
  readonly draft: AuthDraft;
  /** What was not taken over, or not as it is. */
  readonly notes: readonly Note[];
  /** A file with keys that was not opened. */
  readonly unopened: string | undefined;
  /** What Atmos itself left. */
  readonly leftovers: readonly { readonly path: string; readonly what: string }[];
  readonly kept: Kept;
  /** The file that was written, and whether it was made. */
  readonly written: { readonly path: string; readonly isNew: boolean } | undefined;
}

/** The report, for stderr. */
export function importText(report: ImportReport, style: Style): string {
  return [
    headText(report, style),
    section(
      "Not taken over, or not as it is:",
      noteRows(report.notes),
      style,
    ),
    usersText(report.draft),
    section(
      "Of Atmos itself there is something left. It is not reused; docs/coming-from-atmos.md says what to remove:",
      report.leftovers.map(({ path, what }) => [path, what]),
      style,
    ),
  ].filter((part) => part !== "").join("\n");
}

const MOST_PLACES = 3;

/** What is said of several places is said once. */
function noteRows(notes: readonly Note[]): readonly Field[] {
  return [...Map.groupBy(notes, ({ reason }) => reason)].map(([reason, all]) => {
    return [firstNames(all.map(({ place }) => place), MOST_PLACES), reason];
  });
}

function headText({ read, unopened, draft, kept, written }: ImportReport, style: Style): string {
  const made = countText(draft.providers.size, draft.identities.size);
  const there = countText(kept.providers, kept.identities);
  const asBefore = wordFor(kept.providers + kept.identities, "left as it is", "left as they are");
  return fields([
    ...column("Read", read),
    ["Not opened", unopened === undefined ? undefined : `${unopened}: keys are not imported`],
    [written === undefined ? "Makes" : "Added", made ?? "nothing"],
    ["To", written && made && written.path + (written.isNew ? ", which is new" : "")],
    ["Already there", there && `${there}, ${asBefore}`],
  ], style);
}

/** `2 providers and 1 identity`; `undefined` for nothing. */
function countText(providers: number, identities: number): string | undefined {
  const parts = [
    ...providers === 0 ? [] : [counted(providers, "provider")],
    ...identities === 0 ? [] : [counted(identities, "identity", "identities")],
  ];
  return parts.length === 0 ? undefined : parts.join(" and ");
}

function column(label: string, values: readonly string[]): readonly Field[] {
  return values.map((value, at) => [at === 0 ? label : "", value]);
}

function section(title: string, rows: readonly Field[], style: Style): string {
  return rows.length === 0 ? "" : `${title}\n${fields(rows, style)}`;
}

function usersText({ identities }: AuthDraft): string {
  const users = [...identities].flatMap(([name, { kind }]) => kind === "aws/user" ? [name] : []);
  if (users.length === 0) return "";
  const lines = users.map((name) => `  atmos auth user configure --identity ${quoteWord(printable(name))}\n`);
  return `Keys of IAM users go into the keyring, by hand:\n${lines.join("")}`;
}

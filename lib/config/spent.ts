/**
 * What one run has used up of the limits that all files of a configuration share.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import { LIMITS, overLimit } from "../limits.ts";
import { newSearchBudget, type SearchBudget } from "./glob.ts";

/** The limits of all files together. */
export type TotalLimit = "files" | "totalBytes" | "totalMarks" | "mergedEntries";

export interface Spent extends Record<TotalLimit, number> {
  readonly searches: SearchBudget;
  /** Lists of problems that have one about a limit. */
  readonly told: WeakSet<readonly unknown[]>;
}

export function newSpent(): Spent {
  return {
    files: 0,
    totalBytes: 0,
    totalMarks: 0,
    mergedEntries: 0,
    searches: newSearchBudget(),
    told: new WeakSet(),
  };
}

/** Uses up some more of a limit; whether it is kept. */
export function spend(spent: Spent, limit: TotalLimit, more: number): boolean {
  spent[limit] += more;
  return spent[limit] <= LIMITS[limit].most;
}

/** @throws AuthError `config-invalid` when all merging so far has moved too much */
export function spendOnMerging(spent: Spent, entries: number): void {
  if (spend(spent, "mergedEntries", entries)) return;
  throw new AuthError("config-invalid", `Cannot merge the configuration: ${overLimit("mergedEntries")}`, {
    hints: ["Put entries into fewer, larger files"],
  });
}

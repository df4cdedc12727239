/**
 * What an import comes to.
 *
 * @module
 */
import type { Kept } from "../../../import/report.ts";
import type { AuthDraft, Note } from "../../../import/types.ts";

/** A draft to be printed or written, with what is to be said of it. */
export interface Imported {
  readonly draft: AuthDraft;
  readonly read: readonly string[];
  readonly notes: readonly Note[];
  readonly unopened: string | undefined;
  readonly leftovers: readonly { readonly path: string; readonly what: string }[];
  /** Entries that are there already. */
  readonly kept: Kept;
}

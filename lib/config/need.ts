/**
 * What takes effect only with a person's trust, and what is kept of that trust: shapes, without judgement.
 *
 * @module
 */
import type { SourcePosition } from "../errors.ts";

/** What is trusted as one: an entry with its chain, the keyring, the log file, or a file that another one names. */
export type Unit =
  | { readonly type: "provider" | "identity"; readonly name: string }
  | { readonly type: "settings" | "keyring" | "logs" | "env" }
  | { readonly type: "file"; readonly name: string };

/** A value that takes effect only with trust. */
export interface NeedingValue {
  /** Configuration path. */
  readonly path: string;
  readonly at: SourcePosition;
  /** What it would do, as a clause. */
  readonly does: string;
}

/** A unit that needs trust. */
export interface Need {
  readonly unit: Unit;
  readonly values: readonly [NeedingValue, ...NeedingValue[]];
  /** The files that say anything of the unit and that nobody vouches for. */
  readonly files: readonly string[];
  /** What trust is bound to: the decoded values as a text, `!env` by its reference. */
  readonly bound: string;
  /** Words of commands: the files that they name are bound, too. */
  readonly words: readonly string[];
}

/** One thing that is trusted. */
export interface TrustRecord {
  /** Real path of the file. */
  readonly path: string;
  /** The unit in words: `identity prod`. */
  readonly unit: string;
  /** SHA-256 of what it is bound to, in hex. */
  readonly digest: string;
}

/**
 * Names of providers and identities: which ones there can be, and how a reference finds one.
 *
 * @module
 */

import { LIMITS, overLimit } from "../limits.ts";
import { didYouMean } from "./nearest.ts";
import { isOffWord } from "../switch.ts";

/** The directory of AWS files that users without a provider have. */
const RESERVED_PROVIDER = "aws-user";

/** Control characters, line separators, and marks that turn the direction of the text around them. */
// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/;

/** Why a text cannot be the name of a provider or identity; `undefined` when it can. */
export function nameFault(name: string, type: "provider" | "identity"): string | undefined {
  if (name.trim() === "") return "a name cannot be empty";
  if (name !== name.trim()) return "a name cannot begin or end with a blank";
  if (UNPRINTABLE.test(name)) return "a name cannot hold control characters";
  if (name.length > LIMITS.nameLength.most) return overLimit("nameLength");
  if (isOffWord(name)) return "this word switches authentication off, and cannot be a name";
  if (name.startsWith("~") || name.startsWith("/") || name.includes("\\")) {
    return "a name cannot begin with ~ or /, or hold a backslash: it becomes part of a path";
  }
  if (name.split("/").some((part) => part === "." || part === "..")) {
    return "a name cannot have . or .. between slashes: it becomes part of a path";
  }
  if (type === "provider" && name.toLowerCase() === RESERVED_PROVIDER) {
    return "this name is taken: it stands for IAM users without a provider";
  }
  return undefined;
}

/** What a reference led to. */
export type Reference =
  | { readonly name: string }
  /** No such name, or several that differ only in case. */
  | { readonly candidates: readonly string[] };

/** Finds names: exactly first, then without regard to case. */
export interface NameIndex {
  readonly find: (name: string) => Reference;
  /** A hint with the names nearest to one that is unknown; none after so many that nobody reads them. */
  readonly suggest: (name: string) => string | undefined;
}

/** An index over the names of one section. */
export function nameIndex(names: readonly string[]): NameIndex {
  const exact = new Set(names);
  const folded = Map.groupBy(names, (name) => name.toLowerCase());
  const asked = { times: 0 };
  return {
    suggest: (name) => {
      asked.times += 1;
      return asked.times > LIMITS.suggestions.most ? undefined : didYouMean(name, names);
    },
    find: (name) => {
      if (exact.has(name)) return { name };
      const candidates = folded.get(name.toLowerCase()) ?? [];
      const [only] = candidates;
      return only !== undefined && candidates.length === 1 ? { name: only } : { candidates };
    },
  };
}

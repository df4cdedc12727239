/**
 * Names for what comes from elsewhere: valid, unique whatever their case, and the same at every run.
 *
 * @module
 */
import { nameFault } from "../config/names.ts";

/** Leaves room for a number behind it. */
const MAX_LENGTH = 180;
/** What `nameFault` refuses inside of a name. */
// deno-lint-ignore no-control-regex
const REFUSED = /[\\\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/g;

/** A text as the name of a provider or identity, changed only as far as it must be. */
export function cleanName(text: string, type: "provider" | "identity"): string {
  const parts = text.toWellFormed().replaceAll(REFUSED, "-").split("/").map((part) =>
    /^\s*\.{0,2}\s*$/.test(part) ? "" : part
  );
  const name = parts.filter((part) => part !== "").join("/").replace(/^[~/\s]+/, "").slice(0, MAX_LENGTH)
    .toWellFormed().trim();
  if (name === "") return type;
  return nameFault(name, type) === undefined ? name : `${name}-${type}`;
}

/** A function that gives each text a name that none before it has got. */
export function namer(
  type: "provider" | "identity",
  taken: Iterable<string> = [],
): (wish: string) => string {
  const used = new Set([...taken].map((name) => name.toLowerCase()));
  return (wish) => {
    const name = cleanName(wish, type);
    let unique = name;
    for (let number = 2; used.has(unique.toLowerCase()); number++) unique = `${name}-${number}`;
    used.add(unique.toLowerCase());
    return unique;
  };
}

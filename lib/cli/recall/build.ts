/**
 * Which program this is.
 *
 * @module
 */

/** `scripts/bundle.ts` writes the digest of the compiled code in place of the last word. */
const MARK = "atmos-build:source";
const PREFIX = "atmos-build:";

/** The digest of the compiled program's code; `undefined` for the source, which may change at any moment. */
export function buildDigest(): string | undefined {
  const build = MARK.slice(PREFIX.length);
  return build === "source" ? undefined : build;
}

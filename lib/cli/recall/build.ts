/**
 * Identifies the build of this program.
 *
 * @module
 */

/** `scripts/bundle.ts` replaces the last word with the digest of the compiled code. */
const MARK = "atmos-build:source";
const PREFIX = "atmos-build:";

/** The digest of the compiled program's code; `undefined` from source, which may change at any time. */
export function buildDigest(): string | undefined {
  const build = MARK.slice(PREFIX.length);
  return build === "source" ? undefined : build;
}

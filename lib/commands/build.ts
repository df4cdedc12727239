/**
 * Which program this is.
 *
 * @module
 */

/** `scripts/compile.ts` writes the digest of the compiled code in place of the last word. */
const MARK = "atmos-build:source";

/** The digest of the compiled program's code; `undefined` for the source, which may change at any moment. */
export function buildDigest(): string | undefined {
  return /^atmos-build:([0-9a-f]{64})$/.exec(MARK)?.[1];
}

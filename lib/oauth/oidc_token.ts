/**
 * A token of a CI system as a credential.
 *
 * @module
 */
import type { OidcToken, Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import type { EpochMillis } from "../time.ts";
import { readClaims } from "../jwt.ts";

/**
 * Wraps a token with its own life.
 *
 * @throws AuthError `bad-answer` when it is no JWT or names no end; `refused` when it is over
 */
export function oidcToken(token: Secret, now: EpochMillis, where: string): OidcToken {
  const claims = readClaims(token);
  if (claims?.expiresAt === undefined) {
    throw new AuthError("bad-answer", "Cannot use the token: it is not a JSON Web Token with an expiry", {
      where,
    });
  }
  if (claims.expiresAt <= now) {
    throw new AuthError("refused", "Cannot use the token: it has expired", {
      where,
      hints: [
        "CI systems issue such tokens for minutes: run this earlier in the job, or lengthen the token's life",
      ],
    });
  }
  return { type: "oidc-token", token, issuedAt: claims.issuedAt ?? now, expiresAt: claims.expiresAt };
}

/**
 * A CI system's token as credentials.
 *
 * @module
 */
import type { OidcToken, Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import type { EpochMillis } from "../time.ts";
import { readClaims } from "../jwt.ts";

/**
 * Wraps a token with its lifetime.
 *
 * @throws AuthError `bad-answer` when it is not a JWT or has no expiry; `refused` when it has expired
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

/**
 * Reading a JSON Web Token (RFC 7519) that somebody else will verify: for its expiry, and for messages.
 *
 * @module
 */
import type { Secret } from "./credentials.ts";
import { parsedJson } from "./parsed_json.ts";
import type { EpochMillis } from "./time.ts";

/** The registered claims that we look at. Not verified: STS does that. */
export interface TokenClaims {
  readonly issuer: string | undefined;
  readonly subject: string | undefined;
  readonly audiences: readonly string[];
  readonly issuedAt: EpochMillis | undefined;
  readonly expiresAt: EpochMillis | undefined;
}

/** The claims of a token; `undefined` when it is no JWT. */
export function readClaims(token: Secret): TokenClaims | undefined {
  const [, payload, signature, ...rest] = token.reveal().split(".");
  if (payload === undefined || signature === undefined || rest.length > 0) return undefined;
  const claims = parseJson(decodeBase64Url(payload));
  if (claims === undefined) return undefined;
  const { iss, sub, aud, iat, exp } = claims;
  return {
    issuer: typeof iss === "string" ? iss : undefined,
    subject: typeof sub === "string" ? sub : undefined,
    audiences: (Array.isArray(aud) ? aud : [aud]).filter((one) => typeof one === "string"),
    issuedAt: moment(iat),
    expiresAt: moment(exp),
  };
}

/** Base64url without padding (RFC 7515 section 2); `undefined` for anything else. */
function decodeBase64Url(text: string): string | undefined {
  if (!/^[\w-]+$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
}

function parseJson(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined;
  const value = parsedJson(text);
  return typeof value === "object" && value !== null ? { ...value } : undefined;
}

/** A NumericDate (RFC 7519 section 2): seconds, perhaps with a fraction. */
function moment(value: unknown): EpochMillis | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value * 1000 : undefined;
}

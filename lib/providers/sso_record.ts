/**
 * What is kept of an Identity Center session, as text for the keyring: versioned, and read as if absent when a
 * later version wrote it.
 *
 * @module
 */
import * as v from "valibot";
import type { IssuedToken, Registration } from "../aws/sso_oidc.ts";
import { Secret } from "../credentials.ts";

/** What is kept for one portal. */
export interface SsoRecord {
  readonly registration?: Registration;
  /** Its refresh token, if any, was got with that registration. */
  readonly token?: IssuedToken;
}

const Life = { issuedAt: v.number(), expiresAt: v.number() };
const Schema = v.object({
  version: v.literal(1),
  registration: v.optional(v.object({ clientId: v.string(), clientSecret: v.string(), ...Life })),
  token: v.optional(v.object({ accessToken: v.string(), refreshToken: v.optional(v.string()), ...Life })),
});

/** Reads a record; what is not one of ours is an empty record, and is replaced at the next login. */
export function parseSsoRecord(text: string): SsoRecord {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Schema), text);
  if (!parsed.success) return {};
  const { registration, token } = parsed.output;
  return {
    ...(registration === undefined
      ? {}
      : { registration: { ...registration, clientSecret: new Secret(registration.clientSecret) } }),
    ...(token === undefined ? {} : {
      token: {
        ...token,
        accessToken: new Secret(token.accessToken),
        refreshToken: token.refreshToken === undefined ? undefined : new Secret(token.refreshToken),
      },
    }),
  };
}

/** The text of a record. It holds secrets in the clear: it goes into the keyring and nowhere else. */
export function printSsoRecord({ registration, token }: SsoRecord): string {
  return JSON.stringify({
    version: 1,
    ...(registration === undefined
      ? {}
      : { registration: { ...registration, clientSecret: registration.clientSecret.reveal() } }),
    ...(token === undefined ? {} : {
      token: {
        ...token,
        accessToken: token.accessToken.reveal(),
        ...(token.refreshToken === undefined ? {} : { refreshToken: token.refreshToken.reveal() }),
      },
    }),
  });
}

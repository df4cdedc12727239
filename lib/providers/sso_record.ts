/**
 * What is kept of an Identity Center session, as text for the keyring: versioned, and read as if absent when a
 * later version wrote it.
 *
 * @module
 */
import * as v from "valibot";
import type { IssuedToken, Registration } from "../aws/sso_oidc.ts";
import { Secret } from "../credentials.ts";

/** How a person logs in: with a code on any device, or in a browser of this machine. A client is registered for one. */
export type LoginFlow = "device" | "browser";

/** A token, and the flow whose client it was got with: only that client can refresh it. */
export interface KeptToken extends IssuedToken {
  readonly flow: LoginFlow;
}

/** What is kept for one portal. */
export interface SsoRecord {
  readonly registrations: { readonly [Flow in LoginFlow]?: Registration };
  readonly token?: KeptToken;
}

const Life = { issuedAt: v.number(), expiresAt: v.number() };
const Client = v.object({ clientId: v.string(), clientSecret: v.string(), ...Life });
const Token = { accessToken: v.string(), refreshToken: v.optional(v.string()), ...Life };
/** Version 1 knew the device flow alone. */
const First = v.object({
  version: v.literal(1),
  registration: v.optional(Client),
  token: v.optional(v.object(Token)),
});
const Second = v.object({
  version: v.literal(2),
  registrations: v.object({ device: v.optional(Client), browser: v.optional(Client) }),
  token: v.optional(v.object({ ...Token, flow: v.picklist(["device", "browser"]) })),
});
const Schema = v.variant("version", [First, Second]);
type Written = v.InferOutput<typeof Second>;

/** A record of nothing. */
export const EMPTY_RECORD: SsoRecord = { registrations: {} };

/** Reads a record; what is not one of ours is an empty record, and is replaced at the next login. */
export function parseSsoRecord(text: string): SsoRecord {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Schema), text);
  if (!parsed.success) return EMPTY_RECORD;
  const { registrations: { device, browser }, token } = current(parsed.output);
  return {
    registrations: {
      ...(device === undefined ? {} : { device: hidden(device) }),
      ...(browser === undefined ? {} : { browser: hidden(browser) }),
    },
    ...(token === undefined ? {} : {
      token: {
        ...token,
        accessToken: new Secret(token.accessToken),
        refreshToken: token.refreshToken === undefined ? undefined : new Secret(token.refreshToken),
      },
    }),
  };
}

function current(written: v.InferOutput<typeof Schema>): Written {
  if (written.version === 2) return written;
  const { registration, token } = written;
  return {
    version: 2,
    registrations: registration === undefined ? {} : { device: registration },
    ...(token === undefined ? {} : { token: { ...token, flow: "device" } }),
  };
}

const hidden = (client: v.InferOutput<typeof Client>): Registration => ({
  ...client,
  clientSecret: new Secret(client.clientSecret),
});
const revealed = (client: Registration | undefined) =>
  client === undefined ? undefined : { ...client, clientSecret: client.clientSecret.reveal() };

/** The text of a record. It holds secrets in the clear: it goes into the keyring and nowhere else. */
export function printSsoRecord({ registrations: { device, browser }, token }: SsoRecord): string {
  return JSON.stringify({
    version: 2,
    registrations: { device: revealed(device), browser: revealed(browser) },
    token: token === undefined ? undefined : {
      ...token,
      accessToken: token.accessToken.reveal(),
      refreshToken: token.refreshToken?.reveal(),
    },
  });
}

/**
 * The clients that we are to Identity Center, one for each way to log in. One that is kept is used until it ends.
 *
 * @module
 */
import type { ServicePlace } from "../aws/client.ts";
import { withRetries } from "../aws/retry.ts";
import { registerClient, type Registration } from "../aws/sso_oidc.ts";
import type { IamIdentityCenterProvider } from "../config/types.ts";
import { isAuthError } from "../errors.ts";
import { isFresh } from "../time.ts";
import { type LoginFlow, printSsoRecord, type SsoRecord } from "./sso_record.ts";
import type { ProviderHost, Saved } from "./types.ts";

/** The service that a provider's tokens are got from. */
export function placeOf(config: IamIdentityCenterProvider): ServicePlace {
  return { region: config.region, endpointUrl: config.endpointUrl };
}

/** One login: what its flow needs. */
export interface Login {
  readonly host: ProviderHost;
  /** The provider's name. */
  readonly name: string;
  readonly config: IamIdentityCenterProvider;
  readonly saved: Saved;
  readonly record: SsoRecord;
}

/** A kept client that has not ended; `undefined`: one must be registered. */
export function keptClient({ host, record }: Login, flow: LoginFlow): Registration | undefined {
  const client = record.registrations[flow];
  return client !== undefined && isFresh(client, host.now()) ? client : undefined;
}

/** Registers a client, and keeps it before anybody is asked: whatever becomes of this login, the next one reuses it. */
export async function newClient(login: Login, flow: LoginFlow): Promise<Registration> {
  const { host, config, saved, record } = login;
  const purpose = flow === "device" ? { flow } : { flow, startUrl: config.startUrl };
  const client = await registerClient(withRetries(host), placeOf(config), purpose);
  await saved.write(printSsoRecord(withClient(record, flow, client)));
  return client;
}

/** A record with another client, or none; a refresh token that only the old one can use goes with it. */
export function withClient(record: SsoRecord, flow: LoginFlow, client: Registration | undefined): SsoRecord {
  const { [flow]: _, ...others } = record.registrations;
  const { token } = record;
  const parted = token?.flow === flow ? { ...token, refreshToken: undefined } : token;
  return {
    registrations: client === undefined ? others : { ...others, [flow]: client },
    ...(parted === undefined ? {} : { token: parted }),
  };
}

/** Whether the service does not know the client that it was shown. */
export function isUnknownClient(error: unknown): boolean {
  return isAuthError(error) &&
    (error.remoteCode === "invalid_client" || error.remoteCode === "InvalidClientException");
}

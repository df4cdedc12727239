/**
 * `aws/iam-identity-center`: a person logs in at the access portal, once for all its accounts and roles. What is
 * kept is one record per portal: the client's registration, and the session with its refresh token.
 *
 * @module
 */
import type { ServicePlace } from "../aws/client.ts";
import { withRetries } from "../aws/retry.ts";
import {
  createToken,
  type IssuedToken,
  registerClient,
  type Registration,
  startDeviceAuthorization,
} from "../aws/sso_oidc.ts";
import type { IamIdentityCenterProvider } from "../config/types.ts";
import type { SsoToken } from "../credentials.ts";
import { AuthError, isAuthError } from "../errors.ts";
import { pollForApproval } from "../oauth/device_poll.ts";
import { type EpochMillis, formatDuration, isAlive, isFresh } from "../time.ts";
import { showDeviceCode } from "./device_code_view.ts";
import { parseSsoRecord, printSsoRecord, type SsoRecord } from "./sso_record.ts";
import type { ProviderHost, ProviderOptions, Saved } from "./types.ts";

type Host = ProviderHost;

/**
 * The session of the access portal: the kept one while it is fresh, a refreshed one where that works without a
 * person, else a new login.
 *
 * @throws AuthError `person-needed` when somebody must log in and nobody can be asked; `login-not-approved`;
 *   `unreachable`, `refused`, `throttled`
 */
export async function authenticateIdentityCenter(
  host: Host,
  name: string,
  config: IamIdentityCenterProvider,
  saved: Saved,
  options: ProviderOptions,
): Promise<SsoToken> {
  const record = await readRecord(saved);
  try {
    switch (nextMove(record, host.now(), options)) {
      case "use":
        return tokenOf(record);
      case "refresh":
        return await refresh(host, name, config, saved, options, record);
      case "login":
        return await login(host, name, config, saved, options, record);
    }
  } catch (error) {
    return standIn(host, name, options, record, error);
  }
}

/** A token that still lives is used when no newer one can be had; what the service refused never is. */
function standIn(
  host: Pick<Host, "now">,
  name: string,
  options: ProviderOptions,
  record: SsoRecord,
  error: unknown,
): SsoToken {
  const { token } = record;
  const isWanting = isAuthError(error) && (error.exitCode === 3 || error.exitCode === 5);
  if (!isWanting || token === undefined || !isAlive(token, host.now())) throw error;
  if (options.onStandIn === undefined || isRejected(token, options)) throw error;
  const left = formatDuration((token.expiresAt - host.now()) / 1000);
  options.onStandIn(
    `Could not renew the session of "${name}", using the one that lasts ${left} more: ${error.message}`,
  );
  return tokenOf(record);
}

function isRejected(token: IssuedToken, { rejected }: ProviderOptions): boolean {
  return token.accessToken.reveal() === rejected?.reveal();
}

/** The service that a provider's tokens are got from. */
function placeOf(config: IamIdentityCenterProvider): ServicePlace {
  return { region: config.region, endpointUrl: config.endpointUrl };
}

/** What to do with what is kept. */
function nextMove(
  { token, registration }: SsoRecord,
  now: EpochMillis,
  options: ProviderOptions,
): "use" | "refresh" | "login" {
  if (token === undefined || token.issuedAt < (options.renewSince ?? -Infinity)) return "login";
  if (isFresh(token, now) && !isRejected(token, options)) return "use";
  const canRefresh = token.refreshToken !== undefined && registration !== undefined &&
    isAlive(registration, now);
  return canRefresh ? "refresh" : "login";
}

async function readRecord(saved: Saved): Promise<SsoRecord> {
  const text = await saved.read();
  return text === undefined ? {} : parseSsoRecord(text);
}

function tokenOf(record: SsoRecord): SsoToken {
  if (record.token === undefined) throw new TypeError("The record holds no token");
  const { accessToken, issuedAt, expiresAt } = record.token;
  return { type: "sso-token", accessToken, issuedAt, expiresAt };
}

async function keep(saved: Saved, record: SsoRecord): Promise<SsoToken> {
  await saved.write(printSsoRecord(record));
  return tokenOf(record);
}

/**
 * A refresh token that the service refuses is forgotten at once, under the lock that the chain holds, so that the
 * next process does not try it again; then a person is needed. A refusal without a code is a proxy's, and costs
 * nobody their session.
 */
async function refresh(
  host: Host,
  name: string,
  config: IamIdentityCenterProvider,
  saved: Saved,
  options: ProviderOptions,
  record: SsoRecord,
): Promise<SsoToken> {
  const { registration, token } = record;
  if (registration === undefined || token?.refreshToken === undefined) {
    throw new TypeError("Nothing to refresh with");
  }
  try {
    const issued = await createToken(host, placeOf(config), registration, {
      refreshToken: token.refreshToken,
    });
    return await keep(saved, { registration, token: issued });
  } catch (error) {
    if (!isAuthError(error, "refused", "session-rejected") || error.remoteCode === undefined) throw error;
    const kept: SsoRecord = error.remoteCode === "invalid_client" ? {} : { registration };
    await saved.write(printSsoRecord(kept));
    return await login(host, name, config, saved, options, kept);
  }
}

async function login(
  host: Host,
  name: string,
  config: IamIdentityCenterProvider,
  saved: Saved,
  options: ProviderOptions,
  record: SsoRecord,
): Promise<SsoToken> {
  if (host.prompt === undefined && !options.deviceCode) throw nobodyToAsk(name, config);
  const { registration, authorization } = await begin(host, config, saved, record);
  const shown = showDeviceCode(host, name, authorization);
  try {
    if (host.prompt !== undefined && !options.deviceCode) {
      await host.openUrl(new URL(authorization.verificationUriComplete ?? authorization.verificationUri));
    }
    const issued = await pollForApproval<IssuedToken>(
      host,
      authorization,
      () => createToken(host, placeOf(config), registration, { deviceCode: authorization.deviceCode }),
    );
    return await keep(saved, { registration, token: issued });
  } finally {
    shown.done();
  }
}

/** A kept registration that the service no longer knows is made anew, once. */
async function begin(host: Host, config: IamIdentityCenterProvider, saved: Saved, record: SsoRecord) {
  const patient = withRetries(host);
  const start = async (registration: Registration) => ({
    registration,
    authorization: await startDeviceAuthorization(patient, placeOf(config), registration, config.startUrl),
  });
  const fresh = async () => {
    const registration = await registerClient(patient, placeOf(config));
    // Kept before anybody is asked: whatever becomes of this login, the next one reuses it.
    await saved.write(printSsoRecord({ ...withoutRefresh(record), registration }));
    return await start(registration);
  };
  if (record.registration === undefined || !isFresh(record.registration, host.now())) return await fresh();
  try {
    return await start(record.registration);
  } catch (error) {
    if (!isAuthError(error) || !isUnknownClient(error)) throw error;
    return await fresh();
  }
}

/** A refresh token works with the registration that it was got with, and with no other. */
function withoutRefresh({ token }: SsoRecord): SsoRecord {
  return token === undefined ? {} : { token: { ...token, refreshToken: undefined } };
}

function isUnknownClient(error: AuthError): boolean {
  return error.remoteCode === "invalid_client" || error.remoteCode === "InvalidClientException";
}

function nobodyToAsk(name: string, config: IamIdentityCenterProvider): AuthError {
  return new AuthError(
    "person-needed",
    `Cannot log in to "${name}" (${config.startUrl}): somebody must approve it in a browser, and nobody can be asked here`,
    {
      where: `auth.providers.${name}`,
      hints: [
        "Run `atmos auth login` in a terminal",
        "Run `atmos auth login --device-code` to print a code that can be approved from another machine",
      ],
    },
  );
}

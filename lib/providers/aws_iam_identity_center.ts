/**
 * `aws/iam-identity-center`: a person logs in at the access portal, once for all its accounts and roles. What is
 * kept is one record per portal: a client for each way to log in, and the session with its refresh token.
 *
 * @module
 */
import { createToken, type IssuedToken } from "../aws/sso_oidc.ts";
import type { IamIdentityCenterProvider } from "../config/types.ts";
import type { SsoToken } from "../credentials.ts";
import { AuthError, isAuthError, isHindrance } from "../errors.ts";
import { hasLocalBrowser } from "../terminal/local_browser.ts";
import { formatDuration } from "../duration.ts";
import { type EpochMillis, isAlive, isFresh } from "../time.ts";
import { logInWithBrowser } from "./sso_browser_login.ts";
import { isUnknownClient, type Login, placeOf, withClient } from "./sso_clients.ts";
import { logInWithCode } from "./sso_device_login.ts";
import { EMPTY_RECORD, parseSsoRecord, printSsoRecord, type SsoRecord } from "./sso_record.ts";
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
  if (!isHindrance(error) || token === undefined || !isAlive(token, host.now())) throw error;
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

/** What to do with what is kept. */
function nextMove(
  { token, registrations }: SsoRecord,
  now: EpochMillis,
  options: ProviderOptions,
): "use" | "refresh" | "login" {
  if (token === undefined || token.issuedAt < (options.renewSince ?? -Infinity)) return "login";
  if (isFresh(token, now) && !isRejected(token, options)) return "use";
  const client = registrations[token.flow];
  const canRefresh = token.refreshToken !== undefined && client !== undefined && isAlive(client, now);
  return canRefresh ? "refresh" : "login";
}

async function readRecord(saved: Saved): Promise<SsoRecord> {
  const text = await saved.read();
  return text === undefined ? EMPTY_RECORD : parseSsoRecord(text);
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
  const { registrations, token } = record;
  const client = token === undefined ? undefined : registrations[token.flow];
  if (client === undefined || token?.refreshToken === undefined) {
    throw new TypeError("Nothing to refresh with");
  }
  const { flow, refreshToken } = token;
  try {
    const issued = await createToken(host, placeOf(config), client, { refreshToken });
    return await keep(saved, { registrations, token: { ...issued, flow } });
  } catch (error) {
    if (!isAuthError(error, "refused", "session-rejected") || error.remoteCode === undefined) throw error;
    const kept = isUnknownClient(error)
      ? withoutToken(withClient(record, flow, undefined))
      : withoutToken(record);
    await saved.write(printSsoRecord(kept));
    return await login(host, name, config, saved, options, kept);
  }
}

const withoutToken = ({ registrations }: SsoRecord): SsoRecord => ({ registrations });

async function login(
  host: Host,
  name: string,
  config: IamIdentityCenterProvider,
  saved: Saved,
  options: ProviderOptions,
  record: SsoRecord,
): Promise<SsoToken> {
  if (host.prompt === undefined && !options.deviceCode) throw nobodyToAsk(name, config);
  const task: Login = { host, name, config, saved, record };
  const byBrowser = await wantsBrowser(host, options) ? await logInWithBrowser(task) : undefined;
  const flow = byBrowser === undefined ? "device" : "browser";
  // What the browser's attempt has kept is read again: the record may hold its client.
  const { client, token } = byBrowser ??
    await logInWithCode({ ...task, record: await readRecord(saved) }, options);
  const { registrations } = await readRecord(saved);
  return await keep(saved, {
    registrations: { ...registrations, [flow]: client },
    token: { ...token, flow },
  });
}

/** A browser of this machine is the default where there is one, since nobody can be tricked into approving with it. */
async function wantsBrowser(host: Host, { deviceCode, browser }: ProviderOptions): Promise<boolean> {
  return !deviceCode && (browser ?? await hasLocalBrowser(host));
}

function nobodyToAsk(name: string, config: IamIdentityCenterProvider): AuthError {
  return new AuthError(
    "person-needed",
    `Cannot log in to "${name}" (${config.startUrl}): somebody must approve it in a browser, and nobody can be asked here`,
    {
      where: `auth.providers.${name}`,
      remedy: "Run `atmos auth login` in a terminal",
      hints: [
        "Run `atmos auth login --device-code` to print a code that can be approved from another machine",
      ],
    },
  );
}

/**
 * Logging in with a code that is approved on any device (RFC 8628).
 *
 * @module
 */
import { withRetries } from "../aws/retry.ts";
import {
  createToken,
  type DeviceAuthorization,
  type IssuedToken,
  type Registration,
  startDeviceAuthorization,
} from "../aws/sso_oidc.ts";
import { pollForApproval } from "../oauth/device_poll.ts";
import { isRemote } from "../terminal/local_browser.ts";
import { whileWaiting } from "../terminal/status.ts";
import { pageOf, showDeviceCode } from "./device_code_view.ts";
import { isUnknownClient, keptClient, type Login, newClient, placeOf } from "./sso_clients.ts";
import type { LoginWish, ProviderHost } from "./types.ts";

/** A token and the client that it was got with. */
export interface LoggedIn {
  readonly client: Registration;
  readonly token: IssuedToken;
}

/**
 * Shows a code, and asks for the token until a person has approved it.
 *
 * @throws AuthError `login-not-approved`, `refused`, `unreachable`, `throttled`, `interrupted`
 */
export async function logInWithCode(login: Login, wish: LoginWish): Promise<LoggedIn> {
  const { host, name, config } = login;
  const { client, authorization } = await begin(login);
  const isAway = isRemote(host.env);
  await showDeviceCode(host, name, authorization, wish.qr ?? (isAway && host.screen.ansi));
  // Over SSH a browser here would open in front of nobody.
  if (host.prompt !== undefined && !wish.deviceCode && !isAway) {
    await host.openUrl(new URL(pageOf(authorization)));
  }
  const poll = () =>
    pollForApproval<IssuedToken>(
      host,
      authorization,
      () => createToken(host, placeOf(config), client, { deviceCode: authorization.deviceCode }),
    );
  return { client, token: await waitingForApproval(host, authorization.expiresAt, poll) };
}

/** Does the waiting with a line that says for how long at most, where a line can move. */
export async function waitingForApproval<T>(
  host: ProviderHost,
  untilMillis: number,
  work: () => Promise<T>,
): Promise<T> {
  if (!host.screen.ansi) return await work();
  return await whileWaiting(
    host,
    { text: "Waiting for the approval; Ctrl-C to stop", untilMillis },
    work,
  );
}

interface Begun {
  readonly client: Registration;
  readonly authorization: DeviceAuthorization;
}

/** A kept client that the service no longer knows is registered anew, once. */
async function begin(login: Login): Promise<Begun> {
  const { host, config } = login;
  const start = async (client: Registration): Promise<Begun> => ({
    client,
    authorization: await startDeviceAuthorization(
      withRetries(host),
      placeOf(config),
      client,
      config.startUrl,
    ),
  });
  const kept = keptClient(login, "device");
  if (kept === undefined) return await start(await newClient(login, "device"));
  try {
    return await start(kept);
  } catch (error) {
    if (!isUnknownClient(error)) throw error;
    return await start(await newClient(login, "device"));
  }
}

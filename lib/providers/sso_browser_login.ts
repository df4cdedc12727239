/**
 * Logging in with a browser of this machine, which comes back to a port of ours: the authorization code grant with
 * PKCE (RFC 6749 section 4.1, RFC 7636, RFC 8252). Nobody can be talked into approving somebody else's login with it,
 * as they can with a code.
 *
 * @module
 */
import {
  authorizationPage,
  CALLBACK_PATH,
  createToken,
  type IssuedToken,
  type Registration,
} from "../aws/sso_oidc.ts";
import { AuthError, isAuthError } from "../errors.ts";
import { type Callback, type CallbackListener, listenForCallback } from "../oauth/loopback.ts";
import { newPkce, newState } from "../oauth/pkce.ts";
import { printable } from "../terminal/escape.ts";
import { formatInstant } from "../time.ts";
import { isUnknownClient, keptClient, type Login, newClient, placeOf, withClient } from "./sso_clients.ts";
import { type LoggedIn, waitingForApproval } from "./sso_device_login.ts";
import { printSsoRecord } from "./sso_record.ts";
import type { ProviderHost } from "./types.ts";
import { within } from "../deadline.ts";

/** As long as a device code lives; whoever waits for somebody else's login outlasts it. */
const DEADLINE_MILLIS = 10 * 60_000;

/**
 * Sends the person to the portal's page and waits for the browser to come back.
 *
 * @returns `undefined` when nothing can be listened on, or no browser started: another way must be taken
 * @throws AuthError `login-not-approved`, `refused`, `unreachable`, `throttled`, `interrupted`
 */
export async function logInWithBrowser(login: Login): Promise<LoggedIn | undefined> {
  const { host } = login;
  const state = newState(host);
  // Before anything is registered or opened: the address must be ours when the browser comes back.
  const opened = await listenForCallback(host, CALLBACK_PATH, state).catch((error: unknown) => {
    if (isAuthError(error, "failed", "permission-missing")) return undefined;
    throw error;
  });
  if (opened === undefined) return undefined;
  await using listener = opened;
  const pkce = await newPkce(host);
  const client = keptClient(login, "browser") ?? await newClient(login, "browser");
  const { redirectUri } = listener;
  const page = await authorizationPage(host, placeOf(login.config), client, {
    redirectUri,
    state,
    challenge: pkce.challenge,
  });
  if (!await host.openUrl(page)) return undefined;
  const until = host.now() + DEADLINE_MILLIS;
  host.tell(browserText(login.name, page, until, host.screen.ansi));
  const exchange = async () => {
    const code = codeOf(await answerOf(host, listener, until));
    return await createToken(host, placeOf(login.config), client, {
      code,
      verifier: pkce.verifier,
      redirectUri,
    });
  };
  return { client, token: await doubting(login, client, () => waitingForApproval(host, until, exchange)) };
}

/** The page says nothing to us when it does not know a kept client: one that led nowhere is not shown again. */
async function doubting(
  { saved, record }: Login,
  client: Registration,
  work: () => Promise<IssuedToken>,
): Promise<IssuedToken> {
  try {
    return await work();
  } catch (error) {
    const isDoubtful = isUnknownClient(error) ||
      (isAuthError(error, "login-not-approved") && error.reason === "timeout");
    if (isDoubtful && record.registrations.browser?.clientId === client.clientId) {
      await saved.write(printSsoRecord(withClient(record, "browser", undefined)));
    }
    throw error;
  }
}

/** The browser's answer; calls the wait off at the deadline, or when the person does. */
async function answerOf(
  host: Pick<ProviderHost, "now" | "sleep" | "interrupted">,
  { received }: CallbackListener,
  until: number,
): Promise<Callback> {
  const late = () => {
    throw new AuthError("login-not-approved", "Cannot log in: nobody approved the request in time", {
      hints: [
        "Run the command again",
        "Run `atmos auth login --device-code` to approve it with a browser elsewhere",
      ],
      reason: "timeout",
    });
  };
  return await within(host, until - host.now(), received, late, host.interrupted);
}

function codeOf(callback: Callback) {
  if (callback.type === "code") return callback.code;
  const { error, description } = callback;
  const reason = error === "access_denied"
    ? "the request was denied in the browser"
    : `the portal answered ${printable([error, description].filter((text) => text !== "").join(": "))}`;
  throw new AuthError("login-not-approved", `Cannot log in: ${reason}`, {
    hints: ["Run the command again, and approve the request if it is yours"],
    remoteCode: error,
  });
}

function browserText(provider: string, page: URL, until: number, isLive: boolean): string {
  return [
    "",
    `Log in to ${printable(provider)} in the browser. If no page opens, open this one on this machine:`,
    "",
    `  ${page.href}`,
    "",
    "With a browser on another machine only, stop and run `atmos auth login --device-code`.",
    ...(isLive ? [] : [`Waiting for the approval until ${formatInstant(until)}; Ctrl-C to stop.`]),
    "",
  ].join("\n");
}

/**
 * The Okta driver: Okta's authentication API (classic engine) to get a session cookie, then the application's
 * page.
 *
 * @module
 */
import { Secret } from "../credentials.ts";
import { type AuthError, isAuthError } from "../errors.ts";
import { type HtmlPage, readHtml } from "./forms.ts";
import {
  assignmentHints,
  errorCodeOf,
  jsonOf,
  linkOf,
  objectOf,
  type Okta,
  oktaFailure,
  shownText,
  step,
  type Transaction,
} from "./okta_api.ts";
import { proveFactor } from "./okta_factors.ts";
import { browserHint, loginFailure, notUnderstood, samlResponseIn } from "./outcome.ts";
import type { NamedSamlProvider, SamlDriverRun, SamlHost, SamlPerson } from "./types.ts";
import { openWeb, type WebPage } from "./web.ts";

/** A transaction takes a handful of steps; more than this is a loop. */
const MOST_STEPS = 10;
const CANCEL_MILLIS = 3_000;

/**
 * Logs in at the Okta organization of the provider's URL, which is the application's embed link.
 *
 * @throws AuthError as {@linkcode SamlDriverRun} says; `throttled` when Okta asks to wait
 */
export const loginWithOkta: SamlDriverRun = async (host, provider, person) => {
  const application = new URL(provider.config.url);
  const web = await openWeb(host, application);
  const okta: Okta = { provider, web, origin: application.origin };
  const engine = await readEngine(okta);
  const username = await person.username();
  await requireOwnPassword(okta, username);
  try {
    const started = await step(okta, new URL("/api/v1/authn", okta.origin), {
      username,
      password: await person.password(),
      options: { multiOptionalFactorEnroll: false, warnBeforePasswordExpired: true },
    });
    const { sessionToken } = await carryThrough(okta, host, person, started);
    if (sessionToken === undefined) throw unexpectedStatus(provider, "SUCCESS without a session token");
    const page = await web.get(new URL("/login/sessionCookieRedirect", okta.origin), [
      ["checkAccountSetupComplete", "true"],
      ["token", sessionToken],
      ["redirectUrl", application.href],
    ]);
    return await readApplication(okta, host, person, page);
  } catch (error) {
    throw engine === "idx" ? engineFailure(provider, error) : error;
  }
};

/** `v1` is the classic engine, `idx` the Identity Engine; `undefined` when not reported. */
async function readEngine({ web, origin }: Okta): Promise<string | undefined> {
  const page = await web.get(new URL("/.well-known/okta-organization", origin));
  return shownText(jsonOf(page)["pipeline"]);
}

/** A user of another identity provider has no password in Okta, so do not send one. */
async function requireOwnPassword({ web, origin, provider }: Okta, username: string): Promise<void> {
  const page = await web.get(new URL("/.well-known/webfinger", origin), [
    ["resource", `okta:acct:${username}`],
    ["rel", "okta:idp"],
  ]);
  const { links } = jsonOf(page);
  const first = objectOf(Array.isArray(links) ? links[0] : undefined);
  const type = shownText(objectOf(first["properties"])["okta:idp:type"]);
  if (type === undefined || type === "OKTA") return;
  throw loginFailure(
    "unsupported",
    provider,
    `Okta sends this user to another identity provider (${type})`,
    [browserHint(provider)],
  );
}

/**
 * Continues a transaction until Okta reports SUCCESS. Cancels one that ends otherwise, so no push stays open.
 */
async function carryThrough(
  okta: Okta,
  host: SamlHost,
  person: SamlPerson,
  started: Transaction,
): Promise<Transaction> {
  let transaction = started;
  try {
    for (let count = 0; count < MOST_STEPS; count++) {
      if (transaction.status === "SUCCESS") return transaction;
      transaction = await advance(okta, host, person, transaction);
    }
    throw unexpectedStatus(okta.provider, `no end after ${MOST_STEPS} steps`);
  } catch (error) {
    await cancel(okta, host, transaction);
    throw error;
  }
}

async function advance(
  okta: Okta,
  host: SamlHost,
  person: SamlPerson,
  transaction: Transaction,
): Promise<Transaction> {
  const { provider, origin } = okta;
  switch (transaction.status) {
    case "MFA_REQUIRED":
      return await proveFactor(okta, host, person, transaction);
    case "PASSWORD_WARN":
      return await skipWarning(okta, person, transaction);
    case "LOCKED_OUT":
      throw loginFailure("refused", provider, "the account is locked", [
        `Unlock it at ${origin}/signin/unlock, or ask your Okta administrator`,
      ], { remoteCode: transaction.status });
    case "PASSWORD_EXPIRED":
    case "PASSWORD_RESET":
    case "RECOVERY":
    case "RECOVERY_CHALLENGE":
      throw loginFailure("refused", provider, "the password has expired or must be changed", [
        `Change it at ${origin}, then run the command again`,
      ], { remoteCode: transaction.status });
    case "MFA_ENROLL":
    case "MFA_ENROLL_ACTIVATE":
      throw loginFailure("refused", provider, "the account has no second factor yet, and Okta wants one", [
        `Set one up at ${origin}, then run the command again`,
      ], { remoteCode: transaction.status });
    default:
      throw unexpectedStatus(provider, transaction.status);
  }
}

async function skipWarning(okta: Okta, person: SamlPerson, transaction: Transaction): Promise<Transaction> {
  const { passwordExpireDays } = objectOf(objectOf(transaction.embedded["policy"])["expiration"]);
  const days = typeof passwordExpireDays === "number" ? `in ${passwordExpireDays} days` : "soon";
  person.tell(`Your Okta password expires ${days}`);
  const skip = linkOf(transaction.links, "skip");
  if (skip === undefined) throw unexpectedStatus(okta.provider, "PASSWORD_WARN without a way on");
  return await step(okta, skip, { stateToken: transaction.stateToken });
}

/** A courtesy, also after Ctrl-C: ignore the result and do not take long. */
async function cancel(
  { origin }: Okta,
  host: Pick<SamlHost, "fetch">,
  { links, stateToken }: Transaction,
): Promise<void> {
  const url = linkOf(links, "cancel");
  if (url?.origin !== origin || stateToken === undefined) return;
  const never = new AbortController().signal;
  const web = await openWeb({ fetch: host.fetch, interrupted: never }, url, { timeoutMillis: CANCEL_MILLIS });
  await Promise.allSettled([web.postJson(url, { stateToken })]);
}

function unexpectedStatus(provider: NamedSamlProvider, status: string): AuthError {
  return loginFailure("bad-answer", provider, `Okta answered ${status}, which is not understood`, [
    browserHint(provider),
  ]);
}

/** Reads the application's page: the SAML response, a refusal, or a request for another factor (once). */
async function readApplication(
  okta: Okta,
  host: SamlHost,
  person: SamlPerson,
  page: WebPage,
  mayStepUp = true,
): Promise<Secret> {
  const { provider, origin, web } = okta;
  const html = readHtml(page);
  const response = samlResponseIn(provider, html);
  if (response !== undefined) return response;
  if (errorCodeOf(page) !== undefined) throw oktaFailure(provider, page);
  if (page.status === 403) {
    throw loginFailure(
      "refused",
      provider,
      "you are not assigned to the application",
      assignmentHints(provider),
    );
  }
  if (page.status === 404) {
    throw loginFailure("config-invalid", provider, `there is no application at ${provider.config.url}`, [
      "Copy the embed link of the AWS application from Okta into url",
    ]);
  }
  const stateToken = stateTokenIn(html);
  if (stateToken === undefined || !mayStepUp) throw notUnderstood(provider, html, page.status);
  const started = await step(okta, new URL("/api/v1/authn", origin), { stateToken });
  await carryThrough(okta, host, person, started);
  const next = await web.get(new URL("/login/step-up/redirect", origin), [["stateToken", stateToken]]);
  return await readApplication(okta, host, person, next, false);
}

/**
 * A sign-on page that asks for another factor has its token in a script: `var stateToken = '00abc\x2Ddef';`
 */
function stateTokenIn(page: HtmlPage): Secret | undefined {
  for (const { tagName, childNodes: [text] } of page.elements) {
    if (tagName !== "script" || text === undefined || !("value" in text)) continue;
    const found = /\bstateToken["']?\s*[=:]\s*(["'])((?:\\.|[\w.-])+)\1/.exec(text.value)?.[2];
    // The classic engine's tokens begin with 00; the Identity Engine's do not and are useless here.
    if (found?.startsWith("00")) return new Secret(unescaped(found));
  }
  return undefined;
}

/** Decodes JavaScript's `\xNN` and `\uNNNN`. */
function unescaped(text: string): string {
  return text.replaceAll(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|(.))/gi,
    (_, byte: string | undefined, unit: string | undefined, other: string | undefined) =>
      other ?? String.fromCharCode(parseInt(byte ?? unit ?? "", 16)),
  );
}

/** If the organization uses the Identity Engine, that explains an unknown response. */
function engineFailure(provider: NamedSamlProvider, error: unknown): unknown {
  if (!isAuthError(error) || !(error.code === "bad-answer" || error.remoteCode === "E0000022")) return error;
  return loginFailure(
    "unsupported",
    provider,
    "this organisation runs Okta Identity Engine, which wants a browser here",
    [browserHint(provider)],
    { remoteCode: error.remoteCode, requestId: error.requestId, cause: error },
  );
}

/**
 * Okta's authentication API (classic engine): transactions, their links, and what its errors mean.
 *
 * @module
 */
import { Secret } from "../credentials.ts";
import type { AuthError } from "../errors.ts";
import { formatInstant } from "../time.ts";
import { browserHint, loginFailure } from "./outcome.ts";
import type { NamedSamlProvider } from "./types.ts";
import type { Web, WebPage } from "./web.ts";
import { harmless } from "./words.ts";

/** A JSON object with unchecked members. */
export type Json = Readonly<Record<string, unknown>>;

/** A response of `/api/v1/authn` or of its links. */
export interface Transaction {
  /** `SUCCESS`, `MFA_REQUIRED`, `LOCKED_OUT`, ... */
  readonly status: string;
  /** `WAITING`, `REJECTED`, `TIMEOUT`, ... while verifying a factor. */
  readonly factorResult: string | undefined;
  readonly stateToken: Secret | undefined;
  readonly sessionToken: Secret | undefined;
  readonly embedded: Json;
  readonly links: Json;
}

/** A conversation with one organization. */
export interface Okta {
  readonly provider: NamedSamlProvider;
  readonly web: Web;
  /** Origin of the application's page. */
  readonly origin: string;
}

/** Returns an object; `{}` for any other value. */
export function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}

/** A text for users, safe to print; `undefined` for an empty text and other values. */
export function shownText(value: unknown): string | undefined {
  const text = typeof value === "string" ? harmless(value) : "";
  return text === "" ? undefined : text;
}

/** The address of a link (HAL); the first of several. */
export function linkOf(holder: Json, name: string): URL | undefined {
  const link = objectOf(holder[name]);
  const many: unknown = holder[name];
  const { href } = Array.isArray(many) ? objectOf(many[0]) : link;
  return typeof href === "string" && URL.canParse(href) ? new URL(href) : undefined;
}

/**
 * Posts a step.
 *
 * @throws AuthError for a response that is not a transaction
 */
export async function step(okta: Okta, url: URL, members: Json): Promise<Transaction> {
  const page = await okta.web.postJson(url, members);
  const body = jsonOf(page);
  if (page.status === 200 && typeof body["status"] === "string") return transactionOf(body, body["status"]);
  throw oktaFailure(okta.provider, page);
}

/** The JSON object in a page; `{}` when it holds something else. */
export function jsonOf(page: WebPage): Json {
  try {
    return objectOf(JSON.parse(page.text));
  } catch (cause) {
    if (cause instanceof SyntaxError) return {};
    throw cause;
  }
}

/** Okta's error code, such as `E0000004`. */
export function errorCodeOf(page: WebPage): string | undefined {
  return shownText(jsonOf(page)["errorCode"]);
}

/** Explains a response that is not a transaction. */
export function oktaFailure(provider: NamedSamlProvider, page: WebPage): AuthError {
  const body = jsonOf(page);
  const remoteCode = errorCodeOf(page);
  const requestId = shownText(body["errorId"]);
  const details = { remoteCode, requestId };
  if (remoteCode === undefined) {
    const reason = `${page.url.host} answered HTTP ${page.status} without what its API sends`;
    return loginFailure("bad-answer", provider, reason, [
      "Check that the provider's url is the embed link of the application in Okta",
      browserHint(provider),
    ]);
  }
  const { code, reason, hints } = meaningOf(remoteCode, page, body, provider);
  return loginFailure(code, provider, reason, hints, details);
}

function meaningOf(
  code: string,
  page: WebPage,
  body: Json,
  provider: NamedSamlProvider,
): { readonly code: AuthError["code"]; readonly reason: string; readonly hints: readonly string[] } {
  const { origin } = page.url;
  switch (code) {
    case "E0000004":
      // The organization may hide which of the three it is.
      return {
        code: "refused",
        reason: "Okta did not accept the user name and password",
        hints: [
          "Check both: they were not tried again, since Okta locks accounts",
          `If they are right, the account is locked or a policy forbids it: see ${origin}`,
        ],
      };
    case "E0000047":
      return { code: "throttled", reason: "Okta had too many requests", hints: [resetHint(page)] };
    case "E0000011":
      return {
        code: "login-not-approved",
        reason: "Okta gave the login up: it took too long",
        hints: ["Run the command again"],
      };
    case "E0000001":
      return { code: "refused", reason: summaryOf(body), hints: assignmentHints(provider) };
    default:
      return { code: "refused", reason: summaryOf(body), hints: [browserHint(provider)] };
  }
}

/** Hints for when Okta denies access to an application. */
export function assignmentHints({ config }: NamedSamlProvider): readonly string[] {
  return [`Ask your Okta administrator to assign you to the application at ${new URL(config.url).origin}`];
}

function summaryOf(body: Json): string {
  const causes: unknown = body["errorCauses"];
  const detail = Array.isArray(causes) ? shownText(objectOf(causes[0])["errorSummary"]) : undefined;
  return `Okta says: ${detail ?? shownText(body["errorSummary"]) ?? "no reason"}`;
}

function resetHint({ headers }: WebPage): string {
  const seconds = Number(headers.get("x-rate-limit-reset") ?? "");
  const known = Number.isInteger(seconds) && seconds > 0 && seconds < 1e11;
  return known ? `Try again after ${formatInstant(seconds * 1000)}` : "Try again in a minute";
}

function transactionOf(body: Json, status: string): Transaction {
  const secretOf = (
    value: unknown,
  ) => (typeof value === "string" && value !== "" ? new Secret(value) : undefined);
  return {
    status,
    factorResult: shownText(body["factorResult"]),
    stateToken: secretOf(body["stateToken"]),
    sessionToken: secretOf(body["sessionToken"]),
    embedded: objectOf(body["_embedded"]),
    links: objectOf(body["_links"]),
  };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

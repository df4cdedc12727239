/**
 * Requests web pages like a browser without scripts: keeps cookies by host and path, follows redirects
 * itself, never uses plain HTTP, and sends a password only where the login itself led.
 *
 * @module
 */
import type { CookieJar } from "tough-cookie";
import { Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { placeOf, readText } from "./web_answer.ts";
import { isLoopback } from "../loopback.ts";

/** The parts of the host that web requests use. */
export type WebHost = Pick<Host, "fetch" | "interrupted">;

/** A field of a form or query. */
export type WebField = readonly [name: string, value: string | Secret];

/** What a form sends, and where to. */
export interface Submission {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly fields: readonly WebField[];
}

/** A complete response, after all redirects. */
export interface WebPage {
  /** Its address, the base of its links. */
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** One conversation; its cookies live as long as it does. */
export interface Web {
  /** Sends a GET, with fields added to the query. */
  readonly get: (url: URL, query?: readonly WebField[]) => Promise<WebPage>;
  /** Submits a form, URL-encoded. */
  readonly submit: (form: Submission) => Promise<WebPage>;
  /** Posts a JSON object. */
  readonly postJson: (url: URL, members: Readonly<Record<string, unknown>>) => Promise<WebPage>;
}

/** Limits; only tests change the defaults. */
export interface WebLimits {
  /** For one request with its response; 30000. */
  readonly timeoutMillis?: number;
  /** Of one response's body; 2 MiB, because Google's sign-in pages are almost one. */
  readonly maxBytes?: number;
}

const TIMEOUT_MILLIS = 30_000;
const MAX_BYTES = 2 * 1024 * 1024;
const MAX_REDIRECTS = 20;

/**
 * ADFS asks Windows' own browsers to log in with Kerberos, and Google requires a browser: Firefox on Linux
 * gets forms from both.
 */
const USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

const PAGE_HEADERS = {
  "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "accept-language": "en-US,en;q=0.9",
  "user-agent": USER_AGENT,
};
const JSON_HEADERS = { ...PAGE_HEADERS, "accept": "application/json" };

/** The state of a conversation. */
interface Conversation {
  readonly host: WebHost;
  readonly jar: CookieJar;
  /** Plain HTTP on this machine is for tests, and only if the conversation started there. */
  readonly isLocal: boolean;
  /** Where secrets may go: the first page's origin, and every origin that such an origin redirected to. */
  readonly reached: Set<string>;
  readonly limits: Required<WebLimits>;
}

/** One request; determines what follows a redirect. */
interface Sending {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether the query or the body contains a secret. */
  readonly isSecret: boolean;
}

/**
 * Opens a conversation that starts at `start`, without sending anything.
 *
 * @throws AuthError `config-invalid` when `start` is not https
 */
export async function openWeb(host: WebHost, start: URL, limits: WebLimits = {}): Promise<Web> {
  const { CookieJar } = await import("tough-cookie");
  const conversation: Conversation = {
    host,
    jar: new CookieJar(),
    isLocal: isLocalHttp(start),
    reached: new Set([start.origin]),
    limits: { timeoutMillis: TIMEOUT_MILLIS, maxBytes: MAX_BYTES, ...limits },
  };
  if (!isAllowed(conversation, start)) {
    throw new AuthError("config-invalid", `Cannot log in at ${placeOf(start)}: it is not an https address`);
  }
  return {
    get: (url, query = []) => {
      const isSecret = query.some(isSecretField);
      return send(conversation, {
        method: "GET",
        url: withQuery(url, query),
        headers: PAGE_HEADERS,
        isSecret,
      });
    },
    submit: async (form) => await send(conversation, sendingOf(form)),
    postJson: (url, members) =>
      send(conversation, {
        method: "POST",
        url,
        headers: { ...JSON_HEADERS, "content-type": "application/json" },
        ...jsonOf(members),
      }),
  };
}

function isSecretField([, value]: WebField): boolean {
  return value instanceof Secret;
}

const textOf = (value: string | Secret) => (value instanceof Secret ? value.reveal() : value);

/** As in forms (HTML, 4.10.21.8), line breaks become CRLF. */
function encoded(fields: readonly WebField[]): string {
  const lines = (text: string) => text.replaceAll(/\r\n?|\n/g, "\r\n");
  return new URLSearchParams(fields.map(([name, value]) => [lines(name), lines(textOf(value))])).toString();
}

function withQuery(url: URL, query: readonly WebField[]): URL {
  const whole = new URL(url);
  for (const [name, value] of query) whole.searchParams.append(name, textOf(value));
  return whole;
}

/** `Secret` serializes itself as `[secret]` in JSON, so reveal each member of a body. */
function jsonOf(
  members: Readonly<Record<string, unknown>>,
): { readonly body: string; readonly isSecret: boolean } {
  const revealed = Object.entries(members).map(([name, value]) =>
    [name, value instanceof Secret ? value.reveal() : value] as const
  );
  return {
    body: JSON.stringify(Object.fromEntries(revealed)),
    isSecret: Object.values(members).some((value) => value instanceof Secret),
  };
}

function sendingOf({ method, url, fields }: Submission): Sending {
  const isSecret = fields.some(isSecretField);
  if (method === "POST") {
    const headers = { ...PAGE_HEADERS, "content-type": "application/x-www-form-urlencoded" };
    return { method, url, headers, body: encoded(fields), isSecret };
  }
  if (isSecret) {
    // Addresses end up in the logs of every proxy and server on the way.
    throw new AuthError(
      "bad-answer",
      `Cannot log in: the form at ${placeOf(url)} wants a password in an address`,
    );
  }
  // A form's GET replaces the query of its action (HTML, 4.10.21.3 "mutate action URL").
  const target = new URL(url);
  target.search = encoded(fields);
  return { method, url: target, headers: PAGE_HEADERS, isSecret };
}

async function send(conversation: Conversation, first: Sending): Promise<WebPage> {
  let sending = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    requireAllowed(conversation, sending);
    const { response, signal } = await sendOne(conversation, sending);
    const location = locationOf(response);
    if (location === undefined) {
      const text = await readText(sending.url, response, signal, conversation.limits.maxBytes);
      return { url: sending.url, status: response.status, headers: response.headers, text };
    }
    await response.body?.cancel();
    sending = redirected(conversation, sending, response.status, location);
  }
  throw new AuthError(
    "bad-answer",
    `Cannot log in: ${first.url.host} redirects more than ${MAX_REDIRECTS} times`,
  );
}

async function sendOne(
  { host, jar, limits }: Conversation,
  { method, url, headers, body }: Sending,
): Promise<{ readonly response: Response; readonly signal: AbortSignal }> {
  const cookie = await jar.getCookieString(url.href);
  const signal = AbortSignal.any([host.interrupted, AbortSignal.timeout(limits.timeoutMillis)]);
  const request = new Request(url, {
    method,
    headers: { ...headers, ...(cookie === "" ? {} : { cookie }) },
    redirect: "manual",
    signal,
    ...(body === undefined ? {} : { body }),
  });
  const response = await host.fetch(request);
  for (const line of response.headers.getSetCookie()) {
    // Like a browser, ignore cookies that the server may not set, such as for another site.
    await jar.setCookie(line, url.href, { ignoreError: true });
  }
  return { response, signal };
}

function locationOf(response: Response): string | undefined {
  const isRedirect = [301, 302, 303, 307, 308].includes(response.status);
  return isRedirect ? response.headers.get("location") ?? undefined : undefined;
}

/**
 * The next request: 307 and 308 keep method and body, the others become GET (Fetch, "HTTP-redirect fetch").
 */
function redirected(
  { reached }: Conversation,
  { method, url, headers, body, isSecret }: Sending,
  status: number,
  location: string,
): Sending {
  if (!URL.canParse(location, url.href)) {
    throw new AuthError(
      "bad-answer",
      `Cannot log in: ${placeOf(url)} redirects to something that is no address`,
    );
  }
  const target = new URL(location, url.href);
  target.hash = "";
  const keepsBody = status >= 307 && body !== undefined;
  // A password never follows a redirect to an origin that was not reached before.
  if (reached.has(url.origin) && !(keepsBody && isSecret)) reached.add(target.origin);
  if (keepsBody) return { method, url: target, headers, body, isSecret };
  // The server chose the address, so it contains none of our secrets.
  const { "content-type": _, ...plain } = { "content-type": "", ...headers };
  return { method: "GET", url: target, headers: plain, isSecret: false };
}

function requireAllowed(conversation: Conversation, { url, isSecret }: Sending): void {
  if (!isAllowed(conversation, url)) {
    throw new AuthError(
      "bad-answer",
      `Cannot log in: the login leads to ${placeOf(url)}, which is not encrypted`,
    );
  }
  if (isSecret && !conversation.reached.has(url.origin)) {
    throw new AuthError(
      "refused",
      `Cannot log in: a page wants the password sent to ${url.origin}, where the login did not lead`,
      { hints: [`If ${url.host} belongs to your identity provider, use driver: Browser`] },
    );
  }
}

function isAllowed({ isLocal }: Conversation, url: URL): boolean {
  return url.protocol === "https:" || (isLocal && isLocalHttp(url));
}

function isLocalHttp(url: URL): boolean {
  return url.protocol === "http:" && isLoopback(url);
}

/**
 * Receives the browser's callback: a listener on 127.0.0.1 that accepts exactly one response to our request
 * (RFC 8252 section 7.3). Any program on this machine, and any page in its browser, can send it requests;
 * others are refused and change nothing.
 *
 * @module
 */
import { Secret } from "../credentials.ts";
import type { Host } from "../host.ts";

/** The authorization server's response (RFC 6749 sections 4.1.2 and 4.1.2.1). */
export type Callback =
  | { readonly type: "code"; readonly code: Secret }
  | { readonly type: "error"; readonly error: string; readonly description: string };

/** What a callback must match. */
export interface Expected {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly path: string;
  readonly state: Secret;
}

/** A listener, active until disposed. */
export interface CallbackListener extends AsyncDisposable {
  /** The address that the browser is redirected to. */
  readonly redirectUri: string;
  /** The one response that is accepted. */
  readonly received: Promise<Callback>;
}

/** Why a request is refused. */
interface Refusal {
  readonly type: "refusal";
  readonly status: 400 | 404 | 405 | 421;
  readonly reason: string;
}

/**
 * Listens for the response to a request with this `state`.
 *
 * @throws AuthError `failed`, `permission-missing` when listening is not possible
 */
export async function listenForCallback(
  host: Pick<Host, "listen">,
  path: string,
  state: Secret,
): Promise<CallbackListener> {
  const { promise: received, resolve } = Promise.withResolvers<Callback>();
  const own: { origin: string; done: boolean } = { origin: "", done: false };
  const server = await host.listen((request) => {
    const read = readCallback(request, { origin: own.origin, path, state });
    if (read.type === "refusal") return Promise.resolve(plain(read.status, read.reason));
    if (own.done) return Promise.resolve(plain(410, "This login has been answered already."));
    own.done = true;
    resolve(read);
    return Promise.resolve(closingPage(read.type === "code"));
  });
  own.origin = server.origin;
  return {
    redirectUri: `${server.origin}${path}`,
    received,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Reads a request; checks its state before anything else in it. */
export function readCallback(request: Request, { origin, path, state }: Expected): Callback | Refusal {
  const url = new URL(request.url);
  // The runtime builds the URL from the client's headers, so DNS rebinding shows here (RFC 9110 section 7.4).
  const claimed = request.headers.get("host") ?? url.host;
  if (url.origin !== origin || `http://${claimed}` !== origin) return refusal(421, "This is another host.");
  if (url.pathname !== path) return refusal(404, "There is nothing here.");
  if (request.method !== "GET") return refusal(405, "Only GET is answered here.");
  const [given, ...more] = url.searchParams.getAll("state");
  if (given === undefined || more.length > 0 || !isSame(given, state.reveal())) {
    return refusal(400, "This is not the answer to the login that is waiting.");
  }
  const error = url.searchParams.get("error");
  if (error !== null) {
    return { type: "error", error, description: url.searchParams.get("error_description") ?? "" };
  }
  const code = url.searchParams.get("code");
  return code ? { type: "code", code: new Secret(code) } : refusal(400, "The answer holds no code.");
}

function refusal(status: Refusal["status"], reason: string): Refusal {
  return { type: "refusal", status, reason };
}

/** Compares in constant time. */
function isSame(given: string, wanted: string): boolean {
  const [left, right] = [given, wanted].map((text) => new TextEncoder().encode(text));
  if (left === undefined || right === undefined || left.length !== right.length) return false;
  return left.reduce((difference, octet, at) => difference | (octet ^ (right[at] ?? 0)), 0) === 0;
}

/** The code is in the address, so nothing may cache it or pass it on. */
const HEADERS = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  "connection": "close",
} as const;

function plain(status: number, reason: string): Response {
  return new Response(`${reason}\n`, {
    status,
    headers: { ...HEADERS, "content-type": "text/plain; charset=utf-8" },
  });
}

function closingPage(granted: boolean): Response {
  const [title, words] = granted
    ? ["Login received", "Go back to the terminal; this page can be closed."]
    : ["Login refused", "The terminal says why; this page can be closed."];
  const style = "body{font-family:sans-serif;margin:20vh auto;max-width:30em;text-align:center}";
  const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${style}</style></head>
<body><h1>${title}</h1><p>${words}</p></body></html>
`;
  return new Response(page, { headers: { ...HEADERS, "content-type": "text/html; charset=utf-8" } });
}

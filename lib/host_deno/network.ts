/**
 * Outgoing requests, and the loopback listener for the browser's callback.
 *
 * @module
 */
import { AuthError, type ErrorReason, isAuthError } from "../errors.ts";
import type { Files, Host, LoopbackServer } from "../host.ts";
import { permissionMissing } from "../grants.ts";
import { failureOf } from "./failures.ts";
import { sleep } from "./timing.ts";
import { LOOPBACK } from "../loopback.ts";
import { within } from "../deadline.ts";

/**
 * `Host.fetch`: does not follow redirects, reads whole bodies, adds nothing to requests, and names only the
 * host in errors.
 */
export function networkFetch(files: Pick<Files, "readText">, env: Host["env"]): Host["fetch"] {
  const lazy: { bundle?: Promise<readonly string[]>; shared?: Deno.HttpClient } = {};
  return async (request) => {
    const caCerts = [...await (lazy.bundle ??= certificates(files, env("AWS_CA_BUNDLE") ?? ""))];
    if (request.method === "GET" || request.method === "HEAD") {
      if (caCerts.length > 0) lazy.shared ??= Deno.createHttpClient({ caCerts });
      return await wholeAnswer(request, lazy.shared);
    }
    // The runtime resends a request by itself when an idle connection turns out to be closed. A new
    // connection prevents that for requests that may spend a one-time code or a refresh token.
    using client = Deno.createHttpClient({
      poolMaxIdlePerHost: 0,
      ...(caCerts.length > 0 ? { caCerts } : {}),
    });
    return await wholeAnswer(request, client);
  };
}

/** From the first byte sent to the last one read. */
const DEADLINE_MILLIS = 30_000;
/** Far above any response of AWS or an identity provider. */
const LONGEST_BODY = 16 * 1024 * 1024;
const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/** Fetches a complete response: a truncated body would otherwise fail later, after the success status. */
async function wholeAnswer(request: Request, client: Deno.HttpClient | undefined): Promise<Response> {
  const deadline = new AbortController();
  const late = () => deadline.abort(new DOMException("No answer in time", "TimeoutError"));
  const timer = setTimeout(late, DEADLINE_MILLIS);
  const signal = AbortSignal.any([request.signal, deadline.signal]);
  try {
    const answer = await fetch(request, {
      redirect: "manual",
      signal,
      ...(client === undefined ? {} : { client }),
    });
    const body = await readBounded(answer, new URL(request.url).host);
    const { status, statusText, headers } = answer;
    return new Response(WITHOUT_BODY.has(status) ? null : body, { status, statusText, headers });
  } catch (error) {
    throw isAuthError(error) ? error : requestFailure(request, signal, error);
  } finally {
    clearTimeout(timer);
  }
}

async function readBounded(answer: Response, host: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const part of answer.body ?? []) {
    parts.push(part);
    length += part.length;
    if (length > LONGEST_BODY) {
      throw new AuthError("bad-answer", `Cannot read the answer of ${host}: it is longer than 16 MiB`);
    }
  }
  const whole = new Uint8Array(length);
  parts.reduce((offset, part) => {
    whole.set(part, offset);
    return offset + part.length;
  }, 0);
  return whole;
}

/**
 * The certificates of `AWS_CA_BUNDLE`, trusted in addition to Deno's own; Deno itself reads only `DENO_CERT`.
 */
async function certificates(files: Pick<Files, "readText">, path: string): Promise<readonly string[]> {
  if (path === "") return [];
  const bundle = await files.readText(path);
  // Deno accepts any text and silently finds no certificate in it.
  if (bundle?.includes("-----BEGIN CERTIFICATE-----")) return [bundle];
  const reason = bundle === undefined ? "there is no such file" : "it holds no PEM certificate";
  throw new AuthError("config-invalid", `Cannot use AWS_CA_BUNDLE, ${path}: ${reason}`, { reason: "tls" });
}

/** The messages of an error and its causes: the first has the reason in 2.4, the last in 2.9. */
function wholeMessage(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${wholeMessage(error.cause)}` : "";
}

const NETWORK_REASONS: readonly (readonly [RegExp, ErrorReason, string, string?])[] = [
  [/dns error|failed to lookup address/i, "dns", "the name cannot be resolved (DNS)"],
  [/unsuccessful tunnel|proxy/i, "proxy", "the proxy refused", "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"],
  [
    /UnknownIssuer|CaUsedAsEndEntity|SelfSigned/i,
    "tls",
    "its certificate is signed by nobody we trust (TLS)",
    "If a proxy inspects TLS, name the file of its certificate in AWS_CA_BUNDLE",
  ],
  [
    /certificate expired|Expired/,
    "tls",
    "its certificate has expired (TLS)",
    "Check the clock of this machine",
  ],
  [/not valid for name|NotValidForName/i, "tls", "its certificate is for another name (TLS)"],
  [/certificate|InvalidContentType|tls|handshake/i, "tls", "no secure connection could be made (TLS)"],
  [/connection refused/i, "refused", "the connection was refused"],
  [
    /connection reset|closed before message completed|unexpected eof|error reading a body|body from connection/i,
    "broken-off",
    "the connection was broken off",
  ],
  [/no route|network is unreachable|os error 101/i, "no-route", "the network is unreachable"],
  [/timed out/i, "timeout", "the connection timed out"],
];

function requestFailure(request: Request, signal: AbortSignal, error: unknown): unknown {
  const host = new URL(request.url).host;
  if (signal.aborted) return abortReason(host, signal.reason);
  if (error instanceof Deno.errors.NotCapable) return permissionMissing(`reach ${host}`, error);
  const message = wholeMessage(error);
  const [, reason, known, hint] = NETWORK_REASONS.find(([pattern]) => pattern.test(message)) ?? [];
  const words = known ?? /(?:client error \(\w+\)|fetch failed): (.+)$/im.exec(message)?.[1] ??
    "the request failed";
  return new AuthError("unreachable", `Cannot reach ${host}: ${words}`, {
    hints: [hint],
    reason,
    cause: error,
  });
}

/** Canceled by our caller, with its own reason, or by an `AbortSignal.timeout`. */
function abortReason(host: string, reason: unknown): unknown {
  const timedOut = reason instanceof DOMException && reason.name === "TimeoutError";
  return timedOut
    ? new AuthError("unreachable", `Cannot reach ${host}: no answer in time`, {
      reason: "timeout",
      cause: reason,
    })
    : reason;
}

const GRACE_MILLIS = 1000;

/** `Host.listen`. */
export function loopbackServer(answer: (request: Request) => Promise<Response>): Promise<LoopbackServer> {
  const options = { hostname: LOOPBACK, port: 0, onListen: () => {} };
  return Promise.resolve().then(() => {
    const server = Deno.serve(options, (request) => answer(request));
    return {
      origin: `http://${LOOPBACK}:${server.addr.port}`,
      // Let the last response finish, but do not wait for one that never comes.
      [Symbol.asyncDispose]: () => within({ sleep }, GRACE_MILLIS, server.shutdown(), () => {}),
    };
  }).catch((error) => {
    throw failureOf("failed", `listen on ${LOOPBACK}`, error);
  });
}

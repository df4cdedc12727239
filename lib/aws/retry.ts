/**
 * Retries calls to AWS: wraps a host with a `fetch` that retries where that is safe and useful.
 *
 * @module
 */
import { type AuthError, isAuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { readBody } from "./whole.ts";

const TRIES = 5;
const FIRST_PAUSE_MILLIS = 250;
const LONGEST_PAUSE_MILLIS = 8_000;
const LONGEST_RETRY_AFTER_MILLIS = 20_000;
const RETRYABLE_STATUS: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);
/** Throttling with HTTP 400, as STS's query protocol sends it. */
const THROTTLED =
  /\b(?:Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException|SlowDown|slow_down)\b/;

/** The parts of the host that retries use. An interruption ends a pause if the host reports it. */
type PatientHost = Pick<Host, "fetch" | "sleep" | "random"> & Partial<Pick<Host, "interrupted">>;

/**
 * Retries network failures, incomplete responses, 429, 5xx and throttling, with exponential backoff and full
 * jitter; honors `Retry-After` up to 20 s. Only for requests that are safe to repeat: never for one that
 * spends a one-time code.
 */
export function withRetries<Part extends PatientHost>(host: Part): Part {
  const fetch = (request: Request) => fetchPatiently(host, request);
  // Copy descriptors, because spreading would evaluate members that are created on first use.
  const members = { ...Object.getOwnPropertyDescriptors(host), fetch: { value: fetch, enumerable: true } };
  return Object.create(Object.getPrototypeOf(host), members);
}

async function fetchPatiently(host: PatientHost, request: Request): Promise<Response> {
  for (let attempt = 1;; attempt++) {
    const outcome = await fetchWhole(host, request).catch(keepUnreachable);
    const isLast = attempt === TRIES;
    if (outcome instanceof Error) {
      if (isLast) throw outcome;
      await host.sleep(pause(host, attempt), host.interrupted);
    } else if (isLast || !isRetryable(outcome)) {
      return outcome.response;
    } else {
      await host.sleep(retryAfter(outcome.response) ?? pause(host, attempt), host.interrupted);
    }
  }
}

interface Whole {
  readonly response: Response;
  /** Read only for a 400, to detect throttling. */
  readonly text: string;
}

/** Fetches a complete response, so an interrupted one is retried too. */
async function fetchWhole(host: PatientHost, request: Request): Promise<Whole> {
  const response = await host.fetch(request.clone());
  const bytes = await readBody(request, response);
  const { status, statusText, headers } = response;
  return {
    response: new Response(bytes.length === 0 ? null : bytes, { status, statusText, headers }),
    text: status === 400 ? new TextDecoder().decode(bytes) : "",
  };
}

function keepUnreachable(error: unknown): AuthError {
  if (isAuthError(error, "unreachable")) return error;
  throw error;
}

function isRetryable({ response, text }: Whole): boolean {
  return RETRYABLE_STATUS.has(response.status) || THROTTLED.test(text);
}

function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  return seconds > 0 ? Math.min(seconds * 1000, LONGEST_RETRY_AFTER_MILLIS) : undefined;
}

function pause(host: Pick<Host, "random">, attempt: number): number {
  const ceiling = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS * 2 ** (attempt - 1));
  return Math.round(ceiling * ((host.random(1)[0] ?? 0) + 1) / 256);
}

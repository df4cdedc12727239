/**
 * Connects the AWS SDK's clients to `Host.fetch`, and sets every option that the SDK would otherwise read
 * from files and environment variables. Clients are imported on demand, because importing one costs more than
 * everything else together.
 *
 * @module
 */
import type { LongLivedKeys } from "../config/types.ts";
import type { AwsSession } from "../credentials.ts";
import { AuthError, type ErrorCode, isAuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { EpochMillis } from "../time.ts";
import type { AwsService } from "../endpoint_variables.ts";
import { endpointVariant, serviceEndpoint } from "./endpoints.ts";
import { Sha256 } from "./sha256.ts";
import { readBody } from "./whole.ts";
import { percentEncoded } from "../percent.ts";

/** Where to reach a service. */
export interface ServicePlace {
  readonly region: string;
  /** `spec.endpoint_url`, if configured. */
  readonly endpointUrl: string | undefined;
}

/** The parts of the host that a call uses. */
export type AwsHost = Pick<Host, "fetch" | "env">;

/** The parts of the SDK's `HttpRequest` that we use. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

interface SdkResponse {
  readonly statusCode: number;
  readonly reason: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** The options of all our clients. */
export function clientOptions(host: AwsHost, service: AwsService, place: ServicePlace) {
  const endpoint = serviceEndpoint(host.env, service, place.endpointUrl);
  return {
    region: place.region,
    ...(endpoint === undefined ? endpointVariant(host.env) : {
      endpoint: endpoint.href.replace(/\/$/, ""),
      // Set with an override too: the SDK reads missing options from ~/.aws/config.
      useFipsEndpoint: false,
      useDualstackEndpoint: false,
    }),
    // Otherwise the SDK reads `endpoint_url` from ~/.aws/config, and would send the credentials there.
    ignoreConfiguredEndpointUrls: true,
    sha256: Sha256,
    requestHandler: { handle: (request: SdkRequest) => send(host, request) },
    // We retry ourselves (retry.ts): the SDK would sleep and use randomness outside the Host.
    maxAttempts: 1,
    retryMode: "standard",
    defaultsMode: "standard" as const,
    userAgentAppId: "atmos-auth",
    authSchemePreference: [],
    disableClockSkewCorrection: false,
    disableHostPrefix: false,
    defaultUserAgentProvider: () => Promise.resolve<[string, string][]>([["atmos-auth", "0"]]),
  };
}

/** Converts a session or long-lived keys for the SDK. */
export function sdkCredentials(signer: AwsSession | LongLivedKeys) {
  return {
    accessKeyId: signer.accessKeyId,
    secretAccessKey: signer.secretAccessKey.reveal(),
    ...("sessionToken" in signer ? { sessionToken: signer.sessionToken.reveal() } : {}),
  };
}

async function send(host: Pick<Host, "fetch">, sdkRequest: SdkRequest): Promise<{ response: SdkResponse }> {
  const request = toRequest(sdkRequest);
  const response = await host.fetch(request);
  const body = await readBody(request, response);
  const headers = Object.fromEntries(response.headers);
  return { response: { statusCode: response.status, reason: response.statusText, headers, body } };
}

function toRequest(request: SdkRequest): Request {
  const url = new URL(`${request.protocol}//${request.hostname}`);
  if (request.port !== undefined) url.port = String(request.port);
  const query = queryString(request.query ?? {});
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    // The runtime sets both from the URL and the body, to the values that were signed.
    if (name.toLowerCase() !== "host" && name.toLowerCase() !== "content-length") headers.set(name, value);
  }
  const hasBody = request.body !== undefined && request.method !== "GET" && request.method !== "HEAD";
  return new Request(`${url.origin}${request.path}${query === "" ? "" : `?${query}`}`, {
    method: request.method,
    headers,
    redirect: "manual",
    ...(hasBody && request.body !== undefined ? { body: request.body } : {}),
  });
}

function queryString(query: NonNullable<SdkRequest["query"]>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (typeof value === "object" && value !== null ? value : [value]).map((one) => [name, one] as const)
  );
  return pairs.map(([name, value]) => value === null ? encode(name) : `${encode(name)}=${encode(value)}`)
    .join("&");
}

/** Encodes all but the unreserved characters of RFC 3986, as SigV4's canonical query requires. */
const encode = (text: string): string => percentEncoded(text, /[^A-Za-z0-9_.~-]/gu);

/** What was attempted, for the error message. */
export interface Attempt {
  /** `assume the role arn:...`: completes "Cannot". */
  readonly doing: string;
  readonly operation: string;
  /** The configuration path of the setting. */
  readonly where?: string;
  /** Extra hints by AWS error code or exception name. */
  readonly hints?: (failure: RemoteFailure) => readonly string[];
}

/** An error response. */
export interface RemoteFailure {
  /** AWS's or OAuth's code, such as `AccessDenied` or `invalid_grant`; empty when the response had none. */
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly requestId: string | undefined;
  /** The server's clock, from the `Date` header. */
  readonly serverTime: EpochMillis | undefined;
}

const SESSION_REJECTED: ReadonlySet<string> = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "UnauthorizedException",
]);
const THROTTLING: ReadonlySet<string> = new Set([
  "Throttling",
  "ThrottlingException",
  "RequestLimitExceeded",
  "TooManyRequestsException",
  "slow_down",
]);
const CLOCK: ReadonlySet<string> = new Set(["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"]);

/**
 * Makes one SDK call, and turns every failure into an `AuthError`. If AWS rejects the signature because of
 * our clock, retries once with the offset that the SDK learned from the response's `Date`.
 */
export async function callAws<Output>(attempt: Attempt, call: () => Promise<Output>): Promise<Output> {
  try {
    return await call();
  } catch (error) {
    if (!isClockFailure(remoteFailure(error))) throw awsFailure(error, attempt);
    return await call().catch((second: unknown) => {
      throw awsFailure(second, attempt);
    });
  }
}

function isClockFailure(failure: RemoteFailure | undefined): boolean {
  if (failure === undefined) return false;
  return CLOCK.has(failure.code) ||
    (failure.code === "SignatureDoesNotMatch" &&
      /signature (?:expired|not yet current)/i.test(failure.message));
}

/** Reads what the SDK threw; `undefined` when it got no readable response. */
export function remoteFailure(error: unknown): RemoteFailure | undefined {
  if (!(error instanceof Error) || isAuthError(error)) return undefined;
  const metadata = record(record(error)["$metadata"]);
  const status = metadata["httpStatusCode"];
  if (typeof status !== "number") return undefined;
  const own = record(error);
  const oauth = own["error"];
  const code = typeof oauth === "string" ? oauth : own["Code"] ?? own["name"];
  const requestId = metadata["requestId"];
  return {
    code: typeof code === "string" && !isPlaceholder(code) ? code : "",
    status,
    message: readableMessage(own),
    requestId: typeof requestId === "string" ? requestId : undefined,
    serverTime: dateHeader(error),
  };
}

function dateHeader(error: Error): EpochMillis | undefined {
  const date = record(record(record(error)["$response"])["headers"])["date"];
  const millis = typeof date === "string" ? Date.parse(date) : NaN;
  return Number.isNaN(millis) ? undefined : millis;
}

function readableMessage(error: Readonly<Record<string, unknown>>): string {
  const text = error["error_description"] ?? error["message"];
  return typeof text === "string" && !isPlaceholder(text) ? text : "no reason given";
}

/** The SDK's text for a response without one. */
function isPlaceholder(text: string): boolean {
  return ["", "Error", "Unknown", "UnknownError"].includes(text);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? value as Readonly<Record<string, unknown>> : {};
}

/** Creates the error that {@linkcode callAws} throws for a failed call. */
export function awsFailure(error: unknown, attempt: Attempt): AuthError {
  if (isAuthError(error)) return withAttempt(error, attempt);
  const failure = remoteFailure(error);
  if (failure === undefined) return unsent(error, attempt);
  if (isUnreadable(error) || failure.status < 400) return badAnswer(error, attempt, failure.status);
  const code = errorCode(failure);
  const name = failure.code === "" ? `HTTP ${failure.status}` : failure.code;
  return new AuthError(code, `Cannot ${attempt.doing}: ${failure.message} (${name})`, {
    where: attempt.where ?? attempt.operation,
    hints: [...attempt.hints?.(failure) ?? [], ...commonHints(failure, code)],
    requestId: failure.requestId,
    remoteCode: failure.code === "" ? undefined : failure.code,
    cause: error,
  });
}

function withAttempt(error: AuthError, attempt: Attempt): AuthError {
  return error.with({
    message: `Cannot ${attempt.doing}: ${error.message}`,
    where: error.where ?? attempt.operation,
    cause: error,
  });
}

/** The SDK could not parse the response. */
function isUnreadable(error: unknown): boolean {
  return error instanceof SyntaxError || record(error)["$responseBodyText"] !== undefined;
}

/** No response and no network failure: the SDK refused to send the request, as for unusual regions. */
function unsent(error: unknown, attempt: Attempt): AuthError {
  const isAboutEndpoint = error instanceof Error && error.name === "EndpointError";
  const reason = isAboutEndpoint ? error.message : "the request could not be made";
  const where = attempt.where ?? attempt.operation;
  return new AuthError("failed", `Cannot ${attempt.doing}: ${reason}`, { where, cause: error });
}

function badAnswer(error: unknown, attempt: Attempt, status: number): AuthError {
  return new AuthError(
    status === 429 || status >= 500 ? errorCode({ code: "", status }) : "bad-answer",
    `Cannot ${attempt.doing}: HTTP ${status} was not what ${attempt.operation} answers`,
    {
      where: attempt.where ?? attempt.operation,
      hints: ["A proxy or a captive portal may have answered in place of AWS"],
      cause: wordless(error),
    },
  );
}

/** Parser errors quote the response, which may contain credentials: keep only their name. */
function wordless(error: unknown): Error {
  return new TypeError(`${error instanceof Error ? error.name : typeof error}: its text is withheld`);
}

function errorCode({ code, status }: Pick<RemoteFailure, "code" | "status">): ErrorCode {
  if (status === 429 || THROTTLING.has(code)) return "throttled";
  if (status >= 500) return "unreachable";
  if (SESSION_REJECTED.has(code) || status === 401) return "session-rejected";
  return "refused";
}

function commonHints(failure: RemoteFailure, code: ErrorCode): readonly string[] {
  if (isClockFailure(failure)) return ["This machine's clock is off: set it, then try again"];
  if (code === "throttled") return ["AWS asks to slow down: wait a minute, then try again"];
  if (failure.code === "SignatureDoesNotMatch") {
    return ["The secret access key does not belong to the access key id"];
  }
  if (failure.code === "RegionDisabledException") return ["STS is not active in this region for the account"];
  return [];
}

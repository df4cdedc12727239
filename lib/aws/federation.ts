/**
 * The console's sign-in for role sessions: exchanges the session for a sign-in token, and puts it in a link
 * (IAM User Guide, "Enable custom identity broker access to the AWS console"). Anyone with the link can log
 * in for 15 minutes, so it is as secret as the session.
 *
 * @module
 */
import * as v from "valibot";
import { partitionOfRegion } from "../arn.ts";
import { type AwsSession, Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { CONSOLE_DOMAINS, signInHost } from "../console_domains.ts";
import type { ConsolePages } from "./console_destinations.ts";
import { serviceEndpoint } from "./endpoints.ts";
import { withRetries } from "./retry.ts";

/** Where to sign in, and to what. */
export interface Signin {
  /** Receives first the session, then the browser. */
  readonly federation: URL;
  readonly pages: ConsolePages;
}

/** Which console to sign in to. */
export interface SigninPlace {
  readonly partition: string;
  /** The user's region; ignored if it is in another partition. */
  readonly region: string;
  /** `spec.endpoint_url`, if configured. */
  readonly endpointUrl: string | undefined;
}

interface Hosts {
  readonly domain: string;
  /** Whether a region has its own sign-in service. */
  readonly isRegional: (region: string) => boolean;
  /** Used instead of a region of another partition. */
  readonly region: string;
}

/** The partitions whose addresses AWS publishes. */
const HOSTS: ReadonlyMap<string, Hosts> = new Map<string, Hosts>([
  ["aws", {
    domain: CONSOLE_DOMAINS.aws,
    isRegional: (region) => region !== "us-east-1",
    region: "us-east-1",
  }],
  ["aws-us-gov", { domain: CONSOLE_DOMAINS["aws-us-gov"], isRegional: () => false, region: "us-gov-west-1" }],
  ["aws-cn", { domain: CONSOLE_DOMAINS["aws-cn"], isRegional: () => false, region: "cn-north-1" }],
  ["aws-eusc", { domain: CONSOLE_DOMAINS["aws-eusc"], isRegional: () => true, region: "eusc-de-east-1" }],
]);

function hostOf({ domain, isRegional }: Hosts, region: string): string {
  return isRegional(region) ? `${region}.${signInHost(domain)}` : signInHost(domain);
}

/**
 * Where sessions of a partition sign in: `spec.endpoint_url`, `AWS_ENDPOINT_URL_SIGNIN`, `AWS_ENDPOINT_URL`,
 * else AWS's own host.
 *
 * @throws AuthError `unsupported` for a partition whose hosts are not public, unless they are set;
 * `config-invalid`
 */
export function signinFor(env: Host["env"], { partition, region, endpointUrl }: SigninPlace): Signin {
  const endpoint = serviceEndpoint(env, "SIGNIN", endpointUrl);
  const hosts = HOSTS.get(partition);
  if (hosts === undefined) {
    if (endpoint === undefined) throw notPublic(partition);
    return {
      federation: federationOf(endpoint),
      pages: { home: new URL("/", endpoint), has: isOf(endpoint) },
    };
  }
  const ownRegion = partitionOfRegion(region) === partition ? region : hosts.region;
  const service = endpoint ?? new URL(`https://${hostOf(hosts, ownRegion)}/`);
  const home = new URL(`https://console.${hosts.domain}/`);
  const has = (page: URL) => isBelow(page, home.hostname) || (endpoint !== undefined && isOf(endpoint)(page));
  return { federation: federationOf(service), pages: { home, has } };
}

function federationOf(service: URL): URL {
  return new URL(`${service.pathname.replace(/\/$/, "")}/federation`, service);
}

/** A custom sign-in service may redirect to its own pages. */
const isOf = (endpoint: URL) => (page: URL): boolean => page.origin === endpoint.origin;

/** Pages on a host or its subdomains, without a username, password or port. */
function isBelow({ protocol, hostname, port, username, password }: URL, host: string): boolean {
  return protocol === "https:" && port + username + password === "" &&
    (hostname === host || hostname.endsWith(`.${host}`));
}

function notPublic(partition: string): AuthError {
  return new AuthError(
    "unsupported",
    `Cannot sign in to the console of the partition ${partition}: its address is not public`,
    { hints: ["Set AWS_ENDPOINT_URL_SIGNIN to the address of its sign-in service"] },
  );
}

/** A token for signing in. */
export interface SigninToken {
  readonly token: Secret;
  /** Whether AWS refused the session with the requested duration, but accepted it without. */
  readonly durationRefused: boolean;
}

const Answer = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ SigninToken: v.pipe(v.string(), v.minLength(1)) }),
);

/**
 * Calls getSigninToken with POST, which keeps the session out of addresses: proxies log those, and their
 * length is limited.
 *
 * @param seconds the length of the console session; `undefined`: until `session` ends. AWS accepts it for
 * sessions from AssumeRoleWithSAML, AssumeRoleWithWebIdentity or Identity Center, but not after role
 * chaining; if AWS refuses it, retries without
 * @throws AuthError `refused`, `unreachable`, `throttled`, `bad-answer`
 */
export async function getSigninToken(
  host: Pick<Host, "fetch" | "sleep" | "random" | "interrupted">,
  { federation }: Signin,
  session: AwsSession,
  seconds: number | undefined,
): Promise<SigninToken> {
  const patient = withRetries({
    fetch: host.fetch,
    sleep: host.sleep,
    random: host.random,
    interrupted: host.interrupted,
  });
  const post = (wished: number | undefined) => patient.fetch(tokenRequest(federation, session, wished));
  const first = await post(seconds);
  const durationRefused = first.status === 400 && seconds !== undefined;
  const answer = durationRefused ? await post(undefined) : first;
  return { token: await tokenIn(answer), durationRefused };
}

function tokenRequest(federation: URL, session: AwsSession, seconds: number | undefined): Request {
  const { accessKeyId, secretAccessKey, sessionToken } = session;
  return new Request(federation, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({
      Action: "getSigninToken",
      // Names are case-sensitive; AWS silently ignores a misspelled one.
      ...(seconds === undefined ? {} : { SessionDuration: String(seconds) }),
      Session: JSON.stringify({
        sessionId: accessKeyId,
        sessionKey: secretAccessKey.reveal(),
        sessionToken: sessionToken.reveal(),
      }),
    }),
  });
}

async function tokenIn(answer: Response): Promise<Secret> {
  const text = await answer.text();
  if (answer.status !== 200) throw refusal(answer.status);
  const parsed = v.safeParse(Answer, text);
  if (parsed.success) return new Secret(parsed.output.SigninToken);
  // Never quote the response: it may contain the token anyway.
  throw failure("bad-answer", "the answer holds no sign-in token", [
    "A proxy or a captive portal may have answered in place of AWS",
  ]);
}

function refusal(status: number): AuthError {
  const reason = `AWS answered with HTTP ${status}`;
  if (status === 429) return failure("throttled", reason, ["Wait a minute, then try again"]);
  if (status >= 500) return failure("unreachable", reason, ["Try again in a while"]);
  if (status >= 300 && status < 400) return failure("bad-answer", reason, []);
  return failure("refused", `${reason}: it does not take this session`, [
    "Run `atmos auth whoami --verify` to see whether the session is good",
  ]);
}

function failure(
  code: ConstructorParameters<typeof AuthError>[0],
  reason: string,
  hints: readonly string[],
): AuthError {
  return new AuthError(code, `Cannot sign in to the console: ${reason}`, {
    where: "signin:GetSigninToken",
    hints,
  });
}

/**
 * The link that logs a browser in and opens a page. AWS accepts it once, within 15 minutes.
 *
 * @param issuer where the console tells users to log in again
 */
export function signinLink({ federation }: Signin, token: Secret, issuer: string, page: URL): Secret {
  const link = new URL(federation);
  link.search = new URLSearchParams({
    Action: "login",
    Issuer: issuer,
    Destination: page.href,
    SigninToken: token.reveal(),
  }).toString();
  return new Secret(link.href);
}

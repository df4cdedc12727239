/**
 * What `doctor` finds between this machine and AWS: names, proxies, certificates, and the clocks at both ends.
 *
 * @module
 */
import type { AuthConfig, RunnableProvider } from "../../../config/types.ts";
import { type AuthError, isFailure } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { Finding } from "../../../output/doctor.ts";
import { formatDuration } from "../../../duration.ts";
import { CLOCK_TOLERANCE_MILLIS, type EpochMillis } from "../../../time.ts";
import { type CalledService, serviceAddress } from "../../../aws/addresses.ts";

type NetworkHost = Pick<Host, "env" | "fetch" | "now" | "os">;

/** SigV4 takes five minutes of difference; STS wants assertions within five. */
const NOTICED_MILLIS = 60_000;
const DEADLINE_MILLIS = 10_000;

/** One service to reach: a request without credentials, which it refuses with its date. */
interface Probe {
  readonly origin: string;
  readonly request: () => Request;
}

/** Whether every service that the configuration needs can be reached, and what their clocks say. */
export async function networkFindings(
  host: NetworkHost,
  auth: Pick<AuthConfig, "providers">,
): Promise<readonly Finding[]> {
  const probes = await probesOf(host, auth);
  const looked = await Promise.all(probes.map((probe) => look(host, probe)));
  const skews = looked.flatMap(({ skew }) => skew === undefined ? [] : [skew]);
  return [...looked.map(({ finding }) => finding), ...clockFindings(host, skews), ...proxyFindings(host)];
}

async function probesOf(
  host: NetworkHost,
  { providers }: Pick<AuthConfig, "providers">,
): Promise<readonly Probe[]> {
  const known = [...providers.values()].flatMap(({ config }) =>
    config === undefined || config.kind === "unsupported" ? [] : probesFor(host, config)
  );
  const probes = await Promise.all(known.length > 0 ? known : [probe(host, "STS", { region: "us-east-1" })]);
  return [...new Map(probes.map((one) => [one.origin, one])).values()];
}

function probesFor(host: NetworkHost, config: RunnableProvider): readonly Promise<Probe>[] {
  const sts = probe(host, "STS", config);
  if (config.kind === "aws/iam-identity-center") {
    return [probe(host, "SSO_OIDC", config), probe(host, "SSO", config), sts];
  }
  if (config.kind !== "aws/saml") return [sts];
  const { origin } = new URL(config.url);
  const request = () => new Request(origin, { method: "HEAD", redirect: "manual" });
  return [Promise.resolve({ origin, request }), sts];
}

type ProbedService = Exclude<CalledService, "IAM">;

/** Where calls go, whatever says so: the configuration, a variable, or the SDK's rules. */
async function probe(
  host: NetworkHost,
  service: ProbedService,
  { region, endpointUrl }: { readonly region: string; readonly endpointUrl?: string | undefined },
): Promise<Probe> {
  const address = await serviceAddress(host, service, { region, endpointUrl });
  return { origin: address.origin, request: () => bareRequest(service, address.href.replace(/\/$/, "")) };
}

function bareRequest(service: ProbedService, base: string): Request {
  switch (service) {
    case "SSO_OIDC":
      return new Request(`${base}/token`, {
        method: "POST",
        body: "{}",
        headers: { "content-type": "application/json" },
        redirect: "manual",
      });
    case "SSO":
      return new Request(`${base}/assignment/accounts`, { redirect: "manual" });
    case "STS":
      return new Request(`${base}/?Action=GetCallerIdentity&Version=2011-06-15`, { redirect: "manual" });
  }
}

interface Looked {
  readonly finding: Finding;
  /** How far our clock is ahead, in milliseconds. */
  readonly skew: number | undefined;
}

async function look(host: NetworkHost, { origin, request }: Probe): Promise<Looked> {
  const started = host.now();
  try {
    const answer = await host.fetch(new Request(request(), { signal: AbortSignal.timeout(DEADLINE_MILLIS) }));
    await answer.body?.cancel();
    const now = host.now();
    return {
      finding: { id: "network.reach", severity: "good", title: `${origin} answers, in ${now - started} ms` },
      skew: skewOf(answer.headers.get("date"), started, now),
    };
  } catch (error) {
    if (!isFailure(error)) throw error;
    const command = `curl -sS -o ${host.os === "windows" ? "NUL" : "/dev/null"} -v ${origin}/`;
    return {
      finding: { id: reachId(error), severity: "error", title: error.message, command },
      skew: undefined,
    };
  }
}

/** Which part of the way is broken, as far as the failure tells. */
function reachId({ reason }: AuthError): string {
  return reason === "dns" || reason === "proxy" || reason === "tls" ? `network.${reason}` : "network.reach";
}

/** The header has whole seconds, and was written somewhere between our two looks at the clock. */
function skewOf(date: string | null, started: EpochMillis, ended: EpochMillis): number | undefined {
  const theirs = Date.parse(date ?? "");
  if (Number.isNaN(theirs)) return undefined;
  if (started > theirs + 1000) return started - (theirs + 1000);
  return ended < theirs ? ended - theirs : 0;
}

const SET_CLOCK = {
  linux: "sudo timedatectl set-ntp true",
  darwin: "sudo sntp -sS time.apple.com",
  windows: "w32tm /resync",
} as const;

function clockFindings(host: NetworkHost, skews: readonly number[]): readonly Finding[] {
  if (skews.length === 0) return [];
  const skew = skews.toSorted((a, b) => Math.abs(a) - Math.abs(b))[0] ?? 0;
  const off = Math.abs(skew);
  if (off < NOTICED_MILLIS) {
    return [{ id: "clock.skew", severity: "good", title: "The clock agrees with the services' clocks" }];
  }
  const side = skew > 0 ? "ahead of" : "behind";
  const effect = off >= CLOCK_TOLERANCE_MILLIS
    ? "signatures are refused"
    : "codes of MFA devices may be refused";
  return [{
    id: "clock.skew",
    severity: off >= CLOCK_TOLERANCE_MILLIS ? "error" : "warning",
    title: `The clock is ${formatDuration(off / 1000)} ${side} the services' clocks: ${effect}`,
    command: SET_CLOCK[host.os],
  }];
}

/** A proxy is no fault, but the first suspect. Its password is not shown. */
function proxyFindings({ env }: NetworkHost): readonly Finding[] {
  const name = ["HTTPS_PROXY", "https_proxy"].find((one) => (env(one) ?? "") !== "");
  if (name === undefined) return [];
  const url = URL.parse(env(name) ?? "");
  if (url !== null && url.host !== "") {
    return [{
      id: "network.proxy",
      severity: "note",
      title: `Requests go through the proxy ${url.host} (${name})`,
    }];
  }
  return [{
    id: "network.proxy",
    severity: "warning",
    title: `${name} is not the URL of a proxy`,
    command: `unset ${name}`,
  }];
}

import assert from "node:assert/strict";
import { serviceAddress } from "../../lib/aws/addresses.ts";
import { networkFindings } from "../../lib/commands/auth/doctor/network.ts";
import type { ProviderConfig } from "../../lib/config/types.ts";
import { AuthError, type ErrorReason } from "../../lib/errors.ts";
import { sso } from "../chain/samples.ts";
import { FAKE_NOW, type FakeHost, fakeHost, type FakeHostInit } from "../fake_host.ts";

const entry = (name: string, config: ProviderConfig) =>
  [name, { name, at: undefined, isDefault: false, tags: [], config, problems: [] }] as const;
const PORTAL = { providers: new Map([entry("sso", sso())]) };

/** Answers as a service whose clock is so many milliseconds behind ours. */
const dated = (behind: number): FakeHostInit => ({
  exchanges: () =>
    new Response("", { status: 403, headers: { date: new Date(FAKE_NOW - behind).toUTCString() } }),
});

const brief = async (init: FakeHostInit, auth = PORTAL) => {
  const findings = await networkFindings(fakeHost(init), auth);
  return findings.map(({ id, severity }) => `${id} ${severity}`);
};

Deno.test("networkFindings() reaches every service of a provider without a credential, each once", async () => {
  const host = fakeHost(dated(0));
  const twice = { providers: new Map([entry("a", sso()), entry("b", sso())]) };
  const findings = await networkFindings(host, twice);
  assert.deepEqual(host.called, [
    "POST https://oidc.us-east-1.amazonaws.com/token",
    "GET https://portal.sso.us-east-1.amazonaws.com/assignment/accounts",
    "GET https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15",
  ]);
  assert.deepEqual(findings.map(({ title }) => title), [
    "https://oidc.us-east-1.amazonaws.com answers, in 0 ms",
    "https://portal.sso.us-east-1.amazonaws.com answers, in 0 ms",
    "https://sts.us-east-1.amazonaws.com answers, in 0 ms",
    "The clock agrees with the services' clocks",
  ]);
});

Deno.test("networkFindings() asks STS where nothing is configured, and the hosts of other partitions", async () => {
  const host = fakeHost(dated(0));
  await networkFindings(host, { providers: new Map() });
  assert.deepEqual(host.called.length, 1);
  const china = fakeHost(dated(0));
  await networkFindings(china, { providers: new Map([entry("sso", sso({ region: "cn-north-1" }))]) });
  assert.ok(
    china.called.every((call) => call.includes(".cn-north-1.amazonaws.com.cn/")),
    china.called.join(),
  );
});

Deno.test("networkFindings() asks the hosts that calls go to when FIPS endpoints are wanted", async () => {
  const host = fakeHost({ ...dated(0), env: { AWS_USE_FIPS_ENDPOINT: "true" } });
  await networkFindings(host, PORTAL);
  assert.deepEqual(host.called, [
    "POST https://oidc-fips.us-east-1.amazonaws.com/token",
    "GET https://portal.sso-fips.us-east-1.amazonaws.com/assignment/accounts",
    "GET https://sts-fips.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15",
  ]);
  for (const called of host.called) {
    const { hostname } = new URL(called.split(" ")[1] ?? "");
    assert.ok((await addresses(host)).includes(hostname), hostname);
  }
});

/** Where the SDK's clients send the same services' calls. */
const addresses = async (host: FakeHost) =>
  await Promise.all(
    (["SSO_OIDC", "SSO", "STS"] as const).map(async (service) =>
      (await serviceAddress(host, service, { region: "us-east-1", endpointUrl: undefined })).hostname
    ),
  );

Deno.test("networkFindings() tells how far the clock is off, and what that costs", async () => {
  const clock = async (behind: number, os: FakeHostInit["os"] = "linux") =>
    (await networkFindings(fakeHost({ ...dated(behind), os }), PORTAL)).find(({ id }) => id === "clock.skew");
  assert.deepEqual(await clock(10 * 60_000), {
    id: "clock.skew",
    severity: "error",
    title: "The clock is 9m59s ahead of the services' clocks: signatures are refused",
    command: "sudo timedatectl set-ntp true",
  });
  assert.deepEqual(await clock(-90_000, "windows"), {
    id: "clock.skew",
    severity: "warning",
    title: "The clock is 1m30s behind the services' clocks: codes of MFA devices may be refused",
    command: "w32tm /resync",
  });
  assert.equal((await clock(59_000))?.severity, "good");
});

Deno.test("networkFindings() tells which part of the way is broken", async () => {
  const failing = (reason: ErrorReason | undefined): FakeHostInit => ({
    exchanges: () => {
      throw new AuthError("unreachable", "Cannot reach proxy.example: (DNS) (TLS)", { reason });
    },
  });
  const reasons = [
    ["dns", "network.dns"],
    ["proxy", "network.proxy"],
    ["tls", "network.tls"],
    ["refused", "network.reach"],
    ["timeout", "network.reach"],
    [undefined, "network.reach"],
  ] as const;
  for (const [reason, id] of reasons) {
    assert.deepEqual(await brief(failing(reason)), Array.from({ length: 3 }, () => `${id} error`));
  }
});

Deno.test("networkFindings() names the proxy without its password", async () => {
  const findings = await networkFindings(
    fakeHost({ ...dated(0), env: { HTTPS_PROXY: "http://ana:not-a-real-password@proxy.example:3128" } }),
    PORTAL,
  );
  assert.equal(findings.at(-1)?.title, "Requests go through the proxy proxy.example:3128 (HTTPS_PROXY)");
  assert.deepEqual(
    (await brief({ ...dated(0), env: { https_proxy: "nonsense" } })).at(-1),
    "network.proxy warning",
  );
});

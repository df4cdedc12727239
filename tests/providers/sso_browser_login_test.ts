import assert from "node:assert/strict";
import { AuthError } from "../../lib/errors.ts";
import { challengeOf } from "../../lib/oauth/pkce.ts";
import { Secret } from "../../lib/credentials.ts";
import { authenticateIdentityCenter } from "../../lib/providers/aws_iam_identity_center.ts";
import type { ProviderOptions, Saved } from "../../lib/providers/types.ts";
import { type FakeAws, fakeAws, oauthError } from "../aws/fake_aws.ts";
import { sso } from "../chain/samples.ts";
import { FAKE_NOW, type FakeHost, fakeHost, type FakeHostInit } from "../fake_host.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const OPTIONS: ProviderOptions = {
  renewSince: undefined,
  rejected: undefined,
  deviceCode: false,
  onStandIn: undefined,
};

/** What a browser does when it is shown the portal's page: the query that it comes back with, if it does. */
type Browsing = (page: URL, host: FakeHost) => Promise<unknown> | unknown;

/** Comes back as the portal sends it, with these words beside the state. */
const back = (words: Record<string, string>): Browsing => async (page, host) => {
  const { redirect_uri: uri, state = "" } = Object.fromEntries(page.searchParams);
  // The page of a device code leads back to nobody.
  return uri === undefined
    ? undefined
    : await host.visit(`${uri}?${new URLSearchParams({ ...words, state })}`);
};
const approve = back({ code: "not-a-real-code" });

interface Scene {
  readonly host: FakeHost;
  readonly aws: FakeAws;
  readonly kept: () => Readonly<Record<string, unknown>>;
  readonly login: (options?: Partial<ProviderOptions>) => Promise<string>;
}

/** A desktop with a person, a browser that does as it is told, and what is kept. */
function scene(browse: Browsing, kept?: unknown, init: FakeHostInit = {}): Scene {
  const aws = fakeAws();
  const host: FakeHost = fakeHost({
    keys: [],
    env: { DISPLAY: ":0" },
    exchanges: (request) => aws.answer(request, host.now()),
    openUrl: async (url) => {
      await browse(url, host);
      return true;
    },
    ...init,
  });
  const state = { text: kept === undefined ? undefined : JSON.stringify(kept) };
  const saved: Saved = {
    read: () => Promise.resolve(state.text),
    write: (text) => {
      state.text = text;
      return Promise.resolve();
    },
    remove: () => Promise.reject(new TypeError("Nothing is removed whole")),
  };
  return {
    host,
    aws,
    kept: () => JSON.parse(state.text ?? "{}"),
    login: async (options = {}) => {
      const got = await authenticateIdentityCenter(host, "corp", sso(), saved, { ...OPTIONS, ...options });
      return got.accessToken.reveal();
    },
  };
}

const CLIENT = {
  clientId: "client-kept",
  clientSecret: "not-a-real-client-secret-kept",
  issuedAt: FAKE_NOW - DAY,
  expiresAt: FAKE_NOW + 89 * DAY,
};
const RECORD = {
  version: 2,
  registrations: { device: { ...CLIENT, clientId: "client-d" }, browser: CLIENT },
};

Deno.test("authenticateIdentityCenter() logs in with the browser of this machine, where there is one", async () => {
  const here = scene(approve);
  assert.equal(await here.login(), "not-a-real-token-1");
  assert.deepEqual(here.aws.operations(), ["RegisterClient", "CreateToken"]);
  const page = new URL(here.host.opened[0] ?? "");
  assert.equal(`${page.origin}${page.pathname}`, "https://oidc.us-east-1.amazonaws.com/authorize");
  const { code, codeVerifier = "", redirectUri, grantType, clientId } = here.aws.calls[1]?.parameters ?? {};
  assert.deepEqual([code, redirectUri, grantType, clientId], [
    "not-a-real-code",
    "http://127.0.0.1:49152/oauth/callback",
    "authorization_code",
    "client-1",
  ]);
  assert.equal(page.searchParams.get("redirect_uri"), redirectUri);
  assert.equal(page.searchParams.get("code_challenge"), await challengeOf(new Secret(codeVerifier)));
  assert.deepEqual(here.kept(), {
    version: 2,
    registrations: {
      browser: {
        clientId: "client-1",
        clientSecret: "not-a-real-client-secret-1",
        issuedAt: FAKE_NOW,
        expiresAt: FAKE_NOW + 90 * DAY,
      },
    },
    token: {
      accessToken: "not-a-real-token-1",
      refreshToken: "not-a-real-refresh-1",
      issuedAt: FAKE_NOW,
      expiresAt: FAKE_NOW + HOUR,
      flow: "browser",
    },
  });
  assert.match(here.host.told, /open this one on this machine:\n\n {2}https:\/\/oidc\.us-east-1/);
  assert.doesNotMatch(here.host.told, /not-a-real/);
  assert.throws(() => here.host.visit("http://127.0.0.1:49152/"), /Nobody listens/);
});

Deno.test("authenticateIdentityCenter() asks with another state and verifier each time", async () => {
  const here = scene(approve);
  await here.login();
  await here.login({ renewSince: FAKE_NOW + 1 });
  const [first, second] = here.host.opened.map((page) => new URL(page).searchParams);
  assert.equal(here.host.opened.length, 2);
  for (const name of ["state", "code_challenge"]) assert.notEqual(first?.get(name), second?.get(name), name);
  assert.deepEqual(here.aws.operations(), ["RegisterClient", "CreateToken", "CreateToken"]);
});

Deno.test("authenticateIdentityCenter() keeps one client for each way to log in, and refreshes with the right one", async () => {
  const here = scene(approve, RECORD);
  await here.login();
  assert.equal(here.aws.calls[0]?.parameters["clientId"], "client-kept");
  await here.login({ deviceCode: true, renewSince: FAKE_NOW + 1 });
  assert.equal(here.aws.calls[1]?.parameters["clientId"], "client-d");
  assert.deepEqual(Object.keys(here.kept()["registrations"] ?? {}).sort(), ["browser", "device"]);
  const life = { issuedAt: FAKE_NOW - HOUR, expiresAt: FAKE_NOW };
  for (const [flow, id] of [["browser", "client-kept"], ["device", "client-d"]]) {
    const token = {
      accessToken: "not-a-real-token-old",
      refreshToken: "not-a-real-refresh-old",
      flow,
      ...life,
    };
    const old = scene(approve, { ...RECORD, token });
    await old.login();
    assert.deepEqual(old.aws.operations(), ["CreateToken"]);
    assert.equal(old.aws.calls[0]?.parameters["clientId"], id);
  }
});

Deno.test("authenticateIdentityCenter() is not misled by callbacks that are not the answer", async () => {
  const statuses: number[] = [];
  const here = scene(async (page, host) => {
    const { redirect_uri: uri = "", state = "" } = Object.fromEntries(page.searchParams);
    const stray = [
      host.visit(`${uri}?code=stolen`),
      host.visit(`${uri}?code=stolen&state=${state}x`),
      host.visit(`${uri}?error=access_denied`),
      host.visit(`${uri}?code=stolen&state=${state}`, { method: "POST" }),
      host.visit(`${uri}?code=stolen&state=${state}`, { headers: { host: "evil.example" } }),
      host.visit(`${new URL(uri).origin}/favicon.ico`),
    ];
    for (const answer of stray) statuses.push((await answer).status);
    statuses.push((await host.visit(`${uri}?code=not-a-real-code&state=${state}`)).status);
    statuses.push((await host.visit(`${uri}?code=stolen&state=${state}`)).status);
  });
  assert.equal(await here.login(), "not-a-real-token-1");
  assert.deepEqual(statuses, [400, 400, 400, 405, 421, 404, 200, 410]);
  assert.equal(here.aws.calls[1]?.parameters["code"], "not-a-real-code");
});

Deno.test("authenticateIdentityCenter() says why the portal sent the browser back without a code", async () => {
  const denied = scene(back({ error: "access_denied", error_description: "no" }), RECORD);
  await assert.rejects(denied.login(), {
    code: "login-not-approved",
    exitCode: 4,
    remoteCode: "access_denied",
    message: "Cannot log in: the request was denied in the browser",
  });
  assert.deepEqual(denied.kept(), RECORD);
  const odd = scene(back({ error: "server_error", error_description: "\u001b[2Jsorry" }));
  await assert.rejects(odd.login(), {
    message: "Cannot log in: the portal answered server_error: \\u001b[2Jsorry",
  });
});

Deno.test("authenticateIdentityCenter() gives up after ten minutes, and does not trust a kept client after that", async () => {
  const here = scene(() => {}, RECORD);
  await assert.rejects(here.login(), {
    code: "login-not-approved",
    message: "Cannot log in: nobody approved the request in time",
  });
  assert.equal(here.host.now(), FAKE_NOW + 10 * 60_000);
  assert.deepEqual(here.kept(), { version: 2, registrations: { device: RECORD.registrations.device } });
  assert.throws(() => here.host.visit("http://127.0.0.1:49152/"), /Nobody listens/);
});

Deno.test("authenticateIdentityCenter() forgets a kept client that the exchange is refused for", async () => {
  const here = scene(approve, RECORD);
  here.aws.dead.add("client-kept");
  await assert.rejects(here.login(), { remoteCode: "invalid_client" });
  assert.equal(await here.login(), "not-a-real-token-1");
  assert.deepEqual(here.aws.operations(), ["CreateToken", "RegisterClient", "CreateToken"]);
});

Deno.test("authenticateIdentityCenter() redeems a code once, whatever becomes of the answer", async () => {
  const here = scene(approve);
  here.aws.on.CreateToken = () => "network-error";
  await assert.rejects(here.login(), { code: "unreachable" });
  assert.deepEqual(here.aws.operations(), ["RegisterClient", "CreateToken"]);
});

Deno.test("authenticateIdentityCenter() stops listening when the person interrupts", async () => {
  const here = scene((_, host) => host.interrupt());
  await assert.rejects(here.login(), { code: "interrupted" });
  assert.throws(() => here.host.visit("http://127.0.0.1:49152/"), /Nobody listens/);
});

Deno.test("authenticateIdentityCenter() shows a code where no browser starts, or nothing can be listened on", async () => {
  const shut = () => Promise.reject(new AuthError("permission-missing", "Cannot listen on 127.0.0.1"));
  const deaf = scene(approve);
  const withoutEar = { ...deaf.host, listen: shut };
  const saved = {
    read: () => Promise.resolve(undefined),
    write: () => Promise.resolve(),
    remove: () => Promise.resolve(),
  };
  await authenticateIdentityCenter(withoutEar, "corp", sso(), saved, OPTIONS);
  assert.deepEqual(deaf.aws.operations(), ["RegisterClient", "StartDeviceAuthorization", "CreateToken"]);
  const blind = scene(approve, undefined, { openUrl: () => false });
  assert.equal(await blind.login(), "not-a-real-token-1");
  assert.match(blind.host.told, /Code {3}ABCD-EFGH/);
  assert.deepEqual(Object.keys(blind.kept()["registrations"] ?? {}).sort(), ["browser", "device"]);
});

Deno.test("authenticateIdentityCenter() shows a code over SSH and in containers, and opens nothing over SSH", async () => {
  const remote = scene(approve, undefined, { env: { DISPLAY: ":0", SSH_TTY: "/dev/pts/0" } });
  await remote.login();
  assert.deepEqual([remote.host.opened, remote.aws.operations()[1]], [[], "StartDeviceAuthorization"]);
  const container = scene(() => {}, undefined, { files: { "/.dockerenv": "" } });
  await container.login();
  assert.equal(container.aws.operations()[1], "StartDeviceAuthorization");
  assert.equal(container.host.opened.length, 1);
  const asked = scene(approve, undefined, { files: { "/.dockerenv": "" } });
  await asked.login({ browser: true });
  assert.deepEqual(asked.aws.operations(), ["RegisterClient", "CreateToken"]);
});

Deno.test("authenticateIdentityCenter() says in plain lines until when it waits, where nothing can move", async () => {
  const here = scene(approve, undefined, {});
  here.aws.on.CreateToken = () => oauthError("invalid_grant");
  await assert.rejects(here.login(), { remoteCode: "invalid_grant" });
  assert.match(here.host.told, /Waiting for the approval until 2026-11-23T12:10:00Z; Ctrl-C to stop\.\n$/);
});

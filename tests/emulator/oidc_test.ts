import assert from "node:assert/strict";
import { encodeBase64Url, sha256 } from "./encoding.ts";
import { defaultSeed, type Emulator, startEmulator } from "./mod.ts";
import {
  DEVICE_CODE,
  getPortal,
  login,
  postForm,
  postJson,
  register,
  send,
  startDevice,
} from "./test_client.ts";

const MINUTE = 60_000;

Deno.test("a device login is pending at once, and done when its person approves", async () => {
  await using emulator = await startEmulator();
  const { poll, userCode } = await startDevice(emulator);
  const first = await poll();
  assert.deepEqual([first.status, first.exception, first.members["error"]], [
    400,
    "AuthorizationPendingException",
    "authorization_pending",
  ]);
  assert.equal(typeof first.members["error_description"], "string");
  assert.match(userCode, /^[B-Z]{4}-[B-Z]{4}$/);
  emulator.approve(userCode.toLowerCase().replace("-", ""));
  emulator.advance(5000);
  assert.equal((await poll()).status, 200);
  assert.equal((await poll()).members["error"], "invalid_grant", "a device code works once");
});

Deno.test("every poll that comes too soon is slow_down and makes the interval five seconds longer", async () => {
  let now = Date.UTC(2026, 10, 23);
  await using emulator = await startEmulator({ clock: () => now });
  const { poll, userCode } = await startDevice(emulator);
  const pollAfter = async (milliseconds: number) => {
    now += milliseconds;
    return (await poll()).members["error"];
  };
  assert.equal(await pollAfter(0), "authorization_pending");
  assert.equal(await pollAfter(4999), "slow_down");
  assert.equal(await pollAfter(9999), "slow_down", "5 + 5");
  assert.equal(await pollAfter(14_999), "slow_down", "10 + 5");
  emulator.approve(userCode);
  assert.equal(await pollAfter(19_999), "slow_down", "an approved request is no excuse");
  assert.equal(await pollAfter(25_000), undefined);
});

Deno.test("device requests expire, can be denied, and belong to one client", async () => {
  await using emulator = await startEmulator();
  const denied = await startDevice(emulator);
  emulator.deny(denied.userCode);
  assert.equal((await denied.poll()).exception, "AccessDeniedException");
  const foreign = await startDevice(emulator);
  const other = await register(emulator);
  const stolen = { ...other, grantType: DEVICE_CODE, deviceCode: foreign.deviceCode };
  assert.equal((await postJson(emulator, "/token", stolen)).exception, "InvalidGrantException");
  emulator.advance(10 * MINUTE);
  assert.equal((await foreign.poll()).exception, "ExpiredTokenException");
  assert.throws(() => emulator.approve(foreign.userCode), RangeError);
});

Deno.test("an expired registration is invalid_client with status 401", async () => {
  await using emulator = await startEmulator();
  const client = await register(emulator);
  const start = () => postJson(emulator, "/device_authorization", { ...client, startUrl: emulator.startUrl });
  emulator.advance(90 * 24 * 60 * MINUTE - MINUTE);
  assert.equal((await start()).status, 200);
  emulator.advance(MINUTE);
  const { status, exception } = await start();
  assert.deepEqual([status, exception], [401, "InvalidClientException"]);
});

Deno.test("registrations and device requests are refused for what is wrong with them", async () => {
  await using emulator = await startEmulator();
  const registration = (extra: Record<string, unknown>) =>
    postJson(emulator, "/client/register", { clientName: "x", clientType: "public", ...extra });
  const errors = await Promise.all([
    registration({ clientName: "" }),
    registration({ clientType: "confidential" }),
    registration({ grantTypes: ["password"] }),
    registration({ scopes: ["everything"] }),
    registration({ scopes: "sso:account:access" }),
    registration({ grantTypes: ["authorization_code"] }),
    registration({
      grantTypes: ["authorization_code"],
      issuerUrl: "x",
      redirectUris: ["http://localhost/cb"],
    }),
  ]);
  assert.deepEqual(errors.map(({ members }) => members["error"]), [
    "invalid_request",
    "invalid_client_metadata",
    "unsupported_grant_type",
    "invalid_scope",
    "invalid_request",
    "invalid_request",
    "invalid_redirect_uri",
  ]);
  const client = await register(emulator);
  const wrongUrl = await postJson(emulator, "/device_authorization", {
    ...client,
    startUrl: "https://other.example/start",
  });
  assert.equal(wrongUrl.exception, "InvalidRequestException");
  const seeds = await postJson(emulator, "/device_authorization", {
    ...client,
    startUrl: "https://mycompany.awsapps.com/start/#/",
  });
  assert.equal(seeds.status, 200);
  assert.equal((await send(`${emulator.url}/token`, { method: "POST", body: "[]" })).status, 400);
});

Deno.test("refresh tokens rotate, and one that comes back ends its whole family", async () => {
  await using emulator = await startEmulator();
  const { refresh, tokens, accessToken } = await login(emulator);
  const second = await refresh(tokens["refreshToken"]);
  assert.equal(second.status, 200);
  const token = String(second.members["accessToken"]);
  assert.equal((await getPortal(emulator, "/assignment/accounts", token)).status, 200);
  assert.equal((await refresh(tokens["refreshToken"])).exception, "InvalidGrantException");
  assert.equal((await refresh(second.members["refreshToken"])).exception, "InvalidGrantException");
  for (const revoked of [token, accessToken]) {
    assert.equal((await getPortal(emulator, "/assignment/accounts", revoked)).status, 401);
  }
});

Deno.test("no refresh outlives the portal session", async () => {
  await using emulator = await startEmulator();
  const { refresh, tokens } = await login(emulator);
  emulator.advance(7.5 * 60 * MINUTE);
  const last = await refresh(tokens["refreshToken"]);
  assert.ok(Math.abs(Number(last.members["expiresIn"]) - 1800) <= 1, "cut to the end of the session");
  emulator.advance(30 * MINUTE);
  assert.equal((await refresh(last.members["refreshToken"])).exception, "InvalidGrantException");
});

Deno.test("a registration without scopes gets one token for the whole session, and no refresh token", async () => {
  await using emulator = await startEmulator();
  const { tokens } = await login(emulator, { scopes: undefined, grantTypes: undefined });
  assert.equal(tokens["expiresIn"], 8 * 3600);
  assert.equal(tokens["refreshToken"], undefined);
});

Deno.test("the interval can be left out of the answer", async () => {
  const seed = defaultSeed();
  seed.portal.interval = undefined;
  await using emulator = await startEmulator({ seed });
  const client = await register(emulator);
  const { members } = await postJson(emulator, "/device_authorization", {
    ...client,
    startUrl: emulator.startUrl,
  });
  assert.deepEqual(Object.keys(members).sort(), [
    "deviceCode",
    "expiresIn",
    "userCode",
    "verificationUri",
    "verificationUriComplete",
  ]);
});

const VERIFIER = "a-verifier-of-at-least-forty-three-characters.0123";

async function authorize(emulator: Emulator, answer: string, changes: Record<string, string> = {}) {
  const client = await register(emulator, {
    grantTypes: ["authorization_code", "refresh_token"],
    redirectUris: ["http://127.0.0.1/oauth/callback"],
    issuerUrl: emulator.startUrl,
  });
  const redirectUri = "http://127.0.0.1:43210/oauth/callback";
  const request = {
    response_type: "code",
    client_id: client.clientId,
    redirect_uri: redirectUri,
    state: "state-of-the-test",
    code_challenge_method: "S256",
    code_challenge: encodeBase64Url(await sha256(VERIFIER)),
    scopes: "sso:account:access",
    ...changes,
  };
  const shown = await send(`${emulator.url}/authorize?${new URLSearchParams(request)}`);
  const { status, headers } = await postForm(`${emulator.url}/authorize`, { ...request, answer });
  const location = headers.get("location");
  const callback = location === null ? undefined : Object.fromEntries(new URL(location).searchParams);
  const redeem = (extra: Record<string, string> = {}) =>
    postJson(emulator, "/token", {
      ...client,
      grantType: "authorization_code",
      code: callback?.["code"],
      codeVerifier: VERIFIER,
      redirectUri,
      ...extra,
    });
  return { shown, status, callback, redeem };
}

Deno.test("an authorization code with PKCE is redeemed once, at any loopback port", async () => {
  await using emulator = await startEmulator();
  const { shown, status, callback, redeem } = await authorize(emulator, "approve");
  assert.equal(shown.status, 200);
  assert.match(shown.text, /value="approve"/);
  assert.equal(status, 302);
  assert.equal(callback?.["state"], "state-of-the-test");
  const { members } = await redeem();
  assert.equal(members["tokenType"], "Bearer");
  assert.equal(
    (await getPortal(emulator, "/assignment/accounts", String(members["accessToken"]))).status,
    200,
  );
  assert.equal((await redeem()).exception, "InvalidGrantException");
});

Deno.test("an authorization code wants its verifier, its redirect URI and its ten minutes", async () => {
  await using emulator = await startEmulator();
  const verifier = await authorize(emulator, "approve");
  assert.equal((await verifier.redeem({ codeVerifier: `${VERIFIER}x` })).exception, "InvalidGrantException");
  assert.equal((await verifier.redeem()).exception, "InvalidGrantException", "spent by the wrong try");
  const port = await authorize(emulator, "approve");
  const otherPort = { redirectUri: "http://127.0.0.1:1/oauth/callback" };
  assert.equal((await port.redeem(otherPort)).exception, "InvalidGrantException");
  const late = await authorize(emulator, "approve");
  emulator.advance(10 * MINUTE);
  assert.equal((await late.redeem()).exception, "InvalidGrantException");
});

Deno.test("the authorize page sends a denial back, but nothing to a redirect URI that is not the client's", async () => {
  await using emulator = await startEmulator();
  assert.deepEqual((await authorize(emulator, "deny")).callback, {
    error: "access_denied",
    error_description: "The request was denied",
    state: "state-of-the-test",
  });
  for (
    const changes of [
      { redirect_uri: "http://127.0.0.1:43210/other" },
      { redirect_uri: "http://localhost:43210/oauth/callback" },
      { redirect_uri: "https://127.0.0.1/oauth/callback" },
      { code_challenge_method: "plain" },
      { client_id: "nobody" },
      { response_type: "token" },
    ]
  ) {
    const { shown, status, callback } = await authorize(emulator, "approve", changes);
    assert.deepEqual([shown.status, status, callback], [400, 400, undefined], JSON.stringify(changes));
  }
});

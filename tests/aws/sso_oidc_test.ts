import assert from "node:assert/strict";
import {
  authorizationPage,
  createToken,
  registerClient,
  startDeviceAuthorization,
} from "../../lib/aws/sso_oidc.ts";
import { Secret } from "../../lib/credentials.ts";
import { FAKE_NOW, fakeHost } from "../fake_host.ts";
import { DEVICE, oauthError } from "./fake_aws.ts";

const PLACE = { region: "us-east-1", endpointUrl: undefined };
const REGISTRATION = {
  clientId: "client-1",
  clientSecret: new Secret("not-a-real-client-secret"),
  issuedAt: FAKE_NOW,
  expiresAt: FAKE_NOW + 1,
};
const START_URL = "https://mycompany.awsapps.com/start";

const answering = (body: unknown) => fakeHost({ exchanges: () => Response.json(body) });

Deno.test("registerClient() registers a client that can refresh, and uses the service's expiry", async () => {
  const host = answering({
    clientId: "client-1",
    clientSecret: "not-a-real-client-secret",
    clientSecretExpiresAt: FAKE_NOW / 1000 + 60,
  });
  const { clientSecret, ...rest } = await registerClient(host, PLACE, { flow: "device" });
  assert.deepEqual(rest, { clientId: "client-1", issuedAt: FAKE_NOW, expiresAt: FAKE_NOW + 60_000 });
  assert.equal(clientSecret.reveal(), "not-a-real-client-secret");
  assert.deepEqual(await host.requests[0]?.json(), {
    clientName: "atmos-auth",
    clientType: "public",
    scopes: ["sso:account:access"],
    grantTypes: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
  });
});

Deno.test("registerClient() treats a registration without expiry as expired", async () => {
  const { expiresAt } = await registerClient(answering({ clientId: "c", clientSecret: "s" }), PLACE, {
    flow: "device",
  });
  assert.equal(expiresAt, 0);
});

Deno.test("startDeviceAuthorization() reads the complete response", async () => {
  const host = answering({ ...DEVICE, interval: 1 });
  const { deviceCode, ...rest } = await startDeviceAuthorization(host, PLACE, REGISTRATION, START_URL);
  assert.deepEqual(rest, {
    userCode: "ABCD-EFGH",
    verificationUri: DEVICE.verificationUri,
    verificationUriComplete: DEVICE.verificationUriComplete,
    expiresAt: FAKE_NOW + 600_000,
    intervalSeconds: 1,
  });
  assert.equal(deviceCode.reveal(), "not-a-real-device-code");
  assert.deepEqual(await host.requests[0]?.json(), {
    clientId: "client-1",
    clientSecret: "not-a-real-client-secret",
    startUrl: START_URL,
  });
});

Deno.test("startDeviceAuthorization() polls every five seconds when the service returns no interval (RFC 8628 section 3.2)", async () => {
  for (const interval of [undefined, 0, -1]) {
    const host = answering({ ...DEVICE, interval, expiresIn: undefined, verificationUriComplete: undefined });
    const authorization = await startDeviceAuthorization(host, PLACE, REGISTRATION, START_URL);
    assert.deepEqual(
      [authorization.intervalSeconds, authorization.expiresAt, authorization.verificationUriComplete],
      [5, FAKE_NOW + 600_000, undefined],
    );
  }
});

Deno.test("startDeviceAuthorization() rejects a page that is not on the web", async () => {
  for (const page of ["javascript:alert(1)", "file:///etc/passwd", "device", ""]) {
    await assert.rejects(
      startDeviceAuthorization(
        answering({ ...DEVICE, verificationUri: page }),
        PLACE,
        REGISTRATION,
        START_URL,
      ),
      { code: "bad-answer" },
      page,
    );
    const host = answering({ ...DEVICE, verificationUriComplete: page });
    const authorization = await startDeviceAuthorization(host, PLACE, REGISTRATION, START_URL);
    assert.equal(authorization.verificationUriComplete, undefined, page);
  }
});

Deno.test("startDeviceAuthorization() suggests checking start URL and region when the service knows neither", async () => {
  const host = fakeHost({ exchanges: () => oauthError("invalid_request") });
  await assert.rejects(startDeviceAuthorization(host, PLACE, REGISTRATION, START_URL), {
    code: "refused",
    hints: [`Check the start URL (${START_URL}) and that its Identity Center lives in us-east-1`],
  });
});

Deno.test("createToken() returns the new refresh token, or keeps the old one when there is none", async () => {
  const refreshToken = new Secret("not-a-real-refresh");
  const issue = async (body: unknown) => {
    const issued = await createToken(answering(body), PLACE, REGISTRATION, { refreshToken });
    return [issued.accessToken.reveal(), issued.refreshToken?.reveal(), issued.issuedAt, issued.expiresAt];
  };
  assert.deepEqual(await issue({ accessToken: "a", refreshToken: "new", expiresIn: 3600 }), [
    "a",
    "new",
    FAKE_NOW,
    FAKE_NOW + 3_600_000,
  ]);
  assert.deepEqual((await issue({ accessToken: "a", expiresIn: 3600 }))[1], "not-a-real-refresh");
});

Deno.test("createToken() sends a refresh token as in RFC 6749 section 6", async () => {
  const host = answering({ accessToken: "a", expiresIn: 3600 });
  await createToken(host, PLACE, REGISTRATION, { refreshToken: new Secret("not-a-real-refresh") });
  assert.deepEqual(await host.requests[0]?.json(), {
    clientId: "client-1",
    clientSecret: "not-a-real-client-secret",
    grantType: "refresh_token",
    refreshToken: "not-a-real-refresh",
  });
});

Deno.test("incomplete responses of Identity Center are rejected", async () => {
  const grant = { deviceCode: new Secret("not-a-real-code") };
  const incomplete = { code: "bad-answer", exitCode: 5 };
  await assert.rejects(registerClient(answering({ clientId: "c" }), PLACE, { flow: "device" }), incomplete);
  await assert.rejects(
    startDeviceAuthorization(answering({ ...DEVICE, userCode: undefined }), PLACE, REGISTRATION, START_URL),
    incomplete,
  );
  await assert.rejects(createToken(answering({ expiresIn: 1 }), PLACE, REGISTRATION, grant), incomplete);
  await assert.rejects(createToken(answering({ accessToken: "a" }), PLACE, REGISTRATION, grant), incomplete);
});

Deno.test("registerClient() registers a callback without a port, and the portal as issuer", async () => {
  const host = answering({
    clientId: "c",
    clientSecret: "not-a-real-client-secret",
    clientSecretExpiresAt: 1,
  });
  await registerClient(host, PLACE, { flow: "browser", startUrl: START_URL });
  assert.deepEqual(await host.requests[0]?.json(), {
    clientName: "atmos-auth",
    clientType: "public",
    scopes: ["sso:account:access"],
    grantTypes: ["authorization_code", "refresh_token"],
    redirectUris: ["http://127.0.0.1/oauth/callback"],
    issuerUrl: START_URL,
  });
});

const AUTHORIZATION = {
  redirectUri: "http://127.0.0.1:49152/oauth/callback",
  state: new Secret("not-a-real-state"),
  challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
};

Deno.test("authorizationPage() requests a code with an S256 challenge, at the region's host", async () => {
  const url = await authorizationPage(fakeHost(), PLACE, REGISTRATION, AUTHORIZATION);
  assert.equal(`${url.origin}${url.pathname}`, "https://oidc.us-east-1.amazonaws.com/authorize");
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    response_type: "code",
    client_id: "client-1",
    redirect_uri: "http://127.0.0.1:49152/oauth/callback",
    state: "not-a-real-state",
    code_challenge_method: "S256",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    scopes: "sso:account:access",
  });
});

Deno.test("authorizationPage() uses the SDK's host: partitions, variants, overrides", async () => {
  const originOf = async (region: string, env: Record<string, string> = {}, endpointUrl?: string) =>
    (await authorizationPage(fakeHost({ env }), { region, endpointUrl }, REGISTRATION, AUTHORIZATION)).href
      .replace(/\/authorize.*/, "");
  assert.equal(await originOf("cn-north-1"), "https://oidc.cn-north-1.amazonaws.com.cn");
  assert.equal(await originOf("us-gov-west-1"), "https://oidc.us-gov-west-1.amazonaws.com");
  assert.equal(
    await originOf("us-east-1", { AWS_USE_DUALSTACK_ENDPOINT: "true" }),
    "https://oidc.us-east-1.api.aws",
  );
  assert.equal(
    await originOf("us-east-1", { AWS_ENDPOINT_URL_SSO_OIDC: "http://127.0.0.1:1/x/" }),
    "http://127.0.0.1:1/x",
  );
  assert.equal(await originOf("us-east-1", {}, "https://sso.example/"), "https://sso.example");
});

Deno.test("createToken() redeems a code with its verifier and redirect URI", async () => {
  const host = answering({ accessToken: "a", refreshToken: "r", expiresIn: 3600 });
  await createToken(host, PLACE, REGISTRATION, {
    code: new Secret("not-a-real-code"),
    verifier: new Secret("not-a-real-verifier"),
    redirectUri: AUTHORIZATION.redirectUri,
  });
  assert.deepEqual(await host.requests[0]?.json(), {
    clientId: "client-1",
    clientSecret: "not-a-real-client-secret",
    grantType: "authorization_code",
    code: "not-a-real-code",
    codeVerifier: "not-a-real-verifier",
    redirectUri: "http://127.0.0.1:49152/oauth/callback",
  });
});

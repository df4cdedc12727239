import assert from "node:assert/strict";
import { getRoleCredentials } from "../../lib/aws/sso.ts";
import { FAKE_NOW, fakeHost, type FakeHostInit } from "../fake_host.ts";
import { AWS, CALLS, TOKEN } from "./calls.ts";
import { fakeAws } from "./fake_aws.ts";

/** The request of an operation; the fake AWS answers it. */
async function requestOf(
  service: keyof typeof CALLS,
  init: FakeHostInit = {},
  endpointUrl?: string,
): Promise<Request> {
  const aws = fakeAws();
  const host = fakeHost({ exchanges: (request) => aws.answer(request, FAKE_NOW), ...init });
  await CALLS[service](host, { ...AWS, endpointUrl });
  const [request] = host.requests;
  assert.ok(request);
  return request;
}

Deno.test("callAws() signs requests to STS, sent as a form with POST", async () => {
  const request = await requestOf("sts");
  assert.deepEqual([request.method, request.url, request.redirect], [
    "POST",
    "https://sts.eu-west-1.amazonaws.com/",
    "manual",
  ]);
  assert.equal(
    await request.text(),
    "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A999999999999%3Arole%2FR&RoleSessionName=me",
  );
  assert.match(
    request.headers.get("authorization") ?? "",
    /^AWS4-HMAC-SHA256 Credential=ASIAEXAMPLEEXAMPLE22\/\d{8}\/eu-west-1\/sts\/aws4_request, SignedHeaders=\S*host;\S*x-amz-date\S*, Signature=[0-9a-f]{64}$/,
  );
  assert.equal(request.headers.get("x-amz-security-token"), "not-a-real-session-token");
  assert.match(request.headers.get("content-type") ?? "", /^application\/x-www-form-urlencoded/);
  assert.match(request.headers.get("user-agent") ?? "", /atmos-auth/);
});

Deno.test("callAws() sends the portal's bearer in its header, unsigned, and encodes any name in the query", async () => {
  const aws = fakeAws();
  const host = fakeHost({ exchanges: (request) => aws.answer(request, FAKE_NOW) });
  await getRoleCredentials(host, AWS, TOKEN, { accountId: "012345678901", name: "A b&c=d/é+*'()~" }, {
    doing: "x",
  });
  const [request] = host.requests;
  assert.ok(request);
  assert.equal(
    request.url,
    "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials" +
      "?role_name=A%20b%26c%3Dd%2F%C3%A9%2B%2A%27%28%29~&account_id=012345678901",
  );
  assert.deepEqual([request.method, request.body], ["GET", null]);
  assert.equal(request.headers.get("x-amz-sso_bearer_token"), "not-a-real-token");
  assert.equal(request.headers.get("authorization"), null);
});

Deno.test("callAws() sends Identity Center's OAuth service camelCase JSON, unsigned", async () => {
  const request = await requestOf("oidc");
  assert.deepEqual([request.method, request.url], ["POST", "https://oidc.eu-west-1.amazonaws.com/token"]);
  assert.equal(request.headers.get("authorization"), null);
  assert.deepEqual(await request.json(), {
    clientId: "client",
    clientSecret: "not-a-real-client-secret",
    grantType: "urn:ietf:params:oauth:grant-type:device_code",
    deviceCode: "code",
  });
});

Deno.test("callAws() uses the configured endpoint, with its port and path", async () => {
  assert.equal((await requestOf("sts", {}, "http://127.0.0.1:4566")).url, "http://127.0.0.1:4566/");
  assert.equal((await requestOf("oidc", {}, "http://[::1]:4566/aws")).url, "http://[::1]:4566/aws/token");
  assert.equal(
    (await requestOf("oidc", { env: { AWS_ENDPOINT_URL_SSO_OIDC: "https://aws.example/a/" } })).url,
    "https://aws.example/a/token",
  );
});

Deno.test("callAws() uses FIPS and dual-stack hosts when the environment says so", async () => {
  assert.equal(
    (await requestOf("sts", { env: { AWS_USE_FIPS_ENDPOINT: "true" } })).url,
    "https://sts-fips.eu-west-1.amazonaws.com/",
  );
  assert.equal(
    (await requestOf("oidc", { env: { AWS_USE_DUALSTACK_ENDPOINT: "true" } })).url,
    "https://oidc.eu-west-1.api.aws/token",
  );
});

/** Runs with these variables in this process's environment, where the SDK reads them itself. */
async function withAmbient<Result>(
  variables: Readonly<Record<string, string>>,
  action: () => Promise<Result>,
): Promise<Result> {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    return await action();
  } finally {
    for (const [name, value] of before) {
      value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
    }
  }
}

Deno.test("callAws() ignores ambient AWS variables and files", async () => {
  const config = await Deno.makeTempFile();
  await Deno.writeTextFile(config, "[default]\nregion = ap-south-1\nendpoint_url = http://127.0.0.1:1\n");
  const file = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: config };
  const variables = {
    AWS_ENDPOINT_URL: "http://127.0.0.1:1",
    AWS_ENDPOINT_URL_STS: "http://127.0.0.1:1",
    AWS_REGION: "ap-south-1",
    AWS_PROFILE: "nobody",
    AWS_ACCESS_KEY_ID: "AKIAAMBIENTAMBIENT22",
    AWS_SECRET_ACCESS_KEY: "not-a-real-ambient-secret",
    AWS_SESSION_TOKEN: "not-a-real-ambient-token",
    AWS_USE_FIPS_ENDPOINT: "true",
    AWS_MAX_ATTEMPTS: "9",
    AWS_SDK_UA_APP_ID: "ambient",
  };
  for (const ambient of [file, variables, { ...file, ...variables }]) {
    const requests = await withAmbient(
      ambient,
      () => Promise.all([requestOf("sts"), requestOf("sso"), requestOf("oidc")]),
    );
    assert.deepEqual(requests.map(({ url }) => new URL(url).host), [
      "sts.eu-west-1.amazonaws.com",
      "portal.sso.eu-west-1.amazonaws.com",
      "oidc.eu-west-1.amazonaws.com",
    ]);
    for (const request of requests) assert.doesNotMatch(JSON.stringify([...request.headers]), /ambient/i);
  }
  await Deno.remove(config);
});

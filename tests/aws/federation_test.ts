import assert from "node:assert/strict";
import { getSigninToken, signinFor, signinLink } from "../../lib/aws/federation.ts";
import { Secret } from "../../lib/credentials.ts";
import { isAuthError } from "../../lib/errors.ts";
import { type Answer, type FakeHost, fakeHost } from "../fake_host.ts";
import { SESSION } from "./calls.ts";

const NO_ENV = () => undefined;
const AWS = signinFor(NO_ENV, { partition: "aws", region: "us-east-1", endpointUrl: undefined });
const POST = "POST https://signin.aws.amazon.com/federation";

const granted = () => Response.json({ SigninToken: "not-a-real-signin-token" });
const refused = (status: number) =>
  new Response("<html>Invalid credentials parameter</html>", {
    status,
    headers: { "content-type": "text/html" },
  });

function answering(...answers: readonly Answer[]): FakeHost {
  return fakeHost({ exchanges: answers.map((respond) => ({ request: POST, respond })) });
}

const formOf = async (request: Request | undefined) =>
  Object.fromEntries(new URLSearchParams(await request?.clone().text()));

Deno.test("signinFor() returns the sign-in host of each partition", () => {
  const places = [
    ["aws", "us-east-1"],
    ["aws", "eu-west-1"],
    ["aws", "cn-north-1"],
    ["aws-us-gov", "us-gov-east-1"],
    ["aws-cn", "cn-northwest-1"],
    ["aws-eusc", "eusc-de-east-1"],
    ["aws-eusc", "us-east-1"],
  ] as const;
  assert.deepEqual(
    places.map(([partition, region]) =>
      signinFor(NO_ENV, { partition, region, endpointUrl: undefined }).federation.href
    ),
    [
      "https://signin.aws.amazon.com/federation",
      "https://eu-west-1.signin.aws.amazon.com/federation",
      "https://signin.aws.amazon.com/federation",
      "https://signin.amazonaws-us-gov.com/federation",
      "https://signin.amazonaws.cn/federation",
      "https://eusc-de-east-1.signin.amazonaws-eusc.eu/federation",
      "https://eusc-de-east-1.signin.amazonaws-eusc.eu/federation",
    ],
  );
});

Deno.test("signinFor() uses AWS_ENDPOINT_URL_SIGNIN, and allows its own pages besides the console's", () => {
  const env = (name: string) =>
    name === "AWS_ENDPOINT_URL_SIGNIN" ? "http://127.0.0.1:4566/signin/" : undefined;
  const { federation, pages } = signinFor(env, {
    partition: "aws",
    region: "us-east-1",
    endpointUrl: undefined,
  });
  assert.equal(federation.href, "http://127.0.0.1:4566/signin/federation");
  assert.equal(pages.home.href, "https://console.aws.amazon.com/");
  assert.ok(pages.has(new URL("http://127.0.0.1:4566/console/home")));
  assert.ok(pages.has(new URL("https://console.aws.amazon.com/s3")));
  assert.equal(pages.has(new URL("http://127.0.0.1:4567/console/home")), false);
});

Deno.test("signinFor() reports that an isolated partition's hosts are not public, and accepts a configured one", () => {
  const place = { partition: "aws-iso", region: "us-iso-east-1" };
  assert.throws(() => signinFor(NO_ENV, { ...place, endpointUrl: undefined }), { code: "unsupported" });
  const set = signinFor(NO_ENV, { ...place, endpointUrl: "https://signin.example.test" });
  assert.equal(set.federation.href, "https://signin.example.test/federation");
  assert.equal(set.pages.home.href, "https://signin.example.test/");
});

Deno.test("getSigninToken() posts the session in the body and keeps it out of the address", async () => {
  const host = answering(granted());
  const { token, durationRefused } = await getSigninToken(host, AWS, SESSION, undefined);
  assert.deepEqual([token.reveal(), String(token), durationRefused], [
    "not-a-real-signin-token",
    "[secret]",
    false,
  ]);
  assert.deepEqual(host.called, [POST]);
  assert.deepEqual(await formOf(host.requests[0]), {
    Action: "getSigninToken",
    Session: JSON.stringify({
      sessionId: "ASIAEXAMPLEEXAMPLE22",
      sessionKey: "not-a-real-secret",
      sessionToken: "not-a-real-session-token",
    }),
  });
});

Deno.test("getSigninToken() requests a duration, and retries without it if refused", async () => {
  const host = answering(refused(400), granted());
  const { durationRefused } = await getSigninToken(host, AWS, SESSION, 43_200);
  assert.equal(durationRefused, true);
  const durations = await Promise.all(
    host.requests.map(async (request) => (await formOf(request))["SessionDuration"]),
  );
  assert.deepEqual(durations, ["43200", undefined]);
});

Deno.test("getSigninToken() distinguishes refusals, throttling, failures and nonsense, and quotes no response", async () => {
  const secret = "not-a-real-signin-token";
  const cases: readonly (readonly [readonly Response[], string])[] = [
    [[refused(400), refused(400)], "refused"],
    [[refused(403)], "refused"],
    [[new Response(null, { status: 302, headers: { location: "https://evil.example/" } })], "bad-answer"],
    [Array.from({ length: 5 }, () => refused(429)), "throttled"],
    [Array.from({ length: 5 }, () => refused(503)), "unreachable"],
    [[new Response(`{"SigninToken": "${secret}`)], "bad-answer"],
    [[Response.json({ SigninToken: "" })], "bad-answer"],
    [[Response.json({ signinToken: secret })], "bad-answer"],
  ];
  for (const [answers, code] of cases) {
    const host = answering(...answers);
    const seconds = answers.length === 2 ? 900 : undefined;
    const error: unknown = await getSigninToken(host, AWS, SESSION, seconds).catch((caught: unknown) =>
      caught
    );
    assert.ok(isAuthError(error) && error.code === code, `${code}: ${String(error)}`);
    assert.equal(Deno.inspect(error).includes(secret), false);
    host.assertExchanged();
  }
});

Deno.test("signinLink() returns a secret link that logs in, names the issuer and opens the page", () => {
  const page = new URL("https://console.aws.amazon.com/ec2/v2/home?region=eu-west-1#LoadBalancers");
  const link = signinLink(AWS, new Secret("not+a/real=token"), "atmos", page);
  assert.equal(String(link), "[secret]");
  const url = new URL(link.reveal());
  assert.equal(url.origin + url.pathname, "https://signin.aws.amazon.com/federation");
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    Action: "login",
    Issuer: "atmos",
    Destination: page.href,
    SigninToken: "not+a/real=token",
  });
});

/** How calls fail on each invalid response. */
import assert from "node:assert/strict";
import { awsFailure, callAws, remoteFailure } from "../../lib/aws/client.ts";
import { getCallerIdentity } from "../../lib/aws/sts.ts";
import { AuthError } from "../../lib/errors.ts";
import { fakeHost } from "../fake_host.ts";
import { AWS, CALLS, SESSION } from "./calls.ts";
import { oauthError, portalError, stsError, xml } from "./fake_aws.ts";

type Respond = (request: Request) => Response | Promise<Response>;

/** How an operation fails with this response, as far as a user or a program sees it. */
async function failureOf(service: keyof typeof CALLS, respond: Respond) {
  try {
    await CALLS[service](fakeHost({ exchanges: respond }));
  } catch (error) {
    assert.ok(error instanceof AuthError);
    return error;
  }
  throw new TypeError("It did not fail");
}

Deno.test("callAws() reports refusals of STS with AWS's message, code and request id", async () => {
  const error = await failureOf("sts", () => stsError("AccessDenied", "User x is not authorized"));
  assert.deepEqual(
    [error.code, error.message, error.where, error.remoteCode, error.requestId, error.hints],
    [
      "refused",
      "Cannot assume the role: User x is not authorized (AccessDenied)",
      "sts:AssumeRole",
      "AccessDenied",
      "11111111-2222-3333-4444-555555555555",
      [],
    ],
  );
});

Deno.test("callAws() reports refusals of the portal with the place in the configuration", async () => {
  const error = await failureOf(
    "sso",
    () => portalError("ForbiddenException", 403, "No access", { "x-amzn-requestid": "r-1" }),
  );
  assert.deepEqual(
    [error.code, error.message, error.where, error.remoteCode, error.requestId],
    [
      "refused",
      "Cannot get credentials: No access (ForbiddenException)",
      "auth.identities.admin.principal",
      "ForbiddenException",
      "r-1",
    ],
  );
});

Deno.test("callAws() keeps OAuth's code, from the body or from the header alone", async () => {
  const both = await failureOf("oidc", () => oauthError("invalid_grant"));
  assert.deepEqual([both.code, both.remoteCode], ["refused", "invalid_grant"]);
  const body = await failureOf("oidc", () => Response.json({ error: "slow_down" }, { status: 400 }));
  assert.deepEqual([body.code, body.remoteCode], ["throttled", "slow_down"]);
});

Deno.test("callAws() distinguishes an expired session, throttling, an outage and a refusal", async () => {
  const codes = async (service: keyof typeof CALLS, answers: readonly Respond[]) =>
    (await Promise.all(answers.map((respond) => failureOf(service, respond)))).map(({ code }) => code);
  assert.deepEqual(
    await codes("sts", [
      () => stsError("ExpiredToken", "expired"),
      () => stsError("InvalidClientTokenId", "unknown"),
      () => stsError("Throttling", "Rate exceeded", 400),
      () => stsError("InternalFailure", "oops", 500),
      () => stsError("ValidationError", "DurationSeconds", 400),
    ]),
    ["session-rejected", "session-rejected", "throttled", "unreachable", "refused"],
  );
  assert.deepEqual(
    await codes("sso", [
      () => portalError("UnauthorizedException", 401, "Session token not found"),
      () => portalError("TooManyRequestsException", 429, "HTTP 429 Unknown Code"),
      () => portalError("ResourceNotFoundException", 404, "Account not found"),
    ]),
    ["session-rejected", "throttled", "refused"],
  );
});

Deno.test("callAws() uses the status when a response has no body", async () => {
  const answers: readonly (readonly [number, string])[] = [
    [302, "bad-answer"],
    [401, "session-rejected"],
    [403, "refused"],
    [429, "throttled"],
    [500, "unreachable"],
    [503, "unreachable"],
  ];
  for (const service of ["sts", "sso", "oidc"] as const) {
    for (const [status, code] of answers) {
      const error = await failureOf(service, () => new Response(null, { status }));
      assert.equal(error.code, code, `${service} ${status}`);
      assert.match(
        error.message,
        status === 302 ? /HTTP 302 was not what/ : new RegExp(`: no reason given \\(HTTP ${status}\\)$`),
      );
      assert.equal(error.remoteCode, undefined);
    }
  }
});

Deno.test("callAws() rejects an empty or incomplete success", async () => {
  for (const service of ["sts", "sso", "oidc"] as const) {
    assert.equal((await failureOf(service, () => new Response("", { status: 200 }))).code, "bad-answer");
  }
  assert.equal((await failureOf("sso", () => Response.json({ roleCredentials: {} }))).code, "bad-answer");
  assert.equal((await failureOf("sts", () => xml("AssumeRole", "<Credentials/>"))).code, "bad-answer");
});

const CANARY = "not-a-real-CANARY";

Deno.test("callAws() never shows the text of an unreadable response, not even as a cause", async () => {
  const texts = [
    `<html><body>${CANARY}</body></html>`,
    `<html><br>${CANARY}</html>`,
    `{"accessToken":"${CANARY}`,
    `{"accessToken":"${CANARY}" "x"}`,
    `"${CANARY}"x`,
    `<AssumeRoleResponse><AssumeRoleResult><SecretAccessKey>${CANARY}</Sec`,
  ];
  for (const service of ["sts", "sso", "oidc"] as const) {
    for (const status of [200, 403, 407, 502]) {
      for (const text of texts) {
        const error = await failureOf(service, () => new Response(text, { status }));
        assert.doesNotMatch(Deno.inspect(error, { depth: 20, showHidden: true }), new RegExp(CANARY), text);
        assert.ok(["bad-answer", "unreachable", "refused"].includes(error.code), error.code);
      }
    }
  }
});

Deno.test("callAws() reports that a proxy may have answered instead of AWS", async () => {
  const error = await failureOf("sso", () => new Response("<html>Please sign in</html>"));
  assert.deepEqual([error.code, error.message, error.hints], [
    "bad-answer",
    "Cannot get credentials: HTTP 200 was not what sso:GetRoleCredentials answers",
    ["A proxy or a captive portal may have answered in place of AWS"],
  ]);
  const throttled = await failureOf("sso", () => new Response("<html>", { status: 429 }));
  assert.equal(throttled.code, "throttled");
});

Deno.test("callAws() treats an incomplete response as an unreachable service", async () => {
  const broken = () =>
    new Response(new ReadableStream({ start: (controller) => controller.error(new Error("cut")) }));
  const error = await failureOf("sts", broken);
  assert.deepEqual([error.code, error.message, error.where], [
    "unreachable",
    "Cannot assume the role: Cannot reach sts.eu-west-1.amazonaws.com: its answer broke off",
    "sts:AssumeRole",
  ]);
});

Deno.test("callAws() keeps the code and the hints of a failure of the host", async () => {
  const lost = new AuthError("permission-missing", "Cannot reach it: no grant", { hints: ["Grant it"] });
  const error = await failureOf("sts", () => Promise.reject(lost));
  assert.deepEqual([error.code, error.message, error.hints, error.cause], [
    "permission-missing",
    "Cannot assume the role: Cannot reach it: no grant",
    ["Grant it"],
    lost,
  ]);
});

Deno.test("callAws() signs once more with AWS's time when its own clock is off", async () => {
  const ahead = 3 * 3_600_000;
  const dates: number[] = [];
  const host = fakeHost({
    exchanges: (request) => {
      const stamp = request.headers.get("x-amz-date") ?? "";
      dates.push(Date.parse(stamp.replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, "$1-$2-$3T$4:$5:$6Z")));
      const answer = dates.length === 1
        ? stsError("SignatureDoesNotMatch", "Signature expired: x is now earlier than y")
        : xml("GetCallerIdentity", "<Account>1</Account><Arn>a</Arn><UserId>u</UserId>");
      answer.headers.set("date", new Date(Date.now() + ahead).toUTCString());
      return answer;
    },
  });
  assert.deepEqual(await getCallerIdentity(host, AWS, SESSION), { accountId: "1", arn: "a", userId: "u" });
  const [first = 0, second = 0] = dates;
  assert.ok(Math.abs(second - first - ahead) < 60_000, `${second - first}`);
});

Deno.test("callAws() reports a wrong clock when AWS also rejects the second signature", async () => {
  const respond = () =>
    stsError("SignatureDoesNotMatch", "Signature not yet current: x is still later than y");
  const host = fakeHost({ exchanges: respond });
  await assert.rejects(getCallerIdentity(host, AWS, SESSION), {
    code: "refused",
    hints: ["This machine's clock is off: set it, then try again"],
  });
  assert.equal(host.called.length, 2);
});

Deno.test("callAws() does not sign again for a wrong key", async () => {
  const respond = () =>
    stsError("SignatureDoesNotMatch", "The request signature we calculated does not match");
  const host = fakeHost({ exchanges: respond });
  await assert.rejects(getCallerIdentity(host, AWS, SESSION), {
    hints: ["The secret access key does not belong to the access key id"],
  });
  assert.equal(host.called.length, 1);
});

Deno.test("callAws() reports that no request could be made at all", async () => {
  const attempt = { doing: "do it", operation: "sts:X" };
  const cause = new Error("not-a-real-header-value");
  await assert.rejects(callAws(attempt, () => Promise.reject(cause)), {
    code: "failed",
    message: "Cannot do it: the request could not be made",
    where: "sts:X",
    cause,
  });
  const odd = { ...AWS, region: "not a region" };
  await assert.rejects(CALLS.sts(fakeHost(), odd), { code: "failed" });
});

Deno.test("remoteFailure() returns undefined for other errors", () => {
  assert.equal(remoteFailure(new Error("x")), undefined);
  assert.equal(remoteFailure(new AuthError("refused", "x")), undefined);
  assert.equal(remoteFailure("text"), undefined);
  assert.equal(awsFailure("text", { doing: "do it", operation: "sts:X" }).code, "failed");
});

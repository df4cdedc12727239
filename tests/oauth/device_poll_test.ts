import assert from "node:assert/strict";
import fc from "fast-check";
import { pollForApproval } from "../../lib/oauth/device_poll.ts";
import { AuthError, type ErrorCode } from "../../lib/errors.ts";
import { FAKE_NOW, fakeHost } from "../fake_host.ts";

type Answer = "token" | "pending" | "slow_down" | AuthError;

const oauth = (remoteCode: string, code: ErrorCode = "refused") =>
  new AuthError(code, `it is ${remoteCode}`, { remoteCode, requestId: "r-1" });

/**
 * Polls with these answers in turn, repeating the last one; returns when each poll happened, from the start.
 */
async function poll(answers: readonly Answer[], intervalSeconds = 5, lifeSeconds = 600) {
  const host = fakeHost();
  const asked: number[] = [];
  const attempt = () => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? "pending";
    asked.push(host.now() - FAKE_NOW);
    if (answer === "token") return Promise.resolve("token");
    return Promise.reject(
      answer === "pending" ? oauth("authorization_pending") : answer === "slow_down" ? oauth(answer) : answer,
    );
  };
  const plan = { intervalSeconds, expiresAt: FAKE_NOW + lifeSeconds * 1000 };
  const result = await pollForApproval(host, plan, attempt).catch((error: unknown) => error);
  return { result, asked };
}

Deno.test("pollForApproval() polls at once", async () => {
  assert.deepEqual(await poll(["token"]), { result: "token", asked: [0] });
});

Deno.test("pollForApproval() polls again after each interval, to the millisecond", async () => {
  const { result, asked } = await poll(["pending", "pending", "pending", "token"]);
  assert.deepEqual([result, asked], ["token", [0, 5000, 10_000, 15_000]]);
  assert.deepEqual((await poll(["pending", "token"], 1)).asked, [0, 1000]);
});

Deno.test("pollForApproval() lengthens the interval by five seconds after each slow_down, permanently", async () => {
  const { asked } = await poll(["slow_down", "pending", "slow_down", "pending", "token"]);
  assert.deepEqual(asked, [0, 10_000, 20_000, 35_000, 50_000]);
  const throttled = oauth("slow_down", "throttled");
  assert.deepEqual((await poll([throttled, "token"])).asked, [0, 10_000]);
});

Deno.test("pollForApproval() treats an unreachable, failing or throttling service as pending", async () => {
  const failures = (["unreachable", "bad-answer", "throttled"] as const).map((code) =>
    new AuthError(code, "x")
  );
  const { result, asked } = await poll([...failures, oauth("server_error", "unreachable"), "token"]);
  assert.deepEqual([result, asked], ["token", [0, 5000, 10_000, 15_000, 20_000]]);
});

const EXPIRED = {
  code: "login-not-approved",
  message: "Cannot log in: nobody approved the request in time",
  hints: ["Run the command again for a new code"],
};
const partOf = (error: unknown) => {
  assert.ok(error instanceof AuthError);
  const { code, message, hints } = error;
  return { code, message, hints };
};

Deno.test("pollForApproval() polls one last time as the code expires, by the clock and not by a count", async () => {
  const { result, asked } = await poll(["pending"], 5, 12);
  assert.deepEqual([partOf(result), asked], [EXPIRED, [0, 5000, 10_000, 12_000]]);
  const slowed = await poll(["slow_down"], 5, 60);
  assert.deepEqual([partOf(slowed.result), slowed.asked], [EXPIRED, [0, 10_000, 25_000, 45_000, 60_000]]);
});

Deno.test("pollForApproval() accepts an approval at the last moment", async () => {
  assert.equal((await poll(["pending", "pending", "pending", "token"], 5, 12)).result, "token");
});

Deno.test("pollForApproval() stops when the service reports an expired code", async () => {
  const cause = oauth("expired_token");
  const { result, asked } = await poll(["pending", cause]);
  assert.deepEqual([partOf(result), asked], [EXPIRED, [0, 5000]]);
  assert.ok(result instanceof AuthError);
  assert.deepEqual([result.cause, result.exitCode, result.requestId], [cause, 4, "r-1"]);
});

Deno.test("pollForApproval() stops when the user denies", async () => {
  const { result, asked } = await poll(["pending", oauth("access_denied")]);
  assert.deepEqual([partOf(result), asked], [{
    code: "login-not-approved",
    message: "Cannot log in: the request was denied in the browser",
    hints: ["Run the command again, and approve the request if it is yours"],
  }, [0, 5000]]);
  assert.ok(result instanceof AuthError);
  assert.equal(result.requestId, "r-1");
});

Deno.test("pollForApproval() passes on every other refusal, and errors other than AuthError", async () => {
  for (const error of [oauth("invalid_grant"), oauth("invalid_client", "session-rejected")]) {
    const { result, asked } = await poll(["pending", error]);
    assert.deepEqual([result, asked], [error, [0, 5000]]);
  }
  const bug = new TypeError("x");
  await assert.rejects(
    pollForApproval(fakeHost(), { intervalSeconds: 5, expiresAt: Infinity }, () => Promise.reject(bug)),
    bug,
  );
});

Deno.test("pollForApproval() stops when the user interrupts", async () => {
  const host = fakeHost();
  let asked = 0;
  const attempt = () => {
    asked += 1;
    if (asked === 2) host.interrupt();
    return Promise.reject(oauth("authorization_pending"));
  };
  await assert.rejects(
    pollForApproval(host, { intervalSeconds: 5, expiresAt: FAKE_NOW + 600_000 }, attempt),
    { code: "interrupted", exitCode: 130 },
  );
  assert.equal(asked, 2);
});

Deno.test("pollForApproval() never polls before the interval, except the last time, and always stops", async () => {
  const answer = fc.constantFrom<Answer>("pending", "slow_down", new AuthError("unreachable", "x"));
  await fc.assert(
    fc.asyncProperty(
      fc.array(answer, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 120 }),
      async (answers, interval, life) => {
        const { result, asked } = await poll(answers, interval, life);
        assert.deepEqual(partOf(result), EXPIRED);
        assert.equal(asked.at(-1), life * 1000);
        const gaps = asked.slice(1, -1).map((moment, index) => moment - (asked[index] ?? 0));
        assert.ok(gaps.every((gap, index) => gap >= interval * 1000 && gap >= (gaps[index - 1] ?? 0)));
      },
    ),
    { numRuns: 25 },
  );
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { withRetries } from "../../lib/aws/retry.ts";
import { AuthError } from "../../lib/errors.ts";
import { type Answer, FAKE_NOW, type FakeHost, fakeHost } from "../fake_host.ts";
import { stsError } from "./fake_aws.ts";

const URL_ = "https://sts.us-east-1.amazonaws.com/";
const request = () => new Request(URL_, { method: "POST", body: "Action=AssumeRole" });

/** A host that gives these answers in turn, and bytes of one value. */
function hostWith(answers: readonly Answer[], byte = 255): FakeHost {
  const exchanges = answers.map((respond) => ({ request: `POST ${URL_}`, respond }));
  return Object.assign(fakeHost({ exchanges }), {
    random: (count: number) => new Uint8Array(count).fill(byte),
  });
}

const status = (code: number, headers: Readonly<Record<string, string>> = {}) =>
  new Response("no", { status: code, headers });

/** Fetches with retries, and returns the response's status and the time that passed. */
async function outcome(host: FakeHost): Promise<readonly [number, number]> {
  const response = await withRetries(host).fetch(request());
  host.assertExchanged();
  return [response.status, host.now() - FAKE_NOW];
}

Deno.test("withRetries() passes on a success at once, unchanged", async () => {
  for (const code of [200, 302, 400, 401, 403, 404]) {
    assert.deepEqual(await outcome(hostWith([status(code)])), [code, 0]);
  }
  const host = hostWith([new Response("text", { headers: { "x-amzn-requestid": "r" } })]);
  const response = await withRetries(host).fetch(request());
  assert.deepEqual([await response.text(), response.headers.get("x-amzn-requestid")], ["text", "r"]);
  const empty = await withRetries(hostWith([new Response(null, { status: 204 })])).fetch(request());
  assert.equal(empty.status, 204);
});

Deno.test("withRetries() retries after 429, 5xx, a lost connection and an incomplete body", async () => {
  const broken = new Response(
    new ReadableStream({ start: (controller) => controller.error(new Error("cut")) }),
  );
  const answers: readonly Answer[] = [status(429), status(500), "network-error", broken, status(200)];
  assert.deepEqual(await outcome(hostWith(answers)), [200, 250 + 500 + 1000 + 2000]);
  for (const code of [502, 503, 504]) {
    assert.deepEqual(await outcome(hostWith([status(code), status(200)])), [200, 250]);
  }
});

Deno.test("withRetries() recognizes throttling with HTTP 400, and returns the complete last refusal", async () => {
  const words = ["Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"];
  for (const word of words) {
    assert.deepEqual(await outcome(hostWith([stsError(word, "Rate exceeded", 400), status(200)])), [
      200,
      250,
    ]);
  }
  const slow = Response.json({ error: "slow_down" }, { status: 400 });
  assert.deepEqual(await outcome(hostWith([slow, status(200)])), [200, 250]);
  const refusal = await withRetries(hostWith([stsError("ValidationError", "DurationSeconds", 400)])).fetch(
    request(),
  );
  assert.match(await refusal.text(), /<Code>ValidationError<\/Code>/);
});

Deno.test("withRetries() gives up after five tries, with the last response or failure", async () => {
  assert.deepEqual(await outcome(hostWith(Array.from({ length: 5 }, () => status(503)))), [503, 3750]);
  const host = hostWith(Array<Answer>(5).fill("network-error"));
  await assert.rejects(outcome(host), { code: "unreachable" });
  assert.equal(host.called.length, 5);
});

Deno.test("withRetries() sends the same request each time", async () => {
  const host = hostWith([status(500), status(500), status(200)]);
  await outcome(host);
  assert.deepEqual(
    await Promise.all(host.requests.map((sent) => sent.text())),
    Array(3).fill("Action=AssumeRole"),
  );
});

Deno.test("withRetries() waits as long as Retry-After says, up to twenty seconds", async () => {
  const waits = async (value: string) =>
    (await outcome(hostWith([status(429, { "retry-after": value }), status(200)])))[1];
  assert.equal(await waits("3"), 3000);
  assert.equal(await waits("20"), 20_000);
  assert.equal(await waits("3600"), 20_000);
  for (const unread of ["0", "-1", "soon", "Mon, 23 Nov 2026 12:00:09 GMT"]) {
    assert.equal(await waits(unread), 250, unread);
  }
});

Deno.test("withRetries() pauses within limits that double, whatever the random numbers", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 1, max: 5 }),
      async (byte, failures) => {
        const tries = Math.min(failures + 1, 5);
        const answers = Array.from({ length: tries }, (_, index) => status(index < failures ? 500 : 200));
        const [, waited] = await outcome(hostWith(answers, byte));
        const ceiling = [0, 250, 750, 1750, 3750][tries - 1] ?? 0;
        assert.ok(waited > 0 && waited <= ceiling);
        assert.ok(Math.abs(waited - ceiling * (byte + 1) / 256) <= tries);
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("withRetries() passes on failures other than the network's", async () => {
  const host = fakeHost({
    exchanges: () => Promise.reject(new AuthError("permission-missing", "no net")),
  });
  await assert.rejects(withRetries(host).fetch(request()), { code: "permission-missing" });
});

Deno.test("withRetries() stops its pause when the user interrupts", async () => {
  const host: FakeHost = fakeHost({
    exchanges: () => {
      host.interrupt();
      return status(500);
    },
  });
  await assert.rejects(withRetries(host).fetch(request()), { code: "interrupted" });
  assert.equal(host.called.length, 1);
});

Deno.test("withRetries() changes only fetch, and evaluates no member that is created on first use", async () => {
  const host = hostWith([status(200)]);
  const touched: string[] = [];
  const lazy = Object.defineProperty(host, "prompt", {
    enumerable: true,
    get: () => void touched.push("prompt"),
  });
  const patient = withRetries(lazy);
  assert.deepEqual([(await patient.fetch(request())).status, touched], [200, []]);
  assert.deepEqual(Object.keys(patient), Object.keys(host));
  assert.equal(patient.now, host.now);
});

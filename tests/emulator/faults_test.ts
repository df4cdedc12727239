import assert from "node:assert/strict";
import { type Effect, PLAIN_USER, startEmulator } from "./mod.ts";
import { newFaults } from "./faults.ts";
import { callSts, getPortal, login, outcome, postJson, startDevice, textIn } from "./test_client.ts";

Deno.test("a fault waits for its call, lasts its times, and leaves other operations alone", () => {
  const faults = newFaults();
  const throttle: Effect = { kind: "status", status: 429 };
  faults.add({ operation: "AssumeRole", call: 2, times: 2, effect: throttle }, {
    operation: "*",
    call: 4,
    effect: { kind: "closed" },
  });
  assert.equal(faults.take("AssumeRole"), undefined);
  assert.equal(faults.take("AssumeRole"), throttle);
  assert.equal(faults.take("ListAccounts"), undefined);
  assert.equal(faults.take("AssumeRole"), throttle, "the earlier fault goes first");
  assert.deepEqual(faults.take("GetCallerIdentity"), { kind: "closed" });
  assert.equal(faults.take("AssumeRole"), undefined);
});

Deno.test("throttling and failures come in the words of each service", async () => {
  await using emulator = await startEmulator();
  const throttled = { kind: "status", status: 400, retryAfter: 2 } as const;
  emulator.fault({ operation: "GetCallerIdentity", effect: throttled });
  const reply = await callSts(emulator, PLAIN_USER, "GetCallerIdentity");
  assert.deepEqual([outcome(reply), reply.headers.get("retry-after")], ["400 Throttling", "2"]);
  emulator.fault({ operation: "GetCallerIdentity", effect: { kind: "status", status: 503 } });
  const down = await callSts(emulator, PLAIN_USER, "GetCallerIdentity");
  assert.deepEqual([outcome(down), textIn(down.text, "Type")], ["503 ServiceUnavailable", "Receiver"]);
  emulator.fault({
    operation: "RegisterClient",
    effect: { kind: "status", status: 500, code: "server_error" },
  });
  const register = await postJson(emulator, "/client/register", {});
  assert.deepEqual([register.status, register.exception], [500, "InternalServerException"]);
  assert.equal(outcome(await callSts(emulator, PLAIN_USER, "GetCallerIdentity")), "200");
  assert.equal(emulator.calls("GetCallerIdentity"), 3);
});

Deno.test("answers can be empty, somebody else's page, cut short, or none at all", async () => {
  await using emulator = await startEmulator();
  const call = () => callSts(emulator, PLAIN_USER, "GetCallerIdentity");
  const under = (effect: Effect) => {
    emulator.fault({ operation: "GetCallerIdentity", effect });
    return call();
  };
  const empty = await under({ kind: "empty-body", status: 502 });
  assert.deepEqual([empty.status, empty.text], [502, ""]);
  const page = await under({ kind: "html" });
  assert.deepEqual([page.status, page.headers.get("content-type")], [200, "text/html; charset=utf-8"]);
  await assert.rejects(under({ kind: "truncated" }), { name: "TypeError", message: /reading a body/ });
  await assert.rejects(under({ kind: "closed" }), { name: "TypeError", message: /fetch failed/ });
  const skewed = await under({ kind: "date-skew", milliseconds: 3_600_000 });
  assert.ok(Math.abs(Date.parse(skewed.headers.get("date") ?? "") - emulator.now() - 3_600_000) < 3000);
  assert.equal(outcome(await call()), "200");
});

Deno.test("a slow call is answered when its time is over, and not before", async () => {
  const pauses: number[] = [];
  const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using emulator = await startEmulator({
    pause: (milliseconds) => {
      pauses.push(milliseconds);
      begun.resolve();
      return over.promise;
    },
  });
  emulator.fault({ operation: "GetCallerIdentity", effect: { kind: "slow", milliseconds: 120 } });
  const answered: string[] = [];
  const call = async (name: string) => {
    answered.push(`${name}: ${outcome(await callSts(emulator, PLAIN_USER, "GetCallerIdentity"))}`);
  };
  const slow = call("slow");
  await begun.promise;
  await call("quick");
  assert.deepEqual(answered, ["quick: 200"]);
  over.resolve();
  await slow;
  assert.deepEqual([pauses, answered], [[120], ["quick: 200", "slow: 200"]]);
});

Deno.test("a call that is never answered, and a slow one, end when the emulator closes", async () => {
  const emulator = await startEmulator();
  emulator.fault(
    { operation: "GetCallerIdentity", effect: { kind: "silent" } },
    { operation: "GetCallerIdentity", call: 2, effect: { kind: "slow", milliseconds: 3_600_000 } },
  );
  const calls = [1, 2].map(() =>
    assert.rejects(callSts(emulator, PLAIN_USER, "GetCallerIdentity"), TypeError)
  );
  while (emulator.calls("GetCallerIdentity") < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await emulator.close();
  await Promise.all(calls);
});

Deno.test("the emulator has closed when the calls it works on have ended", async () => {
  const order: string[] = [];
  const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const emulator = await startEmulator({
    pause: async () => {
      begun.resolve();
      await over.promise;
      order.push("worked");
    },
  });
  emulator.fault({ operation: "GetCallerIdentity", effect: { kind: "slow", milliseconds: 1 } });
  const call = assert.rejects(callSts(emulator, PLAIN_USER, "GetCallerIdentity"), TypeError);
  await begun.promise;
  const closed = emulator.close().then(() => void order.push("closed"));
  await call;
  // Another one closes in the meantime: this one has had its time.
  await (await startEmulator()).close();
  over.resolve();
  await closed;
  assert.deepEqual(order, ["worked", "closed"]);
});

Deno.test("a list can give the same page token for ever", async () => {
  await using emulator = await startEmulator();
  const { accessToken } = await login(emulator);
  emulator.fault({ operation: "ListAccounts", times: Infinity, effect: { kind: "same-next-token" } });
  const page = async (token: string) =>
    JSON.parse((await getPortal(emulator, `/assignment/accounts?next_token=${token}`, accessToken)).text)
      .nextToken;
  const first = await page("");
  assert.ok(first);
  assert.equal(await page(first), first);
  assert.equal(await page(first), first);
});

Deno.test("tokens, registrations and portal sessions can end in the middle", async () => {
  await using emulator = await startEmulator();
  const { refresh, tokens, accessToken } = await login(emulator);
  emulator.fault({ operation: "ListAccounts", effect: { kind: "expire-access-tokens" } });
  assert.equal((await getPortal(emulator, "/assignment/accounts", accessToken)).status, 401);
  const second = await refresh(tokens["refreshToken"]);
  assert.equal(second.status, 200, "the session itself lives");
  emulator.fault({ operation: "ListAccounts", effect: { kind: "end-portal-sessions" } });
  assert.equal(
    (await getPortal(emulator, "/assignment/accounts", String(second.members["accessToken"]))).status,
    401,
  );
  assert.equal((await refresh(second.members["refreshToken"])).exception, "InvalidGrantException");
  const other = await login(emulator);
  emulator.fault({ operation: "CreateToken", effect: { kind: "revoke-refresh-tokens" } });
  assert.equal((await other.refresh(other.tokens["refreshToken"])).exception, "InvalidGrantException");
  const { poll } = await startDevice(emulator);
  emulator.fault({ operation: "CreateToken", effect: { kind: "expire-registrations" } });
  assert.equal((await poll()).exception, "InvalidClientException");
});

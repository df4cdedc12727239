import assert from "node:assert/strict";
import { type Emulator, PLAIN_USER, startEmulator } from "./mod.ts";
import { callSts, outcome, startDevice } from "./test_client.ts";

async function control(
  { url, controlToken }: Emulator,
  method: string,
  path: string,
  body?: unknown,
  token = controlToken,
) {
  const response = await fetch(`${url}/_control/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

Deno.test("control is closed to those without its bearer", async () => {
  await using emulator = await startEmulator();
  const before = emulator.now();
  assert.equal((await control(emulator, "POST", "clock", { advance: 3_600_000 }, "wrong")).status, 401);
  assert.equal((await control(emulator, "GET", "state", undefined, "")).status, 401);
  assert.ok(emulator.now() - before < 60_000);
});

Deno.test("control moves the clock, injects faults, answers device requests and counts calls", async () => {
  await using emulator = await startEmulator();
  const { poll, userCode } = await startDevice(emulator);
  assert.deepEqual((await control(emulator, "GET", "state")).body.pendingUserCodes, [userCode]);
  assert.equal((await control(emulator, "POST", "approve", { userCode })).status, 200);
  assert.equal((await control(emulator, "POST", "approve", { userCode })).status, 400, "answered already");
  assert.equal((await poll()).status, 200);
  const denied = await startDevice(emulator);
  await control(emulator, "POST", "deny", { userCode: denied.userCode });
  assert.equal((await denied.poll()).exception, "AccessDeniedException");

  const moment = Date.UTC(2030, 0, 1);
  const moved = await control(emulator, "POST", "clock", { set: moment });
  assert.ok(moved.body.now - moment < 5000);

  const faults = [{ operation: "GetCallerIdentity", effect: { kind: "status", status: 429 } }];
  assert.equal((await control(emulator, "POST", "faults", { faults })).body.added, 1);
  assert.equal(
    outcome(await callSts(emulator, PLAIN_USER, "GetCallerIdentity")),
    "429 TooManyRequestsException",
  );
  await control(emulator, "POST", "faults", { faults });
  await control(emulator, "DELETE", "faults");
  assert.equal(outcome(await callSts(emulator, PLAIN_USER, "GetCallerIdentity")), "200");
  const { calls } = (await control(emulator, "GET", "state")).body;
  assert.deepEqual(calls, {
    RegisterClient: 2,
    StartDeviceAuthorization: 2,
    CreateToken: 2,
    GetCallerIdentity: 2,
  });
});

Deno.test("control refuses what it does not understand", async () => {
  await using emulator = await startEmulator();
  const status = async (method: string, path: string, body?: unknown) =>
    (await control(emulator, method, path, body)).status;
  assert.equal(await status("POST", "clock", {}), 400);
  assert.equal(await status("POST", "clock", []), 400);
  assert.equal(await status("POST", "faults", { faults: [] }), 400);
  assert.equal(
    await status("POST", "faults", { faults: [{ operation: "*", effect: { kind: "explode" } }] }),
    400,
  );
  assert.equal(
    await status("POST", "faults", { faults: [{ operation: "*", effect: { kind: "status" } }] }),
    400,
  );
  assert.equal(await status("POST", "approve", { userCode: "ZZZZ-ZZZZ" }), 400);
  assert.equal(await status("GET", "secrets"), 404);
});

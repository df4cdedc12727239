import assert from "node:assert/strict";
import { startEmulator } from "./mod.ts";
import { postForm, send, startDevice } from "./test_client.ts";

Deno.test("the device page asks for a code, shows the client, and takes Approve and Deny", async () => {
  await using emulator = await startEmulator();
  const asked = await send(`${emulator.url}/device`);
  assert.match(asked.text, /<input type="text" id="user_code"/);
  const approved = await startDevice(emulator, { clientName: "<b>test</b>" });
  assert.deepEqual(emulator.pendingUserCodes(), [approved.userCode]);
  const shown = await send(`${emulator.url}/device?user_code=${approved.userCode}`);
  assert.match(shown.text, new RegExp(`<div class="code">${approved.userCode}</div>`));
  assert.match(shown.text, /&lt;b&gt;test&lt;\/b&gt;/);
  assert.doesNotMatch(shown.text, /<script/);
  const answer = (userCode: string, answer: string) =>
    postForm(`${emulator.url}/device`, { user_code: userCode, answer });
  assert.match((await answer(approved.userCode, "approve")).text, /Request approved/);
  assert.equal((await approved.poll()).status, 200);
  const denied = await startDevice(emulator);
  assert.match((await answer(denied.userCode, "deny")).text, /Request denied/);
  assert.equal((await denied.poll()).exception, "AccessDeniedException");
  assert.deepEqual(emulator.pendingUserCodes(), []);
});

Deno.test("the device page knows no made-up code, no answered one, and no stranger", async () => {
  await using emulator = await startEmulator();
  const { userCode } = await startDevice(emulator);
  assert.equal((await send(`${emulator.url}/device?user_code=ZZZZ-ZZZ1`)).status, 404);
  const stranger = { user_code: userCode, answer: "approve", user: "mallory" };
  assert.equal((await postForm(`${emulator.url}/device`, stranger)).status, 400);
  assert.deepEqual(emulator.pendingUserCodes(), [userCode]);
  emulator.approve(userCode);
  assert.equal((await send(`${emulator.url}/device?user_code=${userCode}`)).status, 404);
});

Deno.test("the start page lists who may sign in where", async () => {
  await using emulator = await startEmulator();
  const { status, text } = await send(emulator.startUrl);
  assert.equal(status, 200);
  assert.match(text, /<td>core-identity<\/td><td>111122223333<\/td><td>AdminAccess<\/td>/);
});

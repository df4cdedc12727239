import assert from "node:assert/strict";
import { type Emulator, MFA_USER, PLAIN_USER, startEmulator } from "./mod.ts";
import { callIam, callSts, type Keys, keysIn, outcome, permissionSetKeys, textIn } from "./test_client.ts";

async function mfaSession(emulator: Emulator): Promise<Keys> {
  const form = { SerialNumber: MFA_USER.mfaSerial, TokenCode: await emulator.totp(MFA_USER.mfaSerial) };
  return keysIn(await callSts(emulator, MFA_USER, "GetSessionToken", form));
}

Deno.test("a key is rotated as AWS wants it: create, prove, deactivate, delete", async () => {
  await using emulator = await startEmulator();
  const listed = await callIam(emulator, PLAIN_USER, "ListAccessKeys");
  assert.equal(textIn(listed.text, "AccessKeyId"), PLAIN_USER.accessKeyId);
  assert.match(
    listed.text,
    /^<ListAccessKeysResponse xmlns="https:\/\/iam\.amazonaws\.com\/doc\/2010-05-08\/">/,
  );
  const created = await callIam(emulator, PLAIN_USER, "CreateAccessKey", { UserName: "deploy-bot" });
  const fresh = {
    accessKeyId: textIn(created.text, "AccessKeyId") ?? "",
    secretAccessKey: textIn(created.text, "SecretAccessKey") ?? "",
  };
  assert.match(fresh.accessKeyId, /^AKIA[A-Z2-7]{16}$/);
  assert.equal(outcome(await callIam(emulator, PLAIN_USER, "CreateAccessKey")), "409 LimitExceeded");
  assert.equal(textIn((await callSts(emulator, fresh, "GetCallerIdentity")).text, "Arn"), PLAIN_USER.arn);

  const old = { AccessKeyId: PLAIN_USER.accessKeyId };
  assert.equal(
    outcome(await callIam(emulator, fresh, "UpdateAccessKey", { ...old, Status: "Inactive" })),
    "200",
  );
  assert.equal(outcome(await callSts(emulator, PLAIN_USER, "GetCallerIdentity")), "403 InvalidClientTokenId");
  assert.equal(
    outcome(await callIam(emulator, fresh, "UpdateAccessKey", { ...old, Status: "Active" })),
    "200",
  );
  assert.equal(outcome(await callSts(emulator, PLAIN_USER, "GetCallerIdentity")), "200");
  assert.equal(outcome(await callIam(emulator, fresh, "DeleteAccessKey", old)), "200");
  assert.equal(outcome(await callIam(emulator, fresh, "DeleteAccessKey", old)), "404 NoSuchEntity");
  assert.equal(outcome(await callSts(emulator, PLAIN_USER, "GetCallerIdentity")), "403 InvalidClientTokenId");
});

Deno.test("a new key can be unknown to STS for a while", async () => {
  await using emulator = await startEmulator();
  emulator.state.seed.keyPropagation = 10;
  const { text } = await callIam(emulator, PLAIN_USER, "CreateAccessKey");
  const fresh = {
    accessKeyId: textIn(text, "AccessKeyId") ?? "",
    secretAccessKey: textIn(text, "SecretAccessKey") ?? "",
  };
  assert.equal(outcome(await callSts(emulator, fresh, "GetCallerIdentity")), "403 InvalidClientTokenId");
  emulator.advance(10_000);
  assert.equal(outcome(await callSts(emulator, fresh, "GetCallerIdentity")), "200");
});

Deno.test("GetAccessKeyLastUsed and ListMFADevices answer about the user's own", async () => {
  await using emulator = await startEmulator();
  await callSts(emulator, PLAIN_USER, "GetCallerIdentity");
  const used = await callIam(emulator, PLAIN_USER, "GetAccessKeyLastUsed", {
    AccessKeyId: PLAIN_USER.accessKeyId,
  });
  assert.deepEqual([textIn(used.text, "UserName"), textIn(used.text, "ServiceName")], ["deploy-bot", "sts"]);
  const devices = await callIam(emulator, await mfaSession(emulator), "ListMFADevices");
  assert.equal(textIn(devices.text, "SerialNumber"), MFA_USER.mfaSerial);
  assert.equal(textIn((await callIam(emulator, PLAIN_USER, "ListMFADevices")).text, "MFADevices"), "");
});

Deno.test("IAM knows no session without MFA, and a user may not manage others", async () => {
  await using emulator = await startEmulator();
  const call = async (keys: Keys, form: Record<string, string> = {}) =>
    outcome(await callIam(emulator, keys, "ListAccessKeys", form));
  const plain = keysIn(await callSts(emulator, PLAIN_USER, "GetSessionToken"));
  assert.equal(await call(plain), "403 InvalidClientTokenId");
  assert.equal(await call(MFA_USER), "403 AccessDenied", "its policy wants MFA");
  assert.equal(await call(await mfaSession(emulator)), "200");
  assert.equal(await call(PLAIN_USER, { UserName: "username" }), "403 AccessDenied");
  assert.equal(await call(permissionSetKeys(emulator, "123456789012", "AdminAccess")), "403 AccessDenied");
  assert.equal(outcome(await callIam(emulator, PLAIN_USER, "CreateUser")), "400 InvalidAction");
});

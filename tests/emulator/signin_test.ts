import assert from "node:assert/strict";
import { type Emulator, PLAIN_USER, startEmulator } from "./mod.ts";
import { callSts, type Keys, keysIn, permissionSetKeys, postForm, type Reply, send } from "./test_client.ts";

const DEPLOYER = "arn:aws:iam::123456789012:role/Deployer";
const DESTINATION = "https://console.aws.amazon.com/s3/home";

function sessionOf({ accessKeyId, secretAccessKey, sessionToken }: Keys): string {
  return JSON.stringify({ sessionId: accessKeyId, sessionKey: secretAccessKey, sessionToken });
}

function getSigninToken({ url }: Emulator, keys: Keys, extra: Record<string, string> = {}): Promise<Reply> {
  return postForm(`${url}/federation`, { Action: "getSigninToken", Session: sessionOf(keys), ...extra });
}

function loginUrl({ url }: Emulator, { text }: Reply, changes: Record<string, string> = {}): string {
  const { SigninToken } = JSON.parse(text);
  const query = { Action: "login", Issuer: "atmos", Destination: DESTINATION, SigninToken, ...changes };
  return `${url}/federation?${new URLSearchParams(query)}`;
}

const assume = async (emulator: Emulator, keys: Keys, RoleArn: string) =>
  keysIn(await callSts(emulator, keys, "AssumeRole", { RoleArn, RoleSessionName: "console" }));

Deno.test("a role's session becomes a console session that shows account, role and end", async () => {
  await using emulator = await startEmulator();
  const token = await getSigninToken(emulator, await assume(emulator, PLAIN_USER, DEPLOYER), {
    SessionDuration: "43200",
  });
  assert.equal(token.status, 200);
  const link = loginUrl(emulator, token);
  const landed = await send(link);
  assert.deepEqual([landed.status, landed.headers.get("location")], [302, "/console/home"]);
  const cookie = landed.headers.get("set-cookie")?.split(";")[0] ?? "";
  const home = await send(`${emulator.url}/console/home`, { headers: { cookie } });
  assert.equal(home.status, 200);
  for (const shown of ["development (123456789012)", "Deployer", "console", "atmos", DESTINATION]) {
    assert.ok(home.text.includes(`<dd>${shown}</dd>`), shown);
  }
  assert.equal((await send(link)).status, 400, "a sign-in token works once");
  emulator.advance(12 * 3_600_000);
  assert.equal((await send(`${emulator.url}/console/home`, { headers: { cookie } })).status, 401);
});

Deno.test("a sign-in token can be had by GET, but not with a URL beyond 8 KB", async () => {
  await using emulator = await startEmulator();
  const keys = permissionSetKeys(emulator, "111122223333", "AdminAccess");
  const get = (extra: Record<string, string> = {}) =>
    send(
      `${emulator.url}/federation?${new URLSearchParams({
        Action: "getSigninToken",
        Session: sessionOf(keys),
        ...extra,
      })}`,
    );
  assert.equal((await get()).status, 200);
  assert.equal((await get({ Padding: "x".repeat(8000) })).status, 414);
});

Deno.test("SessionDuration is for direct role sessions, not for chained ones", async () => {
  await using emulator = await startEmulator();
  const long = { SessionDuration: "43200" };
  const permissionSet = permissionSetKeys(emulator, "111122223333", "AdminAccess");
  assert.equal((await getSigninToken(emulator, permissionSet, long)).status, 200);
  assert.equal((await getSigninToken(emulator, permissionSet, { SessionDuration: "899" })).status, 400);
  const chained = await assume(emulator, permissionSet, "arn:aws:iam::999999999999:role/ProductionAdmin");
  const refused = await getSigninToken(emulator, chained, long);
  assert.deepEqual([refused.status, refused.headers.get("content-type")], [400, "text/html; charset=utf-8"]);
  assert.equal((await getSigninToken(emulator, chained)).status, 200);
  const throughSession = await assume(
    emulator,
    keysIn(await callSts(emulator, PLAIN_USER, "GetSessionToken")),
    DEPLOYER,
  );
  assert.equal((await getSigninToken(emulator, throughSession, long)).status, 400);
});

Deno.test("keys of a user, sessions of a user, wrong and expired credentials cannot be federated", async () => {
  await using emulator = await startEmulator();
  const keys = permissionSetKeys(emulator, "111122223333", "AdminAccess");
  const user = keysIn(await callSts(emulator, PLAIN_USER, "GetSessionToken"));
  for (const wrong of [PLAIN_USER, user, { ...keys, secretAccessKey: "x" }, { ...keys, sessionToken: "x" }]) {
    assert.equal((await getSigninToken(emulator, wrong)).status, 400);
  }
  emulator.advance(3_600_000);
  assert.equal((await getSigninToken(emulator, keys)).status, 400);
});

Deno.test("a sign-in token lasts 15 minutes and leads to an AWS console only", async () => {
  await using emulator = await startEmulator();
  const token = await getSigninToken(emulator, permissionSetKeys(emulator, "111122223333", "AdminAccess"));
  for (
    const Destination of [
      "https://evil.example/",
      "http://console.aws.amazon.com/",
      "https://xconsole.aws.amazon.com.evil.example/",
      "",
    ]
  ) {
    assert.equal((await send(loginUrl(emulator, token, { Destination }))).status, 400, Destination);
  }
  emulator.advance(15 * 60_000);
  assert.equal((await send(loginUrl(emulator, token))).status, 400);
});

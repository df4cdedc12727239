import assert from "node:assert/strict";
import { defaultSeed, startEmulator } from "./mod.ts";
import { getPortal, login, type Reply } from "./test_client.ts";

interface AccountPage {
  nextToken?: string | null;
  accountList: { accountId: string; accountName: string; emailAddress: string }[];
}

const pageOf = ({ text }: Reply): AccountPage => JSON.parse(text);

Deno.test("accounts come in pages of two, and the last page has an empty token", async () => {
  await using emulator = await startEmulator();
  const { accessToken } = await login(emulator);
  const ids: string[] = [];
  const tokens: unknown[] = [];
  for (let token = ""; tokens.at(-1) !== "";) {
    const path = `/assignment/accounts?max_result=100${token && `&next_token=${token}`}`;
    const { accountList, nextToken } = pageOf(await getPortal(emulator, path, accessToken));
    assert.equal(accountList.length, 2);
    ids.push(...accountList.map(({ accountId }) => accountId));
    tokens.push(nextToken);
    token = nextToken ?? "";
  }
  assert.deepEqual(ids, [
    "111122223333",
    "123456789012",
    "999999999999",
    "444455556666",
    "777788889999",
    "012345678901",
  ]);
  assert.equal(tokens.length, 3);
});

Deno.test("the last page may also have a null token or none, as the real service had", async () => {
  for (const [lastPageToken, expected] of [["null", null], ["absent", undefined]] as const) {
    const seed = defaultSeed();
    seed.portal.lastPageToken = lastPageToken;
    await using emulator = await startEmulator({ seed, pageSize: 10 });
    const { accessToken } = await login(emulator);
    const page = pageOf(await getPortal(emulator, "/assignment/accounts", accessToken));
    assert.deepEqual([page.accountList.length, page.nextToken], [6, expected]);
  }
});

Deno.test("a page token of another list, a made-up one and a bad max_result are refused", async () => {
  await using emulator = await startEmulator();
  const { accessToken } = await login(emulator);
  const { nextToken } = pageOf(await getPortal(emulator, "/assignment/accounts", accessToken));
  for (
    const path of [
      `/assignment/roles?account_id=111122223333&next_token=${nextToken}`,
      "/assignment/accounts?next_token=made-up",
      "/assignment/accounts?max_result=0",
      "/assignment/accounts?max_result=101",
      "/assignment/accounts?max_result=ten",
      "/assignment/roles",
      "/federation/credentials?account_id=111122223333",
    ]
  ) {
    const { status, text } = await getPortal(emulator, path, accessToken);
    assert.equal(status, 400, path);
    assert.match(text, /InvalidRequestException/);
  }
});

Deno.test("the portal wants a token that lives: not a wrong one, an old one, or one after logout", async () => {
  await using emulator = await startEmulator();
  const { accessToken } = await login(emulator);
  const list = (token: string) => getPortal(emulator, "/assignment/accounts", token);
  const wrong = await list("wrong");
  assert.equal(wrong.status, 401);
  assert.equal(wrong.headers.get("x-amzn-errortype"), "UnauthorizedException");
  assert.deepEqual(JSON.parse(wrong.text), {
    message: "Session token not found or invalid",
    __type: "com.amazonaws.switchboard.portal#UnauthorizedException",
  });
  emulator.advance(3_599_000);
  assert.equal((await list(accessToken)).status, 200);
  emulator.advance(1000);
  assert.equal((await list(accessToken)).status, 401);
  const again = await login(emulator);
  const loggedOut = await fetch(`${emulator.url}/logout`, {
    method: "POST",
    headers: { "x-amz-sso_bearer_token": again.accessToken },
  });
  assert.deepEqual([loggedOut.status, await loggedOut.text()], [200, ""]);
  assert.equal((await list(again.accessToken)).status, 401);
  assert.equal((await again.refresh(again.tokens["refreshToken"])).exception, "InvalidGrantException");
});

Deno.test("role credentials last as long as the permission set says, in milliseconds", async () => {
  await using emulator = await startEmulator();
  const { accessToken } = await login(emulator);
  const path = "/federation/credentials?account_id=111122223333&role_name=ReadOnlyAccess";
  const { roleCredentials } = JSON.parse((await getPortal(emulator, path, accessToken)).text);
  assert.match(roleCredentials.accessKeyId, /^ASIA[A-Z2-7]{16}$/);
  assert.match(roleCredentials.secretAccessKey, /^EMULATOR[A-Za-z0-9+/]{32}$/);
  assert.match(roleCredentials.sessionToken, /^EMULATOR[A-Za-z0-9+/]{592}$/);
  assert.equal(roleCredentials.expiration % 1000, 0);
  assert.ok(Math.abs(roleCredentials.expiration - emulator.now() - 12 * 3_600_000) < 5000);
});

Deno.test("what is not assigned is No access, and so is what was assigned until just now", async () => {
  await using emulator = await startEmulator();
  const { accessToken } = await login(emulator);
  const credentials = (account: string, role: string) =>
    getPortal(emulator, `/federation/credentials?account_id=${account}&role_name=${role}`, accessToken);
  for (
    const [account, role] of [["012345678901", "AdminAccess"], ["111122223333", "adminaccess"], [
      "000000000000",
      "x",
    ]]
  ) {
    const reply = await credentials(account ?? "", role ?? "");
    assert.deepEqual([reply.status, JSON.parse(reply.text).message], [403, "No access"]);
  }
  assert.equal((await credentials("111122223333", "AdminAccess")).status, 200);
  emulator.fault({
    operation: "GetRoleCredentials",
    effect: { kind: "remove-assignment", accountId: "111122223333", permissionSet: "AdminAccess" },
  });
  assert.equal((await credentials("111122223333", "AdminAccess")).status, 403);
});

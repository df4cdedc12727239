import assert from "node:assert/strict";
import fc from "fast-check";
import { endPortalSession, getRoleCredentials, listAccountRoles, listAccounts } from "../../lib/aws/sso.ts";
import { Secret, type SsoToken } from "../../lib/credentials.ts";
import { FAKE_NOW, type FakeHost, fakeHost } from "../fake_host.ts";
import { keyId } from "./fake_aws.ts";

const PLACE = { region: "us-east-1", endpointUrl: undefined };
const TOKEN: SsoToken = {
  type: "sso-token",
  accessToken: new Secret("not-a-real-token"),
  issuedAt: FAKE_NOW,
  expiresAt: FAKE_NOW + 3_600_000,
};

/** Serves pages in the order of their tokens; `end` means "no more". */
function paged(pages: readonly (readonly string[])[], end: { readonly nextToken?: string | null }): FakeHost {
  return fakeHost({
    exchanges: ({ url }) => {
      const { searchParams } = new URL(url);
      assert.equal(searchParams.get("max_result"), "100");
      const index = Number(searchParams.get("next_token") ?? 0);
      const accountList = (pages[index] ?? []).map((accountName) => ({
        accountId: `id-${accountName}`,
        accountName,
      }));
      return Response.json({
        accountList,
        ...(index + 1 < pages.length ? { nextToken: String(index + 1) } : end),
      });
    },
  });
}

Deno.test("listAccounts() follows all pages, however the service marks the last one", async () => {
  for (const end of [{ nextToken: "" }, { nextToken: null }, {}]) {
    const host = paged([["a", "b"], [], ["c"]], end);
    assert.deepEqual(await listAccounts(host, PLACE, TOKEN), [
      { id: "id-a", name: "a" },
      { id: "id-b", name: "b" },
      { id: "id-c", name: "c" },
    ]);
    assert.equal(host.requests[0]?.url.includes("next_token"), false, "the first page has no token");
    assert.equal(host.called.length, 3);
  }
});

Deno.test("listAccountRoles() follows all pages of one account", async () => {
  const host = fakeHost({
    exchanges: ({ url }) => {
      const { pathname, searchParams } = new URL(url);
      assert.deepEqual([pathname, searchParams.get("account_id")], ["/assignment/roles", "111122223333"]);
      return searchParams.get("next_token") === null
        ? Response.json({ roleList: [{ roleName: "Admin", accountId: "111122223333" }], nextToken: "2" })
        : Response.json({ roleList: [{ roleName: "Read", accountId: "111122223333" }], nextToken: "" });
    },
  });
  assert.deepEqual(await listAccountRoles(host, PLACE, TOKEN, "111122223333"), ["Admin", "Read"]);
});

Deno.test("listAccounts() loses no account and invents none", async () => {
  const pages = fc.array(fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { maxLength: 4 }), {
    minLength: 1,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(pages, async (all) => {
      const listed = await listAccounts(paged(all, { nextToken: "" }), PLACE, TOKEN);
      assert.deepEqual(listed.map(({ name }) => name), all.flat());
    }),
    { numRuns: 20 },
  );
});

Deno.test("listAccounts() stops when the pages repeat", async () => {
  const host = fakeHost({ exchanges: () => Response.json({ accountList: [], nextToken: "again" }) });
  await assert.rejects(listAccounts(host, PLACE, TOKEN), {
    code: "bad-answer",
    exitCode: 5,
    message: "Cannot read every page of sso:ListAccounts: the pages repeat",
  });
  assert.equal(host.called.length, 2);
});

Deno.test("getRoleCredentials() reads the expiry in milliseconds, and returns the account", async () => {
  const answer = {
    roleCredentials: {
      accessKeyId: keyId(1),
      secretAccessKey: "not-a-real-secret",
      sessionToken: "not-a-real-session-token",
      expiration: FAKE_NOW + 3_600_123,
    },
  };
  const host = fakeHost({ exchanges: () => Response.json(answer) });
  const role = { accountId: "012345678901", name: "Admin" };
  const session = await getRoleCredentials(host, PLACE, TOKEN, role, { doing: "x" });
  assert.deepEqual({ ...session, secretAccessKey: session.secretAccessKey.reveal() }, {
    type: "aws-session",
    accessKeyId: keyId(1),
    secretAccessKey: "not-a-real-secret",
    sessionToken: session.sessionToken,
    issuedAt: FAKE_NOW,
    expiresAt: FAKE_NOW + 3_600_123,
    accountId: "012345678901",
  });
  assert.equal(session.sessionToken.reveal(), "not-a-real-session-token");
});

Deno.test("getRoleCredentials() rejects incomplete credentials", async () => {
  const whole = { accessKeyId: keyId(1), secretAccessKey: "s", sessionToken: "t", expiration: FAKE_NOW };
  for (const missing of Object.keys(whole)) {
    const roleCredentials = { ...whole, [missing]: undefined };
    const host = fakeHost({ exchanges: () => Response.json({ roleCredentials }) });
    await assert.rejects(
      getRoleCredentials(host, PLACE, TOKEN, { accountId: "1", name: "A" }, { doing: "x" }),
      { code: "bad-answer", message: "Cannot use the answer of sso:GetRoleCredentials: it is incomplete" },
      missing,
    );
  }
});

Deno.test("endPortalSession() posts the token in its header, and reports an unknown token as `session-rejected`", async () => {
  const host = fakeHost({
    exchanges: [
      {
        request: "POST https://portal.sso.us-east-1.amazonaws.com/logout",
        respond: new Response(null, { status: 200 }),
      },
      {
        request: "POST https://portal.sso.us-east-1.amazonaws.com/logout",
        respond: Response.json({ message: "Session token not found or invalid" }, {
          status: 401,
          headers: { "x-amzn-errortype": "UnauthorizedException" },
        }),
      },
    ],
  });
  await endPortalSession(host, PLACE, TOKEN.accessToken);
  assert.equal(host.requests[0]?.headers.get("x-amz-sso_bearer_token"), "not-a-real-token");
  await assert.rejects(endPortalSession(host, PLACE, TOKEN.accessToken), { code: "session-rejected" });
  host.assertExchanged();
});

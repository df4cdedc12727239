import assert from "node:assert/strict";
import { Secret, type SsoToken } from "../../lib/credentials.ts";
import { takePermissionSet } from "../../lib/identities/aws_permission_set.ts";
import { type FakeAws, fakeAws, keyId, portalError } from "../aws/fake_aws.ts";
import { permissionSet } from "../chain/samples.ts";
import { FAKE_NOW, fakeHost } from "../fake_host.ts";

const PLACE = { region: "us-east-1", endpointUrl: undefined };
const TOKEN: SsoToken = {
  type: "sso-token",
  accessToken: new Secret("not-a-real-token"),
  issuedAt: FAKE_NOW,
  expiresAt: FAKE_NOW + 3_600_000,
};

/** Takes the permission set AdminAccess in an account, from a portal that lists these, two to a page. */
function take(
  aws: FakeAws,
  account: { readonly id: string } | { readonly name: string },
  listed: readonly string[] = [],
) {
  const accounts = listed.map((line) => {
    const [accountId = "", accountName = ""] = line.split(" ");
    return { accountId, accountName };
  });
  aws.on.ListAccounts ??= ({ parameters }) => {
    const start = Number(parameters["next_token"] ?? 0);
    const nextToken = start + 2 < accounts.length ? String(start + 2) : "";
    return Response.json({ accountList: accounts.slice(start, start + 2), nextToken });
  };
  const host = fakeHost({ exchanges: (request) => aws.answer(request, host.now()) });
  return takePermissionSet(host, "admin", permissionSet("sso", { account }), PLACE, TOKEN);
}

const LISTED = [
  "111111111111 core",
  "222222222222 dev",
  "333333333333 prod",
  "444444444444 dev",
  "555555555555 last",
];

Deno.test("takePermissionSet() asks for an account by its id without listing any", async () => {
  const aws = fakeAws();
  const session = await take(aws, { id: "012345678901" });
  assert.deepEqual([session.accessKeyId, session.accountId], [keyId(1), "012345678901"]);
  assert.deepEqual(aws.calls.map(({ operation, parameters }) => [operation, parameters]), [
    ["GetRoleCredentials", { account_id: "012345678901", role_name: "AdminAccess" }],
  ]);
});

Deno.test("takePermissionSet() finds an account by its name on whatever page it is", async () => {
  for (
    const [name, id] of [["core", "111111111111"], ["prod", "333333333333"], [
      "last",
      "555555555555",
    ]] as const
  ) {
    const aws = fakeAws();
    const session = await take(aws, { name }, LISTED);
    assert.equal(session.accountId, id);
    assert.deepEqual(aws.operations(), [
      "ListAccounts",
      "ListAccounts",
      "ListAccounts",
      "GetRoleCredentials",
    ]);
  }
});

Deno.test("takePermissionSet() does not choose between accounts of one name: it names their ids", async () => {
  const aws = fakeAws();
  await assert.rejects(take(aws, { name: "dev" }, LISTED), {
    code: "config-invalid",
    exitCode: 2,
    message: 'Cannot choose the account "dev": several accounts have that name',
    where: "auth.identities.admin.principal.account.name",
    hints: ["Use principal.account.id with one of 222222222222, 444444444444"],
  });
  assert.ok(!aws.operations().includes("GetRoleCredentials"));
});

Deno.test("takePermissionSet() names the nearest accounts for a name that is not listed", async () => {
  await assert.rejects(take(fakeAws(), { name: "Prod" }, LISTED), {
    code: "not-found",
    exitCode: 2,
    message: 'Cannot find the account "Prod": the portal lists no account of that name',
    where: "auth.identities.admin.principal.account.name",
    hints: [
      'Did you mean "prod"?',
      "The portal lists 5 accounts for you; an account that is not assigned to you is not among them",
    ],
  });
  await assert.rejects(take(fakeAws(), { name: "zebra" }, ["111111111111 core"]), {
    hints: ["The portal lists 1 account for you; an account that is not assigned to you is not among them"],
  });
});

Deno.test("takePermissionSet() tells an assignment that is missing from a login that is over", async () => {
  const failing = (status: number, code: string) => {
    const aws = fakeAws();
    aws.on.GetRoleCredentials = () => portalError(code, status, "No access");
    return take(aws, { id: "111122223333" });
  };
  const message = (code: string) =>
    `Cannot get credentials of the permission set "AdminAccess" in account 111122223333: No access (${code})`;
  const where = "auth.identities.admin.principal";
  for (const [status, code] of [[403, "ForbiddenException"], [404, "ResourceNotFoundException"]] as const) {
    await assert.rejects(failing(status, code), {
      code: "refused",
      exitCode: 4,
      message: message(code),
      where,
      hints: [
        'You are logged in, but the permission set "AdminAccess" is not assigned to you in account 111122223333',
        "Check the spelling of principal.name and principal.account, or ask for the assignment",
      ],
    });
  }
  await assert.rejects(failing(401, "UnauthorizedException"), {
    code: "session-rejected",
    message: message("UnauthorizedException"),
    where,
    hints: [],
  });
  await assert.rejects(failing(429, "TooManyRequestsException"), {
    code: "throttled",
    exitCode: 5,
    where,
    hints: ["AWS asks to slow down: wait a minute, then try again"],
  });
});

Deno.test("takePermissionSet() tries again when the portal throttles", async () => {
  const aws = fakeAws();
  const left = { refusals: 3 };
  aws.on.GetRoleCredentials = () =>
    left.refusals-- > 0 ? portalError("TooManyRequestsException", 429, "slow down") : undefined;
  assert.equal((await take(aws, { id: "111122223333" })).accessKeyId, keyId(1));
  assert.equal(aws.calls.length, 4);
});

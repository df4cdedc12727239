import assert from "node:assert/strict";
import { namedRoles, provisionedText, rolesOf } from "../../lib/import/discovered.ts";

const account = (id: string, name: string, ...roles: readonly string[]) => ({
  id,
  name,
  roles: roles.map((role) => ({ name: role })),
});

Deno.test("namedRoles() names roles <account>/<role>, and tells accounts of one name apart by their ids", () => {
  const roles = rolesOf([
    account("444455556666", "sandbox", "Read", "Admin"),
    account("777788889999", "Sandbox", "Admin"),
    account("111122223333", "core", "Admin"),
    account("012345678901", " ", "Admin"),
    account("999999999999", "../etc\u0007", "Admin", "Admin"),
    account("", "broken", "Admin"),
    account("123456789012", "none"),
  ]);
  assert.deepEqual(
    [...namedRoles(roles)].map(([name, { account: { id }, role }]) => [name, id, role]),
    [
      ["012345678901/Admin", "012345678901", "Admin"],
      ["etc-/Admin", "999999999999", "Admin"],
      ["Sandbox-777788889999/Admin", "777788889999", "Admin"],
      ["core/Admin", "111122223333", "Admin"],
      ["sandbox-444455556666/Admin", "444455556666", "Admin"],
      ["sandbox-444455556666/Read", "444455556666", "Read"],
    ],
  );
  assert.deepEqual([...namedRoles(rolesOf([account("111122223333", "core", "A")]), ["Core/a"]).keys()], [
    "core/A-2",
  ]);
});

Deno.test("provisionedText() is the same whatever the order of the portal's answer", () => {
  const accounts = [account("111122223333", "b", "Z", "A"), account("444455556666", "a", "A")];
  const text = provisionedText("my-sso", "https://x.awsapps.com/start", accounts);
  const turned = accounts.toReversed().map((one) => ({ ...one, roles: one.roles.toReversed() }));
  assert.equal(provisionedText("my-sso", "https://x.awsapps.com/start", turned), text);
  assert.match(text, /^# What "https:\/\/x\.awsapps\.com\/start" offered/);
});

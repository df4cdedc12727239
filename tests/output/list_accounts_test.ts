import assert from "node:assert/strict";
import { formatAccounts } from "../../lib/output/list_accounts.ts";
import { PLAIN } from "../../lib/output/style.ts";

const VIEW = {
  provider: "my-sso",
  accounts: [
    {
      id: "012345678901",
      name: "core",
      roles: [{ name: "Admin", identities: ["a", "b"] }, { name: "Read", identities: [] }],
    },
    { id: "111122223333", name: "empty", roles: [] },
  ],
};

Deno.test("formatAccounts() has a row for each role, with the identities that stand for it", () => {
  assert.equal(
    formatAccounts("table", VIEW, PLAIN),
    `  ACCOUNT       NAME   ROLE   IDENTITY
  012345678901  core   Admin  a, b
  012345678901  core   Read   -
  111122223333  empty  -      -
`,
  );
});

Deno.test("formatAccounts() gives programs the same", () => {
  assert.deepEqual(JSON.parse(formatAccounts("json", VIEW, PLAIN)), VIEW);
  assert.match(
    formatAccounts("yaml", VIEW, PLAIN),
    /^provider: my-sso\naccounts:\n {4}- id: "012345678901"\n/,
  );
});

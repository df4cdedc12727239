import assert from "node:assert/strict";
import { additionsTo } from "../../lib/import/existing.ts";
import type { Fields } from "../../lib/import/types.ts";
import { loadText } from "../config/setup.ts";

const portal = (address: string): Fields => ({
  kind: "aws/iam-identity-center",
  region: "us-east-1",
  start_url: address,
});
const set = (provider: string, name: string): Fields => ({
  kind: "aws/permission-set",
  via: { provider },
  principal: { name, account: { id: "111122223333" } },
});
const role = (identity: string): Fields => ({
  kind: "aws/assume-role",
  via: { identity },
  principal: { assume_role: "arn:aws:iam::111122223333:role/R" },
});

const THERE = `auth:
  providers:
    sso: { kind: aws/iam-identity-center, region: us-east-1, start_url: "https://a.awsapps.com/start/" }
    acme: { kind: aws/iam-identity-center, region: us-east-1, start_url: "https://other.awsapps.com/start" }
  identities:
    Dev:
      kind: aws/permission-set
      via: { provider: SSO }
      principal: { name: Developer, account: { name: development } }
      session: { duration: 1h }
    ops: { kind: aws/user, default: true }
`;

Deno.test("additionsTo() finds a provider by where it leads, and identities by their names", async () => {
  const { auth } = await loadText(THERE);
  const { draft, kept, left } = additionsTo(auth, {
    providers: new Map([["acme", portal("https://a.awsapps.com/start")], [
      "new",
      portal("https://new.awsapps.com/start"),
    ]]),
    identities: new Map([
      ["dev", set("acme", "Developer")],
      ["admin", { ...set("acme", "Admin"), default: true }],
      ["fresh", set("new", "Admin")],
    ]),
  });
  assert.deepEqual([...draft.providers.keys()], ["new"]);
  // The default of the configuration stays the only one.
  assert.deepEqual(JSON.parse(JSON.stringify([...draft.identities])), [
    ["admin", set("sso", "Admin")],
    ["fresh", set("new", "Admin")],
  ]);
  assert.deepEqual([kept, left], [{ providers: 1, identities: 1 }, []]);
});

Deno.test("additionsTo() gives another name to a provider whose name leads elsewhere", async () => {
  const { auth } = await loadText(THERE);
  const { draft } = additionsTo(auth, {
    providers: new Map([["ACME", portal("https://third.awsapps.com/start")]]),
    identities: new Map([["x", set("ACME", "Admin")]]),
  });
  assert.deepEqual([...draft.providers.keys()], ["ACME-2"]);
  assert.deepEqual(draft.identities.get("x")?.via, { provider: "ACME-2" });
});

Deno.test("additionsTo() adds nothing that would start from another identity than it means", async () => {
  const { auth } = await loadText(THERE);
  const { draft, kept, left } = additionsTo(auth, {
    providers: new Map(),
    identities: new Map([
      ["far", role("near")],
      ["near", role("ops")],
      ["ops", set("sso", "Ops")],
      ["fine", role("dev")],
    ]),
  });
  assert.deepEqual([...draft.identities.keys()], ["fine"]);
  assert.deepEqual(kept, { providers: 0, identities: 0 });
  assert.deepEqual(left.map(({ name, reason }) => `${name}: ${reason}`), [
    "ops: another identity has this name, and stays as it is",
    "near: it starts from ops, and another identity has that name",
    "far: it starts from near, and another identity has that name",
  ]);
});

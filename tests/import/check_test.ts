import assert from "node:assert/strict";
import { checkDraft } from "../../lib/import/check.ts";
import type { Fields } from "../../lib/import/types.ts";

const role = (identity: string): Fields => ({
  kind: "aws/assume-role",
  via: { identity },
  principal: { assume_role: "arn:aws:iam::111122223333:role/R" },
});

Deno.test("checkDraft() takes out what the decoder refuses, with all that starts from it, and says why", () => {
  const identities = new Map<string, Fields>([
    ["c", role("b")],
    ["b", role("a")],
    ["a", {
      kind: "aws/permission-set",
      via: { provider: "p" },
      principal: { name: "A", account: { id: "1" } },
    }],
    ["user", { kind: "aws/user" }],
    ["fine", role("user")],
    ["x", role("y")],
    ["y", role("x")],
  ]);
  const providers = new Map<string, Fields>([
    ["p", { kind: "aws/iam-identity-center", region: "us-east-1", start_url: "https://a.awsapps.com/start" }],
  ]);
  const { draft, refused } = checkDraft({ providers, identities });
  assert.deepEqual([[...draft.providers.keys()], [...draft.identities.keys()]], [["p"], ["user", "fine"]]);
  assert.deepEqual(refused.map(({ name, reason }) => `${name}: ${reason}`), [
    'a: "1" is not an AWS account id',
    "x: the chain never begins: x -> y -> x",
    "b: it starts from a, which is not taken over",
    "y: it starts from x, which is not taken over",
    "c: it starts from b, which is not taken over",
  ]);
});

import assert from "node:assert/strict";
import { draftOf } from "../../lib/import/draft.ts";
import type { IdentityOffer, Offers } from "../../lib/import/types.ts";

const offers = (...identities: readonly IdentityOffer[]): Offers => ({
  providers: [],
  identities,
  notes: [],
});
const user = (name: string, more = {}): IdentityOffer => ({
  key: `user ${name}`,
  name,
  place: `[${name}]`,
  via: undefined,
  fields: { kind: "aws/user", ...more },
});
const set = (key: string, name: string, region?: string): IdentityOffer => ({
  key,
  name,
  place: key,
  via: { provider: "p" },
  fields: { kind: "aws/permission-set", principal: { name: "A", account: { id: "111122223333" }, region } },
});

Deno.test("draftOf() takes the same identity from two sources once, as the first has it", () => {
  const { draft, notes } = draftOf(
    offers(set("one", "dev", "us-east-1")),
    offers(set("two", "dev"), set("three", "other"), {
      ...user("behind"),
      via: { identity: "two" },
      fields: { kind: "aws/assume-role" },
    }),
  );
  assert.deepEqual([...draft.identities.keys()], ["dev", "other", "behind"]);
  assert.deepEqual(draft.identities.get("behind")?.via, { identity: "dev" });
  assert.equal(JSON.stringify(draft.identities.get("dev")).includes("us-east-1"), true);
  assert.deepEqual(notes, []);
});

Deno.test("draftOf() keeps one default, and says which name differs from the one that was there", () => {
  const { draft, notes, places } = draftOf(
    offers(user("a", { default: true }), user("A", { default: true }), user("no")),
  );
  assert.deepEqual(JSON.parse(JSON.stringify([...draft.identities])), [
    ["a", { kind: "aws/user", default: true }],
    ["A-2", { kind: "aws/user" }],
    ["no-identity", { kind: "aws/user" }],
  ]);
  assert.deepEqual(notes, [
    { place: "[A]", reason: 'its name here is "A-2"' },
    { place: "[no]", reason: 'its name here is "no-identity"' },
  ]);
  assert.equal(places.get("A-2"), "[A]");
});

import assert from "node:assert/strict";
import { type ImportReport, importText } from "../../lib/import/report.ts";
import { PLAIN } from "../../lib/output/style.ts";

const NOTHING: ImportReport = {
  read: ["~/.aws/config (aws)"],
  draft: { providers: new Map(), identities: new Map() },
  notes: [],
  unopened: undefined,
  leftovers: [],
  kept: { providers: 0, identities: 0 },
  written: undefined,
};

Deno.test("importText() says what came of it, and nothing of what there is not", () => {
  assert.equal(importText(NOTHING, PLAIN), "  Read   ~/.aws/config (aws)\n  Makes  nothing\n");
  const written = { path: "~/atmos.yaml", isNew: true };
  assert.equal(
    importText({ ...NOTHING, kept: { providers: 1, identities: 2 }, written }, PLAIN),
    "  Read           ~/.aws/config (aws)\n  Added          nothing\n" +
      "  Already there  1 provider and 2 identities, left as they are\n",
  );
  assert.equal(
    importText({ ...NOTHING, kept: { providers: 0, identities: 1 } }, PLAIN),
    "  Read           ~/.aws/config (aws)\n  Makes          nothing\n" +
      "  Already there  1 identity, left as it is\n",
  );
});

Deno.test("importText() says a reason once, and a user's name as one word of a command line", () => {
  const notes = ["a", "b", "c", "d", "e"].map((place) => ({ place, reason: "why" }));
  const identities = new Map([["bot", { kind: "aws/user" }], ["it's me\u0007", { kind: "aws/user" }]]);
  assert.equal(
    importText({ ...NOTHING, notes, draft: { ...NOTHING.draft, identities } }, PLAIN),
    "  Read   ~/.aws/config (aws)\n  Makes  2 identities\n\n" +
      "Not taken over, or not as it is:\n  a, b, c and 2 more  why\n\n" +
      "Keys of IAM users go into the keyring, by hand:\n" +
      "  atmos auth user configure --identity bot\n" +
      "  atmos auth user configure --identity 'it'\\''s me\\u0007'\n",
  );
});

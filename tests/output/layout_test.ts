import assert from "node:assert/strict";
import { fields, table, tree } from "../../lib/output/layout.ts";
import { COLORED, PLAIN } from "../../lib/output/style.ts";

Deno.test("fields() aligns values and leaves out what is not there", () => {
  assert.equal(
    fields(
      [["Identity", "prod"], ["Account", undefined], ["Region", { text: "us-east-1", tone: "good" }]],
      PLAIN,
    ),
    "  Identity  prod\n  Region    us-east-1\n",
  );
});

Deno.test("table() aligns by columns on the screen, not by characters, and marks empty cells", () => {
  assert.equal(
    table(["NAME", "KIND"], [["日本", "a"], ["x", ""]], PLAIN),
    "  NAME  KIND\n  日本  a\n  x     -\n",
  );
});

Deno.test("tree() draws branches as deep as they are", () => {
  const leaf = { label: ["leaf"], children: [] };
  assert.equal(
    tree([{ label: ["a"], children: [{ label: ["b"], children: [leaf] }, leaf] }, leaf], PLAIN),
    "├──a\n│  ├──b\n│  │  └──leaf\n│  └──leaf\n└──leaf\n",
  );
});

Deno.test("a name with control characters neither moves the cursor nor changes colours", () => {
  const evil = "x\x1b[2Jy\nz";
  for (
    const text of [
      fields([["k", evil]], PLAIN),
      fields([[evil, "v"]], PLAIN),
      table(["H"], [[evil]], PLAIN),
      tree([{ label: [evil], children: [] }], PLAIN),
    ]
  ) {
    assert.ok(text.includes("x\\u001b[2Jy\\nz"), text);
    assert.equal(text.includes("\x1b"), false);
  }
});

Deno.test("tones are colours around the text, never within the padding", () => {
  assert.equal(fields([["k", { text: "v", tone: "bad" }]], COLORED), "  \x1b[2mk\x1b[0m  \x1b[31mv\x1b[0m\n");
});

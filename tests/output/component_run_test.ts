import assert from "node:assert/strict";
import fc from "fast-check";
import { dryRunText, lineText } from "../../lib/output/component_run.ts";
import { PLAIN } from "../../lib/output/style.ts";
import { isInstalled, testIf } from "../system/program.ts";

Deno.test("a dry run shows each file, line and variable in its order, and no heading without any", () => {
  const text = dryRunText({
    identity: "admin",
    directory: "/work/code",
    writes: ["a.json", "b.json"],
    forgets: [],
    lines: [["terraform", "init"], ["terraform", "plan", "-var", "a=b c"]],
    removes: ["a.json"],
    sets: ["LEVEL"],
    unsets: [],
  }, PLAIN);
  assert.equal(
    text,
    `Nothing is done: this is what would be
  identity   admin
  directory  /work/code
  write      a.json
             b.json
  set        LEVEL
  run        terraform init
             terraform plan -var 'a=b c'
  at last    remove a.json
`,
  );
});

testIf(
  await isInstalled("sh"),
  "sh is not installed",
  "a shell reads a line as the words that it was made from",
  async () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom(..."ab '\"$\\`!*?#&|;<>(){}[]~=\n\t-") }), {
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(words, async (all) => {
        const script = `for word in ${lineText(all)}; do printf '%s\\0' "$word"; done`;
        const { stdout } = await new Deno.Command("sh", { args: ["-c", script] }).output();
        assert.deepEqual(new TextDecoder().decode(stdout).split("\0").slice(0, -1), all);
      }),
      { numRuns: 60 },
    );
  },
);

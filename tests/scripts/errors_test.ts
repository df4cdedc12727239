import assert from "node:assert/strict";
import { ERROR_CODES } from "../../lib/errors.ts";
import { gallery, GALLERY_PATH, shownErrors } from "../../scripts/errors.ts";
import { exampleOf, EXAMPLES } from "../../scripts/problems.ts";

Deno.test("every error code is shown by a transcript", async () => {
  const shown = await shownErrors();
  assert.deepEqual(ERROR_CODES.filter((code) => !shown.has(code)), []);
  assert.deepEqual([...shown.keys()].filter((code) => !ERROR_CODES.some((known) => known === code)), []);
});

Deno.test("docs/errors.md is what the transcripts show", async () => {
  assert.equal(await Deno.readTextFile(GALLERY_PATH), await gallery(), "run `deno task errors`");
});

Deno.test("every example of a problem has it, and says what and where in words", async () => {
  for (const [code, text] of Object.entries(EXAMPLES)) {
    const { reason } = await exampleOf(code, text);
    assert.match(reason, / /, code);
  }
  assert.deepEqual(Object.keys(EXAMPLES), Object.keys(EXAMPLES).toSorted());
  await assert.rejects(exampleOf("no-such-code", "auth: {}\n"), RangeError);
});

/** Problems that a configuration alone does not have. */
const ELSEWHERE = ["provisioned-identities"];

Deno.test("every code of a problem that lib/config/ names is among the examples", async () => {
  const named = new Set<string>();
  const room = new URL("../../lib/config/", import.meta.url);
  for await (const { name } of Deno.readDir(room)) {
    if (!name.endsWith(".ts")) continue;
    const text = await Deno.readTextFile(new URL(name, room));
    for (const [, code = ""] of text.matchAll(/\bcode: "([a-z-]+)"|\bcase "([a-z]+-[a-z-]+)":/g)) {
      named.add(code);
    }
  }
  const shown = ["", ...ELSEWHERE, ...Object.keys(EXAMPLES)];
  assert.deepEqual([...named].filter((code) => !shown.includes(code)), []);
});

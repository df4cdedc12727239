import assert from "node:assert/strict";
import { quoteWord } from "../lib/shell_word.ts";

Deno.test("quoteWord() leaves what a shell leaves, and quotes everything else", () => {
  assert.equal(quoteWord("prod/admin@x:1"), "prod/admin@x:1");
  assert.equal(quoteWord(""), "''");
  assert.equal(quoteWord("it's $HOME"), `'it'\\''s $HOME'`);
});

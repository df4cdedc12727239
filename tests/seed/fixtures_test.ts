/** The example blocks in tests/testdata/seed/ are the manual's own lines: nothing but blanks at their beginning is ours. */
import assert from "node:assert/strict";
// @ts-types="yaml/types"
import { parseAllDocuments } from "yaml";
import { type Block, BLOCKS, SEED } from "./blocks.ts";

/** Lines on which the manual's text and a block run into each other. */
const JOINED: Readonly<Record<number, readonly [before: string, after: string]>> = {
  195: [
    "Browser(recommended): Opens your system browser for authentication. Requires Playwright drivers to be " +
    "installed or enables auto-download when supported.",
    "",
  ],
  196: ["", " -"],
};

/** A block's line as it stands in the manual, which has kept no blanks at the beginning and, in drawings, no two. */
function asInManual({ file }: Block, text: string, line: number): string {
  const [before, after] = JOINED[line] ?? ["", ""];
  const words = file.endsWith(".txt") ? text.replaceAll(/ +/g, " ") : text;
  return before + words.trimStart() + after;
}

for (const block of BLOCKS) {
  Deno.test(`tests/testdata/seed/${block.file} is the manual's lines from ${block.line} on`, () => {
    const ours = block.lines.map((text, at) => asInManual(block, text, block.line + at));
    assert.deepEqual(ours, SEED.slice(block.line - 1, block.line - 1 + block.lines.length));
  });
}

Deno.test("every YAML block of the manual parses, but the three ways to write one key", () => {
  const broken = BLOCKS.filter(({ file }) => file.endsWith(".yaml")).filter(({ lines }) =>
    parseAllDocuments(lines.join("\n")).some(({ errors }) => errors.length > 0)
  );
  assert.deepEqual(broken.map(({ file }) => file), ["250_aws_user_mfa_arn.yaml"]);
});

Deno.test("no two blocks of the manual overlap", () => {
  const ends = BLOCKS.map(({ line, lines }) => line + lines.length);
  for (const [at, { line }] of BLOCKS.entries()) assert.ok(at === 0 || line >= (ends[at - 1] ?? 0));
  assert.ok(BLOCKS.length > 40);
});

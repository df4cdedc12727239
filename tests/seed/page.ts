/** docs/seed.md: the manual line by line, and what proves each. */
import { BLOCKS } from "./blocks.ts";
import { type Entry, type Proof, wordsOf } from "./proofs.ts";

const HEAD = `<!-- deno-fmt-ignore-file -->
<!-- Written by \`deno task seed\` from tests/testdata/seed/; a test holds them equal. -->

# The manual, and what proves it

This program is built to a manual, [tests/testdata/seed/seed.txt](../tests/testdata/seed/seed.txt). Its example blocks
are tests: each is a file of its own beside it, equal to the manual but for blanks at the beginning of lines. Below
stands every line of it, by heading, with the tests that prove it; files are named from \`tests/\`. Lines without a test
say nothing that could be held or broken.

A configuration that somebody else may have written, such as one in a clone, cannot send, run or write whatever it likes.
The examples marked *needs trust* work there after one \`atmos auth trust\`, the others as they stand; in your own
\`~/.atmos\` all of them do.
`;

/**
 * The page.
 *
 * @param needs what of an example needs trust, by its first line
 */
export function pageText(entries: readonly Entry[], needs: ReadonlyMap<number, readonly string[]>): string {
  const sections = entries.map((entry, at) =>
    entry.verdict.type === "heading"
      ? headingText(entry, entries[at + 1], entry.verdict.level)
      : rowText(entry, entries[at + 1], needs.get(entry.first) ?? [])
  );
  return `${HEAD}${sections.join("\n")}\n`;
}

function headingText(entry: Entry, following: Entry | undefined, level: number): string {
  const title = `\n${"#".repeat(level + 1)} ${escaped(wordsOf(entry, following))}\n`;
  const isEmpty = following === undefined || following.verdict.type === "heading";
  return isEmpty ? title.trimEnd() : `${title}\n| line | the manual | proof |\n| --- | --- | --- |`;
}

function rowText(entry: Entry, following: Entry | undefined, needs: readonly string[]): string {
  const lines = entry.first === entry.last ? `${entry.first}` : `${entry.first}–${entry.last}`;
  return `| ${lines} | ${sayingOf(entry, following, needs)} | ${proofText(entry)} |`;
}

function sayingOf(entry: Entry, following: Entry | undefined, needs: readonly string[]): string {
  const block = BLOCKS.find(({ line }) => line === entry.first);
  const begins = entry.start === undefined || block?.lines[0]?.startsWith(entry.start);
  if (block === undefined || !begins) return escaped(wordsOf(entry, following));
  const name = block.file.replace(/^\d+_/, "").replace(/\.\w+$/, "").replaceAll("_", " ");
  const marks = needs.map((does) => `<br>*needs trust*: ${escaped(does)}`);
  return `[example: ${name}](../tests/testdata/seed/${block.file})${marks.join("")}`;
}

function proofText({ verdict, proofs }: Entry): string {
  const how = verdict.type === "otherwise" ? [escaped(verdict.how)] : [];
  return [...how, ...Object.values(Object.groupBy(proofs, ({ file }) => file)).flatMap(fileText)].join(
    "<br>",
  );
}

function fileText(proofs: readonly Proof[] | undefined): readonly string[] {
  const [first] = proofs ?? [];
  if (first === undefined) return [];
  const names = (proofs ?? []).map(({ name }) => name.replaceAll("|", "\\|")).join("<br>");
  return [`*${first.file.replaceAll("_", "\\_")}*<br>${names}`];
}

/** Words as they are, whatever Markdown would make of them. */
function escaped(text: string): string {
  return text.replaceAll(/[\\|*_~`[\]#]/g, "\\$&").replaceAll("<", "&lt;");
}

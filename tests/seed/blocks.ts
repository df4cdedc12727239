/**
 * The manual that this program is built to, and its example blocks: whole again, a file for each in tests/testdata/seed/,
 * named by the line that it begins at.
 */
const DIRECTORY = new URL("../testdata/seed/", import.meta.url);
const NAME = /^(\d{3})_\w+\.(?:sh|txt|yaml)$/;

/** The manual's lines; the first is at index 0. */
export const SEED: readonly string[] = read("seed.txt").split("\n");

/** An example block. */
export interface Block {
  /** The number of its first line in the manual, from 1. */
  readonly line: number;
  /** Its file, below tests/testdata/seed/. */
  readonly file: string;
  readonly lines: readonly string[];
}

/** Every block, in the manual's order. */
export const BLOCKS: readonly Block[] = [...Deno.readDirSync(DIRECTORY)]
  .map(({ name }) => name)
  .filter((name) => NAME.test(name))
  .sort()
  .map((file) => ({
    line: Number(NAME.exec(file)?.[1]),
    file,
    lines: read(file).trimEnd().split("\n"),
  }));

function read(file: string): string {
  return Deno.readTextFileSync(new URL(file, DIRECTORY));
}

/** The block that begins at a line. */
export function block(line: number): Block {
  const found = BLOCKS.find((one) => one.line === line);
  if (found === undefined) throw new RangeError(`no block begins at line ${line}`);
  return found;
}

/** The text of a block. */
export const blockText = (line: number): string => `${block(line).lines.join("\n")}\n`;

/** What a block is laid over to be whole: a file of ours. */
export const baseText = (name: string): string => read(`base/${name}.yaml`);

/** A block that is a part of a section of a configuration, in its place. */
export const below = (section: string, text: string): string =>
  `${section}:\n${text.replaceAll(/^(?=.)/gm, "  ")}`;

/** A command line of a block. */
export interface CommandLine {
  readonly line: number;
  /** As it is written, behind the variables that the lines before it export. */
  readonly command: string;
}

/**
 * The command lines of a block, in order. An `export` counts for the lines behind it; comments and shown outputs are
 * none.
 *
 * @param names what stands for words in angle brackets, as a person would put it
 */
export function commandLines(start: number, names: Readonly<Record<string, string>> = {}): CommandLine[] {
  const { lines, file } = block(start);
  const exports: string[] = [];
  return lines.flatMap((text, at) => {
    const command = file.endsWith(".txt") ? /^\$ (.*)/.exec(text)?.[1] ?? "" : text.replace(/^#.*/, "");
    if (command.startsWith("export ")) exports.push(command);
    if (command === "" || command.startsWith("export ")) return [];
    return [{ line: start + at, command: [...exports, named(command, names)].join("\n") }];
  });
}

function named(command: string, names: Readonly<Record<string, string>>): string {
  return command.replaceAll(/<(\w+)>/g, (_, name: string) => {
    const value = names[name];
    if (value === undefined) throw new RangeError(`nothing stands for <${name}>`);
    return value;
  });
}

/**
 * The command of an `atmos` step as words: split by the quoting rules of a POSIX shell (POSIX.1-2017, Shell Command
 * Language 2.2 and 2.6), with variables but without everything else that a shell does.
 *
 * @module
 */
import { quoteWord } from "../shell_word.ts";

/** The words, or why there are none. */
export type Split = { readonly words: readonly string[] } | { readonly refused: string };

/** Signs that mean something to a shell when they are not quoted. */
const OPERATOR = /[|&;<>()`]/;

/** The word that is being put together. */
interface Reading {
  readonly words: string[];
  /** `undefined` between words: `""` is a word of its own. */
  word: string | undefined;
}

type Lookup = (name: string) => string | undefined;

/** Splits a command. Variables (`$NAME`, `${NAME}`) that are not set are empty. */
export function splitCommand(text: string, env: Lookup): Split {
  const reading: Reading = { words: [], word: undefined };
  const token =
    /\s+|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))|([^\s'"\\$]+)|\$(?![({A-Za-z_])/y;
  while (token.lastIndex < text.length) {
    const start = token.lastIndex;
    const match = token.exec(text);
    if (match === null) return { refused: faultAt(text, start) };
    const [whole, single, double, escaped, braced, named, bare] = match;
    if (/^\s/.test(whole)) endWord(reading);
    else if (single !== undefined) add(reading, single);
    else if (double !== undefined) {
      const inner = withinQuotes(double, env);
      if (inner === undefined) return { refused: faultIn(double) };
      add(reading, inner);
    } else if (escaped !== undefined) {
      if (escaped !== "\n") add(reading, escaped);
    } else if (braced !== undefined || named !== undefined) {
      addFields(reading, env(braced ?? named ?? "") ?? "");
    } else if (bare?.startsWith("#") === true && reading.word === undefined) {
      token.lastIndex = lineEnd(text, start);
    } else if (bare !== undefined && OPERATOR.test(bare)) {
      return { refused: operatorFault(OPERATOR.exec(bare)?.[0]) };
    } else add(reading, bare ?? whole);
  }
  endWord(reading);
  return { words: reading.words };
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  return end < 0 ? text.length : end;
}

function add(reading: Reading, text: string): void {
  reading.word = (reading.word ?? "") + text;
}

function endWord(reading: Reading): void {
  if (reading.word !== undefined) reading.words.push(reading.word);
  reading.word = undefined;
}

/** A value without quotes around it falls apart at its blanks. */
function addFields(reading: Reading, value: string): void {
  if (/^\s/.test(value)) endWord(reading);
  const fields = value.split(/\s+/).filter((field) => field !== "");
  for (const [index, field] of fields.entries()) {
    if (index > 0) endWord(reading);
    add(reading, field);
  }
  if (/\S\s+$/.test(value)) endWord(reading);
}

/** The text between double quotes; `undefined` when it holds what only a shell can do. */
function withinQuotes(text: string, env: Lookup): string | undefined {
  const parts = text.matchAll(
    /\\([\s\S])|\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))|(`|\$(?=[({]))|[^\\$`]+|\$/g,
  );
  let whole = "";
  for (const [found, escaped, braced, named, refused] of parts) {
    if (refused !== undefined) return undefined;
    if (escaped !== undefined) whole += unescaped(escaped);
    else whole += braced === undefined && named === undefined ? found : env(braced ?? named ?? "") ?? "";
  }
  return whole;
}

/** Between double quotes a backslash means something only before these. */
function unescaped(character: string): string {
  if (character === "\n") return "";
  return '$`"\\'.includes(character) ? character : `\\${character}`;
}

const SHELL_HINT = "a step of type shell can do that";

function operatorFault(sign: string | undefined): string {
  return `${sign ?? ""} is for a shell, and an atmos step is one command: ${SHELL_HINT}`;
}

function faultIn(quoted: string): string {
  return `${JSON.stringify(quoted)} holds what only a shell can do: ${SHELL_HINT}`;
}

function faultAt(text: string, start: number): string {
  const sign = text[start];
  return sign === "$"
    ? `${text.slice(start, start + 12)} is for a shell: ${SHELL_HINT}`
    : `a quote is not closed: ${text.slice(start, start + 20)}`;
}

/** Puts `-s STACK` where Atmos puts it: before `--`, else at the end. */
export function withStack(words: readonly string[], stack: string | undefined): readonly string[] {
  if (stack === undefined || stack === "") return words;
  const at = words.indexOf("--");
  const end = at < 0 ? words.length : at;
  return [...words.slice(0, end), "-s", stack, ...words.slice(end)];
}

/** The same for a command as it is written, to be shown: what stands in a variable stays there. */
export function shownWithStack(command: string, stack: string | undefined): string {
  const text = command.trim().replace(/^(?!atmos(?:\s|$))/, "atmos ");
  return stack === undefined ? text : text.replace(/(?= -- | --$|$)/, () => ` -s ${quoteWord(stack)}`);
}

/** The words for this program: a leading `atmos` is its own name. */
export function ownWords(words: readonly string[]): readonly string[] {
  return words[0] === "atmos" ? words.slice(1) : words;
}

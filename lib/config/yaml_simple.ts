/**
 * A quick reader of the YAML that most files are made of: block maps and lists, and on one line flow
 * collections, plain and quoted scalars, comments, and tags such as `!env` before a scalar. Whatever else there is, and
 * whatever is wrong, is left to the library: this reader gives up then, and never guesses. The tests hold every tree
 * that it gives against the library's.
 *
 * @module
 */
import type { SourcePosition } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import type { Raw, RawEntry, RawList, RawMap, RawScalar } from "./raw.ts";

/** A text as read, and of how many keys, values and marks it is made. */
export interface SimpleYaml {
  readonly root: RawMap;
  readonly marks: number;
}

/**
 * Reads a text whose top level is a map.
 *
 * @param file named in every position
 * @returns `undefined` when the text is not simple, or not right
 */
export function readSimpleYaml(text: string, file: string): SimpleYaml | undefined {
  if (UNUSUAL.test(text)) return undefined;
  const reader: Reader = { text, file, at: 0, line: 1, lineStart: 0, marks: 0 };
  try {
    endLine(reader);
    if (isAtEnd(reader) || column(reader) > 0) return undefined;
    const root = wholeMap(reader);
    return reader.line > LIMITS.fileLines.most ? undefined : { root, marks: reader.marks };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Control characters, tabs among them, other line breaks, marks of documents, and directives. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const UNUSUAL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]|^(?:---|\.\.\.|%)/m;

interface Reader {
  readonly text: string;
  readonly file: string;
  /** Where the reading is, and the line of that. */
  at: number;
  line: number;
  lineStart: number;
  /** As the library's lexer would count them. */
  marks: number;
}

/** People write ten; what is deeper may be too deep for the library's reader. */
const MAX_DEPTH = 30;
/** Keys without a question mark are this long at most (YAML 1.2.2, 7.4.2: 1024). */
const MAX_KEY = 200;

/** The reading ends here, and the library does it all. */
function giveUp(): never {
  throw new RangeError("More than simple YAML");
}

/** @throws RangeError beyond the limit: the library's reader says so */
function count(reader: Reader, marks: number): void {
  reader.marks += marks;
  if (reader.marks > LIMITS.fileMarks.most) giveUp();
}

function wholeMap(reader: Reader): RawMap {
  const root = blockMap(reader, 0, 0);
  return isAtEnd(reader) ? root : giveUp();
}

const isAtEnd = ({ at, text }: Reader): boolean => at >= text.length;
/** From 0. */
const column = ({ at, lineStart }: Reader): number => at - lineStart;
const place = ({ file, line, at, lineStart }: Reader): SourcePosition => ({
  file,
  line,
  column: at - lineStart + 1,
});

function skipBlanks(reader: Reader): void {
  while (reader.text[reader.at] === " ") reader.at += 1;
}

/** Leaves a line of which nothing is left but a comment, and goes to what stands next. */
function endLine(reader: Reader): void {
  while (!isAtEnd(reader)) {
    const from = reader.at;
    skipBlanks(reader);
    const isApart = reader.at > from || reader.at === reader.lineStart;
    if (reader.text[reader.at] === "#" && isApart) {
      const end = reader.text.indexOf("\n", reader.at);
      reader.at = end < 0 ? reader.text.length : end;
    }
    if (isAtEnd(reader)) return;
    if (reader.text[reader.at] !== "\n") return from === reader.lineStart ? undefined : giveUp();
    reader.at += 1;
    reader.line += 1;
    reader.lineStart = reader.at;
  }
}

/** What a pattern with the flag `y` matches here; the reading goes behind it. */
function take(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0];
  if (found !== undefined) reader.at += found.length;
  return found;
}

const PLAIN_KEY = /[A-Za-z0-9_][A-Za-z0-9_./@+-]*(?=:[ \n]|:$)/y;
const DOUBLE_QUOTED = /"[^"\\\n]*"/y;
const SINGLE_QUOTED = /'[^'\n]*'(?!')/y;
const ITEM = /- +(?=[^ #\n])/y;

const quoted = (reader: Reader): string | undefined =>
  (take(reader, DOUBLE_QUOTED) ?? take(reader, SINGLE_QUOTED))?.slice(1, -1);

/** A key up to its colon, which a blank or the end of the line follows. */
function readKey(reader: Reader): string {
  const key = take(reader, PLAIN_KEY) ?? quoted(reader) ?? giveUp();
  const next = reader.text[reader.at + 1];
  if (reader.text[reader.at] !== ":" || key.length > MAX_KEY) return giveUp();
  if (next !== undefined && next !== " " && next !== "\n") return giveUp();
  reader.at += 1;
  skipBlanks(reader);
  count(reader, 2);
  return key;
}

/** Adds an entry; the library tells of a key that stands there twice. */
function addEntry(entries: Map<string, RawEntry>, entry: RawEntry): void {
  if (entries.has(entry.key)) giveUp();
  entries.set(entry.key, entry);
}

function blockMap(reader: Reader, indent: number, depth: number): RawMap {
  if (depth > MAX_DEPTH) giveUp();
  const at = place(reader);
  const entries = new Map<string, RawEntry>();
  do {
    const keyAt = place(reader);
    const key = readKey(reader);
    addEntry(entries, { key, keyAt, value: blockValue(reader, indent, depth + 1) });
  } while (isMore(reader, indent));
  return { type: "map", entries, at };
}

/** Whether another line belongs to a collection; one that goes further in continues a value, which is not simple. */
function isMore(reader: Reader, indent: number): boolean {
  if (isAtEnd(reader)) return false;
  return column(reader) > indent ? giveUp() : column(reader) === indent;
}

/** What stands behind a key: on its line, or on the next ones further in; a list may begin below its key. */
function blockValue(reader: Reader, indent: number, depth: number): Raw {
  const here = reader.text[reader.at];
  if (here !== "\n" && here !== "#" && here !== undefined) return lineValue(reader, indent, depth);
  endLine(reader);
  if (isAtEnd(reader) || column(reader) < indent) return giveUp();
  const isList = startsItem(reader);
  // Nothing at all behind a key has a place of its own.
  if (column(reader) === indent && !isList) return giveUp();
  return isList ? blockList(reader, column(reader), depth) : blockMap(reader, column(reader), depth);
}

const startsItem = ({ text, at }: Reader): boolean => text[at] === "-" && text[at + 1] === " ";

function blockList(reader: Reader, indent: number, depth: number): RawList {
  if (depth > MAX_DEPTH) giveUp();
  const at = place(reader);
  const items: Raw[] = [];
  do {
    if (take(reader, ITEM) === undefined) giveUp();
    count(reader, 1);
    items.push(blockItem(reader, indent, depth + 1));
  } while (isMore(reader, indent) && startsItem(reader));
  return { type: "list", items, at };
}

function blockItem(reader: Reader, indent: number, depth: number): Raw {
  PLAIN_KEY.lastIndex = reader.at;
  return PLAIN_KEY.test(reader.text)
    ? blockMap(reader, column(reader), depth)
    : lineValue(reader, indent, depth);
}

/** A value that ends on its line. */
function lineValue(reader: Reader, indent: number, depth: number): Raw {
  const value = readValue(reader, depth, BLOCK_PLAIN);
  endLine(reader);
  if (!isAtEnd(reader) && column(reader) > indent) giveUp();
  return value;
}

function readValue(reader: Reader, depth: number, plain: RegExp): Raw {
  switch (reader.text[reader.at]) {
    case "{":
      return flowMap(reader, depth);
    case "[":
      return flowList(reader, depth);
    case "!":
      return taggedScalar(reader, plain);
    default:
      return readScalar(reader, plain, coreValue);
  }
}

/** With a colon or a number sign inside only where it means nothing; what it ends at is looked at by the caller. */
const BLOCK_PLAIN =
  /(?:[A-Za-z0-9_./+~\u00c0-\u024f\u0370-\u1fff\u3040-\ud7ff]|-(?=[A-Za-z0-9.]))(?:[^\s:#]|:(?=\S)|(?<=\S)#| +(?=[^\s#]))*/y;
const FLOW_PLAIN =
  /(?:[A-Za-z0-9_./+~\u00c0-\u024f\u0370-\u1fff\u3040-\ud7ff]|-(?=[A-Za-z0-9.]))(?:[^\s:#,[\]{}]|:(?=[^\s,[\]{}])|(?<=\S)#| +(?=[^\s#,[\]{}]))*/y;

function readScalar(reader: Reader, plain: RegExp, valueOf: (text: string) => RawScalar["value"]): RawScalar {
  const at = place(reader);
  count(reader, 1);
  const inQuotes = quoted(reader);
  if (inQuotes !== undefined) return { type: "scalar", value: inQuotes, text: inQuotes, plain: false, at };
  const text = take(reader, plain) ?? giveUp();
  return { type: "scalar", value: valueOf(text), text, plain: true, at };
}

const TAG = /![A-Za-z][A-Za-z0-9_.-]*(?= +[^ #\n])/y;

/** What follows a tag that is not YAML's own is a text, whatever it looks like. */
function taggedScalar(reader: Reader, plain: RegExp): Raw {
  const tag = take(reader, TAG) ?? giveUp();
  count(reader, 1);
  skipBlanks(reader);
  const argument = readScalar(reader, plain, String);
  return { type: "tag", tag, argument, at: argument.at };
}

/** Goes behind a bracket or a comma and the blanks after it. */
function step(reader: Reader): void {
  count(reader, 1);
  reader.at += 1;
  skipBlanks(reader);
}

/** Reads the parts of a flow collection up to its end; a comma may stand before that. */
function flowParts(reader: Reader, end: "}" | "]", depth: number, part: () => void): void {
  if (depth > MAX_DEPTH) giveUp();
  step(reader);
  while (reader.text[reader.at] !== end) {
    part();
    skipBlanks(reader);
    if (reader.text[reader.at] === ",") step(reader);
    else if (reader.text[reader.at] !== end) giveUp();
  }
  count(reader, 1);
  reader.at += 1;
}

function flowMap(reader: Reader, depth: number): RawMap {
  const at = place(reader);
  const entries = new Map<string, RawEntry>();
  flowParts(reader, "}", depth, () => {
    const keyAt = place(reader);
    const key = readKey(reader);
    addEntry(entries, { key, keyAt, value: readValue(reader, depth + 1, FLOW_PLAIN) });
  });
  return { type: "map", entries, at };
}

function flowList(reader: Reader, depth: number): RawList {
  const at = place(reader);
  const items: Raw[] = [];
  flowParts(reader, "]", depth, () => void items.push(readValue(reader, depth + 1, FLOW_PLAIN)));
  return { type: "list", items, at };
}

/** What a plain scalar is (YAML 1.2.2, 10.3.2). */
function coreValue(text: string): RawScalar["value"] {
  if (!/^[-+.~0-9nNtTfF]/.test(text)) return text;
  if (/^(?:~|[Nn]ull|NULL)$/.test(text)) return null;
  if (/^(?:[Tt]rue|TRUE)$/.test(text)) return true;
  if (/^(?:[Ff]alse|FALSE)$/.test(text)) return false;
  if (/^[-+]?(?:\d+|(?:\.\d+|\d+\.\d*)(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)$/.test(text)) return Number(text);
  // Other notations of numbers are rare enough for the library.
  return /^(?:0[ox][0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/.test(text) ? giveUp() : text;
}

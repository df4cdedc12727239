/**
 * The other door to the YAML library: it says where in a text something is to be put in. All else in the text stays
 * as its author wrote it, to the byte; the library's own way of writing a document would lose blanks.
 *
 * @module
 */
// @ts-types="yaml/types"
import { type Document, isCollection, isMap, isScalar, parseAllDocuments } from "yaml";
// @ts-types="yaml/types"
import type { Node, ParsedNode, YAMLMap } from "yaml";

/** Values that can be added. */
export interface Added {
  readonly [key: string]: string | boolean | Added;
}

/** The lines of a value as a block, each level indented by so many blanks. */
export type Lines = (value: Added, step: number) => readonly string[];

/** How far the children of a map are indented when the file does not show any. */
const USUAL_STEP = 2;

/**
 * Adds entries to the map at a path, which is made where it is not there. Keys are found whatever their case. Whether
 * the text says what it should afterwards is for the caller to check.
 *
 * @returns `undefined` when there is no map to add to: something else stands there, such as an alias or a tag
 */
export function addEntries(
  text: string,
  path: readonly string[],
  entries: Added,
  lines: Lines,
): string | undefined {
  const parsed = parseAllDocuments(text, { uniqueKeys: false, prettyErrors: false, logLevel: "error" });
  const [document] = Array.isArray(parsed) ? parsed : [];
  if (document === undefined) return insertLines(text, text.length, lines(nested(path, entries), USUAL_STEP));
  if (document.errors.length > 0) return undefined;
  const place = findPlace(text, document, path);
  switch (place?.type) {
    case undefined:
      return undefined;
    case "lines": {
      const margin = " ".repeat(place.column);
      const added = lines(nested(place.left, entries), stepOf(text, document)).map((line) => margin + line);
      const [start, end] = place.instead ?? [place.offset, place.offset];
      return insertLines(text.slice(0, start) + text.slice(end), start, added);
    }
    case "braces":
      return insertInBraces(text, place, nested(place.left, entries));
  }
}

function nested(path: readonly string[], entries: Added): Added {
  return path.reduceRight<Added>((inner, key) => ({ [key]: inner }), entries);
}

/** Where entries go, below the keys of the path that are not there yet. */
type Place =
  /** Behind the line that `offset` is in, in a column. */
  | {
    readonly type: "lines";
    readonly offset: number;
    readonly column: number;
    readonly left: readonly string[];
    /** What they take the place of. */
    readonly instead?: readonly [start: number, end: number];
  }
  /** Inside of braces, behind what `offset` is the end of: the opening brace, or the last value. */
  | {
    readonly type: "braces";
    readonly offset: number;
    readonly isFirst: boolean;
    readonly left: readonly string[];
  };

function findPlace(text: string, document: Document.Parsed, path: readonly string[]): Place | undefined {
  const end = endOfDocument(text, document);
  let node: Node | null = document.contents;
  if (node === null || isNothing(node)) return { type: "lines", offset: end, column: 0, left: path };
  for (const [index, key] of path.entries()) {
    if (!isPlainMap(node)) return undefined;
    const left = path.slice(index);
    const pair = pairOf(node, key);
    if (pair === undefined) {
      if (node.flow === true) return inBraces(node, left);
      return index === 0 ? { type: "lines", offset: end, column: 0, left } : behind(text, node, left);
    }
    const { value } = pair;
    if (value === null || isNothing(value)) {
      if (node.flow === true) return undefined;
      return belowKey(text, document, pair, left.slice(1));
    }
    if (node.flow !== true && isPlainMap(value) && value.flow === true && value.items.length === 0) {
      const start = text.slice(0, startOf(value)).trimEnd().length;
      return { ...belowKey(text, document, pair, left.slice(1)), instead: [start, endOf(value)] };
    }
    node = value;
  }
  if (!isPlainMap(node)) return undefined;
  return node.flow === true ? inBraces(node, []) : behind(text, node, []);
}

function belowKey(text: string, document: Document.Parsed, { key }: FoundPair, left: readonly string[]) {
  const column = columnOf(text, startOf(key)) + stepOf(text, document);
  return { type: "lines", offset: endOf(key), column, left } as const;
}

function inBraces(map: YAMLMap, left: readonly string[]): Place {
  const last = pairsOf(map).at(-1);
  if (last === undefined) return { type: "braces", offset: startOf(map) + 1, isFirst: true, left };
  return { type: "braces", offset: endOf(last.value ?? last.key), isFirst: false, left };
}

/** A map without a tag of somebody's own. */
function isPlainMap(node: Node): node is YAMLMap {
  return isMap(node) && (node.tag === undefined || node.tag === "tag:yaml.org,2002:map");
}

/** `key:` with nothing behind it. */
function isNothing(node: Node): boolean {
  return isScalar(node) && node.value === null && node.range?.[0] === node.range?.[1] &&
    node.anchor === undefined && node.tag === undefined;
}

interface FoundPair {
  readonly text: string;
  readonly key: Node;
  readonly value: Node | null;
}

/** The pairs of a map whose keys are texts. */
function pairsOf(map: YAMLMap): readonly FoundPair[] {
  return map.items.flatMap(({ key, value }): readonly FoundPair[] =>
    isScalar(key) ? [{ text: String(key.value), key, value: isNode(value) ? value : null }] : []
  );
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "range" in value;

function pairOf(map: YAMLMap, key: string): FoundPair | undefined {
  const pairs = pairsOf(map);
  return pairs.find(({ text }) => text === key) ??
    pairs.find(({ text }) => text.toLowerCase() === key.toLowerCase());
}

/** Behind the last line of a block, in the column of its first key. */
function behind(text: string, map: YAMLMap, left: readonly string[]): Place | undefined {
  const [first] = pairsOf(map);
  return first &&
    { type: "lines", offset: lastOffset(map), column: columnOf(text, startOf(first.key)), left };
}

/** The end of what is written in a node; that of a block itself may lie behind comments. */
function lastOffset(node: Node): number {
  const last: unknown = isCollection(node) && node.flow !== true ? node.items.at(-1) : undefined;
  if (isNode(last)) return lastOffset(last);
  const pair = isMap(node) && node.flow !== true ? pairsOf(node).at(-1) : undefined;
  if (pair === undefined) return endOf(node);
  return pair.value === null ? endOf(pair.key) : Math.max(endOf(pair.key), lastOffset(pair.value));
}

const startOf = (node: Node): number => node.range?.[0] ?? 0;
const endOf = (node: Node): number => node.range?.[1] ?? 0;

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf("\n", offset - 1) + 1);
}

/** The end of a document with the comments behind it, but before a line that ends it. */
function endOfDocument(text: string, { range: [, end, endWithComments] }: Document.Parsed): number {
  const mark = text.slice(end, endWithComments).search(/^(?:\.\.\.|---)/m);
  return mark < 0 ? endWithComments : end + mark;
}

/** How far the file indents the children of the first map that has any on lines of their own. */
function stepOf(text: string, { contents }: Document.Parsed): number {
  const pairs = contents !== null && isMap<ParsedNode>(contents) ? pairsOf(contents) : [];
  for (const { key, value } of pairs) {
    const inner = value !== null && isMap(value) && value.flow !== true ? pairsOf(value)[0] : undefined;
    const step = inner === undefined ? 0 : columnOf(text, startOf(inner.key)) - columnOf(text, startOf(key));
    if (step > 0) return step;
  }
  return USUAL_STEP;
}

function insertLines(text: string, offset: number, lines: readonly string[]): string {
  const ending = text.includes("\r\n") ? "\r\n" : "\n";
  const isLineStart = offset === 0 || text[offset - 1] === "\n";
  const next = isLineStart ? offset : text.indexOf("\n", offset) + 1;
  const at = next === 0 && !isLineStart ? text.length : next;
  const before = text.slice(0, at);
  const head = before === "" || before.endsWith("\n") ? before : before + ending;
  return head + lines.map((line) => line + ending).join("") + text.slice(at);
}

/** As JSON, which is YAML too, so that a JSON file stays one. */
function insertInBraces(
  text: string,
  { offset, isFirst }: Extract<Place, { readonly type: "braces" }>,
  entries: Added,
): string {
  const json = JSON.stringify(entries, null, 1).replaceAll(/\n\s*/g, " ").slice(2, -2);
  return text.slice(0, offset) + (isFirst ? ` ${json} ` : `, ${json}`) + text.slice(offset);
}

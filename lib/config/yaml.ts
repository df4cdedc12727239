/**
 * The YAML library's reading: text to a {@linkcode RawMap}, and what is wrong with the text. `read_yaml.ts` loads it when
 * it is needed.
 *
 * @module
 */
// @ts-types="yaml/types"
import { isAlias, isMap, isScalar, isSeq, LineCounter } from "yaml";
// @ts-types="yaml/types"
import type { Alias, ParsedNode, Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { SourcePosition } from "../errors.ts";
import { LIMITS, overLimit } from "../limits.ts";
import {
  emptyMap,
  type Path,
  type Raw,
  type RawEntry,
  type RawList,
  type RawMap,
  type RawScalar,
} from "./raw.ts";
import { readDocument, type SyntaxFault } from "./yaml_document.ts";

/** One thing wrong with a text as YAML. */
export interface YamlIssue {
  readonly severity: "error" | "warning";
  /**
   * `syntax`, `duplicate-key`, `merge-key`, `alias`, `complex-key`, `nesting`, `file-too-large`, `more-issues`,
   * `multiple-documents`, `not-a-map`.
   */
  readonly code: string;
  /** Where in the document, when it could be read that far; `undefined`: nothing of the document can be used. */
  readonly path: Path | undefined;
  readonly at: SourcePosition;
  readonly reason: string;
  readonly hint: string | undefined;
}

/** A document, as far as it could be read. */
export interface ParsedYaml<Root extends Raw = RawMap> {
  readonly root: Root;
  readonly issues: readonly YamlIssue[];
  /** How many keys, values and marks were read. */
  readonly marks: number;
}

/** Syntax errors shown per file: after the first few they are echoes. */
const MAX_SYNTAX_ISSUES = 5;

/**
 * Reads the first document of a YAML (or JSON) text whose top level is a map, as a configuration's is. What cannot be
 * read is an empty map.
 *
 * @param file named in every position
 */
export function parseYaml(text: string, file: string): ParsedYaml {
  const { root, issues, marks } = parseYamlValue(text, file);
  if (root.type === "map") return { root, issues, marks };
  const empty = emptyMap(root.at);
  if (root.type === "scalar" && root.value === null) return { root: empty, issues, marks };
  const reason = "the top level of the file is not a map of keys";
  const issue = unusable(root.at, "not-a-map", reason, "Write lines of `key: value`");
  return { root: empty, issues: [...issues, issue], marks };
}

/**
 * Reads the first document of a YAML (or JSON) text, whatever it holds. What cannot be read is nothing.
 *
 * Merge keys (`<<`) work as in YAML 1.1: a map's own keys win, then the earlier of several merged maps. Never
 * throws for what the text says.
 *
 * @param file named in every position
 */
export function parseYamlValue(text: string, file: string): ParsedYaml<Raw> {
  if (hasTooManyLines(text)) {
    const at = { file, line: 1, column: 1 };
    const root: RawScalar = { type: "scalar", value: null, text: "", plain: true, at };
    return { root, issues: [unusable(at, "file-too-large", overLimit("fileLines"))], marks: 0 };
  }
  const lines = new LineCounter();
  const place = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const nothing: RawScalar = {
    type: "scalar",
    value: null,
    text: "",
    plain: true,
    at: { file, line: 1, column: 1 },
  };
  const { document, faults, over, second, marks } = readDocument(text, lines);
  if (over !== undefined) {
    const code = over.limit === "nestingDepth" ? "nesting" : "file-too-large";
    return { root: nothing, issues: [unusable(place(over.offset), code, overLimit(over.limit))], marks };
  }
  if (faults.length > 0) return { root: nothing, issues: syntaxIssues(faults, place), marks };
  if (document === undefined) return { root: nothing, issues: [], marks };
  const issues: YamlIssue[] = second === undefined ? [] : [secondDocument(place(second))];
  const reading: Reading = { place, issues, anchors: new Map(), nodes: 0, aliased: 0 };
  const root = document.contents === null ? nothing : readNode(reading, document.contents, [], 0);
  return { root: issues.some((issue) => issue.path === undefined) ? nothing : root, issues, marks };
}

function hasTooManyLines(text: string): boolean {
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines > LIMITS.fileLines.most;
}

function unusable(at: SourcePosition, code: string, reason: string, hint?: string): YamlIssue {
  return { severity: "error", code, path: undefined, at, reason, hint };
}

function secondDocument(at: SourcePosition): YamlIssue {
  return {
    severity: "warning",
    code: "multiple-documents",
    path: [],
    at,
    reason: "only the first document of a file is read, not what follows `---`",
    hint: "Move it into a file of its own and import that",
  };
}

function syntaxIssues(
  faults: readonly SyntaxFault[],
  place: (offset: number) => SourcePosition,
): YamlIssue[] {
  const seen = new Set<number>();
  return faults.flatMap((fault): YamlIssue[] => {
    const at = place(fault.offset);
    if (seen.has(at.line) || seen.size >= MAX_SYNTAX_ISSUES) return [];
    seen.add(at.line);
    return [{
      severity: "error",
      code: "syntax",
      path: undefined,
      at,
      ...explain(fault.code, fault.message),
    }];
  });
}

function explain(
  code: string,
  message: string,
): { readonly reason: string; readonly hint: string | undefined } {
  const reason = `this is not YAML: ${message.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())}`;
  switch (code) {
    case "TAB_AS_INDENT":
      return {
        reason: "a tab is used as indentation",
        hint: "Indent with spaces; YAML does not allow tabs there",
      };
    case "BLOCK_AS_IMPLICIT_KEY":
      return { reason, hint: "Check the indentation, or quote a value that holds `: `" };
    case "BAD_SCALAR_START":
      return { reason, hint: "Put the value in quotes" };
    default:
      return { reason, hint: undefined };
  }
}

/** The state of one document while it is read. */
interface Reading {
  readonly place: (offset: number) => SourcePosition;
  readonly issues: YamlIssue[];
  /** The latest node of each anchor, with how many nodes it stands for; `undefined` while it is being read. */
  readonly anchors: Map<string, { readonly node: Raw; readonly size: number } | undefined>;
  nodes: number;
  aliased: number;
}

type Untagged = Exclude<ParsedNode, Alias.Parsed>;

function readNode(reading: Reading, node: ParsedNode, path: Path, depth: number): Raw {
  const at = reading.place(node.range[0]);
  reading.nodes += 1;
  if (depth > LIMITS.nestingDepth.most) return refuse(reading, at, "nesting", overLimit("nestingDepth"));
  if (isAlias(node)) return readAlias(reading, node.source, at, path);
  const anchor = node.anchor;
  const before = reading.nodes;
  if (anchor !== undefined) reading.anchors.set(anchor, undefined);
  const plain = readUntagged(reading, node, at, path, depth);
  const { tag }: { readonly tag?: string } = node;
  const raw: Raw = tag !== undefined && isCustomTag(tag) ? { type: "tag", tag, argument: plain, at } : plain;
  if (anchor !== undefined) reading.anchors.set(anchor, { node: raw, size: reading.nodes - before + 1 });
  return raw;
}

/** A text with a path of `undefined` takes the whole document out of use, so what stands in for the node is moot. */
function refuse(reading: Reading, at: SourcePosition, code: string, reason: string): RawScalar {
  if (!reading.issues.some((issue) => issue.path === undefined)) {
    reading.issues.push(unusable(at, code, reason));
  }
  return { type: "scalar", value: null, text: "", plain: true, at };
}

/** Adds what is wrong with a value. What is not reported would be taken for right, so that too much is unusable. */
function note(reading: Reading, issue: YamlIssue): void {
  if (reading.issues.length < LIMITS.fileIssues.most) reading.issues.push(issue);
  else refuse(reading, issue.at, "more-issues", overLimit("fileIssues"));
}

function readAlias(reading: Reading, anchor: string, at: SourcePosition, path: Path): Raw {
  const known = reading.anchors.get(anchor);
  if (known === undefined) {
    const reason = reading.anchors.has(anchor)
      ? `the alias *${anchor} stands for something that contains it`
      : `the alias *${anchor} has no anchor &${anchor} before it`;
    note(reading, { severity: "error", code: "alias", path, at, reason, hint: undefined });
    return { type: "scalar", value: null, text: "", plain: true, at };
  }
  reading.nodes += known.size;
  reading.aliased += known.size;
  if (reading.aliased <= LIMITS.aliasedValues.most) return known.node;
  return refuse(reading, at, "alias", overLimit("aliasedValues"));
}

/** `!` alone and YAML's own tags (`!!str`) are not custom; `!!binary` and the like are. */
function isCustomTag(tag: string): boolean {
  return tag !== "!" && !/^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/.test(tag);
}

/** What `!!` stands for. */
const YAMLS_OWN = /^tag:yaml\.org,2002:/;

function readUntagged(
  reading: Reading,
  node: Untagged,
  at: SourcePosition,
  path: Path,
  depth: number,
): RawScalar | RawList | RawMap {
  if (isMap(node)) return readMap(reading, node, at, path, depth);
  if (isSeq(node)) return readList(reading, node, at, path, depth);
  return readScalar(node, at);
}

function readScalar(node: Scalar.Parsed, at: SourcePosition): RawScalar {
  const plain = node.type === "PLAIN";
  const text = plain ? node.source : String(node.value ?? "");
  const { value } = node;
  const known = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  const scalar = {
    type: "scalar",
    value: known ? value : value === null ? null : text,
    text,
    plain,
    at,
  } as const;
  const { tag }: { readonly tag?: string } = node;
  return tag === undefined || isCustomTag(tag) ? scalar : { ...scalar, tag: tag.replace(YAMLS_OWN, "!!") };
}

function readList(
  reading: Reading,
  node: YAMLSeq.Parsed,
  at: SourcePosition,
  path: Path,
  depth: number,
): RawList {
  return {
    type: "list",
    items: node.items.map((item, index) =>
      isMap(item) || isSeq(item) || isScalar(item) || isAlias(item)
        ? readNode(reading, item, [...path, index], depth + 1)
        : refuse(reading, at, "syntax", "a list holds a pair outside of a map")
    ),
    at,
  };
}

function readMap(
  reading: Reading,
  node: YAMLMap.Parsed,
  at: SourcePosition,
  path: Path,
  depth: number,
): RawMap {
  const entries = new Map<string, RawEntry>();
  const merged: Raw[] = [];
  for (const { key: keyNode, value: valueNode } of node.items) {
    const keyAt = reading.place(keyNode.range[0]);
    if (!isScalar(keyNode)) {
      const reason = "a key is a list, a map or an alias; only texts can be keys";
      note(reading, {
        severity: "error",
        code: "complex-key",
        path,
        at: keyAt,
        reason,
        hint: undefined,
      });
      continue;
    }
    const key = readScalar(keyNode, keyAt).text;
    const inner = [...path, key];
    const value: Raw = valueNode === null
      ? { type: "scalar", value: null, text: "", plain: true, at: keyAt }
      : readNode(reading, valueNode, inner, depth + 1);
    if (key === "<<" && keyNode.type === "PLAIN") merged.push(value);
    else {
      reportDuplicate(reading, entries.get(key), keyAt, inner);
      entries.set(key, { key, keyAt, value });
    }
  }
  for (const source of merged) mergeInto(reading, entries, source, path);
  return { type: "map", entries, at };
}

function reportDuplicate(
  reading: Reading,
  first: RawEntry | undefined,
  at: SourcePosition,
  path: Path,
): void {
  if (first === undefined) return;
  const reason = `the key ${
    JSON.stringify(first.key)
  } stands here a second time, after line ${first.keyAt.line}`;
  const hint = "Remove one of the two, or rename it";
  note(reading, { severity: "error", code: "duplicate-key", path, at, reason, hint });
}

/** Merge keys of YAML 1.1 (https://yaml.org/type/merge.html): what is there already wins. */
function mergeInto(reading: Reading, entries: Map<string, RawEntry>, source: Raw, path: Path): void {
  const maps = source.type === "list" ? source.items : [source];
  for (const map of maps) {
    if (map.type === "map") {
      for (const [key, entry] of map.entries) if (!entries.has(key)) entries.set(key, entry);
    } else if (!(map.type === "scalar" && map.value === null)) {
      const reason = "`<<` takes a map or a list of maps";
      note(reading, {
        severity: "error",
        code: "merge-key",
        path,
        at: map.at,
        reason,
        hint: undefined,
      });
    }
  }
}

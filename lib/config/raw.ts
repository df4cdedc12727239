/**
 * A YAML document as its author wrote it: key case, dots and slashes in keys, the place of every key and value,
 * and the characters of every scalar are kept; custom tags are nodes.
 *
 * @module
 */
import type { SourcePosition } from "../errors.ts";

interface Placed {
  /** Where the value starts. */
  readonly at: SourcePosition;
}

/** A text, a number, a boolean or nothing. */
export interface RawScalar extends Placed {
  readonly type: "scalar";
  /** As YAML 1.2 reads it; in stacks as Go does, which alone has bigints. */
  readonly value: string | number | bigint | boolean | null;
  /** The characters of a plain scalar (`012345678901` stays that); of a quoted one, the text it means. */
  readonly text: string;
  /** Written without quotes. */
  readonly plain: boolean;
  /** YAML's own tag that stands before it: `!!str`, or `!`. */
  readonly tag?: string;
  /** The variable that `!env` read the text from. */
  readonly variable?: string;
  /** The `!env` that the text comes from: from the variable, or the default written behind it. */
  readonly reference?: EnvReference;
  /** The whole of a file that `!include` named. */
  readonly included?: true;
}

/** `!env NAME` or `!env NAME DEFAULT`, as written. */
export interface EnvReference {
  readonly variable: string;
  readonly fallback: string | undefined;
}

export interface RawList extends Placed {
  readonly type: "list";
  readonly items: readonly Raw[];
}

/** One key of a map with its value. */
export interface RawEntry {
  /** As written. */
  readonly key: string;
  readonly keyAt: SourcePosition;
  readonly value: Raw;
}

export interface RawMap extends Placed {
  readonly type: "map";
  /** By key as written, in the order of the file. */
  readonly entries: ReadonlyMap<string, RawEntry>;
}

/** A value behind a tag that is not YAML's own: `!env X`, `!include x.yaml`. */
export interface RawTag extends Placed {
  readonly type: "tag";
  /** With its exclamation mark. */
  readonly tag: string;
  readonly argument: RawScalar | RawList | RawMap;
  /** Why an `!include` could not be followed. */
  readonly fault?: string;
}

/** What `!env NAME` leaves behind when there is neither a variable nor a default. */
export interface RawUnset extends Placed {
  readonly type: "unset";
  readonly variable: string;
  readonly reference: EnvReference;
}

export type Raw = RawScalar | RawList | RawMap | RawTag | RawUnset;

/** A configuration path: keys, and indexes of lists. */
export type Path = readonly (string | number)[];

/** A map without entries. */
export function emptyMap(at: SourcePosition): RawMap {
  return { type: "map", entries: new Map(), at };
}

/** Whether a node is YAML's null, as `key:` with nothing behind it is. */
export function isNull(raw: Raw | undefined): boolean {
  return raw?.type === "scalar" && raw.value === null;
}

/** The entry of a key, whatever its case; the exact spelling wins. */
export function entryOf(raw: Raw | undefined, key: string): RawEntry | undefined {
  if (raw?.type !== "map") return undefined;
  const exact = raw.entries.get(key);
  if (exact !== undefined) return exact;
  const folded = key.toLowerCase();
  for (const entry of raw.entries.values()) if (entry.key.toLowerCase() === folded) return entry;
  return undefined;
}

/** The node at a path, keys matched as {@linkcode entryOf} does. */
export function nodeAt(raw: Raw | undefined, path: Path): Raw | undefined {
  return path.reduce<Raw | undefined>(
    (node, key) =>
      typeof key === "string"
        ? entryOf(node, key)?.value
        : node?.type === "list"
        ? node.items[key]
        : undefined,
    raw,
  );
}

/** The map at a path; `undefined` for anything else there. */
export function mapAt(raw: Raw | undefined, ...path: readonly string[]): RawMap | undefined {
  const node = nodeAt(raw, path);
  return node?.type === "map" ? node : undefined;
}

/** The text of a scalar at a path; `undefined` for anything else there, null included. */
export function textAt(raw: Raw | undefined, ...path: readonly string[]): string | undefined {
  const node = nodeAt(raw, path);
  return node?.type === "scalar" && node.value !== null ? node.text : undefined;
}

/** A path as a person would write it: `auth.identities.prod.via`, `auth.identities["a.b"].env[0]`. */
export function formatPath(path: Path): string {
  return path.map((key, index) => {
    if (typeof key === "number") return `[${key}]`;
    if (!/^[\p{L}\p{N}_/@+-]+$/u.test(key)) return `[${JSON.stringify(key)}]`;
    return index === 0 ? key : `.${key}`;
  }).join("");
}

/** What a node is, for a sentence: "a map", "a text". */
export function describeNode(raw: Raw): string {
  switch (raw.type) {
    case "map":
      return "a map";
    case "list":
      return "a list";
    case "tag":
      return raw.tag;
    case "unset":
      return `the unset variable ${raw.variable}`;
    case "scalar":
      return raw.value === null
        ? "nothing"
        : typeof raw.value === "string"
        ? "a text"
        : `a ${typeof raw.value}`;
  }
}

/**
 * Holds a part of the raw tree against a schema, and reports everything that does not fit: unknown keys, missing
 * ones, tags, unset variables, values that are not what they should be.
 *
 * @module
 */
import * as v from "valibot";
import { LIMITS, overLimit } from "../limits.ts";
import { explainLeaf } from "./leaves.ts";
import { didYouMean } from "./nearest.ts";
import {
  formatPath,
  isNull,
  nodeAt,
  type Path,
  type Raw,
  type RawEntry,
  type RawMap,
  type RawScalar,
} from "./raw.ts";
import {
  descriptionAt,
  itemsOf,
  keyOf,
  keysOf,
  type Schema,
  standingOf,
  unusedOf,
  valuesOf,
} from "./schema_parts.ts";
import {
  type Fact,
  isShowable,
  report,
  reportUnread,
  reportWrongType,
  type Scope,
  showValue,
} from "./scope.ts";

/** Texts, lists and maps: what the schemas take. */
type Plain = string | readonly Plain[] | { readonly [key: string]: Plain } | undefined;

/** Settings of a check. */
export interface ShapeOptions {
  /** Paths, formatted, whose variable may be unset without taking the part out of use. */
  readonly mayBeUnset?: readonly string[];
  /** Paths, formatted, whose value must not be shown. */
  readonly secret?: readonly string[];
  /** Keys at the top that are read elsewhere. */
  readonly elsewhere?: readonly string[];
  /** Whether unknown keys are somebody else's. */
  readonly ignoreUnknown?: boolean;
}

/**
 * Reads a part by its schema; everything wrong with it is reported to the scope.
 *
 * @returns the value when it fits; `undefined` when it does not, or when a variable that it needs is not set
 */
export function readShape<Output>(
  schema: Schema<Output>,
  scope: Scope,
  options: ShapeOptions = {},
): Output | undefined {
  if (scope.raw === undefined || isNull(scope.raw)) return parse(schema, scope, {}, new Set(), options);
  const absent = new Set<string>();
  const plain = toPlain({ scope, options, absent }, schema, scope.raw, []);
  return parse(schema, scope, plain, absent, options);
}

interface Reading {
  readonly scope: Scope;
  readonly options: ShapeOptions;
  /** Paths of values that stand there but say nothing: unset variables and refused tags. */
  readonly absent: Set<string>;
}

function toPlain(reading: Reading, schema: Schema | undefined, raw: Raw, path: Path): Plain {
  switch (raw.type) {
    case "scalar":
      noteFact(reading, schema, raw, path);
      if (isTooLong(raw)) return reportTooLong(reading, path);
      return raw.value === null ? undefined : raw.text;
    case "list": {
      const item = itemsOf(schema);
      if (raw.items.length === 0) noteFact(reading, schema, raw, path);
      return raw.items.map((inner, index) => toPlain(reading, item, inner, [...path, index]));
    }
    case "map":
      return mapToPlain(reading, schema, raw, path);
    case "tag":
    case "unset":
      if (raw.type === "unset") noteFact(reading, schema, raw, path);
      reading.absent.add(formatPath(path));
      reportUnread(reading.scope, path, raw, !(reading.options.mayBeUnset ?? []).includes(formatPath(path)));
      return undefined;
  }
}

/** @param schema `undefined`: no such key, which the schema's check will report */
function noteFact({ scope }: Reading, schema: Schema | undefined, node: Fact["node"], path: Path): void {
  if (schema !== undefined) scope.facts.push({ path, standing: standingOf(schema), node });
}

function mapToPlain(reading: Reading, schema: Schema | undefined, raw: RawMap, path: Path): Plain {
  const entries = [...raw.entries.values()];
  if (entries.length === 0) noteFact(reading, schema, raw, path);
  const known = keysOf(schema);
  if (known === undefined) {
    const values = valuesOf(schema);
    return Object.fromEntries(
      entries.map(({ key, value }) => [key, toPlain(reading, values, value, [...path, key]) ?? ""]),
    );
  }
  const elsewhere = path.length === 0 ? reading.options.elsewhere ?? [] : [];
  const plain = new Map<string, Plain>();
  const seen = new Map<string, RawEntry>();
  for (const entry of entries) {
    const { key, keyAt, value } = entry;
    const folded = key.toLowerCase();
    if (elsewhere.includes(folded)) continue;
    const twin = seen.get(folded);
    if (twin !== undefined) reportTwin(reading, twin, entry, path);
    seen.set(folded, entry);
    const child = keyOf(schema, folded);
    const unused = child === undefined ? undefined : unusedOf(child);
    if (child === undefined) {
      reportUnknown(reading, [...elsewhere, ...Object.keys(known)], [...path, key], keyAt);
    } else if (unused !== undefined) reportUnused(reading, unused, [...path, key], keyAt);
    else {
      const found = toPlain(reading, child, value, [...path, folded]);
      if (found !== undefined) plain.set(folded, found);
    }
  }
  return Object.fromEntries(plain);
}

/** Keys have no case here, so two spellings in one map are one key with two values. */
function reportTwin({ scope }: Reading, first: RawEntry, { key, keyAt }: RawEntry, path: Path): void {
  report(scope, {
    code: "duplicate-key",
    path: [...path, key],
    at: keyAt,
    reason: `${JSON.stringify(key)} and ${
      JSON.stringify(first.key)
    } (line ${first.keyAt.line}) are the same key`,
    hint: "Remove one of the two",
  });
}

/** What is long takes long to look at, with every pattern that it is held against. */
const isTooLong = ({ text }: RawScalar) => text.length > LIMITS.valueLength.most;

function reportTooLong({ scope, absent }: Reading, path: Path): undefined {
  absent.add(formatPath(path));
  report(scope, { code: "value-too-long", path, reason: overLimit("valueLength") });
}

function reportUnknown(
  { scope, options }: Reading,
  known: readonly string[],
  path: Path,
  at: Raw["at"],
): void {
  if (options.ignoreUnknown === true) return;
  const key = String(path.at(-1));
  report(scope, {
    severity: "warning",
    code: "unknown-key",
    path,
    at,
    reason: `the key ${JSON.stringify(key)} is not known here, and does nothing`,
    hint: didYouMean(key, known) ?? `Known here: ${known.join(", ")}`,
  });
}

function reportUnused({ scope }: Reading, loudness: "silent" | "warn", path: Path, at: Raw["at"]): void {
  if (loudness === "silent") return;
  const reason = `the key ${JSON.stringify(String(path.at(-1)))} is not supported, and does nothing`;
  report(scope, { severity: "warning", code: "unsupported-key", path, at, reason });
}

function parse<Output>(
  schema: Schema<Output>,
  scope: Scope,
  plain: Plain,
  absent: ReadonlySet<string>,
  options: ShapeOptions,
): Output | undefined {
  const result = v.safeParse(schema, plain, { abortPipeEarly: true });
  for (const issue of result.issues ?? []) reportIssue({ schema, scope, absent, options }, issue, []);
  return result.success ? result.output : undefined;
}

interface Judging {
  readonly schema: Schema;
  readonly scope: Scope;
  readonly absent: ReadonlySet<string>;
  readonly options: ShapeOptions;
}

function reportIssue(judging: Judging, issue: v.BaseIssue<unknown>, around: Path): void {
  const { scope, absent, options } = judging;
  const path = [
    ...around,
    ...(issue.path ?? []).map(({ key }) => typeof key === "number" ? key : String(key)),
  ];
  const isAbsent = [[], ...path].some((_, index) => absent.has(formatPath(path.slice(0, index))));
  if (isAbsent) return;
  const node = nodeAt(scope.raw, path);
  const meant = issue.type === "union" ? (issue.issues ?? []).filter((one) => isInsideOf(node, one)) : [];
  if (meant.length > 0) return meant.forEach((one) => reportIssue(judging, one, path));
  if (issue.kind === "schema" && (node === undefined || isNull(node))) return reportMissing(judging, path);
  if (issue.kind === "schema" && issue.type !== "picklist") {
    return reportWrongType(scope, path, expected(issue), node);
  }
  report(scope, { path, ...explainLeaf(issue.message, ...shown(node, formatPath(path), options)) });
}

/** Of several alternatives, the one that got inside of the value is the one that was meant. */
function isInsideOf(node: Raw | undefined, issue: v.BaseIssue<unknown>): boolean {
  const key = issue.path?.[0]?.key;
  return typeof key === "number" ? node?.type === "list" : key !== undefined && node?.type === "map";
}

function reportMissing({ schema, scope }: Judging, path: Path): void {
  const key = JSON.stringify(String(path.at(-1) ?? ""));
  const hint = descriptionAt(schema, path);
  report(scope, { code: "missing-key", path, reason: `the key ${key} is missing`, hint });
}

const WORDS_FOR_TYPES: ReadonlyMap<string, string> = new Map([
  ["Object", "a map"],
  ["Array", "a list"],
  ["string", "a text"],
]);

function expected(issue: v.BaseIssue<unknown>): string {
  const types = (issue.expected ?? "").replace(/[()]/g, "").split(" | ");
  return types.map((type) => WORDS_FOR_TYPES.get(type) ?? type).join(" or ");
}

/** A value for a sentence, and for suggestions: never a secret, and not what came from a variable. */
function shown(node: Raw | undefined, path: string, { secret }: ShapeOptions): [string, string | undefined] {
  const written = node?.type === "scalar" && isShowable(node) ? node.text : undefined;
  if (secret?.includes(path) === true && written !== undefined) return ["the value", undefined];
  return [showValue(node), written];
}

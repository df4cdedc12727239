/**
 * A part of the configuration under decoding, and the problems found in it.
 *
 * @module
 */
import type { SourcePosition } from "../errors.ts";
import { parseEnvExpression } from "./env_tag.ts";
import {
  describeNode,
  entryOf,
  formatPath,
  isNull,
  type Path,
  type Raw,
  type RawScalar,
  type RawTag,
  type RawUnset,
} from "./raw.ts";
import type { Standing } from "./standing.ts";
import type { Problem } from "./types.ts";

/** A value as it was decoded. */
export interface Fact {
  /** Below the scope, in lower case where the schema names the key. */
  readonly path: Path;
  readonly standing: Standing;
  /** A list or map is an empty one: it takes the place of what another file says. */
  readonly node: Exclude<Raw, RawTag>;
}

/** An entry, or the section around the entries. */
export interface Scope {
  /** Path of the part, as written. */
  readonly base: Path;
  readonly raw: Raw | undefined;
  /** Where the part's own key stands. */
  readonly at: SourcePosition | undefined;
  readonly about: Problem["about"];
  /** Grows while decoding. */
  readonly problems: Problem[];
  /** Every value that is decoded, with the standing of its key. Grows while decoding. */
  readonly facts: Fact[];
  /** No identity depends on this part: its errors take nothing out of use. */
  readonly isAside?: boolean;
}

/** What to report; the place is found from the path. */
export interface Finding {
  /** `error` when absent. */
  readonly severity?: Problem["severity"];
  readonly code: string;
  /** Below the scope. */
  readonly path: Path;
  readonly reason: string;
  readonly hint?: string | undefined;
  /** Errors always block; warnings only when this says so. */
  readonly blocks?: boolean;
  /** Where, when it is not the value at the path. */
  readonly at?: SourcePosition;
}

/** Adds a problem to its scope, with the path as written and the place in the file. */
export function report(scope: Scope, finding: Finding): void {
  const { written, at } = locate(scope, finding.path);
  const severity = finding.severity ?? "error";
  scope.problems.push({
    severity,
    code: finding.code,
    path: formatPath([...scope.base, ...written]),
    at: finding.at ?? at,
    reason: finding.reason,
    hint: finding.hint,
    blocks: scope.isAside !== true && (severity === "error" || finding.blocks === true),
    about: scope.about,
  });
}

/** Whether anything found so far takes the part out of use. */
export function isBlocked(scope: Scope): boolean {
  return scope.problems.some((problem) => problem.blocks);
}

/**
 * A path as its author spelled it, and where it stands: a scalar at its value, a map or list at its key, what is
 * absent at the key of the nearest part around it.
 */
export function locate(
  scope: Scope,
  path: Path,
): { readonly written: Path; readonly at: SourcePosition | undefined } {
  let node = scope.raw;
  let at = scope.raw === undefined ? scope.at : placeOf(scope.raw, scope.at);
  const written: (string | number)[] = [];
  for (const key of path) {
    const entry = typeof key === "string" ? entryOf(node, key) : undefined;
    const item = typeof key === "number" && node?.type === "list" ? node.items[key] : undefined;
    written.push(entry?.key ?? key);
    node = entry?.value ?? item;
    if (node !== undefined) at = placeOf(node, entry?.keyAt);
  }
  return { written, at };
}

function placeOf(node: Raw, keyAt: SourcePosition | undefined): SourcePosition {
  return keyAt === undefined || (node.type !== "map" && node.type !== "list" && !isNull(node))
    ? node.at
    : keyAt;
}

/** Reports a value that stands there and says nothing: a variable that is not set, or a tag that is not followed. */
export function reportUnread(scope: Scope, path: Path, node: RawTag | RawUnset, blocks = true): void {
  if (node.type === "tag") return report(scope, { path, ...refusalOf(node) });
  report(scope, {
    severity: "warning",
    code: "unset-variable",
    path,
    reason: `the variable ${node.variable} is not set, and has no default`,
    hint: `Set ${node.variable}, or write a default: !env ${node.variable} DEFAULT`,
    blocks,
  });
}

function refusalOf(node: RawTag): { readonly code: string; readonly reason: string; readonly hint?: string } {
  if (node.fault !== undefined) return { code: "include-failed", reason: node.fault };
  const hint = "In auth: only `!env NAME`, `!env NAME DEFAULT` and `!include FILE` are read";
  const expression = node.tag === "!env" && node.argument.type === "scalar"
    ? parseEnvExpression(node.argument.text)
    : undefined;
  if (expression !== undefined && "malformed" in expression) {
    return { code: "malformed-env", reason: expression.malformed, hint };
  }
  return { code: "refused-tag", reason: `${node.tag} is not evaluated in auth`, hint };
}

/** Whether a value is what its author wrote here: what comes from a variable or another file is never repeated. */
export const isShowable = (node: RawScalar): boolean =>
  node.reference === undefined && node.included !== true;

/** A value for a person: what came from `!env` or another file is shown as the reference. */
export function shownNode(node: Raw): string {
  switch (node.type) {
    case "unset":
      return `!env ${node.variable}`;
    case "tag":
      return node.tag;
    case "scalar":
      return node.reference !== undefined
        ? `!env ${node.reference.variable}`
        : node.included === true
        ? `!include ${node.at.file}`
        : node.text;
    default:
      return "";
  }
}

const MAX_SHOWN = 80;

/** A value as a sentence may show it: in quotes, not too long, and never what came from a variable. */
export function showValue(node: Raw | undefined): string {
  if (node?.type !== "scalar") return "the value";
  if (!isShowable(node)) return `the value of \`${shownNode(node)}\``;
  return JSON.stringify(node.text.length > MAX_SHOWN ? `${node.text.slice(0, MAX_SHOWN)}...` : node.text);
}

/** Reports a value of another type than the one that is wanted, where it begins. */
export function reportWrongType(scope: Scope, path: Path, expected: string, node: Raw | undefined): void {
  if (node?.type === "tag" || node?.type === "unset") return reportUnread(scope, path, node);
  const found = node === undefined ? "nothing" : describeNode(node);
  const at = node === undefined || isNull(node) ? {} : { at: node.at };
  report(scope, { code: "wrong-type", path, reason: `expected ${expected}, found ${found}`, ...at });
}

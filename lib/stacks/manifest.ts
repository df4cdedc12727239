/**
 * A manifest: its own content, what it imports, and both merged.
 *
 * @module
 */
import { describeNode, emptyMap, isNull, type Raw, type RawMap } from "../config/raw.ts";
import type { ConfigFile } from "../config/types.ts";
import type { SourcePosition } from "../errors.ts";
import { COMPONENT_TYPES } from "./types.ts";
import { mapIn, valueIn, wordIn } from "./values.ts";

/** Why a manifest, or a component of it, cannot be used. */
export interface Fault {
  readonly at: SourcePosition;
  readonly reason: string;
  readonly hint?: string;
}

/** One file as read: nothing is merged yet. */
export interface ManifestFile {
  /** Absolute. */
  readonly path: string;
  /** Without `import`; `!include` followed. */
  readonly own: RawMap;
  /** What each import leads to, in order: absolute paths. */
  readonly imports: readonly { readonly at: SourcePosition; readonly paths: readonly string[] }[];
  readonly faults: readonly Fault[];
  /** The file, and what it includes. */
  readonly files: readonly ConfigFile[];
}

/** A manifest with its imports merged under it. */
export interface Manifest {
  readonly root: RawMap;
  readonly faults: readonly Fault[];
  /** Every file that it is made of. */
  readonly files: ReadonlySet<ConfigFile>;
}

/** One `import:` as written, or why it cannot be followed. */
export type ImportItem =
  | { readonly at: SourcePosition; readonly path: string; readonly isOptional: boolean }
  | Fault;

/** The imports of a manifest. */
export function importItems(root: RawMap): readonly ImportItem[] {
  const node = valueIn(root, "import");
  if (node === undefined || isNull(node)) return [];
  return (node.type === "list" ? node.items : [node]).map(importItem);
}

function importItem(item: Raw): ImportItem {
  const { at } = item;
  const path = item.type === "scalar" && item.value !== null ? item.text : wordIn(item, "path");
  if (path === undefined || path.trim() === "") {
    return { at, reason: "an import is the path of a manifest, or a map with `path`" };
  }
  const context = mapIn(item, "context");
  if (context !== undefined && context.entries.size > 0) {
    return {
      at: context.at,
      reason: `the import ${JSON.stringify(path)} has a \`context\`, and templates are not rendered`,
      hint: "Write the values into the manifest, or import one that needs none",
    };
  }
  if (path.includes("{{")) {
    return { at, reason: `the import ${JSON.stringify(path)} is a template, and templates are not rendered` };
  }
  return { at, path: path.trim(), isOptional: wordIn(item, "skip_if_missing")?.toLowerCase() === "true" };
}

/** Why a value that is there is no map, where only a map means something. */
export function mapFaults(raw: Raw | undefined, name: string): readonly Fault[] {
  if (raw === undefined || raw.type === "map" || isNull(raw)) return [];
  const fault = raw.type === "tag" ? raw.fault : undefined;
  return [{ at: raw.at, reason: fault ?? `\`${name}\` should be a map, and is ${describeNode(raw)}` }];
}

/** What stands where components are looked for, and is none. */
export function componentFaults(root: RawMap): readonly Fault[] {
  const all = valueIn(root, "components");
  const types = COMPONENT_TYPES.flatMap((type) => {
    const ofType = valueIn(all, type);
    const components = ofType?.type === "map" ? [...ofType.entries.values()] : [];
    return [
      ...mapFaults(ofType, `components.${type}`),
      ...components.flatMap(({ key, value }) => mapFaults(value, `components.${type}.${key}`)),
    ];
  });
  return [...mapFaults(all, "components"), ...types];
}

/** A manifest that says nothing. */
export function emptyManifest(path: string): ManifestFile {
  const own = emptyMap({ file: path, line: 1, column: 1 });
  return { path, own, imports: [], faults: [], files: [] };
}

/** Manifests that import each other, or one that imports itself. */
export function cycleFault(at: SourcePosition, trail: readonly string[], again: string): Fault {
  const circle = [...trail.slice(trail.indexOf(again)), again];
  return {
    at,
    reason: circle.length === 2
      ? "the manifest imports itself"
      : `the manifests import each other: ${circle.join(" -> ")}`,
    hint: "Remove one of these imports",
  };
}

/**
 * A manifest: its own content, what it imports, and both merged.
 *
 * @module
 */
import { describeNode, emptyMap, isNull, type Raw, type RawMap } from "../config/raw.ts";
import type { ConfigFile } from "../config/types.ts";
import type { SourcePosition } from "../errors.ts";
import { mergeManifests, mergeSections } from "./merge.ts";
import { COMPONENT_TYPES, type ListMerge } from "./types.ts";
import { entryFor, mapIn, valueIn, withEntries, wordIn } from "./values.ts";

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

/**
 * Merges manifests, each once: imports in order, a later one over an earlier one, the file itself over all of them.
 *
 * @param file a file that was read; all that it imports was, too
 */
export function manifestMerger(
  file: (path: string) => ManifestFile | undefined,
  lists: ListMerge,
): (path: string) => Manifest {
  const merged = new Map<string, Manifest>();
  const merge = (path: string, trail: readonly string[]): Manifest => {
    const known = merged.get(path);
    if (known !== undefined) return known;
    const { own, imports, faults, files } = file(path) ?? emptyManifest(path);
    const all: Fault[] = [...faults];
    const sources = new Set(files);
    let root: RawMap = { ...own, entries: new Map() };
    for (const { at, paths } of imports) {
      for (const imported of paths) {
        if (imported === path || trail.includes(imported)) {
          all.push(cycleFault(at, [...trail, path], imported));
          continue;
        }
        const part = merge(imported, [...trail, path]);
        root = mergeManifests(root, part.root, lists);
        all.push(...part.faults);
        for (const source of part.files) sources.add(source);
      }
    }
    const manifest = {
      root: withOverridesInside(mergeManifests(root, own, lists), lists),
      faults: [...new Set(all)],
      files: sources,
    };
    merged.set(path, manifest);
    return manifest;
  };
  return (path) => merge(path, []);
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

function cycleFault(at: SourcePosition, trail: readonly string[], again: string): Fault {
  const circle = [...trail.slice(trail.indexOf(again)), again];
  return {
    at,
    reason: circle.length === 2
      ? "the manifest imports itself"
      : `the manifests import each other: ${circle.join(" -> ")}`,
    hint: "Remove one of these imports",
  };
}

/**
 * `overrides` of a manifest are for the components of that manifest and of what it imports, and for no others: they
 * move into these components, where those of a manifest further out come over them.
 */
function withOverridesInside(root: RawMap, lists: ListMerge): RawMap {
  const general = mapIn(root, "overrides");
  const withoutOwn = general === undefined ? root : withEntries(root, { overrides: undefined });
  return COMPONENT_TYPES.reduce((map, type) => {
    const section = mapIn(map, type);
    const special = mapIn(section, "overrides");
    const both = general === undefined || special === undefined
      ? general ?? special
      : mergeSections(general, special, lists);
    if (both === undefined) return map;
    const cleared = section === undefined || special === undefined
      ? map
      : withEntries(map, { [type]: entryFor(type, withEntries(section, { overrides: undefined })) });
    return withComponents(cleared, type, (component) => {
      const inner = mapIn(component, "overrides");
      const overrides = inner === undefined ? both : mergeSections(inner, both, lists);
      return withEntries(component, { overrides: entryFor("overrides", overrides) });
    });
  }, withoutOwn);
}

function withComponents(root: RawMap, type: string, change: (component: RawMap) => RawMap): RawMap {
  const [all, ofType] = [mapIn(root, "components"), mapIn(root, "components", type)];
  if (all === undefined || ofType === undefined) return root;
  const entries = [...ofType.entries].map(([name, entry]) => {
    const { value } = entry;
    const component = value.type === "map"
      ? value
      : { type: "map", entries: new Map(), at: value.at } as const;
    return [name, { ...entry, value: change(component) }] as const;
  });
  const changed = withEntries(all, { [type]: entryFor(type, { ...ofType, entries: new Map(entries) }) });
  return withEntries(root, { components: entryFor("components", changed) });
}

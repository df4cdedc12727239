/**
 * Manifests merged with all that they import, and the `overrides` that travel between them.
 *
 * Overrides of a manifest are for its own components, for those of what it imports, and, where it is imported, for the
 * components of the manifest that imports it and of what that imports behind it. Those of a manifest further out count
 * before those that are imported.
 *
 * @module
 */
import { emptyMap, isNull, type RawMap } from "../config/raw.ts";
import type { ConfigFile } from "../config/types.ts";
import { cycleFault, emptyManifest, type Fault, type Manifest, type ManifestFile } from "./manifest.ts";
import { mergeManifests, mergeSections } from "./merge.ts";
import { COMPONENT_TYPES, type ComponentType, type ListMerge } from "./types.ts";
import { entryFor, mapIn, withEntries } from "./values.ts";

/** Overrides for one type of component, lowest first. */
interface Travelling {
  /** Of the manifest itself, below those of the manifests that import it. */
  readonly inline: readonly RawMap[];
  /** Of what was imported so far. */
  readonly imports: readonly RawMap[];
}

type Overrides = Readonly<Record<ComponentType, Travelling>>;

interface Merged extends Manifest {
  readonly overrides: Overrides;
}

const NO_OVERRIDES: Overrides = {
  terraform: { inline: [], imports: [] },
  helmfile: { inline: [], imports: [] },
  packer: { inline: [], imports: [] },
};

/** With overrides on the way a manifest is another one at every place that imports it; there are no more of them. */
const MAX_PLACES = 10_000;

/**
 * Merges manifests: imports in order, a later one over an earlier one, the file itself over all of them.
 *
 * @param file a file that was read; all that it imports was, too
 */
export function manifestMerger(
  file: (path: string) => ManifestFile | undefined,
  lists: ListMerge,
): (path: string) => Manifest {
  const known = new Map<string, Merged>();
  const overriding = new Map<string, boolean>();
  const fileAt = (path: string) => file(path) ?? emptyManifest(path);
  const isOverriding = (path: string) => {
    const found = overriding.get(path) ?? hasOverrides(path, fileAt);
    overriding.set(path, found);
    return found;
  };
  return (path) => {
    const places = { left: MAX_PLACES };
    const merge = (path: string, above: Overrides, trail: readonly string[]): Merged => {
      if (isOverriding(path)) {
        return places.left-- > 0 ? mergeFile(path, above, trail) : { ...tooMany(path), overrides: above };
      }
      // What has no overrides is the same wherever it is imported, but for those that it is given there.
      const merged = known.get(path) ?? mergeFile(path, NO_OVERRIDES, trail);
      known.set(path, merged);
      return { ...merged, root: withOverrides(merged.root, above, lists), overrides: above };
    };
    const mergeFile = (path: string, above: Overrides, trail: readonly string[]): Merged => {
      const { own, imports, faults, files } = fileAt(path);
      const all: Fault[] = [...faults];
      const sources = new Set(files);
      let overrides = withOwn(own, above);
      let root: RawMap = { ...own, entries: new Map() };
      for (const { at, paths } of imports) {
        const parts: Merged[] = [];
        for (const imported of paths) {
          if (imported === path || trail.includes(imported)) {
            all.push(cycleFault(at, [...trail, path], imported));
          } else {
            parts.push(merge(imported, overrides, [...trail, path]));
          }
        }
        for (const part of parts) {
          overrides = withImported(overrides, part.overrides);
          root = mergeManifests(root, part.root, lists);
          all.push(...part.faults);
          addAll(sources, part.files);
        }
      }
      const whole = mergeManifests(root, withOverrides(withoutOverrides(own), overrides, lists), lists);
      return { root: whole, faults: [...new Set(all)], files: sources, overrides };
    };
    return merge(path, NO_OVERRIDES, []);
  };
}

function tooMany(path: string): Manifest {
  const { own } = emptyManifest(path);
  const reason = `manifests with overrides are imported at more than ${MAX_PLACES} places`;
  return { root: own, faults: [{ at: own.at, reason }], files: new Set() };
}

function addAll(sources: Set<ConfigFile>, more: ReadonlySet<ConfigFile>): void {
  for (const source of more) sources.add(source);
}

/** Whether a manifest, or anything that it imports, has overrides for more than one component. */
function hasOverrides(path: string, fileAt: (path: string) => ManifestFile): boolean {
  const seen = new Set([path]);
  for (const next of seen) {
    const { own, imports } = fileAt(next);
    if (COMPONENT_TYPES.some((type) => overridesIn(own, type).length > 0)) return true;
    for (const { paths } of imports) for (const imported of paths) seen.add(imported);
  }
  return false;
}

/** Those for all components, and over them those of one type. */
function overridesIn(own: RawMap, type: ComponentType): readonly RawMap[] {
  return [mapIn(own, "overrides"), mapIn(own, type, "overrides")].filter((map) => map !== undefined);
}

function withOwn(own: RawMap, above: Overrides): Overrides {
  return byType((type) => ({
    inline: [...overridesIn(own, type), ...above[type].inline],
    imports: above[type].imports,
  }));
}

function withImported(overrides: Overrides, imported: Overrides): Overrides {
  return byType((type) => ({
    inline: overrides[type].inline,
    imports: lastOfEach([...overrides[type].imports, ...imported[type].imports, ...imported[type].inline]),
  }));
}

const byType = (make: (type: ComponentType) => Travelling): Overrides => ({
  terraform: make("terraform"),
  helmfile: make("helmfile"),
  packer: make("packer"),
});

/** What comes a second time counts there, and its lists are not appended to themselves. */
function lastOfEach(layers: readonly RawMap[]): readonly RawMap[] {
  return [...new Set(layers.toReversed())].reverse();
}

/** Gives overrides to every component that is here, in place of those that it may have. */
function withOverrides(root: RawMap, overrides: Overrides, lists: ListMerge): RawMap {
  return COMPONENT_TYPES.reduce((map, type) => {
    const [first, ...more] = lastOfEach([...overrides[type].imports, ...overrides[type].inline]);
    if (first === undefined) return map;
    const whole = more.reduce((below, layer) => mergeSections(below, layer, lists), first);
    return withComponents(
      map,
      type,
      (component) => withEntries(component, { overrides: entryFor("overrides", whole) }),
    );
  }, root);
}

/** They have moved into the components. */
function withoutOverrides(own: RawMap): RawMap {
  const without = own.entries.has("overrides") ? withEntries(own, { overrides: undefined }) : own;
  return COMPONENT_TYPES.reduce((map, type) => {
    const section = mapIn(map, type);
    return section?.entries.has("overrides") === true
      ? withEntries(map, { [type]: entryFor(type, withEntries(section, { overrides: undefined })) })
      : map;
  }, without);
}

function withComponents(root: RawMap, type: string, change: (component: RawMap) => RawMap): RawMap {
  const [all, ofType] = [mapIn(root, "components"), mapIn(root, "components", type)];
  if (all === undefined || ofType === undefined) return root;
  const entries = [...ofType.entries].map(([name, entry]) => {
    const { value } = entry;
    const component = value.type === "map" ? value : isNull(value) ? emptyMap(value.at) : undefined;
    return [name, component === undefined ? entry : { ...entry, value: change(component) }] as const;
  });
  const changed = withEntries(all, { [type]: entryFor(type, { ...ofType, entries: new Map(entries) }) });
  return withEntries(root, { components: entryFor("components", changed) });
}

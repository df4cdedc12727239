/**
 * How a later file goes over an earlier one.
 *
 * - Two maps merge key by key, at any depth; keys keep the order in which they first appeared.
 * - Two lists of `commands` merge by `name`, their own `commands` likewise; every other list is replaced. With
 *   {@linkcode MergeOptions.lists} all lists meet as that says.
 * - Anything else is replaced by the later value, which brings its own place along.
 * - Nothing (`key:`) does not take away a map or a list: an emptied section is not a wish to lose the imported one.
 *
 * @module
 */
import type { Raw, RawEntry, RawList, RawMap } from "./raw.ts";
import { emptyMap, isNull, type Path, textAt } from "./raw.ts";

/** Two spellings of one key. */
export interface CaseClash {
  readonly path: Path;
  readonly first: RawEntry;
  readonly second: RawEntry;
}

/** How two lists meet: the later one alone, both one after the other, or item by item. */
export const LIST_MERGES = ["replace", "append", "merge"] as const;
export type ListMerge = typeof LIST_MERGES[number];

export interface MergeOptions {
  /**
   * Keys that differ only in case are one key, spelled as the later file spells it: the rule of `atmos.yaml`.
   * Below `env` case always counts. Without this, case counts everywhere.
   */
  readonly foldCase?: boolean;
  /** Told of every two spellings that became one. */
  readonly onCaseClash?: (clash: CaseClash) => void;
  /** Told of how many entries are copied, before they are. */
  readonly onMove?: (entries: number) => void;
  /** What becomes of lists, `commands` too; without this the rules of `atmos.yaml` hold. */
  readonly lists?: ListMerge;
}

/** `over` laid over `base`; neither is changed. */
export function mergeMaps(base: RawMap, over: RawMap, options: MergeOptions = {}): RawMap {
  return mergeMapsAt(base, over, options, []);
}

function mergeMapsAt(base: RawMap, over: RawMap, options: MergeOptions, path: Path): RawMap {
  const fold = options.foldCase === true ? (key: string) => key.toLowerCase() : (key: string) => key;
  // The first of several files, which may be large, is not copied.
  if (base.entries.size === 0 && !(options.foldCase === true && hasCapitals(over))) return over;
  options.onMove?.(base.entries.size + over.entries.size);
  const entries = new Map([...base.entries.values()].map((entry) => [fold(entry.key), entry]));
  for (const entry of over.entries.values()) {
    const key = fold(entry.key);
    const before = entries.get(key);
    const inner = [...path, entry.key];
    if (before !== undefined && before.key !== entry.key) {
      options.onCaseClash?.({ path: inner, first: before, second: entry });
    }
    const below = options.foldCase === true && entry.key.toLowerCase() === "env"
      ? caseCounts(options)
      : options;
    entries.set(key, { ...entry, value: mergeValues(before?.value, entry.value, below, inner) });
  }
  return { ...over, entries: new Map([...entries.values()].map((entry) => [entry.key, entry])) };
}

/** Below `env` keys are variables. */
const caseCounts = ({ onMove }: MergeOptions): MergeOptions => onMove === undefined ? {} : { onMove };

/** Whether there are keys, at any depth of maps, that another spelling could stand beside. */
function hasCapitals({ entries }: RawMap): boolean {
  for (const { key, value } of entries.values()) {
    if (key !== key.toLowerCase() || (value.type === "map" && hasCapitals(value))) return true;
  }
  return false;
}

function mergeValues(base: Raw | undefined, over: Raw, options: MergeOptions, path: Path): Raw {
  if (over.type === "map") {
    // A map over nothing is merged too, so that two spellings inside one file meet.
    if (base?.type === "map" || options.foldCase === true) {
      return mergeMapsAt(base?.type === "map" ? base : emptyMap(over.at), over, options, path);
    }
    return over;
  }
  if (base !== undefined && isNull(over)) return base.type === "map" || base.type === "list" ? base : over;
  if (base?.type === "list" && over.type === "list") return mergeLists(base, over, options, path);
  return over;
}

function mergeLists(base: RawList, over: RawList, options: MergeOptions, path: Path): RawList {
  if (options.lists === undefined && String(path.at(-1)).toLowerCase() === "commands") {
    return mergeCommands(base, over, options, path);
  }
  if (options.lists === "append") return { ...over, items: [...base.items, ...over.items] };
  if (options.lists !== "merge") return over;
  const merged = over.items.map((item, index) =>
    mergeValues(base.items[index], item, options, [...path, index])
  );
  return { ...over, items: [...merged, ...base.items.slice(over.items.length)] };
}

/** By name, in the order of first appearance; what has no name is kept beside the others. */
function mergeCommands(base: RawList, over: RawList, options: MergeOptions, path: Path): RawList {
  options.onMove?.(base.items.length + over.items.length);
  const items: Raw[] = [...base.items];
  const indexes = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const name = textAt(item, "name");
    if (name !== undefined && !indexes.has(name)) indexes.set(name, index);
  }
  for (const item of over.items) {
    const name = textAt(item, "name");
    const index = (name === undefined ? undefined : indexes.get(name)) ?? items.length;
    if (name !== undefined) indexes.set(name, index);
    const before = items[index];
    if (before === undefined) items.push(item);
    else items[index] = mergeValues(before, item, options, path);
  }
  return { ...over, items };
}

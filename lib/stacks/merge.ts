/**
 * How manifests and the layers of a component go over each other, as Atmos does it.
 *
 * - Two maps merge key by key, at any depth; keys keep the order in which they first appeared.
 * - Two lists meet as `settings.list_merge_strategy` says: the later one alone (`replace`), both one after the other
 *   (`append`), or item by item (`merge`): two maps merge, of two other items the earlier one stays, and what the
 *   longer list has more stays, too.
 * - Anything else is replaced by the later value, and `null` is such a value: it takes away a map or a list.
 * - Where a manifest has its sections (`vars:`, `components:`, `vpc:`), nothing behind the key says nothing.
 *
 * The files of `atmos.yaml` have rules of their own: `config/merge.ts`.
 *
 * @module
 */
import { isNull, type Raw, type RawEntry, type RawList, type RawMap } from "../config/raw.ts";
import type { ListMerge } from "./types.ts";

/** What a level of a manifest is below one of its keys; `undefined`: content, where `null` is a value. */
interface Level {
  readonly below: (key: string) => Level | undefined;
}

const level = (below: Level["below"]): Level => ({ below });

/** Rules of the room that reads identities: nothing there says nothing, at any depth. */
const AUTH: Level = level(() => AUTH);
/** `vars`, `env` and the others, of whatever has them. */
const SECTIONS: Level = level((key) => key === "auth" ? AUTH : key === "overrides" ? SECTIONS : undefined);
const COMPONENTS: Level = level(() => level(() => SECTIONS));
const TYPES = new Set(["terraform", "helmfile", "packer"]);
const MANIFEST: Level = level((key) =>
  key === "components" ? COMPONENTS : TYPES.has(key) ? SECTIONS : SECTIONS.below(key)
);

/** A manifest over what it imports, or over an earlier import. */
export function mergeManifests(base: RawMap, over: RawMap, lists: ListMerge): RawMap {
  return mergeAt(base, over, lists, MANIFEST);
}

/** What has sections over what has the same: a component over its base, `overrides` over both. */
export function mergeSections(base: RawMap, over: RawMap, lists: ListMerge): RawMap {
  return mergeAt(base, over, lists, SECTIONS);
}

/** The content of a section over that of a lower one. */
export function mergeContent(base: RawMap, over: RawMap, lists: ListMerge): RawMap {
  return mergeAt(base, over, lists, undefined);
}

function mergeAt(base: RawMap, over: RawMap, lists: ListMerge, at: Level | undefined): RawMap {
  // The first of several layers, which may be large, is not copied.
  if (base.entries.size === 0) return over;
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    entries.set(key, mergeEntry(entries.get(key), entry, lists, at));
  }
  return { ...over, entries };
}

function mergeEntry(
  before: RawEntry | undefined,
  over: RawEntry,
  lists: ListMerge,
  at: Level | undefined,
): RawEntry {
  if (before === undefined) return over;
  const isSection = before.value.type === "map" || before.value.type === "list";
  if (at !== undefined && isSection && isNull(over.value)) return { ...over, value: before.value };
  return { ...over, value: mergeValues(before.value, over.value, lists, at?.below(over.key)) };
}

function mergeValues(base: Raw, over: Raw, lists: ListMerge, at: Level | undefined): Raw {
  if (base.type === "map" && over.type === "map") return mergeAt(base, over, lists, at);
  if (base.type === "list" && over.type === "list") return mergeLists(base, over, lists);
  return over;
}

function mergeLists(base: RawList, over: RawList, lists: ListMerge): RawList {
  switch (lists) {
    case "replace":
      return over;
    case "append":
      return { ...over, items: [...base.items, ...over.items] };
    case "merge": {
      const first = base.items.map((item, index) => {
        const later = over.items[index];
        return item.type === "map" && later?.type === "map" ? mergeAt(item, later, lists, undefined) : item;
      });
      return { ...over, items: [...first, ...over.items.slice(base.items.length)] };
    }
  }
}

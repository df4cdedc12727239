/**
 * How what a person wrote lies over what a login found.
 *
 * @module
 */
import { mergeMaps } from "./merge.ts";
import { entryOf, type RawEntry, type RawMap, textAt } from "./raw.ts";

/**
 * Identities over found ones. One that says itself what it is stands alone; one that does not adds to what was found:
 * `default: true`, a session's duration.
 */
export function overlaid(own: RawMap | undefined, found: RawMap): RawMap {
  if (own === undefined) return found;
  const entries = [...own.entries.values()].map((entry): RawEntry => {
    const below = entryOf(found, entry.key)?.value;
    const isWhole = entry.value.type !== "map" ||
      ["kind", "via", "principal"].some((key) => entryOf(entry.value, key) !== undefined);
    if (isWhole || below?.type !== "map" || entry.value.type !== "map") return entry;
    return { ...entry, value: mergeMaps(below, entry.value, { foldCase: true }) };
  });
  const others = [...found.entries.values()].filter(({ key }) => entryOf(own, key) === undefined);
  return { ...own, entries: new Map([...entries, ...others].map((entry) => [entry.key, entry])) };
}

/**
 * Roles written directly behind the provider start from its only permission set, or its only default one. That is
 * meant of those which the person wrote: found ones must not make it several.
 */
export function withStarts(own: RawMap | undefined, provider: string): RawMap | undefined {
  if (own === undefined) return undefined;
  const all = [...own.entries.values()];
  const isBehind = ({ value }: RawEntry, kind: string) =>
    textAt(value, "kind") === kind &&
    textAt(value, "via", "provider")?.toLowerCase() === provider.toLowerCase();
  const sets = all.filter((entry) => isBehind(entry, "aws/permission-set"));
  const defaults = sets.filter(({ value }) => textAt(value, "default")?.toLowerCase() === "true");
  const [start] = sets.length === 1 ? sets : defaults.length === 1 ? defaults : [];
  if (start === undefined) return own;
  const entries = all.map((entry) =>
    isBehind(entry, "aws/assume-role") ? startingFrom(entry, start.key) : entry
  );
  return { ...own, entries: new Map(entries.map((entry) => [entry.key, entry])) };
}

function startingFrom(entry: RawEntry, identity: string): RawEntry {
  const via = entryOf(entry.value, "via");
  if (via === undefined || entry.value.type !== "map") return entry;
  const { at } = via.value;
  const name = { type: "scalar", value: identity, text: identity, plain: false, at } as const;
  const start: RawMap = {
    type: "map",
    at,
    entries: new Map([["identity", { key: "identity", keyAt: at, value: name }]]),
  };
  const entries = new Map([...entry.value.entries, [via.key, { ...via, value: start }]]);
  return { ...entry, value: { ...entry.value, entries } };
}

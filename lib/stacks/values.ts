/**
 * Raw nodes of manifests: looked up by the exact key, since case counts there, and turned into plain values.
 *
 * @module
 */
import type { Raw, RawEntry, RawMap } from "../config/raw.ts";
import type { SourcePosition } from "../errors.ts";
import { exactJson } from "../exact_json.ts";

/** What a value of a manifest is for a program: what `exactJson()` takes. */
export type Plain = string | number | bigint | boolean | null | readonly Plain[] | {
  readonly [key: string]: Plain;
};

/** The map behind keys; `undefined` for anything else there. */
export function mapIn(raw: Raw | undefined, ...keys: readonly string[]): RawMap | undefined {
  const node = valueIn(raw, ...keys);
  return node?.type === "map" ? node : undefined;
}

/** The value behind keys. */
export function valueIn(raw: Raw | undefined, ...keys: readonly string[]): Raw | undefined {
  return keys.reduce<Raw | undefined>(
    (node, key) => node?.type === "map" ? node.entries.get(key)?.value : undefined,
    raw,
  );
}

/** The text of a scalar behind keys; `undefined` for anything else there, null included. */
export function wordIn(raw: Raw | undefined, ...keys: readonly string[]): string | undefined {
  const node = valueIn(raw, ...keys);
  return node?.type === "scalar" && node.value !== null ? node.text : undefined;
}

/** What the system takes as the name of a variable: `A=B` would be another variable's value. */
export const isVariableName = (name: string): boolean => name !== "" && !/[=\0]/.test(name);

/** A map with some of its entries replaced, added, or (`undefined`) taken away. */
export function withEntries(
  map: RawMap,
  changes: Readonly<Record<string, RawEntry | undefined>>,
): RawMap {
  const entries = new Map(map.entries);
  for (const [key, entry] of Object.entries(changes)) {
    if (entry === undefined) entries.delete(key);
    else entries.set(key, entry);
  }
  return { ...map, entries };
}

/** An entry that stands where its value does. */
export function entryFor(key: string, value: Raw): RawEntry {
  return { key, keyAt: value.at, value };
}

/** A text that no file holds; `at` is what it was made from. */
export function textNode(text: string, at: SourcePosition): Raw {
  return { type: "scalar", value: text, text, plain: false, at };
}

/** A node as a program reads it; a tag that nobody resolved is the text that was written. */
export function plainValue(raw: Raw): Plain {
  switch (raw.type) {
    case "scalar":
      return raw.value;
    case "list":
      return raw.items.map(plainValue);
    case "map":
      return Object.fromEntries([...raw.entries.values()].map(({ key, value }) => [key, plainValue(value)]));
    case "unset":
      return `!env ${raw.variable}`;
    case "tag": {
      const argument = raw.argument.type === "scalar"
        ? raw.argument.text
        : exactJson(plainValue(raw.argument));
      return `${raw.tag} ${argument}`.trimEnd();
    }
  }
}

/**
 * What a component is made of: the sections around it, its base components, itself, and the overrides.
 *
 * @module
 */
import { didYouMean } from "../config/nearest.ts";
import { isNull, type RawMap } from "../config/raw.ts";
import { type Fault, mapFaults } from "./manifest.ts";
import type { ComponentType, Stack } from "./types.ts";
import { mapIn, valueIn, withEntries, wordIn } from "./values.ts";

/** The layers of one component, lowest first. */
export interface Layers {
  /** The manifest's own sections, and those of the type. */
  readonly outer: readonly RawMap[];
  /** Base components, the component, overrides. */
  readonly inner: readonly RawMap[];
  /** Base components, nearest first, each once. */
  readonly inherits: readonly string[];
  /** The `metadata` of the base components in the order of merging, as far as it is passed on. */
  readonly inheritedMetadata: readonly RawMap[];
  /** What the component itself says in `metadata`. */
  readonly metadata: RawMap | undefined;
  readonly faults: readonly Fault[];
}

/** Sections at the top of a manifest that components have, too. */
const GENERAL_SECTIONS = ["vars", "settings", "env", "auth", "hooks"];
/** Sections that anything but a map would silently empty. */
const MAP_SECTIONS = ["auth", "backend", "env", "metadata", "overrides", "providers", "vars"];
/** What says what a component is, and is not passed on in its sections. */
const OWN_KEYS = { metadata: undefined, overrides: undefined, component: undefined };
/** No component is made of more. */
const MAX_LAYERS = 1000;

/** The map of a component in a stack's manifest; `undefined`: there is none of that name. */
export function componentMap(
  { root }: Pick<Stack, "root">,
  type: ComponentType,
  name: string,
): RawMap | undefined {
  const value = valueIn(root, "components", type, name);
  if (value?.type === "map") return value;
  return value !== undefined && isNull(value) ? { type: "map", entries: new Map(), at: value.at } : undefined;
}

/** The layers of a component that is in the stack. */
export function layersOf(stack: Pick<Stack, "root">, type: ComponentType, name: string): Layers {
  const { root } = stack;
  const own = componentMap(stack, type, name) ?? { ...root, entries: new Map() };
  const faults: Fault[] = [];
  const bases = baseLayers(stack, type, { name, map: own }, [name], faults);
  const section = mapIn(root, type);
  const overrides = mapIn(own, "overrides");
  const outer = [
    { ...root, entries: new Map(GENERAL_SECTIONS.flatMap((key) => entryIn(root, key))) },
    ...(section === undefined ? [] : [section]),
  ];
  const whole = [...bases.map(({ map }) => map), own];
  const over = overrides === undefined ? [] : [overrides];
  faults.push(
    ...mapFaults(valueIn(root, type), type),
    ...[...outer, ...whole, ...over].flatMap((map) =>
      MAP_SECTIONS.flatMap((key) => mapFaults(valueIn(map, key), key))
    ),
  );
  return {
    outer,
    inner: [...whole.map((map) => withEntries(map, OWN_KEYS)), ...over],
    inherits: [...new Set(bases.map((base) => base.name).reverse())],
    inheritedMetadata: bases.flatMap(({ map }) => {
      const metadata = mapIn(map, "metadata");
      return metadata === undefined ? [] : [passedOn(metadata)];
    }),
    metadata: mapIn(own, "metadata"),
    faults,
  };
}

/** What a base inherits from, and that it is one, is its own affair. */
function passedOn(metadata: RawMap): RawMap {
  const isBase = wordIn(metadata, "type") === "abstract";
  return withEntries(metadata, { inherits: undefined, ...(isBase ? { type: undefined } : {}) });
}

function entryIn(map: RawMap, key: string) {
  const entry = map.entries.get(key);
  return entry === undefined ? [] : [[key, entry] as const];
}

interface Named {
  readonly name: string;
  readonly map: RawMap;
}

/** Base components with all that they inherit, in the order of merging: each chain comes over the one before it. */
function baseLayers(
  stack: Pick<Stack, "root">,
  type: ComponentType,
  { map }: Named,
  trail: readonly string[],
  faults: Fault[],
): readonly Named[] {
  const found: Named[] = [];
  for (const { name, at } of basesOf(map, faults)) {
    const base = componentMap(stack, type, name);
    if (trail.includes(name)) {
      const circle = [...trail.slice(trail.indexOf(name)), name].join(" -> ");
      faults.push({ at, reason: `the components inherit from each other: ${circle}` });
    } else if (base === undefined) {
      faults.push({ at, ...missingBase(stack, type, name) });
    } else {
      const chain = baseLayers(stack, type, { name, map: base }, [...trail, name], faults);
      found.push(...chain, { name, map: base });
    }
    if (found.length > MAX_LAYERS) {
      faults.push({ at, reason: `it inherits from more than ${MAX_LAYERS} components` });
      break;
    }
  }
  return found;
}

type Base = { readonly name: string; readonly at: Fault["at"] };

/** `component`, the older way to name one, and `metadata.inherits`. */
function basesOf(map: RawMap, faults: Fault[]): readonly Base[] {
  const older = valueIn(map, "component");
  const inherits = valueIn(map, "metadata", "inherits");
  const items = inherits === undefined || isNull(inherits)
    ? []
    : inherits.type === "list"
    ? inherits.items
    : [inherits];
  return [...(older === undefined ? [] : [older]), ...items].flatMap((item) => {
    if (item.type === "scalar" && item.value !== null) return [{ name: item.text, at: item.at }];
    faults.push({ at: item.at, reason: "a base component is the name of a component" });
    return [];
  });
}

function missingBase(stack: Pick<Stack, "root">, type: ComponentType, name: string): Omit<Fault, "at"> {
  const known = [...mapIn(stack.root, "components", type)?.entries.keys() ?? []];
  const hint = didYouMean(name, known) ?? "Import the manifest that defines it";
  return { reason: `it inherits from ${JSON.stringify(name)}, which this stack does not have`, hint };
}

/**
 * Where a component's code is, below the directory of its type, when no `metadata.component` says so: the older key
 * `component` names a base component and, through it, the code.
 */
export function usualFolder(stack: Pick<Stack, "root">, type: ComponentType, name: string): string {
  const seen = new Set<string>();
  let current = name;
  while (!seen.has(current)) {
    seen.add(current);
    const map = componentMap(stack, type, current);
    const written = wordIn(map, "metadata", "component");
    if (written !== undefined && written !== "" && current !== name) return written;
    current = wordIn(map, "component") ?? current;
  }
  return current;
}

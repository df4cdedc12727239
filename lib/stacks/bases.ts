/**
 * The components that a component inherits from, and the one whose name stands for its code.
 *
 * @module
 */
import { didYouMean } from "../config/nearest.ts";
import { isNull, type RawMap } from "../config/raw.ts";
import type { Fault } from "./manifest.ts";
import type { ComponentType, Stack } from "./types.ts";
import { mapIn, valueIn, wordIn } from "./values.ts";

/** Where components are looked up: a merged manifest, and the code that is there. */
export type Surroundings = Pick<Stack, "root" | "folders">;

/** A base component. */
export interface Base {
  readonly name: string;
  readonly map: RawMap;
}

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

/** What {@linkcode Stack.folders} has for a folder below the directory of a type. */
export const folderKey = (type: ComponentType, folder: string): string => `${type}/${folder}`;

/** What one component says of its bases. */
interface Mention {
  readonly name: string;
  readonly at: Fault["at"];
  /** By the older key `component`, which may also name a folder of code. */
  readonly isOlder: boolean;
}

/** Base components with all that they inherit, in the order of merging: each chain comes over the one before it. */
export function basesOf(
  stack: Surroundings,
  type: ComponentType,
  name: string,
  faults: Fault[] = [],
): readonly Base[] {
  const own = componentMap(stack, type, name);
  return own === undefined ? [] : followed(stack, type, mentionsIn(own, faults), [name], faults);
}

function followed(
  stack: Surroundings,
  type: ComponentType,
  mentions: readonly Mention[],
  trail: readonly string[],
  faults: Fault[],
): readonly Base[] {
  const found: Base[] = [];
  for (const { name, at, isOlder } of mentions) {
    // Who names itself says nothing.
    if (name === trail.at(-1)) continue;
    const map = componentMap(stack, type, name);
    if (trail.includes(name)) {
      const circle = [...trail.slice(trail.indexOf(name)), name].join(" -> ");
      faults.push({ at, reason: `the components inherit from each other: ${circle}` });
    } else if (map !== undefined) {
      const isAbstract = wordIn(map, "metadata", "type") === "abstract";
      const further = mentionsIn(map, faults).filter((mention) => !(mention.isOlder && isAbstract));
      found.push(...followed(stack, type, further, [...trail, name], faults), { name, map });
    } else if (!isOlder || !stack.folders.has(folderKey(type, name))) {
      faults.push({ at, ...missingBase(stack, type, name) });
    }
    if (found.length > MAX_LAYERS) {
      faults.push({ at, reason: `it inherits from more than ${MAX_LAYERS} components` });
      break;
    }
  }
  return found;
}

/** `component`, the older way to name one, and `metadata.inherits`. */
function mentionsIn(map: RawMap, faults: Fault[]): readonly Mention[] {
  const older = valueIn(map, "component");
  const inherits = valueIn(map, "metadata", "inherits");
  const items = inherits === undefined || isNull(inherits)
    ? []
    : inherits.type === "list"
    ? inherits.items
    : [inherits];
  return [...(older === undefined ? [] : [older]), ...items].flatMap((item) => {
    if (item.type === "scalar" && item.value !== null) {
      return [{ name: item.text, at: item.at, isOlder: item === older }];
    }
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
 * The component that a component's code and state are called after: its own `metadata.component`, else the end of the
 * chain that the older key `component` starts, else itself. What bases say in `metadata` has no part in it.
 */
export function baseNameOf(stack: Surroundings, type: ComponentType, name: string): string {
  const own = componentMap(stack, type, name);
  const written = wordIn(own, "metadata", "component");
  if (written !== undefined && written !== "") return written;
  const older = own === undefined ? [] : mentionsIn(own, []).filter(({ isOlder }) => isOlder);
  return followed(stack, type, older, [name], [])[0]?.name ?? name;
}

/** The folders that stand where only a component or a folder can: those that no component of the stack is called. */
export function foldersNamedIn({ root }: Pick<Stack, "root">, type: ComponentType): readonly string[] {
  const components = mapIn(root, "components", type);
  const named = [...components?.entries.values() ?? []].flatMap(({ value }) =>
    wordIn(value, "component") ?? []
  );
  return [...new Set(named)].filter((name) => components?.entries.has(name) === false);
}

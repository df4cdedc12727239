/**
 * What a component is made of: the sections around it, its base components, itself, and the overrides.
 *
 * @module
 */
import { LIST_MERGES } from "../config/merge.ts";
import { describeNode, isNull, type Raw, type RawMap } from "../config/raw.ts";
import { type Base, basesOf, componentMap, type Surroundings } from "./bases.ts";
import { type Fault, mapFaults } from "./manifest.ts";
import type { ComponentType, ListMerge } from "./types.ts";
import { mapIn, valueIn, withEntries, wordIn } from "./values.ts";

/** The layers of one component, lowest first. */
export interface Layers {
  /** The manifest's own sections, and those of the type. */
  readonly outer: readonly RawMap[];
  /** Base components, and the component. */
  readonly inner: readonly RawMap[];
  /** What `overrides` may say. */
  readonly overrides: readonly RawMap[];
  /** Base components, nearest first, each once. */
  readonly inherits: readonly string[];
  /** The `metadata` of the manifest, of the base components as far as it is passed on, and of the component. */
  readonly metadata: readonly RawMap[];
  /** `settings.list_merge_strategy` as it counts for this component. */
  readonly lists: ListMerge;
  readonly faults: readonly Fault[];
}

/** What the layers depend on, of the settings. */
export interface Layering {
  /** `settings.list_merge_strategy` of `atmos.yaml`. */
  readonly listMerge: ListMerge;
  readonly inheritMetadata: boolean;
}

/** Sections at the top of a manifest that components have, too. */
const GENERAL_SECTIONS = ["vars", "settings", "env", "auth", "hooks"];
/** What `metadata` at the top of a manifest may say: it holds for every component. */
const GENERAL_METADATA = ["labels", "tags", "custom", "enabled", "locked", "terraform_workspace_pattern"];
/** What `overrides` reach: not where the state is, and not what a component is. */
const OVERRIDDEN = [
  ...["vars", "settings", "env", "auth", "hooks", "command", "providers"],
  ...["required_providers", "required_version", "generate", "secrets"],
];
/** Sections that anything but a map would silently empty. */
const MAP_SECTIONS = ["auth", "backend", "env", "metadata", "overrides", "providers", "vars"];
/** What says what a component is, and is not passed on in its sections. */
const OWN_KEYS = { metadata: undefined, overrides: undefined, component: undefined };
/** What a base passes on only when it is the last one. */
const LAST_BASE_KEYS = { backend_type: undefined, command: undefined, remote_state_backend_type: undefined };

/** The layers of a component that is in the stack. */
export function layersOf(stack: Surroundings, type: ComponentType, name: string, layering: Layering): Layers {
  const { root } = stack;
  const own = componentMap(stack, type, name) ?? { ...root, entries: new Map() };
  const faults: Fault[] = [];
  const bases = basesOf(stack, type, name, faults);
  const outer = outerLayers(root, type);
  const overrides = overridesOf(own);
  const whole = [...bases.map(({ map }) => map), own];
  faults.push(
    ...mapFaults(valueIn(root, type), type),
    ...mapFaults(valueIn(root, "metadata"), "metadata"),
    ...metadataFaults(mapIn(root, "metadata")),
    ...[...outer, ...whole, ...overrides].flatMap((map) =>
      MAP_SECTIONS.flatMap((key) => mapFaults(valueIn(map, key), key))
    ),
  );
  const strategy = [...outer, ...whole, ...overrides].map((map) =>
    valueIn(map, "settings", "list_merge_strategy")
  ).findLast(isSaid);
  const lists = strategy === undefined ? layering.listMerge : listMergeOf(strategy);
  if (strategy !== undefined && lists === undefined) faults.push(strategyFault(strategy));
  return {
    outer,
    inner: [...basesLayers(bases), withEntries(own, OWN_KEYS)],
    overrides,
    inherits: [...new Set(bases.map((base) => base.name).reverse())],
    metadata: metadataLayers(root, bases, own, layering),
    lists: lists ?? layering.listMerge,
    faults,
  };
}

/** The sections at the top of a manifest, and those of a type. */
export function outerLayers(root: RawMap, type: ComponentType): readonly RawMap[] {
  const section = mapIn(root, type);
  return [onlyEntries(root, GENERAL_SECTIONS), ...(section === undefined ? [] : [section])];
}

/** What `overrides` say of a component. */
export function overridesOf(component: RawMap): readonly RawMap[] {
  const over = mapIn(component, "overrides");
  return over === undefined ? [] : [onlyEntries(over, OVERRIDDEN)];
}

function basesLayers(bases: readonly Base[]): readonly RawMap[] {
  return bases.map(({ map }, index) =>
    withEntries(map, index === bases.length - 1 ? OWN_KEYS : { ...OWN_KEYS, ...LAST_BASE_KEYS })
  );
}

function metadataLayers(
  root: RawMap,
  bases: readonly Base[],
  own: RawMap,
  { inheritMetadata }: Layering,
): readonly RawMap[] {
  const inherited = inheritMetadata ? bases.map(({ map }) => mapIn(map, "metadata")) : [];
  return [
    mapIn(root, "metadata"),
    ...inherited.map((metadata) => metadata === undefined ? undefined : withEntries(metadata, OF_A_BASE)),
    mapIn(own, "metadata"),
  ].filter((metadata) => metadata !== undefined);
}

/** What a base inherits from, and that it is one, is its own affair. */
const OF_A_BASE = { inherits: undefined, type: undefined };

/** What stands at the top of a manifest would be meant for all of its components, and one of them cannot be all. */
function metadataFaults(metadata: RawMap | undefined): readonly Fault[] {
  return [...metadata?.entries.values() ?? []].filter(({ key }) => !GENERAL_METADATA.includes(key))
    .map(({ key, keyAt }) => ({
      at: keyAt,
      reason: `\`metadata.${key}\` cannot stand at the top of a manifest`,
      hint: `Write it into the component; at the top there may be ${GENERAL_METADATA.join(", ")}`,
    }));
}

const isSaid = (raw: Raw | undefined): boolean => raw !== undefined && !isNull(raw) && wordIn(raw) !== "";

function listMergeOf(raw: Raw): ListMerge | undefined {
  const word = wordIn(raw)?.toLowerCase();
  return LIST_MERGES.find((one) => one === word);
}

function strategyFault(raw: Raw): Fault {
  const written = wordIn(raw);
  const what = written === undefined ? describeNode(raw) : JSON.stringify(written);
  return {
    at: raw.at,
    reason: `\`settings.list_merge_strategy\` should be one of ${LIST_MERGES.join(", ")}, and is ${what}`,
  };
}

/** A map with some of its entries, and no others. */
export function onlyEntries(map: RawMap, keys: readonly string[]): RawMap {
  return { ...map, entries: new Map([...map.entries].filter(([key]) => keys.includes(key))) };
}

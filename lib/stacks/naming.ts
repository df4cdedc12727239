/**
 * The names of stacks: what the manifest says, else a template, else a pattern, else its path. Template and pattern are
 * filled with what each component has when everything is merged, so that one manifest may make several stacks.
 *
 * @module
 */
import { isNull, type Raw, type RawMap } from "../config/raw.ts";
import { basesOf, componentMap, type Surroundings } from "./bases.ts";
import { isGoText } from "./go_values.ts";
import { onlyEntries, outerLayers, overridesOf } from "./layers.ts";
import { fillName } from "./templates.ts";
import { COMPONENT_TYPES, type ComponentType, type Stack, type StackSettings } from "./types.ts";
import { mapIn, withEntries, wordIn } from "./values.ts";

/** One of the stacks that a manifest makes. */
export interface StackPart extends Pick<Stack, "name" | "components"> {
  /** Why it has no name but the manifest's path. */
  readonly fault: string | undefined;
}

type Naming = Pick<StackSettings, "namePattern" | "nameTemplate" | "inheritMetadata">;

/** A name, or why there is none but the path. */
interface Called {
  readonly name: string;
  readonly fault: string | undefined;
}

interface Placed extends Called {
  readonly type: ComponentType;
  readonly component: string;
}

/** What a pattern may hold, between its hyphens; whatever else is there says nothing. */
const PATTERN_WORD = /^\{(namespace|tenant|environment|stage)\}$/;

/**
 * The stacks that a manifest makes, in the order in which their components come; at least one.
 *
 * @param manifest its path below the stacks' directory, without extension
 * @throws AuthError `config-invalid` for a template that says more than `{{ .path.to.value }}`
 */
export function stackParts(stack: Surroundings, manifest: string, naming: Naming): readonly StackPart[] {
  const { root } = stack;
  const own = wordIn(root, "name");
  const fixed = own !== undefined && own !== "" ? own : isNamedByPath(naming) ? manifest : undefined;
  const placed = COMPONENT_TYPES.flatMap((type) =>
    componentNames(root, type).map((component): Placed => ({
      type,
      component,
      ...(fixed === undefined
        ? called(manifest, naming, componentLayers(stack, type, component, naming))
        : { name: fixed, fault: undefined }),
    }))
  );
  if (placed.length === 0) {
    const { name, fault } = fixed === undefined
      ? called(manifest, naming, manifestLayers(root))
      : { name: fixed, fault: undefined };
    return [{
      name,
      components: namesByType([]),
      fault: fault === undefined ? undefined : `it has no ${fault}`,
    }];
  }
  const isLoose = ({ fault, type, component }: Placed) =>
    fault !== undefined && wordIn(componentMap(stack, type, component), "metadata", "type") === "abstract";
  const firm = placed.filter((one) => !isLoose(one));
  // What is only inherited from needs no name of its own: it is in each stack of the manifest.
  const [counted, joining] = firm.length === 0 ? [placed, []] : [firm, placed.filter(isLoose)];
  const names = [...new Set(counted.map(({ name }) => name))];
  return names.map((name) => {
    const inside = counted.filter((one) => one.name === name);
    const unnamed = inside.find(({ fault }) => fault !== undefined);
    const subject = names.length === 1 ? "it" : unnamed?.component;
    return {
      name,
      components: namesByType(placed.filter((one) => inside.includes(one) || joining.includes(one))),
      fault: unnamed === undefined ? undefined : `${subject} has no ${unnamed.fault}`,
    };
  });
}

/** Whether names can be told from paths alone, but for manifests that name themselves. */
export function isNamedByPath({ namePattern, nameTemplate }: Omit<Naming, "inheritMetadata">): boolean {
  return namePattern === undefined && nameTemplate === undefined;
}

function namesByType(placed: readonly Placed[]): Stack["components"] {
  const names = (wanted: ComponentType) =>
    placed.filter(({ type }) => type === wanted).map(({ component }) => component);
  return { terraform: names("terraform"), helmfile: names("helmfile"), packer: names("packer") };
}

function componentNames(root: RawMap, type: ComponentType): readonly string[] {
  return [...mapIn(root, "components", type)?.entries.keys() ?? []];
}

function called(manifest: string, { namePattern, nameTemplate }: Naming, layers: readonly RawMap[]): Called {
  const { text, missing } = nameTemplate === undefined
    ? filledPattern(namePattern ?? "", layers)
    : fillName(nameTemplate, (path) => valueAcross(layers, path), "stacks.name_template");
  if (missing.length > 0) return { name: manifest, fault: missing.join(", ") };
  return { name: text === "" ? manifest : text, fault: undefined };
}

function filledPattern(pattern: string, layers: readonly RawMap[]) {
  const words = pattern.split("-").flatMap((part) => PATTERN_WORD.exec(part)?.[1] ?? []);
  const values = words.map((word) => textOf(valueAcross(layers, ["vars", word])));
  const missing = words.filter((_, index) => values[index] === "").map((word) => `vars.${word}`);
  return { text: values.join("-"), missing };
}

/** Only texts name a stack by its pattern: neither a number does, nor a date. */
function textOf(raw: Raw | undefined): string {
  return raw?.type === "scalar" && isGoText(raw) ? raw.text : "";
}

/** The layers that have a say, lowest first. */
function componentLayers(
  stack: Surroundings,
  type: ComponentType,
  name: string,
  { inheritMetadata }: Naming,
): readonly RawMap[] {
  const own = componentMap(stack, type, name);
  const kept = inheritMetadata ? {} : { metadata: undefined };
  return [
    onlyEntries(stack.root, ["metadata"]),
    ...outerLayers(stack.root, type),
    ...basesOf(stack, type, name).map(({ map }) => withEntries(map, kept)),
    ...(own === undefined ? [] : [own, ...overridesOf(own)]),
  ];
}

/** The same for a manifest without components: what is there for all types, else what is there for one. */
function manifestLayers(root: RawMap): readonly RawMap[] {
  return [
    ...COMPONENT_TYPES.toReversed().map((type) => mapIn(root, type)).filter((map) => map !== undefined),
    root,
  ];
}

/** The value at a path when layers are merged, without merging them. */
function valueAcross(layers: readonly RawMap[], path: readonly string[]): Raw | undefined {
  for (const layer of layers.toReversed()) {
    const [isSaid, value] = valueIn(layer, path);
    if (isSaid) return value;
  }
  return undefined;
}

/** What one layer says of a path: a value that is no map hides what lower layers have below it. */
function valueIn(layer: RawMap, path: readonly string[]): readonly [isSaid: boolean, value?: Raw] {
  let node: Raw = layer;
  for (const [index, key] of path.entries()) {
    if (node.type !== "map") return [true];
    const value: Raw | undefined = node.entries.get(key)?.value;
    if (value === undefined || (index === 0 && isNull(value))) return [false];
    node = value;
  }
  return [true, node];
}

/**
 * What there is, all stacks together.
 *
 * @module
 */
import { componentMap } from "./bases.ts";
import { COMPONENT_TYPES, type ComponentType, type Stack } from "./types.ts";
import { wordIn } from "./values.ts";

/** A component, wherever it is. */
export interface ListedComponent {
  readonly name: string;
  readonly type: ComponentType;
  /** Only to inherit from, in every stack that has it. */
  readonly isAbstract: boolean;
  /** Names of stacks, sorted. */
  readonly stacks: readonly string[];
}

/** A stack, whichever manifests it is made of. */
export interface ListedStack {
  readonly name: string;
  /** Paths below the stacks' directory, sorted. */
  readonly manifests: readonly string[];
  /** Names of components that can be worked on, sorted. */
  readonly components: readonly string[];
}

const bySpelling = <Of>(text: (of: Of) => string) => (a: Of, b: Of) => (text(a) < text(b) ? -1 : 1);

/** Whether a component is only to inherit from. */
export function isAbstract(stack: Pick<Stack, "root">, type: ComponentType, name: string): boolean {
  return wordIn(componentMap(stack, type, name), "metadata", "type") === "abstract";
}

/** Every component of some stacks, sorted by name, then type. */
export function listedComponents(stacks: readonly Stack[]): readonly ListedComponent[] {
  const places = stacks.flatMap((stack) =>
    COMPONENT_TYPES.flatMap((type) => stack.components[type].map((name) => ({ name, type, stack })))
  );
  return [...Map.groupBy(places, ({ name, type }) => `${name}\0${type}`).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { name, type } = first;
    return [{
      name,
      type,
      isAbstract: same.every(({ stack }) => isAbstract(stack, type, name)),
      stacks: [...new Set(same.map(({ stack }) => stack.name))].sort(),
    }];
  }).sort(bySpelling(({ name, type }) => `${name}\0${type}`));
}

/** Every stack, sorted by name. */
export function listedStacks(stacks: readonly Stack[]): readonly ListedStack[] {
  return [...Map.groupBy(stacks, ({ name }) => name)].map(([name, parts]) => ({
    name,
    manifests: parts.map(({ manifest }) => manifest).sort(),
    components: [
      ...new Set(
        parts.flatMap((stack) =>
          COMPONENT_TYPES.flatMap((type) =>
            stack.components[type].filter((component) => !isAbstract(stack, type, component))
          )
        ),
      ),
    ].sort(),
  })).sort(bySpelling((stack) => stack.name));
}

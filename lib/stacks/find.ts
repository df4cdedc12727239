/**
 * From what a person typed to a component: the stack, the component in it, and what to say when there is none.
 *
 * @module
 */
import { type ConfigReading, withAuth } from "../config/load.ts";
import { didYouMean } from "../config/nearest.ts";
import type { Raw } from "../config/raw.ts";
import type { ConfigFile, LoadedConfig } from "../config/types.ts";
import { AuthError } from "../errors.ts";
import { exactJson } from "../exact_json.ts";
import type { MadeComponent } from "./component.ts";
import { componentIn, listStacks, type LoadedStack, type Project, stacksNamed } from "./loader.ts";
import type { Fault } from "./manifest.ts";
import type { ValueFault } from "./resolve.ts";
import { type Component, COMPONENT_TYPES, type ComponentTarget, type ComponentType } from "./types.ts";
import { plainValue, valueIn } from "./values.ts";
import { firstLines, firstNames } from "../counting.ts";

/** A component with the stack that it is in. */
export interface FoundComponent extends MadeComponent {
  readonly stack: LoadedStack;
  /** `config-invalid`, naming path, file and line: why it cannot be used, when a value of it cannot be evaluated. */
  readonly unusable: AuthError | undefined;
}

/** A target whose type may be left open. */
export type Wanted = Omit<ComponentTarget, "type"> & { readonly type?: ComponentType | undefined };

/**
 * Finds a component, whether it can be used or not.
 *
 * @throws AuthError `not-found` for an unknown stack or component, with near names; `config-invalid` when the stack's
 *   manifests cannot be used, or several of them say different things of the component
 */
export async function findComponent(project: Project, wanted: Wanted): Promise<FoundComponent> {
  const stacks = await findStacks(project, wanted.stack);
  const type = wanted.type ?? typeIn(stacks, wanted.name);
  const having = stacks.filter((stack) => type !== undefined && isIn(stack, type, wanted.name));
  for (const { faults, file } of having.length === 0 ? stacks : having) assertReadable(faults, file);
  const [first, ...more] = having;
  if (type === undefined || first === undefined) throw await unknownComponent(project, stacks, wanted);
  const found = foundIn(project, first, { ...wanted, type });
  for (const other of more) assertSame(found, foundIn(project, other, { ...wanted, type }));
  return found;
}

/**
 * The stacks of a name: one for each manifest that makes a part of it.
 *
 * @throws AuthError `not-found`, with near names
 */
export async function findStacks(project: Project, name: string): Promise<readonly LoadedStack[]> {
  const stacks = await stacksNamed(project, name);
  if (stacks.length === 0) throw await unknownStack(project, name);
  return stacks;
}

function foundIn(project: Project, stack: LoadedStack, target: ComponentTarget): FoundComponent {
  const made = componentIn(project, stack, target);
  return { ...made, stack, unusable: unusableValues(made) };
}

/**
 * A component that can be used.
 *
 * @throws AuthError as {@linkcode findComponent}; `config-invalid` for a value that cannot be evaluated
 */
export async function loadComponent(project: Project, target: ComponentTarget): Promise<Component> {
  const { component, unusable } = await findComponent(project, target);
  if (unusable !== undefined) throw unusable;
  return component;
}

/**
 * The configuration as a component has it: its own `auth:`, with everything that is wrong with it.
 */
export async function componentConfig(
  reading: ConfigReading,
  { component, stack, authProblems }: FoundComponent,
): Promise<LoadedConfig> {
  const auth = valueIn(component.sections, "auth");
  if (auth?.type !== "map") return reading.loaded;
  const contributing = new Set(filesOf(auth));
  // Trust is asked for by file: for those only that say something of the authentication.
  const files: readonly ConfigFile[] = [...stack.sources].filter(({ path }) => contributing.has(path));
  return await withAuth(reading, auth, files, authProblems);
}

function filesOf(node: Raw): readonly string[] {
  switch (node.type) {
    case "map":
      return [
        node.at.file,
        ...[...node.entries.values()].flatMap(({ keyAt, value }) => [keyAt.file, ...filesOf(value)]),
      ];
    case "list":
      return [node.at.file, ...node.items.flatMap(filesOf)];
    default:
      return [node.at.file];
  }
}

const isIn = ({ components }: LoadedStack, type: ComponentType, name: string) =>
  components[type].includes(name);

/** The first type that has a component of that name. */
function typeIn(stacks: readonly LoadedStack[], name: string): ComponentType | undefined {
  return COMPONENT_TYPES.find((type) => stacks.some((stack) => isIn(stack, type, name)));
}

/** @throws AuthError `config-invalid` */
export function assertReadable([first, ...more]: readonly Fault[], file: string): void {
  if (first === undefined) return;
  throw new AuthError("config-invalid", `Cannot use the stack manifest ${file}: ${first.reason}`, {
    at: first.at,
    hints: [first.hint, ...more.slice(0, MAX_MORE).map(lineOf)],
  });
}

const MAX_MORE = 10;
const lineOf = ({ at, reason }: Fault) => `${at.file}:${at.line}: ${reason}`;

function unusableValues({ component: { name, stack }, faults }: MadeComponent): AuthError | undefined {
  const [first, ...more] = faults;
  if (first === undefined) return undefined;
  const text = ({ at, path, reason }: ValueFault) => `${at.file}:${at.line}: ${path}: ${reason}`;
  return new AuthError("config-invalid", `Cannot use the component ${name} in ${stack}: ${first.reason}`, {
    where: first.path,
    at: first.at,
    hints: [
      first.hint,
      ...firstLines(more, MAX_MORE, text),
    ],
  });
}

function assertSame(one: FoundComponent, other: FoundComponent): void {
  const text = ({ component }: FoundComponent) => exactJson(plainValue(component.sections));
  if (text(one) === text(other)) return;
  const { name, stack } = one.component;
  throw new AuthError(
    "config-invalid",
    `Cannot use the component ${name} in ${stack}: two manifests say different things of it`,
    { hints: [`They are ${one.stack.file}`, `and ${other.stack.file}`, "Keep it in one of them"] },
  );
}

async function unknownStack(project: Project, name: string): Promise<AuthError> {
  const stacks = await listStacks(project);
  const { directory, included } = project.settings.stacks;
  if (stacks.length === 0) {
    return new AuthError("not-found", `Cannot find the stack ${name}: there are no stack manifests`, {
      hints: [
        `They were looked for below ${directory}, as ${included.join(", ")}`,
        "Set `stacks.base_path` and `stacks.included_paths` in atmos.yaml",
      ],
    });
  }
  const names = [...new Set(stacks.map((stack) => stack.name))];
  const unnamed = stacks.filter(({ nameFault }) => nameFault !== undefined);
  const unread = stacks.filter(({ faults }) => faults.length > 0);
  return new AuthError("not-found", `Cannot find the stack ${name}: there is none of that name`, {
    hints: [
      didYouMean(name, names) ?? "Run `atmos list stacks` to see the stacks",
      ...unnamed.slice(0, MAX_FILES).map(({ file, nameFault }) => `${file} has no name: ${nameFault}`),
      ...unread.slice(0, MAX_FILES).flatMap(({ faults }) => faults.slice(0, 1).map(lineOf)),
    ],
  });
}

const MAX_FILES = 3;

async function unknownComponent(
  project: Project,
  here: readonly LoadedStack[],
  { name, stack, type }: Wanted,
): Promise<AuthError> {
  const types = type === undefined ? COMPONENT_TYPES : [type];
  const kind = type === undefined ? "component" : `${type} component`;
  const known = here.flatMap(({ components }) => types.flatMap((one) => components[one]));
  const otherType = type === undefined ? undefined : typeIn(here, name);
  const elsewhere = (await listStacks(project)).filter(({ components }) =>
    types.some((one) => components[one].includes(name))
  ).map((other) => other.name);
  const near = didYouMean(name, known);
  return new AuthError("not-found", `Cannot find the ${kind} ${name} in ${stack}`, {
    hints: [
      otherType && `There is a ${otherType} component of that name`,
      ...(elsewhere.length === 0 ? [] : [`${name} is in ${firstNames([...new Set(elsewhere)], MAX_NAMES)}`]),
      near,
      `Run \`atmos list components --stack ${stack}\` to see what is there`,
    ],
  });
}

const MAX_NAMES = 10;

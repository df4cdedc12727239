/**
 * `commands:` of `atmos.yaml`, decoded into a tree: a name with blanks is a path in it.
 *
 * @module
 */
import { describeNode, entryOf, isNull, type Raw, type RawMap } from "../config/raw.ts";
import type { SourcePosition } from "../errors.ts";
import { isVariableName } from "../stacks/values.ts";
import {
  assertSound,
  booleanAt,
  itemsAt,
  type Part,
  partAt,
  report,
  reportKeys,
  said,
  textAt,
  textOf,
} from "./read.ts";
import { stepsAt } from "./step.ts";
import type { Argument, CustomCommand, CustomFlag, CustomVariable, Fault } from "./types.ts";

/** The custom commands, and what is wrong with the list itself. */
export interface CustomCommands {
  readonly commands: readonly CustomCommand[];
  readonly faults: readonly Fault[];
}

const KEYS = [
  "name",
  "description",
  "aliases",
  "internal",
  "default",
  "working_directory",
  "env",
  "arguments",
  "flags",
  "component_config",
  "steps",
  "commands",
  "verbose",
  "identity",
  "dependencies",
];

/** What a command has from the one above it. */
interface Inherited {
  readonly workingDirectory: string | undefined;
  readonly flags: readonly CustomFlag[];
}

/** Reads `commands:`. */
export function readCommands(root: RawMap): CustomCommands {
  const faults: Fault[] = [];
  const part: Part = { path: [], raw: root, faults };
  return { commands: commandsAt(part, { workingDirectory: undefined, flags: [] }), faults };
}

function commandsAt(part: Part, inherited: Inherited): readonly CustomCommand[] {
  const entry = said(part, "commands");
  if (entry === undefined) return [];
  if (entry.value.type !== "list") {
    const reason = `expected a list of commands, found ${describeNode(entry.value)}`;
    report(part, { key: entry.key, at: entry.value.at, reason });
    return [];
  }
  const read = itemsAt(part, "commands").map((item) => readCommand(item, inherited));
  return merged(read.filter((command) => command !== undefined));
}

function readCommand(part: Part, inherited: Inherited): CustomCommand | undefined {
  const names = (part.raw.type === "map" ? textAt(part, "name") ?? "" : "").split(/\s+/).filter((word) =>
    word !== ""
  );
  const last = names.pop();
  if (last === undefined) {
    report(part, { reason: "a command has no name" });
    return undefined;
  }
  const command = readNamed(part, last, inherited);
  return names.reduceRight((below, name) => groupOf(name, below), command);
}

/** What a name with blanks leads through. */
function groupOf(name: string, below: CustomCommand): CustomCommand {
  return {
    ...below,
    name,
    description: "",
    aliases: [],
    isInternal: false,
    arguments: [],
    flags: [],
    env: [],
    steps: [],
    identity: undefined,
    component: undefined,
    byDefault: undefined,
    below: [below],
    faults: [],
  };
}

function readNamed(around: Part, name: string, inherited: Inherited): CustomCommand {
  const faults: Fault[] = [];
  const part: Part = { ...around, faults };
  reportKeys(part, KEYS, { component: "component types of one's own are not supported" });
  if (said(part, "dependencies") !== undefined) reportDependencies(part);
  const workingDirectory = textAt(part, "working_directory") ?? inherited.workingDirectory;
  const flags = [
    ...inherited.flags,
    ...itemsAt(part, "flags").map(readFlag).filter((flag) => flag !== undefined),
  ];
  return {
    name,
    at: part.raw.at,
    description: textAt(part, "description")?.trim() ?? "",
    aliases: itemsAt(part, "aliases").map(textOf).filter((alias) => alias !== undefined),
    isInternal: booleanAt(part, "internal") ?? false,
    arguments: itemsAt(part, "arguments").map(readArgument).filter((argument) => argument !== undefined),
    flags,
    env: variablesOf(part),
    steps: stepsAt(part, "shell"),
    workingDirectory,
    identity: textAt(part, "identity"),
    component: componentOf(part),
    isVerbose: booleanAt(part, "verbose") ?? false,
    byDefault: textAt(part, "default"),
    // What is wrong below is theirs alone, but for what is wrong with the list.
    below: commandsAt(part, { workingDirectory, flags }),
    faults,
  };
}

function reportDependencies(part: Part): void {
  report(part, {
    key: "dependencies",
    at: said(part, "dependencies")?.keyAt ?? part.raw.at,
    severity: "warning",
    reason: "`dependencies` are not installed: the programs on PATH are used",
  });
}

/** Commands of one name are one: what the later one says wins, and the commands below are those of both. */
function merged(commands: readonly CustomCommand[]): readonly CustomCommand[] {
  const byName = new Map<string, CustomCommand>();
  for (const command of commands) {
    const before = byName.get(command.name);
    byName.set(command.name, before === undefined ? command : mergedPair(before, command));
  }
  return [...byName.values()];
}

function mergedPair(first: CustomCommand, second: CustomCommand): CustomCommand {
  const isBare = second.steps.length === 0 && second.faults.length === 0 && second.description === "";
  return { ...(isBare ? first : second), below: merged([...first.below, ...second.below]) };
}

function readArgument(part: Part): Argument | undefined {
  reportKeys(part, ["name", "description", "required", "default", "type", "values"]);
  const name = textAt(part, "name");
  if (name === undefined) {
    report(part, { reason: "an argument has no name" });
    return undefined;
  }
  return { name, ...common(part) };
}

function common(part: Part): Omit<Argument, "name"> {
  return {
    description: textAt(part, "description")?.trim() ?? textAt(part, "usage")?.trim() ?? "",
    isRequired: booleanAt(part, "required") ?? false,
    fallback: textAt(part, "default"),
    choices: itemsAt(part, "values").map(textOf).filter((value) => value !== undefined),
  };
}

const FLAG_KEYS = [
  "name",
  "shorthand",
  "type",
  "description",
  "usage",
  "required",
  "default",
  "semantic_type",
  "values",
];

function readFlag(part: Part): CustomFlag | undefined {
  reportKeys(part, FLAG_KEYS);
  const name = textAt(part, "name") ?? "";
  const short = textAt(part, "shorthand") ?? "";
  const type = textAt(part, "type") ?? "string";
  const at = said(part, "name")?.value.at ?? part.raw.at;
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(name) || name === "help") {
    report(part, { at, reason: `${JSON.stringify(name)} cannot be the name of a flag` });
    return undefined;
  }
  if (short !== "" && !/^[\p{L}\p{N}]$/u.test(short)) {
    report(part, { at, reason: `the shorthand ${JSON.stringify(short)} is not one letter` });
  }
  const isSwitch = type === "bool" || type === "boolean";
  if (!isSwitch && type !== "string") {
    report(part, { at, reason: `flags are of type string or bool, not ${JSON.stringify(type)}` });
  }
  const flag = { name, short, isSwitch, ...common(part) };
  if (isSwitch && flag.fallback !== undefined && !/^(?:true|false)$/i.test(flag.fallback)) {
    report(part, {
      at,
      reason: `the default of a bool is true or false, not ${JSON.stringify(flag.fallback)}`,
    });
  }
  return flag;
}

/** A list of `key` with `value` or `valueCommand`, or a map. */
function variablesOf(part: Part): readonly CustomVariable[] {
  const below = partAt(part, "env");
  if (below === undefined) return [];
  const { raw } = below;
  if (raw.type === "list") {
    return itemsAt(part, "env").map(readVariable).filter((variable) => variable !== undefined);
  }
  if (raw.type !== "map") {
    report(below, { reason: `expected variables, found ${describeNode(raw)}` });
    return [];
  }
  return [...raw.entries.values()].flatMap(({ key, value }) => {
    const text = isNull(value) ? "" : textOf({ ...below, path: [...below.path, key], raw: value });
    return text === undefined ? [] : named(below, key, "value", text, value);
  });
}

function readVariable(part: Part): CustomVariable | undefined {
  reportKeys(part, ["key", "value", "valuecommand"]);
  const [value, command] = [textAt(part, "value"), textAt(part, "valueCommand")];
  if (value !== undefined && command !== undefined) {
    report(part, { reason: "a variable has either `value` or `valueCommand`" });
  }
  const source = command === undefined ? "value" : "command";
  return named(part, textAt(part, "key") ?? "", source, command ?? value ?? "", part.raw)[0];
}

function named(
  part: Part,
  name: string,
  source: CustomVariable["source"],
  text: string,
  { at }: { readonly at: SourcePosition },
): readonly CustomVariable[] {
  if (isVariableName(name)) return [{ name, source, text, at }];
  report(part, { at, reason: `${JSON.stringify(name)} cannot be the name of a variable` });
  return [];
}

function componentOf(part: Part): CustomCommand["component"] {
  const below = partAt(part, "component_config");
  if (below === undefined) return undefined;
  reportKeys(below, ["component", "stack"]);
  const [name, stack] = [textAt(below, "component"), textAt(below, "stack")];
  if (name === undefined || stack === undefined) {
    report(below, { reason: "`component_config` needs `component` and `stack`" });
    return undefined;
  }
  return { name, stack, at: below.raw.at };
}

/** `aliases:` of `atmos.yaml`: a word, and the words that it stands for. */
export function readAliases(root: RawMap): ReadonlyMap<string, string> {
  const section: Raw | undefined = entryOf(root, "aliases")?.value;
  if (section?.type !== "map") return new Map();
  return new Map(
    [...section.entries.values()].flatMap(({ key, value }) =>
      value.type === "scalar" && value.value !== null ? [[key, value.text] as const] : []
    ),
  );
}

/** A command by its name or one of its aliases. */
export function commandNamed(commands: readonly CustomCommand[], name: string): CustomCommand | undefined {
  return commands.find((command) => command.name === name) ??
    commands.find(({ aliases }) => aliases.includes(name));
}

/** @throws AuthError `config-invalid` with every error of the command */
export function assertUsableCommand(path: string, { faults }: CustomCommand): void {
  assertSound(`the command \`${path}\``, faults);
}

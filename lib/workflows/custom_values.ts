/**
 * What was typed behind a custom command, held against what it takes; and what its templates can name.
 *
 * @module
 */
import type { Raw } from "../config/raw.ts";
import { AuthError, type SourcePosition } from "../errors.ts";
import { type Filled, fillTemplate } from "./template.ts";
import type { Members, Value } from "./template_value.ts";
import type { Argument, CustomCommand, CustomFlag, Step, Variables } from "./types.ts";
import { quoteWord } from "../shell_word.ts";
import { switchOf } from "../switch.ts";
import { wordFor } from "../counting.ts";

/** What was typed. */
export interface Typed {
  readonly operands: readonly string[];
  /** By name; `true`: nothing stood behind it. */
  readonly flags: ReadonlyMap<string, string | true>;
  /** The words behind `--`. */
  readonly rest: readonly string[];
}

/** The values of arguments and flags. */
export interface Values {
  readonly arguments: ReadonlyMap<string, Value>;
  readonly flags: ReadonlyMap<string, Value>;
}

/**
 * The values of a command's arguments and flags.
 *
 * @throws AuthError `usage` naming everything that is missing, too much or not among the values
 */
export function customValues(path: string, command: CustomCommand, typed: Typed): Values {
  const missing: string[] = [];
  const wrong: string[] = [];
  const taken = (one: Argument, word: string | undefined, shown: string): string => {
    const value = word ?? one.fallback;
    if (value === undefined && one.isRequired) missing.push(shown);
    if (value !== undefined && one.choices.length > 0 && !one.choices.includes(value)) {
      wrong.push(`${shown} is one of ${one.choices.join(", ")}, not ${JSON.stringify(value)}`);
    }
    return value ?? "";
  };
  const named = command.arguments.map((argument, index) =>
    [argument.name, taken(argument, typed.operands[index], argument.name)] as const
  );
  const flags = command.flags.map((flag) => [flag.name, flagValue(flag, typed, taken, wrong)] as const);
  const stray = typed.operands[command.arguments.length];
  if (stray !== undefined) wrong.push(`the word ${JSON.stringify(stray)} is one too many`);
  if (missing.length === 0 && wrong.length === 0) return { arguments: new Map(named), flags: new Map(flags) };
  const reasons = [
    ...missing.length > 0 ? [`${missing.join(", ")} ${wordFor(missing.length, "is", "are")} missing`] : [],
    ...wrong,
  ];
  throw new AuthError("usage", `Cannot run \`${path}\`: ${reasons.join("; ")}`, {
    hints: [`Run \`${path} --help\` to see what it takes`],
  });
}

function flagValue(
  flag: CustomFlag,
  { flags }: Typed,
  taken: (one: Argument, word: string | undefined, shown: string) => string,
  wrong: string[],
): Value {
  const given = flags.get(flag.name);
  const value = taken(flag, given === true ? (flag.isSwitch ? "true" : "") : given, `--${flag.name}`);
  if (!flag.isSwitch) return value;
  const said = switchOf(value);
  if (said === undefined && value !== "") {
    wrong.push(`--${flag.name} is true or false, not ${JSON.stringify(value)}`);
  }
  return said === true;
}

/** What templates can name beside the values. */
export interface Around {
  readonly values: Values;
  readonly rest: readonly string[];
  readonly workingDirectory: string;
  readonly env: (name: string) => string | undefined;
  /** The sections of the component, where the command names one. */
  readonly component: Value;
}

/** What stands behind the dot of a command's templates. */
export function templateData({ values, rest, workingDirectory, env, component }: Around): Members {
  return new Map<string, Value>([
    ["Arguments", values.arguments],
    ["Flags", values.flags],
    ["flags", values.flags],
    ["TrailingArgs", rest.map(quoteWord).join(" ")],
    ["Cwd", workingDirectory],
    // A variable that is not set is empty, as it is for a shell.
    ["env", { get: (name) => env(name) ?? "" }],
    ...component === undefined ? [] : [["ComponentConfig", component] as const],
  ]);
}

/** A part of the raw tree as a value of templates. */
export function valueOf(raw: Raw): Value {
  switch (raw.type) {
    case "scalar":
      // A number keeps its digits: account ids are written without quotes.
      return typeof raw.value === "number" || typeof raw.value === "bigint" ? raw.text : raw.value ?? "";
    case "list":
      return raw.items.map(valueOf);
    case "map":
      return new Map([...raw.entries.values()].map(({ key, value }) => [key, valueOf(value)]));
    case "tag":
    case "unset":
      return undefined;
  }
}

/** Fills a template of a command in, or says where it cannot be. */
export function filled(text: string, data: Members, at: SourcePosition): string {
  const outcome: Filled = fillTemplate(text, data);
  if ("text" in outcome) return outcome.text;
  throw new AuthError("config-invalid", `Cannot fill in ${shortened(text)}: ${outcome.refused}`, { at });
}

function shortened(text: string): string {
  const line = text.trim().split("\n")[0] ?? "";
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
}

/** A step with its templates filled in. */
export function filledStep(step: Step, data: Members): Step {
  const fill = (text: string) => filled(text, data, step.at);
  const optional = (text: string | undefined) => text === undefined ? undefined : fill(text);
  return {
    ...step,
    command: fill(step.command),
    stack: optional(step.stack),
    identity: optional(step.identity),
    workingDirectory: optional(step.workingDirectory),
    env: filledVariables(step.env, fill),
  };
}

function filledVariables(env: Variables, fill: (text: string) => string): Variables {
  return Object.fromEntries(Object.entries(env).map(([name, text]) => [name, fill(text)]));
}

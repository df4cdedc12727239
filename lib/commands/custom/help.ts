/**
 * Help of custom commands, from the configuration.
 *
 * @module
 */
import { printable } from "../../terminal/escape.ts";
import type { Argument, CustomCommand } from "../../workflows/types.ts";
import { customFlags } from "./flags.ts";
import { GLOBAL_FLAGS } from "../../cli/line/globals.ts";
import { commandHelp, groupHelp } from "../../cli/line/help.ts";

/** Help of a command with steps. */
export function customHelp(path: string, command: CustomCommand): string {
  const manual = {
    description: [describe(command), ...argumentsText(command)].join("\n\n"),
    examples: [],
    flags: customFlags(command),
    ...(command.arguments.length === 0 ? {} : { word: command.arguments.map(placeholder).join(" ") }),
    operands: "[-- WORD...]",
  };
  return safe(commandHelp(path, manual, GLOBAL_FLAGS));
}

/** Help of a command that only leads to others. */
export function groupText(path: string, command: CustomCommand): string {
  const commands = command.below.filter(({ isInternal }) => !isInternal).map(({ name, description }) =>
    [name, description.split("\n")[0] ?? ""] as const
  );
  return safe(groupHelp({ path, description: describe(command), commands }, GLOBAL_FLAGS));
}

const describe = ({ description, at }: CustomCommand): string =>
  description === "" ? `A command of ${at.file}.` : description;

const placeholder = ({ name, isRequired, fallback }: Argument): string =>
  isRequired && fallback === undefined ? name.toUpperCase() : `[${name.toUpperCase()}]`;

function argumentsText({ arguments: all }: CustomCommand): readonly string[] {
  if (all.length === 0) return [];
  const width = all.reduce((most, { name }) => Math.max(most, name.length), 0);
  const rows = all.map(({ name, description, fallback, choices }) => {
    const notes = [
      ...(choices.length > 0 ? [`one of ${choices.join(", ")}`] : []),
      ...(fallback === undefined || fallback === "" ? [] : [`default ${fallback}`]),
    ];
    const note = notes.length > 0 ? ` (${notes.join("; ")})` : "";
    return `  ${name.toUpperCase().padEnd(width)}   ${description}${note}`.trimEnd();
  });
  return [`Arguments:\n${rows.join("\n")}`];
}

/** The configuration's texts may hold what a terminal would act on. */
const safe = (text: string): string => text.split("\n").map(printable).join("\n");

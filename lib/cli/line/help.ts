/**
 * Help, from the same records that the command line is read by.
 *
 * @module
 */
import { printable } from "../../terminal/escape.ts";
import type { Manual } from "./command.ts";
import { type Flags, longName } from "./flags.ts";

/** What a group of commands says of itself. */
export interface GroupManual {
  /** What is typed to get here: `atmos auth`. */
  readonly path: string;
  readonly description: string;
  /** Name and one line for each. */
  readonly commands: readonly (readonly [name: string, summary: string])[];
  /** The same for those of the configuration. */
  readonly custom?: readonly (readonly [name: string, summary: string])[];
}

/** Help of a group of commands. */
export function groupHelp(group: GroupManual, globals: Flags): string {
  return sections([
    ["", group.description],
    ["Usage", `  ${group.path} COMMAND [flags]`],
    ["Commands", columns(group.commands)],
    [
      "Custom commands",
      columns((group.custom ?? []).map(([name, what]) => [printable(name), printable(what)])),
    ],
    ["Global flags", flagsText(globals)],
    ["", `Run \`${group.path} COMMAND --help\` for the flags and examples of a command.`],
  ]);
}

/** Help of one command. */
export function commandHelp(
  path: string,
  manual: Manual & { readonly flags: Flags },
  globals: Flags,
): string {
  const operands = [manual.word, manual.operands].flatMap((part) => part === undefined ? [] : [` ${part}`])
    .join("");
  return sections([
    ["", manual.description],
    ["Usage", `  ${path} [flags]${operands}`],
    ["Examples", manual.examples.map(([what, line]) => `  # ${what}\n  ${line}`).join("\n\n")],
    ["Flags", flagsText(manual.flags)],
    ["Global flags", flagsText(globals)],
  ]);
}

function sections(all: readonly (readonly [title: string, body: string])[]): string {
  return all.filter(([, body]) => body !== "")
    .map(([title, body]) => title === "" ? `${body}\n` : `${title}:\n${body}\n`).join("\n");
}

function flagsText(flags: Flags): string {
  return columns(
    Object.entries(flags).map(([key, flag]) => {
      const long = [longName(key), ...flag.also.map((name) => `--${name}`)].join(", ");
      const short = flag.short === ""
        ? "    "
        : `${[...flag.short].map((letter) => `-${letter}`).join(", ")}, `;
      const value = flag.takes === "none"
        ? ""
        : flag.takes === "required"
        ? ` ${flag.valueName}`
        : ` [${flag.valueName}]`;
      const variable = flag.variable === undefined ? "" : ` [$${flag.variable}]`;
      return [`${short}${long}${value}`, `${flag.help}${variable}`] as const;
    }),
  );
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`.trimEnd()).join("\n");
}

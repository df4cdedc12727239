/**
 * The flags of custom commands as those of commands are.
 *
 * @module
 */
import type { CustomCommand, CustomFlag } from "../../workflows/types.ts";
import type { Words } from "../../cli/line/args.ts";
import type { Flag, Flags, Given } from "../../cli/line/flags.ts";
import { GLOBAL_FLAGS } from "../../cli/line/globals.ts";

/** By the key under which they are found among what was given; they beat global flags of the same name. */
export function customFlags({ flags }: Pick<CustomCommand, "flags">): Flags {
  return Object.fromEntries(flags.map((flag) => [keyOf(flag), flagOf(flag)]));
}

/** The same behind the global flags, so that they win over names and letters of those. */
export function withGlobals(flags: Flags): Flags {
  const others = Object.entries<Flag<unknown>>(GLOBAL_FLAGS).filter(([key]) => !Object.hasOwn(flags, key));
  return Object.fromEntries([...others, ...Object.entries(flags)]);
}

/** Capitals in a key would turn to hyphens. */
const keyOf = ({ name }: Pick<CustomFlag, "name">): string => name.toLowerCase();

function flagOf(
  { name, short, isSwitch, description, choices, fallback, isRequired }: CustomFlag,
): Flag<unknown> {
  const notes = [
    ...(isRequired && fallback === undefined ? ["required"] : []),
    ...(choices.length > 0 ? [`one of ${choices.join(", ")}`] : []),
    ...(fallback === undefined || fallback === "" ? [] : [`default ${fallback}`]),
  ];
  return {
    short,
    also: keyOf({ name }) === name ? [] : [name],
    takes: isSwitch ? "none" : "required",
    valueName: isSwitch ? "" : "VALUE",
    help: `${description}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}`.trim(),
    variable: undefined,
    choices,
    read: (given) => given.at(-1),
  };
}

/** What was given of a command's own flags, and what of the global ones. */
export function customGiven(
  given: Words["given"],
  flags: Flags,
): { readonly own: ReadonlyMap<string, Given>; readonly globals: Words["given"] } {
  const own = new Map<string, Given>();
  const globals = new Map<string, readonly Given[]>();
  for (const [key, values] of given) {
    const last = values.at(-1);
    if (!Object.hasOwn(flags, key)) globals.set(key, values);
    else if (last !== undefined) own.set(flags[key]?.also[0] ?? key, last);
  }
  return { own, globals };
}

/**
 * Lines that are no built-in command's: help of a group, a command of the configuration, a slip of the pen. The
 * configuration is read for them, which no built-in command waits for.
 *
 * @module
 */
import { didYouMean } from "../config/nearest.ts";
import type { AuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { Words } from "./args.ts";
import type { Line } from "./command.ts";
import { PROGRAMS } from "./complete_program.ts";
import { type CustomLine, customLine, customRows } from "./custom.ts";
import { usage } from "./flags.ts";
import { GLOBAL_FLAGS } from "./globals.ts";
import { groupHelp } from "./help.ts";
import { type Group, ROOT } from "./table.ts";

/** The names that the configuration cannot give anything else to do. */
function builtInNames(path: string, { members }: Group): readonly string[] {
  return [...Object.keys(members), "help", ...(path === "atmos" ? ["version"] : [])];
}

/** Help of a group, with what the configuration adds to it. */
export async function groupText(
  host: Host,
  path: string,
  group: Group,
  given: Words["given"],
): Promise<string> {
  const commands = Object.entries(group.members).map(([name, { summary }]) => [name, summary] as const);
  const custom = await customRows(host, { path, given, builtIn: builtInNames(path, group) });
  return groupHelp({ path, description: group.description, commands, custom }, GLOBAL_FLAGS);
}

/**
 * The command of the configuration that a line means.
 *
 * @throws AuthError `usage` when there is none
 */
export async function customOrUnknown(
  host: Host,
  path: string,
  group: Group,
  argv: readonly [string, ...string[]],
  given: Words["given"],
): Promise<CustomLine> {
  const line = await customLine(host, { path, argv, given, builtIn: builtInNames(path, group) });
  if (line === undefined) throw unknownCommand(path, group, argv[0]);
  return line;
}

/** Commands of the programs that are not offered, and are theirs all the same. */
const RARE: ReadonlyMap<string, readonly string[]> = new Map([
  ["terraform", ["env", "login", "logout", "metadata", "modules", "push", "query", "stacks", "version"]],
  ["helmfile", [
    "build",
    "cache",
    "charts",
    "deps",
    "fetch",
    "init",
    "print-env",
    "repos",
    "unittest",
    "version",
  ]],
  ["packer", ["hcl2_upgrade", "version"]],
]);

/** The configuration may have commands beside those of a program that any word is passed on to. */
export async function customBelow(
  host: Host,
  path: string,
  [name = "-", ...rest]: readonly string[],
  given: Words["given"],
): Promise<Line | undefined> {
  const program = PROGRAMS.get(path.replace(/^atmos /, ""));
  const builtIn = [...program?.commands ?? [], ...RARE.get(program?.type ?? "") ?? [], "help"];
  if (name.startsWith("-") || builtIn.includes(name)) return undefined;
  const line = await customLine(host, { path, argv: [name, ...rest], given, builtIn, isOpen: true });
  return line?.type === "again" ? undefined : line;
}

function unknownCommand(path: string, group: Group, name: string): AuthError {
  const { auth } = ROOT.members;
  const isBelow = group === ROOT && auth !== undefined && "members" in auth &&
    Object.hasOwn(auth.members, name);
  return usage(
    `Unknown command ${JSON.stringify(name)} for ${path}`,
    isBelow ? `Did you mean \`${path} auth ${name}\`?` : didYouMean(name, Object.keys(group.members)),
    `Run \`${path} --help\` to see the commands`,
  );
}

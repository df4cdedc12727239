/**
 * Lines that are no built-in command's: help of a group, a command of the configuration, a slip of the pen. The
 * configuration is read for them, which no built-in command waits for.
 *
 * @module
 */
import { didYouMean } from "../config/nearest.ts";
import type { AuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { Words } from "../cli/line/args.ts";
import type { CommandTree, Group, Line } from "../cli/line/command.ts";
import { builtInWords } from "../cli/line/tree.ts";
import { type CustomLine, customLine, customRows } from "./custom/custom.ts";
import { isBuiltIn } from "./custom/offered.ts";
import { withAdditions as withConfigured } from "./custom/complete.ts";
import { usage } from "../cli/line/flags.ts";
import { GLOBAL_FLAGS } from "../cli/line/globals.ts";
import { groupHelp } from "../cli/line/help.ts";
import { ROOT } from "./table.ts";

const BUILT_IN = builtInWords(ROOT);

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
  const custom = await customRows(host, { path, given, tree: BUILT_IN, builtIn: builtInNames(path, group) });
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
  const line = await customLine(host, {
    path,
    argv,
    given,
    tree: BUILT_IN,
    builtIn: builtInNames(path, group),
  });
  if (line.type === "none") throw unknownCommand(path, group, argv[0], line.hint);
  return line;
}

/** The configuration may have commands beside those of a program that any word is passed on to. */
export async function customBelow(
  host: Host,
  path: string,
  [name = "-", ...rest]: readonly string[],
  given: Words["given"],
): Promise<Line | undefined> {
  const place = BUILT_IN[path.replace(/^atmos /, "")] ?? {};
  if (name.startsWith("-") || isBuiltIn(place, name)) return undefined;
  const builtIn = Object.keys(place);
  const line = await customLine(host, {
    path,
    argv: [name, ...rest],
    given,
    tree: BUILT_IN,
    builtIn,
    isOpen: true,
  });
  return line.type === "again" || line.type === "none" ? undefined : line;
}

/** For completion. */
export const withAdditions: CommandTree["withAdditions"] = (host, words, place) =>
  withConfigured(host, words, place, BUILT_IN);

/** What other programs call our commands. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ["status", "whoami"],
  ["me", "whoami"],
  ["refresh", "login"],
  ["renew", "login"],
  ["signin", "login"],
  ["sign-in", "login"],
  ["signout", "logout"],
  ["sign-out", "logout"],
]);

function unknownCommand(path: string, group: Group, name: string, hint: string | undefined): AuthError {
  return usage(
    `Unknown command ${JSON.stringify(name)} for ${path}`,
    nearestHint(path, group, name),
    hint,
    `Run \`${path} --help\` to see the commands`,
  );
}

function nearestHint(path: string, group: Group, name: string): string | undefined {
  const { auth } = ROOT.members;
  const word = name.toLowerCase();
  const isBelow = group === ROOT && auth !== undefined && "members" in auth &&
    Object.hasOwn(auth.members, word);
  if (isBelow) return `Did you mean \`${path} auth ${word}\`?`;
  if (group === ROOT && isBuiltIn(BUILT_IN, name) && !Object.hasOwn(group.members, word)) {
    return `\`${word}\` is a command of Atmos that this program does not have`;
  }
  const known = SYNONYMS.get(word);
  if (known !== undefined && Object.hasOwn(group.members, known)) {
    return `Did you mean ${JSON.stringify(known)}?`;
  }
  return didYouMean(name, Object.keys(group.members));
}

/**
 * Custom commands on the command line: which one is meant, and what stands behind its name.
 *
 * @module
 */
import { didYouMean } from "../../config/nearest.ts";
import { isAuthError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { positionText, warningText } from "../../output/problem.ts";
import type { WordTree } from "../../workflows/atmos_words.ts";
import { commandNamed, readAliases, readCommands } from "../../workflows/custom.ts";
import { printable } from "../../terminal/escape.ts";
import type { CustomCommand } from "../../workflows/types.ts";
import { ownWords, splitCommand } from "../../workflows/words.ts";
import { joinGiven, readFlags, splitWords, type Words } from "../../cli/line/args.ts";
import type { Line } from "../../cli/line/command.ts";
import { customHelp, groupText } from "./help.ts";
import { openContext } from "../../cli/run/context.ts";
import { customFlags, customGiven, withGlobals } from "./flags.ts";
import { type Offered, offered, withheldReason } from "./offered.ts";
import { usage } from "../../cli/line/flags.ts";
import { applyGlobals, GLOBAL_FLAGS } from "../../cli/line/globals.ts";
import { unreadable } from "../../cli/run/project.ts";

/** What a line turns out to be; an alias: these words in place of the line. */
export type CustomLine = Line | { readonly type: "again"; readonly argv: readonly string[] };

/** The configuration has nothing of that name, or what it has is not offered, for this reason. */
export interface NoLine {
  readonly type: "none";
  readonly hint: string | undefined;
}

const NONE: Offered = { commands: [], faults: [], aliases: new Map(), withheld: [] };

/**
 * What the configuration adds, as far as it can be read.
 *
 * @param tree all built-in words
 * @param onFault told what keeps it from being read
 */
export async function additions(
  world: Host,
  given: Words["given"],
  tree: WordTree,
  onFault: (reason: string) => void,
): Promise<Offered> {
  try {
    const globals = readFlags(GLOBAL_FLAGS, given, world.env);
    const host = await applyGlobals(world, globals);
    await using context = await openContext(host, { ...globals, logsLevel: "off" }, { evenBroken: true });
    const loaded = context.loaded();
    const fault = unreadable(loaded);
    if (fault !== undefined) throw fault;
    return offered(readCommands(loaded.raw), readAliases(loaded.raw), tree);
  } catch (error) {
    if (!isAuthError(error)) throw error;
    onFault(error.at === undefined ? error.message : `${error.message} (${positionText(error.at)})`);
    return NONE;
  }
}

/** Where on the line we are: behind built-in words, or at its start. */
export interface Place {
  /** What was typed to get here: `atmos`, `atmos auth`. */
  readonly path: string;
  /** The word that is no built-in command, and those behind it. */
  readonly argv: readonly [string, ...string[]];
  readonly given: Words["given"];
  /** All built-in words. */
  readonly tree: WordTree;
  /** The names of the built-in commands here. */
  readonly builtIn: readonly string[];
  /** Whether a word that is none of them means something, too. */
  readonly isOpen?: boolean;
}

/**
 * The custom command or the alias that a line means.
 *
 * @throws AuthError `usage`, `config-invalid`
 */
export async function customLine(world: Host, place: Place): Promise<CustomLine | NoLine> {
  const faults: string[] = [];
  const { commands, aliases, withheld } = await additions(
    world,
    place.given,
    place.tree,
    (fault) => faults.push(fault),
  );
  const [name, ...rest] = place.argv;
  const isAtStart = place.path === "atmos";
  if (isAtStart && aliases.has(name)) {
    return { type: "again", argv: unaliased(aliases, place.argv, place.builtIn) };
  }
  const here = commandsAt(commands, place.path.split(" ").slice(1));
  const command = commandNamed(here, name);
  if (command !== undefined) return lineOf(`${place.path} ${command.name}`, command, rest, place.given);
  const kept = withheld.find(({ path }) => isSamePath(path, [...place.path.split(" ").slice(1), name]));
  if (kept !== undefined) {
    return {
      type: "none",
      hint: `The custom command at ${positionText(kept.at)} does not run: ${withheldReason(kept)}`,
    };
  }
  if (place.isOpen !== true) {
    assertNoSlip(place, [...here.map((one) => one.name), ...isAtStart ? aliases.keys() : []], faults);
  }
  return { type: "none", hint: undefined };
}

/** Says what is in the way where a name is none of ours: a configuration that cannot be read, or a slip of the pen. */
function assertNoSlip(
  { path, argv: [name], builtIn }: Place,
  names: readonly string[],
  [fault]: readonly string[],
): void {
  const unknown = `Unknown command ${JSON.stringify(name)} for ${path}`;
  const [ours, theirs] = [didYouMean(name, builtIn), didYouMean(name, names)];
  if (fault !== undefined) throw usage(unknown, `Custom commands could not be looked for: ${fault}`, ours);
  if (ours === undefined && theirs !== undefined) throw usage(unknown, theirs);
}

/** Whether two paths are the same words, in whatever case. */
const isSamePath = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length &&
  one.every((word, index) => word.toLowerCase() === other[index]?.toLowerCase());

/** The custom commands below built-in words. */
export function commandsAt(
  commands: readonly CustomCommand[],
  names: readonly string[],
): readonly CustomCommand[] {
  return names.reduce((here, name) => commandNamed(here, name)?.below ?? [], commands);
}

/** An alias stands for words that may begin with an alias again. */
function unaliased(
  aliases: ReadonlyMap<string, string>,
  argv: readonly string[],
  builtIn: readonly string[],
): readonly string[] {
  const seen: string[] = [];
  let words = argv;
  while (true) {
    const [name = "", ...rest] = words;
    const target = builtIn.includes(name) ? undefined : aliases.get(name);
    if (target === undefined) return words;
    if (seen.includes(name)) throw usage(`The aliases ${[...seen, name].join(" -> ")} stand for each other`);
    seen.push(name);
    const split = splitCommand(target, () => undefined);
    if ("refused" in split) throw usage(`Cannot use the alias ${JSON.stringify(name)}: ${split.refused}`);
    words = [...ownWords(split.words), ...rest];
  }
}

/** Goes down the custom commands, as the groups of built-in ones are gone down. */
function lineOf(
  path: string,
  command: CustomCommand,
  argv: readonly string[],
  before: Words["given"],
): CustomLine {
  const { left: [name, ...rest], given } = command.below.length > 0
    ? beforeName(command, argv)
    : { left: [], given: new Map() };
  const below = name === undefined ? undefined : commandNamed(command.below, name);
  if (below !== undefined) return lineOf(`${path} ${below.name}`, below, rest, joinGiven(before, given));
  if (command.steps.length > 0 || command.faults.length > 0) return leafLine(path, command, argv, before);
  if (name !== undefined && name !== "help") {
    throw usage(
      `Unknown command ${JSON.stringify(name)} for ${path}`,
      didYouMean(name, command.below.map((one) => one.name)),
      `Run \`${path} --help\` to see the commands`,
    );
  }
  const wanted = given.has("help") || name === "help" ? undefined : command.byDefault;
  const byDefault = wanted === undefined ? undefined : commandNamed(command.below, wanted);
  return byDefault === undefined
    ? { type: "text", text: groupText(path, command) }
    : lineOf(`${path} ${byDefault.name}`, byDefault, [], joinGiven(before, given));
}

function beforeName(command: CustomCommand, argv: readonly string[]) {
  return splitWords(argv, withGlobals(customFlags(command)), true);
}

function leafLine(
  path: string,
  command: CustomCommand,
  argv: readonly string[],
  before: Words["given"],
): CustomLine {
  const flags = customFlags(command);
  const words = splitWords(argv, withGlobals(flags), false);
  const { own, globals } = customGiven(words.given, flags);
  const given = joinGiven(before, globals);
  if (given.has("help")) return { type: "text", text: customHelp(path, command) };
  const typed = { operands: words.operands, flags: own, rest: words.rest ?? [] };
  return {
    type: "command",
    needs: undefined,
    path,
    words: { given, operands: [], rest: undefined },
    command: {
      description: command.description,
      examples: [],
      flags,
      start: async (host, globals) => {
        const { runCustom } = await import("./run.ts");
        return await runCustom(host, globals, path, command, typed);
      },
    },
  };
}

/** The custom commands below built-in words, for help; a name that is a built-in command's is told of. */
export async function customRows(
  host: Host,
  { path, given, tree, builtIn }: Omit<Place, "argv">,
): Promise<readonly (readonly [name: string, summary: string])[]> {
  const warn = (text: string) => host.tell(warningText(text, host.screen));
  const { commands, aliases, withheld } = await additions(host, given, tree, () => {});
  const here = commandsAt(commands, path.split(" ").slice(1));
  const names = path.split(" ").slice(1);
  for (const one of withheld.filter((each) => isSamePath(each.path.slice(0, names.length), names))) {
    const shown = one.path.join(" ");
    warn(
      `The custom command ${printable(shown)} is not offered: ${withheldReason(one)} (${
        positionText(one.at)
      })`,
    );
  }
  const own = here.filter(({ name, isInternal }) => !builtIn.includes(name) && !isInternal);
  const taken = new Set(own.map(({ name }) => name));
  const short = path === "atmos" ? [...aliases].filter(([name]) => !taken.has(name)) : [];
  return [
    ...own.map(({ name, description }) => [name, description.split("\n")[0] ?? ""] as const),
    ...short.map(([name, target]) => [name, `Alias of \`${target}\``] as const),
  ];
}

/**
 * Which custom commands are offered: none by a word below `auth`, and none in place of a built-in command, ours or
 * Atmos's. Beside the built-in commands below any other word there may be some.
 *
 * @module
 */
import type { WordTree } from "../../workflows/atmos_words.ts";
import type { CustomCommands } from "../../workflows/custom.ts";
import type { CustomCommand, Fault } from "../../workflows/types.ts";
import { wordAt } from "../../cli/line/tree.ts";

/** What the configuration says, as far as it is offered. */
export interface Offered extends CustomCommands {
  readonly aliases: ReadonlyMap<string, string>;
  /** What is not offered, in the order of the file. */
  readonly withheld: readonly Withheld[];
}

/** A custom command that is not offered. */
export interface Withheld {
  /** Its words behind `atmos`: `auth status`. */
  readonly path: readonly string[];
  readonly at: Fault["at"];
}

const AUTH = "auth";

/** Words that every group of ours knows. */
const EVERYWHERE: WordTree = { help: {} };

/** Whether a word is a built-in one at a place, in whatever case. */
export const isBuiltIn = (place: WordTree, word: string): boolean =>
  wordAt({ ...place, ...EVERYWHERE }, word.toLowerCase()) !== undefined;

/** The custom commands and aliases that are offered. */
export function offered(
  { commands, faults }: CustomCommands,
  aliases: ReadonlyMap<string, string>,
  builtIn: WordTree,
): Offered {
  const withheld: Withheld[] = [];
  const free = [...aliases].filter(([word]) => !isBuiltIn(builtIn, word));
  return {
    commands: offeredBelow(commands, builtIn, [], withheld),
    faults,
    aliases: new Map(free),
    withheld,
  };
}

function offeredBelow(
  commands: readonly CustomCommand[],
  place: WordTree,
  path: readonly string[],
  withheld: Withheld[],
): readonly CustomCommand[] {
  return commands.flatMap((command): readonly CustomCommand[] => {
    const here = [...path, command.name];
    const aliases = command.aliases.filter((alias) => !isBuiltIn(place, alias));
    if (!isBuiltIn(place, command.name)) return [{ ...command, aliases }];
    const word = command.name.toLowerCase();
    const isClosed = path.length === 0 && word === AUTH;
    if (isClosed) withheld.push(...leavesOf(command, here));
    else if (command.steps.length > 0) withheld.push({ path: here, at: command.at });
    const tree = wordAt(place, word);
    if (isClosed || tree === undefined || command.below.length === 0) return [];
    // A group by the built-in word, whatever its case: no more than a way to what is below.
    const below = offeredBelow(command.below, tree, here, withheld);
    return below.length === 0 ? [] : [{ ...command, name: word, aliases: [], steps: [], faults: [], below }];
  });
}

function leavesOf(command: CustomCommand, path: readonly string[]): readonly Withheld[] {
  const below = command.below.flatMap((one) => leavesOf(one, [...path, one.name]));
  return command.steps.length > 0 || below.length === 0 ? [{ path, at: command.at }, ...below] : below;
}

/** Why a command is not offered. */
export function withheldReason({ path: [first = ""] }: Withheld): string {
  return first.toLowerCase() === AUTH
    ? "a configuration file cannot add commands below `auth`"
    : "a configuration file cannot replace a command of Atmos";
}

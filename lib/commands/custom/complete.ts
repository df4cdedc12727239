/**
 * What the configuration adds to completion: its commands with their flags, and the names of workflows.
 *
 * @module
 */
import { isAuthError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { derived } from "../../session/derive.ts";
import type { WordTree } from "../../workflows/atmos_words.ts";
import { commandNamed } from "../../workflows/custom.ts";
import type { CustomCommand } from "../../workflows/types.ts";
import { readFlags, splitWords, type Words } from "../../cli/line/args.ts";
import { type Candidate, type Place, withoutGlobals } from "../../cli/line/complete_words.ts";
import { wordsWithoutFlags } from "../../cli/line/complete_program.ts";
import { additions, commandsAt } from "./custom.ts";
import { customFlags, withGlobals } from "./flags.ts";
import { applyGlobals, GLOBAL_FLAGS } from "../../cli/line/globals.ts";
import { workflowFiles } from "../../cli/run/workflow_files.ts";
import { openProject } from "../../cli/run/project.ts";

/**
 * A place with what the configuration has there. Nothing that is wrong with it is told.
 *
 * @param tree all built-in words
 */
export async function withAdditions(
  world: Host,
  words: readonly string[],
  place: Place,
  tree: WordTree,
): Promise<Place> {
  // Below a command's own words there is nothing to add.
  if (place.path.length > 1 || place.words.includes("--")) return place;
  const host = derived(world, { prompt: undefined, tell: () => {} });
  const given = globalsIn(words);
  if (place.path[0] === "workflow") return await withWorkflows(host, given, place);
  const { commands, aliases } = await additions(host, given, tree, () => {});
  const here = commandsAt(commands, place.path);
  const [first] = place.words;
  const command = first === undefined ? undefined : commandNamed(here, first);
  if (command !== undefined) return below(place, command, place.words.slice(1));
  if (first !== undefined) return place;
  const known = place.commands.map(({ value }) => value);
  const shown = [
    ...shownOf(here),
    ...(place.path.length === 0
      ? [...aliases].map(([value, target]) => ({ value, description: target }))
      : []),
  ];
  return { ...place, commands: [...place.commands, ...shown.filter(({ value }) => !known.includes(value))] };
}

function below(place: Place, command: CustomCommand, words: readonly string[]): Place {
  const [first, ...rest] = withoutGlobals(words);
  const inner = first === undefined ? undefined : commandNamed(command.below, first);
  const path = [...place.path, command.name];
  if (inner !== undefined) return below({ ...place, path }, inner, rest);
  const flags = withGlobals(customFlags(command));
  const operands = wordsWithoutFlags(words, flags).filter((word) => !word.startsWith("-"));
  const choices = command.arguments[operands.length]?.choices ?? [];
  const named = operands.length === 0 ? shownOf(command.below) : [];
  return { path, flags, commands: [...named, ...choices.map(bare)], words, word: undefined };
}

const bare = (value: string): Candidate => ({ value, description: "" });

const shownOf = (commands: readonly CustomCommand[]): readonly Candidate[] =>
  commands.filter(({ isInternal }) => !isInternal).map(({ name, description }) => ({
    value: name,
    description: description.split("\n")[0] ?? "",
  }));

async function withWorkflows(host: Host, given: Words["given"], place: Place): Promise<Place> {
  if (wordsWithoutFlags(place.words, place.flags).some((word) => !word.startsWith("-"))) return place;
  try {
    const globals = readFlags(GLOBAL_FLAGS, given, host.env);
    const project = await openProject(await applyGlobals(host, globals), { ...globals, logsLevel: "off" });
    await using _ = project.context;
    const found = (await workflowFiles(project)).flatMap(({ label, workflows }) =>
      workflows.map(({ name, description }) => ({
        value: name,
        description: description?.split("\n")[0] ?? label,
      }))
    );
    // A name that several files have is one word.
    const commands = [...new Map(found.map((one) => [one.value, one] as const)).values()];
    return { ...place, commands };
  } catch (error) {
    if (isAuthError(error)) return place;
    throw error;
  }
}

/** The global flags before the first word: they say where the configuration is. */
function globalsIn(words: readonly string[]): Words["given"] {
  try {
    return splitWords(words, GLOBAL_FLAGS, true).given;
  } catch (error) {
    if (isAuthError(error, "usage")) return new Map();
    throw error;
  }
}

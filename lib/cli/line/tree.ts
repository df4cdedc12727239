/**
 * The tree of commands, looked at as a whole.
 *
 * @module
 */
import { ATMOS_WORDS, type WordTree } from "../../workflows/atmos_words.ts";
import type { Command, Group, Listed } from "./command.ts";
import { PROGRAMS } from "./complete_program.ts";
import type { Needs } from "./needs.ts";

type Member = Listed | Group;

/** What stands below a member of the tree. */
export const below = (member: Member): Readonly<Record<string, Member>> =>
  ("members" in member ? member.members : member.below) ?? {};

/** Every command of a tree by its words behind `atmos`, in its order. */
export function commandsOf(root: Group): readonly (readonly [words: string, listed: Listed])[] {
  const at = (member: Member, words: string): readonly (readonly [string, Listed])[] => [
    ...("load" in member ? [[words, member] as const] : []),
    ...Object.entries(below(member)).flatMap(([word, one]) =>
      at(one, words === "" ? word : `${words} ${word}`)
    ),
  ];
  return at(root, "");
}

const withoutAuth = (words: string): string => words.replace(/^auth /, "");

/** What each command needs, by its words behind `atmos auth`, or behind `atmos` for the others. */
export function needsOf(root: Group): ReadonlyMap<string, Needs> {
  return new Map(commandsOf(root).map(([words, { needs }]) => [withoutAuth(words), needs]));
}

/** The command at words behind `atmos auth` or `atmos`, such as `user configure`. */
export async function commandAt(root: Group, words: string): Promise<Command | undefined> {
  return await commandsOf(root).find(([own]) => withoutAuth(own) === words)?.[1].load();
}

/** The built-in words: ours, those of the programs, and Atmos's. */
export function builtInWords(root: Group): WordTree {
  const programs = [...PROGRAMS].map(([word, { commands }]) => [
    word,
    Object.fromEntries(commands.map((one) => [one, {}])),
  ]);
  return united(united(treeOf(root), ATMOS_WORDS), Object.fromEntries(programs));
}

function treeOf(member: Member): WordTree {
  return Object.fromEntries(Object.entries(below(member)).map(([word, one]) => [word, treeOf(one)]));
}

function united(one: WordTree, other: WordTree): WordTree {
  const words = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...words].map((word) => [word, united(wordAt(one, word) ?? {}, wordAt(other, word) ?? {})]),
  );
}

/** What stands below a word; nothing that an object has by itself. */
export function wordAt(tree: WordTree, word: string): WordTree | undefined {
  return Object.hasOwn(tree, word) ? tree[word] : undefined;
}

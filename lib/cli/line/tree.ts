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

/** The members of a tree by their words, in its order: those behind `atmos auth`, or behind `atmos` for the others. */
function listed(root: Group): readonly (readonly [words: string, listed: Listed])[] {
  const at = (member: Member, words: string): readonly (readonly [string, Listed])[] => [
    ...("load" in member ? [[words, member] as const] : []),
    ...Object.entries(below(member)).flatMap(([word, one]) =>
      at(one, words === "" ? word : `${words} ${word}`)
    ),
  ];
  return Object.entries(root.members).flatMap(([word, member]) => at(member, word === "auth" ? "" : word));
}

/** What each command needs, by its words. */
export function needsOf(root: Group): ReadonlyMap<string, Needs> {
  return new Map(listed(root).map(([words, { needs }]) => [words, needs]));
}

/** The command at words behind `atmos auth` or `atmos`, such as `user configure`. */
export async function commandAt(root: Group, words: string): Promise<Command | undefined> {
  return await listed(root).find(([own]) => own === words)?.[1].load();
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

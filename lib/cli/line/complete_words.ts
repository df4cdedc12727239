/**
 * What may stand at the end of a command line: pure functions of the words so far, the commands and the names.
 *
 * @module
 */
import { LOG_LEVELS } from "../../config/types.ts";
import { nextWord, PROGRAMS, wordsWithoutFlags } from "./complete_program.ts";
import { type Flag, type Flags, longName } from "./flags.ts";
import { GLOBAL_FLAGS } from "./globals.ts";
import { COMPLETION_SHELLS } from "../../output/completion_script.ts";

/** One word that may stand there, and what a person reads about it. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** Names of the configuration. */
export interface Names {
  readonly identities: readonly Candidate[];
  readonly providers: readonly Candidate[];
  readonly tags: readonly Candidate[];
  readonly stacks: readonly Candidate[];
  /** Of the stack and the type that are meant, where the words tell. */
  readonly components: readonly Candidate[];
}

/** Where in the tree of commands the words before the last one lead. */
export interface Place {
  /** The names of the commands, without `atmos`. */
  readonly path: readonly string[];
  /** The flags that are known there, global ones included. */
  readonly flags: Flags;
  /** Commands below; empty for a command. */
  readonly commands: readonly Candidate[];
  /** The words that are left behind the names of the commands. */
  readonly words: readonly string[];
  /** What a word without a flag is there: `[NAME]`; `undefined`: nothing. */
  readonly word: string | undefined;
}

/**
 * What may stand at the end.
 *
 * @param current what is typed of the last word
 */
export function candidatesAt(place: Place, current: string, names: Names): readonly Candidate[] {
  // Words behind -- belong to somebody else.
  if (place.words.includes("--")) return [];
  const { flag, typed, prefix } = valueWanted(place, current);
  if (flag !== undefined) return listed(valuesOf(flag.key, flag.flag, names), flag.flag, typed, prefix);
  if (current.startsWith("-")) return startingWith(flagNames(place.flags), current);
  const found = startingWith([...place.commands, ...operandsOf(place, names)], current);
  return found.length > 0 || current !== "" ? found : flagNames(place.flags);
}

/** Flags whose values are found in the manifests of stacks. */
const STACK_FLAGS = ["stack", "component", "components"];

/** Whether what may stand at the end is found in the manifests of stacks: nothing else reads them. */
export function isAboutStacks(place: Place, current: string): boolean {
  if (place.words.includes("--")) return false;
  const { flag } = valueWanted(place, current);
  if (flag !== undefined) return STACK_FLAGS.includes(flag.key);
  return !current.startsWith("-") && wantsComponent(place);
}

function wantsComponent({ path, words, word, flags }: Place): boolean {
  const program = PROGRAMS.get(path[0] ?? "");
  if (program !== undefined) return nextWord(program, words, flags).component;
  return word === COMPONENT_WORD && operandsAmong({ words, flags }).length === 0;
}

/** The manual's word for a component. */
const COMPONENT_WORD = "[COMPONENT]";

interface Wanted {
  readonly flag: { readonly key: string; readonly flag: Flag<unknown> } | undefined;
  /** What is typed of the value. */
  readonly typed: string;
  /** What stands before the value in the same word. */
  readonly prefix: string;
}

/** The flag whose value is being typed: `--name VALUE`, `--name=VALUE`, and bash's `--name`, `=`, `VALUE`. */
function valueWanted({ flags, words }: Place, current: string): Wanted {
  const equals = current.indexOf("=");
  if (current.startsWith("--") && equals > 0) {
    const flag = flagNamed(flags, current.slice(0, equals));
    return { flag, typed: current.slice(equals + 1), prefix: current.slice(0, equals + 1) };
  }
  const [before = "", last = ""] = words.slice(-2);
  const lone = words.length === 1 ? before : last;
  if (current === "=") return { flag: flagNamed(flags, lone), typed: "", prefix: "" };
  if (lone === "=") return { flag: flagNamed(flags, before), typed: current, prefix: "" };
  const flag = flagNamed(flags, lone);
  const takes = flag?.flag.takes ?? "none";
  const isValue = takes === "required" || (takes === "optional" && !current.startsWith("-"));
  return { flag: isValue ? flag : undefined, typed: current, prefix: "" };
}

function flagNamed(flags: Flags, word: string): Wanted["flag"] {
  const found = Object.entries(flags).find(([key, { also, short }]) =>
    [longName(key), ...also.map((name) => `--${name}`), ...[...short].map((letter) => `-${letter}`)].includes(
      word,
    )
  );
  return found === undefined ? undefined : { key: found[0], flag: found[1] };
}

/** What a flag's value may be, as far as it can be known; files are the shell's affair. */
function valuesOf(
  key: string,
  flag: Flag<unknown>,
  { identities, providers, tags, stacks, components }: Names,
): readonly Candidate[] {
  if (flag.choices.length > 0) return bare(flag.choices);
  switch (key) {
    case "identity":
      return [...identities, { value: "false", description: "Disables authentication" }];
    case "identities":
      return identities;
    case "provider":
    case "providers":
      return providers;
    case "tags":
      return tags;
    case "stack":
      return stacks;
    case "component":
    case "components":
      return components;
    case "logsLevel":
      return bare(LOG_LEVELS);
    default:
      return flag.takes === "none" ? bare(["true", "false"]) : [];
  }
}

const bare = (words: readonly string[]): readonly Candidate[] =>
  words.map((value) => ({ value, description: "" }));

/** In a list, what stands behind the last comma is completed, and what is in the list is not offered again. */
function listed(
  values: readonly Candidate[],
  { valueName }: Flag<unknown>,
  typed: string,
  prefix: string,
): readonly Candidate[] {
  const comma = valueName.includes(",") ? typed.lastIndexOf(",") + 1 : 0;
  const taken = typed.slice(0, comma).split(",");
  return startingWith(values, typed.slice(comma)).filter(({ value }) => !taken.includes(value))
    .map(({ value, description }) => ({ value: prefix + typed.slice(0, comma) + value, description }));
}

/** What may stand without a flag. */
function operandsOf(place: Place, { identities, components }: Names): readonly Candidate[] {
  const { path, words, word, flags } = place;
  const program = PROGRAMS.get(path[0] ?? "");
  if (program !== undefined) {
    const next = nextWord(program, words, flags);
    return [...bare(next.commands), ...(next.component ? components : [])];
  }
  if (word === undefined || operandsAmong(place).length > 0) return [];
  if (word === COMPONENT_WORD) return components;
  if (word.includes("|")) return bare(COMPLETION_SHELLS);
  return path[0] === "auth" && word === "[NAME]" ? identities : [];
}

function operandsAmong({ words, flags }: Pick<Place, "words" | "flags">): readonly string[] {
  return wordsWithoutFlags(words, flags).filter((word) => !word.startsWith("-"));
}

function flagNames(flags: Flags): readonly Candidate[] {
  return Object.entries(flags).map(([key, { help }]) => ({ value: longName(key), description: help }));
}

/** Upper and lower case are the same, as they are for names. */
function startingWith(candidates: readonly Candidate[], typed: string): readonly Candidate[] {
  const folded = typed.toLowerCase();
  return candidates.filter(({ value }) => value.toLowerCase().startsWith(folded));
}

/** The words without the global flags and their values that stand before a command's name. */
export function withoutGlobals(words: readonly string[]): readonly string[] {
  const left: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (!word.startsWith("-")) {
      left.push(...words.slice(at));
      break;
    }
    const flag = flagNamed(GLOBAL_FLAGS, word);
    const isTaken = flag?.flag.takes === "required" ||
      (flag?.flag.takes === "optional" && !(words[at + 1] ?? "").startsWith("-"));
    if (flag === undefined || !isTaken) continue;
    // A flag that still waits for its value is not over.
    if (at + 1 >= words.length) left.push(word);
    at += 1;
  }
  return left;
}

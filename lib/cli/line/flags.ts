/**
 * Flags as values: how each is written, what it means for a person, and how its texts become a typed value. A
 * command is a record of flags, so its input has a type of its own, and help and completion read the same record.
 *
 * @module
 */
import { didYouMean } from "../../config/nearest.ts";
import { AuthError } from "../../errors.ts";
import { switchOf } from "../../switch.ts";

/** What stood behind a flag: a text, or nothing. */
export type Given = string | true;

/** One flag; its long name is its key in {@linkcode Flags} with hyphens: `outputFile` is `--output-file`. */
export interface Flag<Value> {
  /** Letters that stand for it, as in `of` for `-o` and `-f`. */
  readonly short: string;
  /** Other long names. */
  readonly also: readonly string[];
  /**
   * `none`: a switch, which may be set with `=`; `optional`: the next word belongs to it unless it begins with `-`;
   * `required`: the next word belongs to it.
   */
  readonly takes: "none" | "optional" | "required";
  /** What stands behind it, in help: `NAME`. */
  readonly valueName: string;
  readonly help: string;
  /** The variable that stands in when the flag is not given; empty counts as not set. */
  readonly variable: string | undefined;
  /** The words it takes, when they are few. */
  readonly choices: readonly string[];
  /** @throws AuthError `usage` */
  readonly read: (given: readonly Given[], name: string) => Value;
}

/** Flags by their keys. */
export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** The values of flags by the same keys. */
export type Values<Of extends Flags> = {
  readonly [Key in keyof Of]: Of[Key] extends Flag<infer Value> ? Value : never;
};

/** What any flag may say beyond its own builder's words. */
type Extras = Partial<Pick<Flag<unknown>, "short" | "also" | "variable">>;

const BARE = { short: "", also: [], variable: undefined, choices: [], valueName: "" } as const;

/** A switch: given or not, or `--name=false`. `undefined` when nobody said anything. */
export function toggle(help: string, extras: Extras = {}): Flag<boolean | undefined> {
  return {
    ...BARE,
    ...extras,
    takes: "none",
    help,
    read: (given, name) => last(given, (value) => value === true || readBoolean(value, name)),
  };
}

/** A text; the last one counts. */
export function text(valueName: string, help: string, extras: Extras = {}): Flag<string | undefined> {
  return { ...BARE, ...extras, takes: "required", valueName, help, read: (given) => last(given, String) };
}

/** A text that may be left out: `true` then. */
export function optionalText(valueName: string, help: string, extras: Extras = {}): Flag<Given | undefined> {
  return {
    ...BARE,
    ...extras,
    takes: "optional",
    valueName,
    help,
    read: (given) => last(given, (value) => value),
  };
}

/** Several texts: given repeatedly, or separated by commas. */
export function texts(valueName: string, help: string, extras: Extras = {}): Flag<readonly string[]> {
  return { ...BARE, ...extras, takes: "required", valueName, help, read: splitAtCommas };
}

/** As {@linkcode texts}, and may stand alone: an empty list then; `undefined` when it was not given. */
export function optionalTexts(
  valueName: string,
  help: string,
  extras: Extras = {},
): Flag<readonly string[] | undefined> {
  return {
    ...BARE,
    ...extras,
    takes: "optional",
    valueName,
    help,
    read: (given) => given.length === 0 ? undefined : splitAtCommas(given),
  };
}

/** One of a few words, in any case; `undefined` when nobody said anything. */
export function choice<Word extends string>(
  words: readonly Word[],
  valueName: string,
  help: string,
  extras: Extras = {},
): Flag<Word | undefined> {
  return {
    ...BARE,
    ...extras,
    takes: "required",
    valueName,
    help,
    choices: words,
    read: (given, name) => last(given, (value) => readChoice(words, String(value), name)),
  };
}

/** What a command prints: the first of the words by default. `--output` and `-o` say the same, as in Atmos. */
export function outputFormat<Word extends string>(
  words: readonly [Word, ...Word[]],
): Flag<Word | undefined> {
  return choice(words, "FORMAT", `${words.join(", ")}; ${words[0]} by default`, {
    short: "fo",
    also: ["output"],
  });
}

/** `--output-file` for the key `outputFile`. */
export function longName(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function last<Value>(given: readonly Given[], read: (value: Given) => Value): Value | undefined {
  const value = given.at(-1);
  return value === undefined ? undefined : read(value);
}

function splitAtCommas(given: readonly Given[]): readonly string[] {
  return given.flatMap((value) => value === true ? [] : value.split(",")).map((word) => word.trim())
    .filter((word) => word !== "");
}

/** The words for yes and no that a switch, and a variable that stands for one, understands. */
export function readBoolean(word: string, name: string): boolean {
  const said = switchOf(word.trim());
  if (said !== undefined) return said;
  throw usage(`Cannot read ${name}: ${JSON.stringify(word)} is neither true nor false`);
}

function readChoice<Word extends string>(words: readonly Word[], word: string, name: string): Word {
  const found = words.find((one) => one === word.toLowerCase());
  if (found !== undefined) return found;
  const hint = didYouMean(word, words);
  throw usage(`Cannot read ${name}: ${JSON.stringify(word)} is not one of ${words.join(", ")}`, hint);
}

/** An error of the command line. */
export function usage(message: string, ...hints: readonly (string | undefined)[]): AuthError {
  return new AuthError("usage", message, { hints });
}

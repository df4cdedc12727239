/**
 * The command line, read by one record of flags. No library does this: the one that reads every form right
 * (`commander`, our second opinion in the tests) takes longer to load than all else that a cached session needs.
 *
 * @module
 */
import { didYouMean } from "../../config/nearest.ts";
import { type Flag, type Flags, type Given, longName, usage, type Values } from "./flags.ts";

/** A command line taken apart. */
export interface Words {
  /** What was given, by the key of the flag, in order. */
  readonly given: ReadonlyMap<string, readonly Given[]>;
  /** Words that are neither flags nor their values. */
  readonly operands: readonly string[];
  /** The words behind `--`, untouched; `undefined` when there is no `--`. */
  readonly rest: readonly string[] | undefined;
}

/** Where reading stopped: at the first operand when that was asked for. */
export interface WordsUntil extends Words {
  /** What was not read. */
  readonly left: readonly string[];
}

/**
 * Takes a command line apart: `--name`, `--name value`, `--name=value`, `-n`, `-nvalue`, `-n value`, `-n=value`,
 * `-ab`. Words behind `--` are never touched.
 *
 * @param stop whether to stop at the first operand, which then is the first of `left`
 * @throws AuthError `usage`
 */
export function splitWords(argv: readonly string[], flags: Flags, stop: boolean): WordsUntil {
  const byName = flagsByName(flags);
  const given = new Map<string, Given[]>();
  const operands: string[] = [];
  const queue = [...argv];
  const put = (key: string, value: Given) => void given.set(key, [...given.get(key) ?? [], value]);
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === "--") return { given, operands, rest: queue, left: [] };
    if (word.startsWith("--")) readLong(word, byName, queue, put);
    else if (word.startsWith("-") && word !== "-") readShort(word, byName, queue, put);
    else if (stop) return { given, operands, rest: undefined, left: [word, ...queue] };
    else operands.push(word);
  }
  return { given, operands, rest: undefined, left: [] };
}

/**
 * Takes the command line of another program apart that may hold flags of ours anywhere: what is not ours stays as it
 * is, in order, among the operands. One hyphen and several letters is never ours: `-state=x` is not `-s`.
 *
 * @throws AuthError `usage` for a flag of ours without its value
 */
export function splitAround(argv: readonly string[], flags: Flags): Words {
  const byName = flagsByName(flags);
  const given = new Map<string, Given[]>();
  const operands: string[] = [];
  const queue = [...argv];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === "--") return { given, operands, rest: queue };
    const [, name = "", value] = /^(--[^=]+|-[^-=])(?:=(.*))?$/s.exec(word) ?? [];
    const own = byName.get(name);
    if (own === undefined) operands.push(word);
    else given.set(own.key, [...given.get(own.key) ?? [], value ?? following(name, own.flag, queue)]);
  }
  return { given, operands, rest: undefined };
}

/**
 * The typed values of flags.
 *
 * @throws AuthError `usage`
 */
export function readFlags<Of extends Flags>(
  flags: Of,
  given: Words["given"],
  env: (name: string) => string | undefined,
): Values<Of> {
  const values = Object.entries(flags).map(([key, flag]) => {
    const inherited = flag.variable === undefined ? undefined : env(flag.variable);
    const fromVariable = !given.has(key) && inherited !== undefined && inherited !== "";
    const name = fromVariable ? flag.variable ?? key : longName(key);
    return [key, flag.read(given.get(key) ?? (fromVariable ? [inherited] : []), name)];
  });
  // The one place where the compiler cannot follow: the values of a mapped type, built key by key.
  return Object.fromEntries(values) as Values<Of>;
}

/** Both, the second one's last. */
export function joinGiven(first: Words["given"], second: Words["given"]): Words["given"] {
  const keys = new Set([...first.keys(), ...second.keys()]);
  return new Map([...keys].map((key) => [key, [...first.get(key) ?? [], ...second.get(key) ?? []]]));
}

type Named = ReadonlyMap<string, { readonly key: string; readonly flag: Flag<unknown> }>;
type Put = (key: string, value: Given) => void;

function flagsByName(flags: Flags): Named {
  return new Map(
    Object.entries(flags).flatMap(([key, flag]) =>
      [
        longName(key),
        ...flag.also.map((name) => `--${name}`),
        ...[...flag.short].map((letter) => `-${letter}`),
      ]
        .map((name) => [name, { key, flag }] as const)
    ),
  );
}

function readLong(word: string, byName: Named, queue: string[], put: Put): void {
  const equals = word.indexOf("=");
  const name = equals < 0 ? word : word.slice(0, equals);
  const { key, flag } = find(name, byName);
  put(key, equals < 0 ? following(name, flag, queue) : word.slice(equals + 1));
}

function readShort(word: string, byName: Named, queue: string[], put: Put): void {
  const letters = word.slice(1);
  for (let at = 0; at < letters.length; at++) {
    const name = `-${letters[at]}`;
    const { key, flag } = find(name, byName);
    const behind = letters.slice(at + 1);
    if (behind === "") return put(key, following(name, flag, queue));
    if (flag.takes !== "none" || behind.startsWith("=")) return put(key, behind.replace(/^=/, ""));
    put(key, true);
  }
}

/** The value of a flag in the words behind it. */
function following(name: string, flag: Flag<unknown>, queue: string[]): Given {
  const next = queue[0];
  if (flag.takes === "none") return true;
  if (flag.takes === "optional" && (next === undefined || (next.startsWith("-") && next !== "-"))) {
    return true;
  }
  if (next === undefined || next === "--") {
    throw usage(`Cannot read ${name}: it needs a value, ${flag.valueName}`);
  }
  queue.shift();
  return next;
}

function find(name: string, byName: Named): { readonly key: string; readonly flag: Flag<unknown> } {
  const found = byName.get(name);
  if (found !== undefined) return found;
  const long = [...byName.keys()].filter((known) => known.startsWith("--"));
  throw usage(
    `Unknown flag ${JSON.stringify(name)}`,
    name.startsWith("--") ? didYouMean(name, long) : undefined,
  );
}

/** Whether a program is called by its second name, by which it goes without the word `auth`. */
export function isAtmosAuth(program: string): boolean {
  return /(?:^|[\\/])atmos-auth(?:\.exe)?$/i.test(program);
}

/**
 * How much of anything is read, searched and shown: the one table of limits, which messages and `docs/limits.md` quote.
 * No configuration that a person works with comes near them; they keep a hostile or broken file from taking the machine.
 *
 * @module
 */

/** How a limit is counted. */
type Unit = "bytes" | "seconds" | "count";

/** One row of the table. */
export interface Limit {
  readonly most: number;
  readonly unit: Unit;
  /** What is limited, for the table in the documentation. */
  readonly of: string;
  /** What happens beyond it, for the same table. */
  readonly beyond: string;
  /** Why something is refused, with `{}` in the place of the number; `undefined` where nothing is refused. */
  readonly reason: string | undefined;
}

/** The table. */
export const LIMITS = {
  fileBytes: {
    most: 16 * 1024 * 1024,
    unit: "bytes",
    of: "size of a file of any kind that is read, and of a pipe named with `--config`",
    beyond: "the file is not used",
    reason: "it is larger than {}, the limit for a file",
  },
  fileMarks: {
    most: 500_000,
    unit: "count",
    of: "keys, values and marks (`:`, `-`, brackets, commas, tags, aliases) in a YAML file",
    beyond: "the file is not used",
    reason: "it holds more than {} keys, values and marks, the limit for a file",
  },
  nestingDepth: {
    most: 100,
    unit: "count",
    of: "levels of maps and lists inside each other",
    beyond: "the file is not used",
    reason: "it is nested deeper than {} levels",
  },
  aliasedValues: {
    most: 100_000,
    unit: "count",
    of: "values that the aliases of a YAML file stand for, all together",
    beyond: "the file is not used",
    reason: "its aliases stand for more than {} values",
  },
  fileIssues: {
    most: 1000,
    unit: "count",
    of: "duplicate keys, unknown aliases and the like in a YAML file",
    beyond: "the file is not used",
    reason: "it has more than {} problems such as duplicate keys",
  },
  fileLines: {
    most: 1_000_000,
    unit: "count",
    of: "lines of a YAML file",
    beyond: "the file is not used",
    reason: "it has more than {} lines, the limit for a file",
  },
  totalBytes: {
    most: 32 * 1024 * 1024,
    unit: "bytes",
    of: "size of all files of a configuration and its stacks together",
    beyond: "the configuration is not used",
    reason: "the files of this configuration are larger than {} together, the limit for all of them",
  },
  totalMarks: {
    most: 2_000_000,
    unit: "count",
    of: "keys, values and marks of all files together, counted each time a file is imported or included",
    beyond: "the configuration is not used",
    reason:
      "the files of this configuration hold more than {} keys, values and marks, the limit for all of them",
  },
  files: {
    most: 5000,
    unit: "count",
    of: "imports, includes and files of a configuration and its stacks",
    beyond: "the configuration is not used",
    reason: "this configuration has more than {} imports and files, the limit",
  },
  importDepth: {
    most: 10,
    unit: "count",
    of: "files that import or include each other, one inside the other",
    beyond: "the import is left out",
    reason: "it is more than {} files deep",
  },
  mergedEntries: {
    most: 20_000_000,
    unit: "count",
    of: "entries moved while the files are merged, about files times entries",
    beyond: "the configuration is not used",
    reason: "its files hold too much to merge: more than {} entries to move, the limit",
  },
  globEntries: {
    most: 2_000_000,
    unit: "count",
    of: "files that all patterns (`stacks/**/*`) are compared with, each directory counting as 100",
    beyond: "the command ends",
    reason: "the patterns lead through more than {} files, the limit",
  },
  patternLength: {
    most: 4096,
    unit: "count",
    of: "characters of a pattern",
    beyond: "the pattern is not followed",
    reason: "it has more than {} characters, the limit for a pattern",
  },
  entries: {
    most: 20_000,
    unit: "count",
    of: "providers and identities together",
    beyond: "the configuration is not used",
    reason: "it has more than {} providers and identities, the limit",
  },
  chainLength: {
    most: 32,
    unit: "count",
    of: "identities in one chain",
    beyond: "the identities beyond cannot be used",
    reason: "its chain has more than {} identities, the limit for a chain",
  },
  nameLength: {
    most: 200,
    unit: "count",
    of: "characters in the name of a provider or identity",
    beyond: "the entry cannot be used",
    reason: "a name cannot have more than {} characters",
  },
  valueLength: {
    most: 131_072,
    unit: "count",
    of: "characters of a value below `auth`",
    beyond: "the entry cannot be used",
    reason: "it has more than {} characters, the limit for a value",
  },
  suggestions: {
    most: 100,
    unit: "count",
    of: "unknown names for which similar ones are looked for",
    beyond: "they are reported without a suggestion",
    reason: undefined,
  },
  problemsShown: {
    most: 100,
    unit: "count",
    of: "problems that `validate` prints as text; JSON has all of them",
    beyond: "the others are counted",
    reason: undefined,
  },
  pipeSeconds: {
    most: 30,
    unit: "seconds",
    of: "time to wait for all of a pipe named with `--config`",
    beyond: "the command ends",
    reason: "it was not complete within {}, the limit for a pipe",
  },
} as const satisfies Readonly<Record<string, Limit>>;

export type LimitName = keyof typeof LIMITS;

/** A limit as a person writes it: `16 MiB`, `30 seconds`, `100,000`. */
export function showLimit(name: LimitName): string {
  const { most, unit }: Limit = LIMITS[name];
  if (unit === "bytes") return `${most / 1024 / 1024} MiB`;
  const number = String(most).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
  return unit === "seconds" ? `${number} seconds` : number;
}

/** Why something beyond a limit is refused. */
export function overLimit(name: LimitName): string {
  const { reason }: Limit = LIMITS[name];
  return (reason ?? "").replace("{}", showLimit(name));
}

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
    of: "duplicate keys and the like that are reported of one YAML file",
    beyond: "the others are not reported",
    reason: "more is wrong with this file than the {} problems above",
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

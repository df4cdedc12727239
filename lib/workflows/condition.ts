/**
 * `when:` and `continue:`: predicates, lists of them, and `all`, `any`, `not`.
 *
 * @module
 */
import { didYouMean } from "../config/nearest.ts";
import { describeNode } from "../config/raw.ts";
import { type Part, partAt, report } from "./read.ts";
import { type Condition, type Predicate, PREDICATES } from "./types.ts";

/** What is so when a condition is looked at. */
export interface State {
  /** Whether a step before has failed. */
  readonly failed: boolean;
  /** Whether a CI system runs us; looked at when a condition asks. */
  readonly ci: () => boolean;
}

/** Reads a condition: a word, a list (all of them), or a map with one of `all`, `any`, `not`. */
export function conditionAt(part: Part, key: string): Condition | undefined {
  const below = partAt(part, key);
  return below === undefined ? undefined : readCondition(below);
}

function readCondition(part: Part): Condition | undefined {
  const { raw } = part;
  switch (raw.type) {
    case "scalar":
      return readPredicate(part, raw.text);
    case "list":
      return readAll(part, "all");
    case "map":
      return readCombined(part);
    case "tag":
      return refuse(part, raw.tag === "!cel" ? CEL : raw.fault ?? `${raw.tag} is not evaluated here`);
    case "unset":
      return refuse(part, `the variable ${raw.variable} is not set, and has no default`);
  }
}

const CEL = "CEL expressions are not evaluated by this program";

function readPredicate(part: Part, text: string): Condition | undefined {
  const word = text.trim().toLowerCase();
  const alike = word === "true" ? "always" : word === "false" ? "never" : word;
  const predicate = PREDICATES.find((known) => known === alike);
  if (predicate !== undefined) return { type: "is", predicate };
  return /^\w+$/.test(word)
    ? refuse(
      part,
      `${JSON.stringify(text)} is not one of ${PREDICATES.join(", ")}`,
      didYouMean(word, PREDICATES),
    )
    : refuse(
      part,
      `${CEL}: ${JSON.stringify(text)}`,
      `Combine ${PREDICATES.join(", ")} with all, any and not`,
    );
}

function readCombined(part: Part): Condition | undefined {
  const { raw } = part;
  const [entry, extra] = raw.type === "map" ? [...raw.entries.values()] : [];
  const word = entry?.key.toLowerCase();
  if (entry === undefined || extra !== undefined || (word !== "all" && word !== "any" && word !== "not")) {
    return refuse(part, "a map of a condition has one key: all, any or not");
  }
  const below = { ...part, path: [...part.path, entry.key], raw: entry.value };
  if (word !== "not") return readAll(below, word);
  const of = readCondition(below);
  return of === undefined ? undefined : { type: "not", of };
}

function readAll(part: Part, type: "all" | "any"): Condition | undefined {
  const { raw } = part;
  if (raw.type !== "list") return refuse(part, `expected a list of conditions, found ${describeNode(raw)}`);
  if (raw.items.length === 0) return refuse(part, "an empty list says nothing");
  const of = raw.items.map((item, index) =>
    readCondition({ ...part, path: [...part.path, index], raw: item })
  );
  const all = of.filter((condition) => condition !== undefined);
  return all.length === of.length ? { type, of: all } : undefined;
}

function refuse(part: Part, reason: string, hint?: string): undefined {
  report(part, { reason, hint });
  return undefined;
}

/** Whether a condition holds. */
export function holds(condition: Condition, state: State): boolean {
  switch (condition.type) {
    case "is":
      return isSo(condition.predicate, state);
    case "all":
      return condition.of.every((inner) => holds(inner, state));
    case "any":
      return condition.of.some((inner) => holds(inner, state));
    case "not":
      return !holds(condition.of, state);
  }
}

function isSo(predicate: Predicate, { failed, ci }: State): boolean {
  switch (predicate) {
    case "success":
      return !failed;
    case "failure":
      return failed;
    case "always":
      return true;
    case "never":
      return false;
    case "ci":
      return ci();
    case "local":
      return !ci();
  }
}

/** Whether a step is due. A condition that says nothing about success or failure means success, too. */
export function isDue(when: Condition | undefined, state: State): boolean {
  if (when === undefined) return !state.failed;
  return holds(when, state) && (!state.failed || speaksOfOutcome(when));
}

function speaksOfOutcome(condition: Condition): boolean {
  switch (condition.type) {
    case "is":
      return ["success", "failure", "always"].includes(condition.predicate);
    case "all":
    case "any":
      return condition.of.some(speaksOfOutcome);
    case "not":
      return speaksOfOutcome(condition.of);
  }
}

/** A condition for a person: `all(ci, not(failure))`. */
export function conditionText(condition: Condition): string {
  switch (condition.type) {
    case "is":
      return condition.predicate;
    case "all":
    case "any":
      return `${condition.type}(${condition.of.map(conditionText).join(", ")})`;
    case "not":
      return `not(${conditionText(condition.of)})`;
  }
}

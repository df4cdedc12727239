/**
 * What templates work with.
 *
 * @module
 */

/** Named values; `keys` only where they can be counted. */
export interface Members {
  readonly get: (name: string) => Value;
  readonly keys?: () => Iterable<string>;
}

/** What templates work with; `undefined` is Go's nil. */
export type Value = string | number | boolean | undefined | readonly Value[] | Members;

/** Why a template has no text. */
export interface Refusal {
  readonly refused: string;
}

/** A refusal with its reason. */
export const refusal = (reason: string): Refusal => ({ refused: reason });

/** Whether an outcome is a refusal. */
export function isRefusal(outcome: Value | Refusal): outcome is Refusal {
  return typeof outcome === "object" && "refused" in outcome;
}

/** Whether a value has members. */
export function isMembers(value: Value): value is Members {
  return typeof value === "object" && "get" in value;
}

/** Go's truth: nothing, false, zero and what is empty are not. */
export function isTrue(value: Value): boolean {
  if (typeof value === "object") {
    return isMembers(value) ? [...value.keys?.() ?? [1]].length > 0 : value.length > 0;
  }
  return Boolean(value);
}

/** A value as Go prints it. */
export function textOfValue(value: Value): string {
  if (value === undefined) return "<no value>";
  if (typeof value !== "object") return String(value);
  if (!isMembers(value)) return `[${value.map(textOfValue).join(" ")}]`;
  const keys = [...value.keys?.() ?? []].sort();
  return `map[${keys.map((key) => `${key}:${textOfValue(value.get(key))}`).join(" ")}]`;
}

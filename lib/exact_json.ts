/**
 * Values to JSON and YAML without a digit lost.
 *
 * @module
 */

/** Puts a text into JSON as it is: the types of the compiler do not know it yet. */
const { rawJSON } = JSON as typeof JSON & { readonly rawJSON: (text: string) => object };

/** A value as JSON: bigints in full, and numbers that JSON has no word for as texts, in YAML's words. */
export function exactJson(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_, member: unknown) =>
      typeof member === "bigint"
        ? rawJSON(String(member))
        : typeof member === "number" && !Number.isFinite(member)
        ? numberText(member)
        : member,
    indent,
  );
}

/** A number as YAML writes it. */
export function numberText(value: number | bigint): string {
  if (typeof value === "bigint" || Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? ".nan" : value < 0 ? "-.inf" : ".inf";
}

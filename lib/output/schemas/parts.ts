/**
 * What the schemas of several outputs have in common.
 *
 * @module
 */
import * as v from "valibot";

/** The type of a schema's documents, as what makes them gives them: nothing in it is changed later. */
export type Document<Schema extends v.GenericSchema> = Frozen<v.InferOutput<Schema>>;

type Frozen<Value> = Value extends object ? { readonly [Key in keyof Value]: Frozen<Value[Key]> } : Value;

/** A text with what it means. */
export const text = (description: string) => v.pipe(v.string(), v.description(description));

/** Yes or no. */
export const flag = (description: string) => v.pipe(v.boolean(), v.description(description));

/** One of a few words. */
export const word = <const Words extends readonly [string, ...string[]]>(
  words: Words,
  description: string,
) => v.pipe(v.picklist(words), v.description(description));

/** A whole number of seconds. */
export const seconds = (description: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(0), v.description(`${description}, in seconds.`));

/** A moment: RFC 3339, UTC, whole seconds. */
export const instant = (description: string) =>
  v.pipe(v.string(), v.isoTimestamp(), v.description(`${description} (RFC 3339, UTC).`));

/** Texts, in order. */
export const texts = (description: string) => v.pipe(v.array(v.string()), v.description(description));

/** A line or column of a file. */
const count = (description: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(1), v.description(description));

/** Where in a file something stands. */
export const POSITION = {
  file: text("Absolute path of the file."),
  line: count("Line, counted from 1."),
  column: count("Column, counted from 1."),
};

/** What a command says instead of its document while authentication is off. */
export const DISABLED = v.pipe(
  v.strictObject({
    status: v.pipe(v.literal("disabled"), v.description("Authentication is switched off.")),
    reason: text("What switched it off: the flag, or the variable, with its value."),
  }),
  v.title("Authentication is off"),
);

export type DisabledDocument = Document<typeof DISABLED>;

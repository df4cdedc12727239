/**
 * The schemas as data: what is inside of one, without running it.
 *
 * @module
 */
import * as v from "valibot";
import type { LeafMetadata } from "./leaves.ts";
import type { Path } from "./raw.ts";
import { needsTrust } from "./standing.ts";

/** Any schema of this room. */
export type Schema<Output = unknown> = v.GenericSchema<unknown, Output>;

type With<Part> = Schema & Part;

const isObject = (schema: Schema): schema is With<{ readonly entries: Readonly<Record<string, Schema>> }> =>
  schema.type === "object";
const isRecord = (schema: Schema): schema is With<{ readonly value: Schema }> => schema.type === "record";
const isArray = (schema: Schema): schema is With<{ readonly item: Schema }> => schema.type === "array";
const isUnion = (schema: Schema): schema is With<{ readonly options: readonly Schema[] }> =>
  schema.type === "union";
const isOptional = (schema: Schema): schema is With<{ readonly wrapped: Schema }> =>
  schema.type === "optional";

/** The same for the same schema, which does not change: thousands of entries are held against a few. */
function remembered<Fact>(find: (schema: Schema) => Fact): (schema: Schema) => Fact {
  const known = new WeakMap<Schema, { readonly fact: Fact }>();
  return (schema) => {
    const before = known.get(schema);
    if (before !== undefined) return before.fact;
    const fact = find(schema);
    known.set(schema, { fact });
    return fact;
  };
}

/** A schema, or the alternatives of a union, without what makes them optional. */
const alternatives = remembered((schema): readonly Schema[] => {
  if (isOptional(schema)) return alternatives(schema.wrapped);
  return isUnion(schema) ? schema.options.flatMap(alternatives) : [schema];
});

const ownKeysOf = remembered((schema) => alternatives(schema).find(isObject)?.entries);

/** The schemas of the keys that a map may have here; `undefined` when this is no such map. */
export function keysOf(schema: Schema | undefined): Readonly<Record<string, Schema>> | undefined {
  return schema === undefined ? undefined : ownKeysOf(schema);
}

/** The schema of the values of a map with free keys; `undefined` when this is no such map. */
export function valuesOf(schema: Schema | undefined): Schema | undefined {
  return schema === undefined ? undefined : alternatives(schema).find(isRecord)?.value;
}

/** The schema of the items of a list; `undefined` when this is no list. */
export function itemsOf(schema: Schema | undefined): Schema | undefined {
  return schema === undefined ? undefined : alternatives(schema).find(isArray)?.item;
}

/** The schema of one key, in lower case. */
export function keyOf(schema: Schema | undefined, key: string): Schema | undefined {
  const keys = keysOf(schema);
  return keys !== undefined && Object.hasOwn(keys, key) ? keys[key] : valuesOf(schema);
}

/** The schema at a path. */
export function schemaAt(schema: Schema, path: Path): Schema | undefined {
  return path.reduce<Schema | undefined>(
    (part, key) => typeof key === "number" ? itemsOf(part) : keyOf(part, key),
    schema,
  );
}

/** The description of what stands at a path, for a hint. */
export function descriptionAt(schema: Schema, path: Path): string | undefined {
  const found = schemaAt(schema, path);
  return found === undefined ? undefined : alternatives(found).map((part) => v.getDescription(part))[0];
}

/** Whether a key is one of Atmos's that does nothing here. */
export const unusedOf = remembered((schema): LeafMetadata["unused"] => metadataOf(schema).unused);

/** Of a key without a statement: it needs trust. */
export const UNSTATED = needsTrust((shown) => `uses ${shown}`);

/** What a file that is not trusted may do with a key; nothing where the schema does not say. */
export const standingOf = remembered((schema): LeafMetadata["standing"] =>
  metadataOf(schema).standing ?? UNSTATED
);

function metadataOf(schema: Schema): Partial<LeafMetadata> {
  return Object.assign({}, ...alternatives(schema).map((part) => v.getMetadata(part)));
}

/**
 * Generates `schema/`: `deno task schema`. The `auth:` section as the decoder reads it, and what each command prints
 * for programs.
 *
 * @module
 */
import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { unsupportedKinds } from "../lib/config/entry.ts";
import type { LeafMetadata } from "../lib/config/leaves.ts";
import { AUTH_SCHEMA, IDENTITY_SCHEMAS, LOGS_SCHEMA, PROVIDER_SCHEMAS } from "../lib/config/schemas.ts";
import { jsonText } from "../lib/output/json.ts";
import { OUTPUT_SCHEMAS, schemaFile } from "../lib/output/schemas/mod.ts";

/** Where the generated files are. */
export const SCHEMA_DIRECTORY = new URL("../schema/", import.meta.url);

type JsonSchema = ReturnType<typeof toJsonSchema>;

const EDITOR_TYPES = {
  boolean: { anyOf: [{ type: "boolean" }, { type: "string" }] },
  duration: {
    anyOf: [{ type: "integer", minimum: 1 }, { type: "string" }],
    examples: [3600, "1h30m", "12h", "1d"],
  },
} as const satisfies Readonly<Record<NonNullable<LeafMetadata["editor"]>, JsonSchema>>;

type Action = Parameters<NonNullable<NonNullable<Parameters<typeof toJsonSchema>[1]>["overrideAction"]>>[0];

/** Patterns are left out: an editor takes `!env NAME` for the text `NAME`, which would not match any of them. */
function overrideAction({ valibotAction: action, jsonSchema }: Action): JsonSchema | undefined {
  if (action.type === "metadata" && "metadata" in action) {
    return withMetadata(jsonSchema, { ...action.metadata ?? {} });
  }
  if (action.type !== "regex") return undefined;
  const { pattern: _, ...rest } = jsonSchema;
  return rest;
}

/** The converter copies metadata as it is; ours is for us. */
function withMetadata(jsonSchema: JsonSchema, { editor, words }: Partial<LeafMetadata>): JsonSchema {
  const ours = ["editor", "words", "unused", "standing"];
  const rest: JsonSchema = Object.fromEntries(
    Object.entries(jsonSchema).filter(([key]) => !ours.includes(key)),
  );
  if (editor !== undefined) return { description: rest.description ?? "", ...EDITOR_TYPES[editor] };
  return words === undefined ? rest : { ...rest, anyOf: [{ enum: [...words] }, { type: "string" }] };
}

function convert(schema: v.GenericSchema): JsonSchema {
  const { $schema: _, ...rest } = toJsonSchema(schema, {
    typeMode: "input",
    errorMode: "ignore",
    overrideAction,
    overrideSchema: ({ valibotSchema, jsonSchema }) =>
      valibotSchema.type === "object" ? { ...jsonSchema, additionalProperties: false } : undefined,
  });
  return rest;
}

function entries(
  type: "provider" | "identity",
  schemas: Readonly<Record<string, v.GenericSchema>>,
): JsonSchema {
  const unsupported: JsonSchema = {
    type: "object",
    description: "A kind of Atmos that this program lists, and cannot run.",
    properties: { kind: { enum: [...unsupportedKinds(type)] } },
    required: ["kind"],
  };
  return {
    type: "object",
    description: type === "provider" ? "Where chains start, by name." : "What one can become, by name.",
    additionalProperties: { anyOf: [...Object.values(schemas).map(convert), unsupported] },
  };
}

/** The JSON Schema of an `atmos.yaml`, as far as authentication goes. */
export function atmosAuthSchema(): JsonSchema {
  const auth = convert(AUTH_SCHEMA);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Atmos configuration: authentication",
    type: "object",
    properties: {
      auth: {
        ...auth,
        description: "Authentication.",
        properties: {
          ...auth.properties,
          providers: entries("provider", PROVIDER_SCHEMAS),
          identities: entries("identity", IDENTITY_SCHEMAS),
        },
      },
      logs: { ...convert(LOGS_SCHEMA), additionalProperties: true },
    },
  };
}

/** The JSON Schema (draft 2020-12) of what a command prints for programs. */
export function outputSchema(schema: v.GenericSchema): JsonSchema {
  const { $schema, title, description, ...rest } = toJsonSchema(schema, { target: "draft-2020-12" });
  return { $schema, title, description, ...rest };
}

/** The generated files by their names. */
export function schemaFiles(): ReadonlyMap<string, string> {
  const outputs = [...OUTPUT_SCHEMAS].map(([command, schema]) =>
    [schemaFile(command), outputSchema(schema)] as const
  );
  const all = [["atmos-auth.schema.json", atmosAuthSchema()] as const, ...outputs];
  return new Map(all.map(([name, schema]) => [name, jsonText(schema)]));
}

if (import.meta.main) {
  for (const [name, text] of schemaFiles()) await Deno.writeTextFile(new URL(name, SCHEMA_DIRECTORY), text);
}

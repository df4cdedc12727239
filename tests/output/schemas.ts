/** What commands print for programs, held against `schema/` by a validator that is not ours. */
import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { OUTPUT_SCHEMAS, schemaFile } from "../../lib/output/schemas/mod.ts";
import { SCHEMA_DIRECTORY } from "../../scripts/schema.ts";

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const ajv = new Ajv2020({ strict: true, allErrors: true, formats: { "date-time": INSTANT } });
const validators = new Map<string, ValidateFunction>();

/** The words behind `atmos auth` of the command that a line runs, when its output has a schema. */
export function schemaCommand(words: readonly string[]): string | undefined {
  const named = words.filter((word) => !word.startsWith("-") && word !== "atmos" && word !== "auth");
  const known = [...OUTPUT_SCHEMAS.keys()].toSorted((a, b) => b.length - a.length);
  return known.find((command) => ` ${named.join(" ")} `.includes(` ${command} `));
}

/** Fails unless a text is a JSON document of the command's schema. */
export async function assertDocument(command: string, text: string): Promise<void> {
  const validate = validators.get(command) ?? ajv.compile(await readSchema(command));
  validators.set(command, validate);
  assert.ok(validate(JSON.parse(text)), `${command}: ${ajv.errorsText(validate.errors)}\n${text}`);
}

async function readSchema(command: string): Promise<object> {
  return JSON.parse(await Deno.readTextFile(new URL(schemaFile(command), SCHEMA_DIRECTORY)));
}

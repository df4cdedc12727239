import assert from "node:assert/strict";
import * as v from "valibot";
import { whoamiJson, type WhoamiView } from "../../lib/output/whoami.ts";
import { OUTPUT_SCHEMAS, schemaFile } from "../../lib/output/schemas/mod.ts";
import type { Document } from "../../lib/output/schemas/parts.ts";
import { outputSchema } from "../../scripts/schema.ts";
import { assertDocument, schemaCommand } from "./schemas.ts";

const NOBODY: WhoamiView = {
  identity: "a",
  kind: "aws/user",
  provider: undefined,
  realm: undefined,
  state: "absent",
  chain: [],
  principal: undefined,
  account: undefined,
  region: undefined,
  issuedAt: undefined,
  expiresAt: undefined,
  duration: undefined,
  verified: undefined,
  reason: undefined,
  advice: undefined,
  environment: {},
  paths: [],
};

/** Every part of a schema that is one itself. */
function* parts(schema: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof schema !== "object" || schema === null) return;
  if (!Array.isArray(schema)) yield { ...schema };
  for (const part of Object.values(schema)) yield* parts(part);
}

for (const [command, schema] of OUTPUT_SCHEMAS) {
  Deno.test(`the schema of \`${command}\` says what everything is, and that nothing else is there`, () => {
    const whole = outputSchema(schema);
    assert.match(whole.title ?? "", new RegExp(`^atmos (?:auth )?${command}`));
    assert.ok((whole.description ?? "").endsWith("."));
    for (const { type, properties, additionalProperties } of parts(whole)) {
      if (type === "object") assert.notEqual(additionalProperties ?? true, true);
      for (const [name, property] of Object.entries(properties ?? {})) {
        assert.match(property.description ?? "", /\.$/, name);
      }
    }
  });
}

Deno.test("assertDocument() refuses a member too many, one too few, and a moment that is none", async () => {
  await assertDocument("whoami", whoamiJson(NOBODY));
  await assertDocument("whoami", '{"status":"disabled","reason":"--identity=off"}');
  const whole = JSON.parse(whoamiJson(NOBODY));
  const { provider: _, ...less } = whole;
  for (const wrong of [{ ...whole, secret: "x" }, less, { ...whole, expiration: "soon" }, [], "x"]) {
    await assert.rejects(assertDocument("whoami", JSON.stringify(wrong)), assert.AssertionError);
  }
});

Deno.test("schemaCommand() finds the longest command in a line", () => {
  assert.equal(schemaCommand(["atmos", "auth", "list", "accounts", "--format=json"]), "list accounts");
  assert.equal(schemaCommand(["atmos-auth", "--verbose", "list"]), "list");
  assert.equal(schemaCommand(["atmos", "auth", "login"]), undefined);
});

Deno.test("schemaFile() joins words by hyphens", () => {
  assert.equal(schemaFile("list accounts"), "list-accounts.schema.json");
});

Deno.test("the type of a document is that of its schema, for reading only", () => {
  const schema = v.strictObject({ a: v.array(v.strictObject({ b: v.optional(v.string()) })) });
  type Expected = { readonly a: readonly { readonly b?: string | undefined }[] };
  // Each may stand for the other, or this file does not compile.
  const there: Document<typeof schema> = { a: [{ b: "x" }] } satisfies Expected;
  const back: Expected = there;
  // @ts-expect-error: documents are not changed
  assert.throws(() => Object.freeze(back.a).push({}), TypeError);
});

import assert from "node:assert/strict";
import { SCHEMA_DIRECTORY, schemaFiles } from "../../scripts/schema.ts";
import { IDENTITY_KINDS, PROVIDER_KINDS } from "../../lib/config/types.ts";
import { FILE, loadFiles } from "./setup.ts";

Deno.test("schema/ is what the schemas in lib/ say", async () => {
  const written = new Map<string, string>();
  for await (const { name } of Deno.readDir(SCHEMA_DIRECTORY)) {
    written.set(name, await Deno.readTextFile(new URL(name, SCHEMA_DIRECTORY)));
  }
  const generated = schemaFiles();
  assert.deepEqual([...written.keys()].sort(), [...generated.keys()].sort());
  for (const [name, text] of generated) assert.equal(written.get(name), text, "run `deno task schema`");
});

Deno.test("schema/atmos-auth.schema.json has every kind", () => {
  const text = schemaFiles().get("atmos-auth.schema.json") ?? "";
  for (const kind of [...PROVIDER_KINDS, ...IDENTITY_KINDS]) {
    assert.ok(text.includes(`"const": "${kind}"`), kind);
  }
});

for await (const { name } of Deno.readDir(new URL("../testdata/config/seed/", import.meta.url))) {
  Deno.test(`the manual's example ${name} loads without a problem`, async () => {
    const text = await Deno.readTextFile(new URL(`../testdata/config/seed/${name}`, import.meta.url));
    const env = {
      EMERGENCY_AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
      EMERGENCY_AWS_SECRET_ACCESS_KEY: "not-a-real-secret",
    };
    const loaded = await loadFiles({ [FILE]: text }, { env });
    assert.deepEqual(loaded.problems, []);
    const entries = [...loaded.auth.providers.values(), ...loaded.auth.identities.values()];
    assert.ok(entries.every(({ config }) => config !== undefined));
  });
}

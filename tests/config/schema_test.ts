import assert from "node:assert/strict";
import { SCHEMA_PATH, schemaText } from "../../scripts/schema.ts";
import { IDENTITY_KINDS, PROVIDER_KINDS } from "../../lib/config/types.ts";
import { FILE, loadFiles } from "./setup.ts";

Deno.test("schema/atmos-auth.schema.json is what the decoder's schemas say", async () => {
  assert.equal(await Deno.readTextFile(SCHEMA_PATH), schemaText(), "run `deno run -A scripts/schema.ts`");
});

Deno.test("schema/atmos-auth.schema.json has every kind", () => {
  const text = schemaText();
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

import assert from "node:assert/strict";
import { UNSTATED } from "../../lib/config/schema_parts.ts";
import { SECURITY_PATH, standings, withTrustTable } from "../../scripts/trust_table.ts";

Deno.test("SECURITY.md has the table of what an untrusted file may set (deno task schema)", async () => {
  const text = await Deno.readTextFile(SECURITY_PATH);
  assert.equal(withTrustTable(text), text);
});

Deno.test("every key of the schemas states what an untrusted file may do with it", () => {
  const all = [...standings()];
  assert.ok(all.length > 50);
  for (const [path, standing] of all) assert.notEqual(standing, UNSTATED, path);
});

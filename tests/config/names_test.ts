import assert from "node:assert/strict";
import { nameFault, nameIndex } from "../../lib/config/names.ts";

Deno.test("nameFault() lets names be that people use", () => {
  for (
    const name of [
      "prod",
      "core-root/terraform",
      "a.b",
      "Ünïcode",
      "two words",
      "user@host",
      `qu"ote`,
      "true",
      "-x",
    ]
  ) {
    assert.equal(nameFault(name, "identity"), undefined, name);
  }
});

Deno.test("nameFault() refuses off-words, control characters and tricks with paths", () => {
  const names = [
    "",
    " ",
    " a",
    "a\n",
    "a\u0000b",
    "a\u202eb",
    "False",
    "NO",
    "off",
    "0",
    ".",
    "..",
    "a/../b",
    "./a",
  ];
  for (const name of [...names, "~", "~root", "/etc", "a\\b", "x".repeat(201)]) {
    assert.equal(typeof nameFault(name, "identity"), "string", JSON.stringify(name));
  }
});

Deno.test("nameFault() keeps aws-user for users without a provider", () => {
  assert.equal(typeof nameFault("AWS-User", "provider"), "string");
  assert.equal(nameFault("aws-user", "identity"), undefined);
});

Deno.test("nameIndex() finds a name exactly, then in any case, and tells when several fit", () => {
  const index = nameIndex(["prod", "Prod", "Dev"]);
  assert.deepEqual(index.find("Prod"), { name: "Prod" });
  assert.deepEqual(index.find("DEV"), { name: "Dev" });
  assert.deepEqual(index.find("PROD"), { candidates: ["prod", "Prod"] });
  assert.deepEqual(index.find("nobody"), { candidates: [] });
});

import assert from "node:assert/strict";
import { type Lock, softwareBill } from "../../scripts/sbom.ts";

const SUBJECT = { name: "atmos", version: "1.2.3", license: "Apache-2.0", runtime: "2.9.6" };
/** SHA-512 of nothing, as `deno.lock` and as CycloneDX write it. */
const INTEGRITY =
  "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";
const HEX = "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce" +
  "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e";
const LOCK: Lock = {
  npm: {
    "@scope/a@1.0.0_b@2.0.0": {
      integrity: INTEGRITY,
      dependencies: ["b", "c@3.0.0"],
      optionalDependencies: ["d"],
    },
    "b@2.0.0": { integrity: INTEGRITY },
    "c@3.0.0": { integrity: INTEGRITY },
    "c@4.0.0": { integrity: INTEGRITY },
    "d@5.0.0": { integrity: INTEGRITY },
  },
};
const part = (name: string, version: string, license?: string) => ({ name, version, license });

Deno.test("softwareBill() describes each package by its address, its hash and its license", () => {
  const { components } = JSON.parse(
    softwareBill(SUBJECT, [part("@scope/a", "1.0.0", "MIT"), part("b", "2.0.0")], LOCK),
  );
  assert.deepEqual(components.slice(1), [
    {
      type: "library",
      "bom-ref": "pkg:npm/%40scope/a@1.0.0",
      group: "@scope",
      name: "a",
      version: "1.0.0",
      hashes: [{ alg: "SHA-512", content: HEX }],
      licenses: [{ expression: "MIT" }],
      purl: "pkg:npm/%40scope/a@1.0.0",
    },
    {
      type: "library",
      "bom-ref": "pkg:npm/b@2.0.0",
      name: "b",
      version: "2.0.0",
      hashes: [{ alg: "SHA-512", content: HEX }],
      purl: "pkg:npm/b@2.0.0",
    },
  ]);
});

Deno.test("softwareBill() names the dependencies that are in the program, by the version that is meant", () => {
  const parts = [part("c", "4.0.0"), part("b", "2.0.0"), part("c", "3.0.0"), part("@scope/a", "1.0.0")];
  const { dependencies } = JSON.parse(softwareBill(SUBJECT, parts, LOCK));
  assert.deepEqual(dependencies[1], {
    ref: "pkg:npm/%40scope/a@1.0.0",
    dependsOn: ["pkg:npm/b@2.0.0", "pkg:npm/c@3.0.0"],
  });
  assert.equal(dependencies[0].ref, "pkg:generic/atmos@1.2.3");
  assert.equal(dependencies[0].dependsOn.length, 5);
});

Deno.test("softwareBill() does not depend on the order in which packages are found", () => {
  const parts = [part("c", "4.0.0"), part("b", "2.0.0"), part("@scope/a", "1.0.0")];
  assert.equal(softwareBill(SUBJECT, parts.toReversed(), LOCK), softwareBill(SUBJECT, parts, LOCK));
});

Deno.test("softwareBill() refuses a package that deno.lock does not know", () => {
  assert.throws(
    () => softwareBill(SUBJECT, [part("b", "2.0.1")], LOCK),
    /b@2\.0\.1 is in the program and not in deno\.lock/,
  );
});

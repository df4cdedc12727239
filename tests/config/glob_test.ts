import assert from "node:assert/strict";
import { expandGlob, isGlob, matchesGlob } from "../../lib/config/glob.ts";
import { fakeHost } from "../fake_host.ts";

const { files } = fakeHost({
  files: {
    "/d/a.yaml": "",
    "/d/b.yml": "",
    "/d/.c.yaml": "",
    "/d/x+y.yaml": "",
    "/d/sub/a.yaml": "",
    "/d/sub/deep/z.yaml": "",
  },
  links: { "/d/sub/up": "/d", "/d/link.yaml": "/d/a.yaml" },
});
const expand = (pattern: string, from = "/d") => expandGlob(files, "linux", from, pattern);

Deno.test("expandGlob() reads *, ?, [abc] and {a,b} within a name", async () => {
  assert.deepEqual(await expand("*.yml"), ["/d/b.yml"]);
  assert.deepEqual(await expand("?.y{a,}ml"), ["/d/a.yaml", "/d/b.yml"]);
  assert.deepEqual(await expand("[!ab].*"), []);
  assert.deepEqual(await expand("[ab].*"), ["/d/a.yaml", "/d/b.yml"]);
  assert.deepEqual(await expand("x+*"), ["/d/x+y.yaml"]);
  assert.deepEqual(await expand("*/a.yaml"), ["/d/sub/a.yaml"]);
  assert.deepEqual(await expand("../d/b.*", "/d"), ["/d/b.yml"]);
});

Deno.test("expandGlob() reads ** as any number of directories, and follows no link there", async () => {
  assert.deepEqual(await expand("**/a.yaml"), ["/d/a.yaml", "/d/sub/a.yaml"]);
  assert.deepEqual(await expand("**/*"), [
    "/d/.c.yaml",
    "/d/a.yaml",
    "/d/b.yml",
    "/d/link.yaml",
    "/d/x+y.yaml",
    "/d/sub/a.yaml",
    "/d/sub/up",
    "/d/sub/deep/z.yaml",
  ]);
});

Deno.test("expandGlob() finds nothing where there is nothing, and survives brackets that close nowhere", async () => {
  assert.deepEqual(await expand("*.yaml", "/none"), []);
  assert.deepEqual(await expand("[a.yaml"), []);
  assert.deepEqual(await expand("[z-a].yaml"), []);
});

Deno.test("isGlob() tells a pattern from a path", () => {
  assert.deepEqual(["a.yaml", "a*.yaml", "a?", "[a]", "{a}"].map(isGlob), [false, true, true, true, true]);
});

Deno.test("matchesGlob() names the paths that expandGlob() finds", async () => {
  const paths = ["a.yaml", "x/a.yaml", "x/y/a.yaml", "x/_defaults.yaml", "_defaults.yaml", "x/b.yml"];
  const host = fakeHost({ files: Object.fromEntries(paths.map((path) => [`/w/${path}`, ""])) });
  for (
    const pattern of [
      "**/*",
      "**/_defaults.yaml",
      "*.yaml",
      "x/**/a.yaml",
      "x/*",
      "**/*.{yml,txt}",
      "[xz]/?.y*",
    ]
  ) {
    const found = await expandGlob(host.files, "linux", "/w", pattern);
    assert.deepEqual(
      paths.filter((path) => matchesGlob(path, pattern)).map((path) => `/w/${path}`).sort(),
      found.toSorted(),
      pattern,
    );
  }
  assert.equal(matchesGlob("x/a.yaml", "a.yaml"), false);
});

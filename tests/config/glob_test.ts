import assert from "node:assert/strict";
import fc from "fast-check";
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

/** What a pattern means, as a regular expression: right, and too slow for patterns of others. */
function patternSource(segment: string): string {
  const escape = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const sign = /\{([^{}]*)\}|\[(!?)([^[\]]+)\]|[*?]|[\\^$.+()|[\]{}]/g;
  const body = segment.replaceAll(sign, (found, words?: string, not?: string, set?: string) => {
    if (words !== undefined) return `(?:${words.split(",").map(escape).join("|")})`;
    if (set !== undefined) {
      return `(?!/)[${not === "!" ? "^" : ""}${set.replaceAll(/[\\^]/g, "\\$&")}]`;
    }
    return found === "*" ? "[^/]*" : found === "?" ? "[^/]" : `\\${found}`;
  });
  try {
    return new RegExp(body, "s").source;
  } catch (error) {
    assert.ok(error instanceof SyntaxError);
    return escape(segment);
  }
}

Deno.test("matchesGlob() means what the regular expression of a pattern means", () => {
  const segment = fc.array(
    fc.constantFrom(
      "a",
      "b",
      "-",
      ".",
      "*",
      "?",
      "[ab]",
      "[!a]",
      "[a-b]",
      "[b-a]",
      "{a,b}",
      "{ab,}",
      "[",
      "{",
      "^",
      "\\",
    ),
    { minLength: 1, maxLength: 5 },
  ).map((parts) => parts.join("")).filter((text) => text !== ".");
  const pattern = fc.array(fc.oneof(segment, fc.constant("**")), { minLength: 1, maxLength: 4 });
  const path = fc.array(fc.stringMatching(/^[ab.^[{\\-]{1,4}$/), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(pattern, path, (segments, names) => {
      const source = segments.map((one, at) => {
        const isLast = at === segments.length - 1;
        if (one === "**") return isLast ? ".*" : "(?:[^/]+/)*";
        return patternSource(one) + (isLast ? "" : "/");
      });
      const expected = new RegExp(`^${source.join("")}$`, "s").test(names.join("/"));
      assert.equal(matchesGlob(names.join("/"), segments.join("/")), expected, segments.join("/"));
    }),
    { numRuns: 5000 },
  );
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { newSearchBudget } from "../../lib/config/glob.ts";
import { manifestsMatching } from "../../lib/stacks/globs.ts";
import { extensionOf, matchesPattern } from "../../lib/stacks/patterns.ts";
import { isAuthError } from "../../lib/errors.ts";
import { fakeHost } from "../fake_host.ts";
import { componentOf, plain } from "./setup.ts";

/** What a pattern finds of empty files below `/work/stacks`, in order. */
async function found(
  paths: readonly string[],
  pattern: string,
  links: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const { files } = fakeHost({
    files: Object.fromEntries(paths.map((path) => [`/work/stacks/${path}`, ""])),
    directories: ["/work/stacks"],
    links,
  });
  const grounds = { files, os: "linux", basePath: "/work", budget: newSearchBudget() } as const;
  const all = await manifestsMatching(grounds, "/work/stacks", pattern);
  return all.map((path) => path.slice("/work/stacks/".length));
}

const TREE = ["catalog/a/1.yaml", "catalog/a/x/2.yaml", "catalog/b/3.yaml", "catalog/z.yaml", "other/4.yaml"];

Deno.test("a directory's files come before what is below it, and directories by name, each as a whole", async () => {
  assert.deepEqual(await found(TREE, "catalog/**/*.yaml"), [
    "catalog/z.yaml",
    "catalog/a/1.yaml",
    "catalog/a/x/2.yaml",
    "catalog/b/3.yaml",
  ]);
  assert.deepEqual(await found(TREE, "**/*.yaml"), ["catalog/z.yaml", ...TREE.slice(0, 3), "other/4.yaml"]);
  assert.deepEqual(await found(TREE, "catalog/*/*.yaml"), ["catalog/a/1.yaml", "catalog/b/3.yaml"]);
  assert.deepEqual(
    await found(TREE, "./other/../catalog/*.yaml"),
    ["other/../catalog/z.yaml"].map(() => "catalog/z.yaml"),
  );
});

Deno.test("of imports by a pattern the one that the walk comes to last wins", async () => {
  const manifest = (from: string) => `components: { terraform: { it: { vars: { from: ${from} } } } }\n`;
  const component = await componentOf(
    {
      "stacks/deploy/dev.yaml": "import: ['catalog/**/*']\nvars: { stage: dev }\n",
      ...Object.fromEntries(TREE.map((path) => [`stacks/${path}`, manifest(JSON.stringify(path))])),
    },
    "it",
    "dev",
  );
  assert.deepEqual(plain(component, "vars"), { stage: "dev", from: "catalog/b/3.yaml" });
});

Deno.test("a pattern with an extension of its own is taken as it is, and one without means .yaml", async () => {
  const manifest = (key: string) => `vars: { ${key}: 1 }\n`;
  const vars = async (item: string) => {
    const component = await componentOf(
      {
        "stacks/deploy/dev.yaml":
          `import: ['${item}']\nvars: { stage: dev }\ncomponents: { terraform: { it: {} } }\n`,
        "stacks/catalog/service-1.yaml": manifest("one"),
        "stacks/catalog/service-2.yml": manifest("two"),
        "stacks/catalog/service-10.yaml": manifest("ten"),
        "stacks/catalog/README.md": "# not a manifest\n",
      },
      "it",
      "dev",
    );
    const { stage: _, ...others } = Object(plain(component, "vars"));
    return Object.keys(others).sort();
  };
  assert.deepEqual(await vars("catalog/service-?.*"), ["one", "two"]);
  assert.deepEqual(await vars("catalog/*.*"), ["one", "ten", "two"]);
  assert.deepEqual(await vars("catalog/*"), ["one", "ten"]);
  assert.deepEqual(await vars("catalog/*.yml"), ["two"]);
});

Deno.test("a pattern that leads to a template is refused by the template's name", async () => {
  const files = {
    "stacks/deploy/dev.yaml":
      "import: ['catalog/*.*']\nvars: { stage: dev }\ncomponents: { terraform: { it: {} } }\n",
    "stacks/catalog/x.yaml.tmpl": "vars: { x: '{{ .y }}' }\n",
  };
  await assert.rejects(componentOf(files, "it", "dev"), {
    code: "config-invalid",
    message: "Cannot use the stack manifest /work/stacks/deploy/dev.yaml: it imports " +
      "/work/stacks/catalog/x.yaml.tmpl, which is a template, and templates are not rendered",
  });
});

Deno.test("** follows links to directories of the project, and none that lead back up or out of it", async () => {
  const links = {
    "/work/stacks/catalog/linked": "/work/shared",
    "/work/stacks/catalog/up": "/work/stacks",
    "/work/stacks/catalog/out": "/elsewhere",
    "/work/shared/self": "/work/shared",
  };
  const paths = ["catalog/a.yaml", "../shared/s.yaml", "../../elsewhere/e.yaml"];
  for (const pattern of ["**/*.yaml", "catalog/**/*.yaml"]) {
    assert.deepEqual(await found(paths, pattern, links), ["catalog/a.yaml", "catalog/linked/s.yaml"]);
  }
});

Deno.test("matchesPattern() reads the signs as Atmos does", () => {
  const cases: readonly (readonly [pattern: string, yes: readonly string[], no: readonly string[]])[] = [
    ["**/_defaults.yaml", ["_defaults.yaml", "a/b/_defaults.yaml"], ["a_defaults.yaml", "_defaults.yml"]],
    ["a/*.yaml", ["a/.yaml", "a/.hidden.yaml"], ["a/b/c.yaml", "b.yaml"]],
    ["a/**", ["a/b", "a/b/c"], ["b/a"]],
    ["[!a-c]?.*", ["d1.yaml", "-x."], ["a1.yaml", "d.yaml", "/x.y"]],
    ["[^ab]", ["c", "^"], ["a", "b", "/"]],
    ["{a,b{1,2}}.yaml", ["a.yaml", "b1.yaml", "b2.yaml"], ["b.yaml", "{a.yaml"]],
    ["{a,b/c}/x", ["a/x", "b/c/x"], ["b/x"]],
    ["\\*\\[.yaml", ["*[.yaml"], ["a[.yaml"]],
    ["[z-a]", [], ["z", "a", "-"]],
    ["a[", ["a["], ["a"]],
    ["{a", ["{a"], ["a"]],
  ];
  for (const [pattern, yes, no] of cases) {
    for (const path of yes) assert.equal(matchesPattern(path, pattern), true, `${pattern} ${path}`);
    for (const path of no) assert.equal(matchesPattern(path, pattern), false, `${pattern} ${path}`);
  }
  assert.deepEqual(["a.b/*", "a/service-?.*", "*.*", "x"].map(extensionOf), ["", ".*", ".*", ""]);
});

const name = fc.constantFrom("a", "b", "ab", "a.yaml", "b.yaml", ".c");
const part = fc.constantFrom(
  "**",
  "*",
  "?",
  "a",
  "b*",
  "[ab]",
  "[!a]*",
  "{a,b}",
  "*.yaml",
  "{a,b/a}",
  "{b,a/**}",
);

Deno.test("what is found is what matches, each once, and nothing else", async () => {
  await fc.assert(fc.asyncProperty(
    fc.uniqueArray(fc.array(name, { minLength: 1, maxLength: 4 }), {
      selector: (parts) => parts.join("/"),
      maxLength: 8,
    }),
    fc.array(part, { minLength: 1, maxLength: 4 }),
    async (files, parts) => {
      const paths = files.map((file) => file.join("/"));
      // A file cannot be a directory, too.
      fc.pre(!paths.some((one) => paths.some((other) => other.startsWith(`${one}/`))));
      const pattern = parts.join("/");
      const all = await found(paths, pattern);
      assert.deepEqual([...all].sort(), paths.filter((path) => matchesPattern(path, pattern)).sort());
    },
  ));
});

Deno.test("no pattern is too odd to be asked", () => {
  const sign = fc.constantFrom(..."*?[]{},!^-\\/.ab".split(""), "**/");
  fc.assert(
    fc.property(fc.array(sign, { maxLength: 30 }), fc.array(sign, { maxLength: 6 }), (pattern, path) => {
      assert.equal(typeof matchesPattern(path.join(""), pattern.join("")), "boolean");
    }),
  );
});

Deno.test("a pattern of many stars is answered at once, and one of many `**` ends at the limit of a search", async () => {
  const name = "a".repeat(200);
  assert.equal(matchesPattern(name, `${"*a".repeat(60)}b`), false);
  assert.equal(matchesPattern(name, `${"?*a*".repeat(40)}`), true);
  const deep = `${"d/".repeat(18)}x.yaml`;
  assert.deepEqual(await found([deep], `${"**/".repeat(15)}*.yaml`), [deep]);
  const { files } = fakeHost({ files: { "/work/stacks/a.yaml": "" } });
  const budget = newSearchBudget();
  const grounds = { files, os: "linux", basePath: "/work", budget } as const;
  const search = async () => {
    while (true) await manifestsMatching(grounds, "/work/stacks", "*.yaml");
  };
  budget.steps = Number.MAX_SAFE_INTEGER;
  await assert.rejects(search(), (error) => isAuthError(error, "config-invalid"));
});

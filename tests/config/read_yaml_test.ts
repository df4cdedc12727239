import assert from "node:assert/strict";
import fc from "fast-check";
import { readYaml, readYamlValue } from "../../lib/config/read_yaml.ts";
import { parseYaml, parseYamlValue } from "../../lib/config/yaml.ts";
import { readSimpleYaml } from "../../lib/config/yaml_simple.ts";
import { LIMITS } from "../../lib/limits.ts";

const ROOT = new URL("../../", import.meta.url);

/** Fails unless a text is read as by the library alone: values, places, marks, and what is wrong where. */
async function assertSame(text: string): Promise<void> {
  assert.deepEqual(await readYaml(text, "/a.yaml"), parseYaml(text, "/a.yaml"), text.slice(0, 2000));
  assert.deepEqual(
    await readYamlValue(text, "/a.yaml"),
    parseYamlValue(text, "/a.yaml"),
    text.slice(0, 2000),
  );
}

/** The YAML files below a directory. */
async function filesBelow(directory: URL): Promise<readonly URL[]> {
  const found: URL[] = [];
  for await (const { name, isDirectory, isFile } of Deno.readDir(directory)) {
    if (isDirectory && !["node_modules", ".git", "dist"].includes(name)) {
      found.push(...await filesBelow(new URL(`${name}/`, directory)));
    } else if (isFile && /\.ya?ml$/.test(name)) found.push(new URL(name, directory));
  }
  return found.sort((a, b) => (a.href < b.href ? -1 : 1));
}

/** What an editor does to a file: lines go, come twice, move in, or break off. */
const EDITS: readonly ((lines: readonly string[], at: number) => readonly string[])[] = [
  (lines, at) => lines.toSpliced(at, 1),
  (lines, at) => lines.toSpliced(at, 0, lines[at] ?? ""),
  (lines, at) => lines.with(at, ` ${lines[at]}`),
  (lines, at) => lines.with(at, `\t${lines[at]}`),
  (lines, at) => lines.with(at, (lines[at] ?? "").replace(/[:"'\]}]/, "")),
  (lines, at) => lines.with(at, `${lines[at]} "`),
  (lines, at) => lines.with(at, (lines[at] ?? "").slice(0, -2)),
];

Deno.test("readYaml() reads every YAML file of this repository as the library does, and most of them without it", async () => {
  const texts = await Promise.all((await filesBelow(ROOT)).map((file) => Deno.readTextFile(file)));
  for (const text of texts) await assertSame(text);
  const simple = texts.filter((text) => readSimpleYaml(text, "/a.yaml") !== undefined);
  assert.ok(texts.length > 70 && simple.length > texts.length * 0.9, `${simple.length} of ${texts.length}`);
});

Deno.test("readYaml() says of an edited file what the library says, at the same places", async () => {
  const texts = await Promise.all((await filesBelow(ROOT)).map((file) => Deno.readTextFile(file)));
  const short = texts.map((text) => text.split("\n")).filter((lines) => lines.length < 300);
  const seen = { wrong: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...short),
      fc.constantFrom(...EDITS),
      fc.nat(),
      async (lines, edit, at) => {
        const text = edit(lines, at % lines.length).join("\n");
        await assertSame(text);
        if (parseYaml(text, "/a.yaml").issues.length > 0) seen.wrong += 1;
      },
    ),
    { numRuns: 1500 },
  );
  assert.ok(seen.wrong > 150, `${seen.wrong} texts were wrong`);
});

const WRONG: Readonly<Record<string, string>> = {
  "a key that stands twice": "a:\n  b: 1\n  c: 2\n  b: 3\n",
  "an unknown alias": "a: 1\nb: *none\n",
  "an alias of what contains it": "a: &a { b: *a }\n",
  "a merge of a text": "a: 1\nb: { <<: x }\n",
  "a complex key": "a: 1\n? [b]\n: c\n",
  "a tab": "a:\n\tb: 1\n",
  "a second document": "a: 1\n---\nb: 2\n",
  "a list at the top": "- a\n",
  "a quote that does not end": 'a: 1\nb: "c\n',
  "a bracket that does not end": "a: 1\nb: [c\n",
  "a colon too much": "a: b: c\n",
};

for (const [name, text] of Object.entries(WRONG)) {
  Deno.test(`readYaml() reports ${name} where the library does`, async () => {
    await assertSame(text);
    assert.ok(parseYaml(text, "/a.yaml").issues.length > 0);
  });
}

const BEYOND: Readonly<Record<string, () => string>> = {
  fileLines: () => `a: 1\n${"\n".repeat(LIMITS.fileLines.most)}`,
  fileMarks: () => `a: [${"1,".repeat(LIMITS.fileMarks.most / 2)}]\n`,
  nestingDepth: () => {
    const depth = LIMITS.nestingDepth.most + 1;
    return Array.from({ length: depth }, (_, at) => `${" ".repeat(at)}a:`).join("\n") + " 1\n";
  },
};

for (const [name, text] of Object.entries(BEYOND)) {
  Deno.test(`readYaml() keeps the limit ${name}`, async () => {
    const { root, issues } = await readYaml(text(), "/a.yaml");
    assert.equal(root.entries.size, 0);
    assert.deepEqual(issues.map(({ severity, path }) => [severity, path]), [["error", undefined]]);
    await assertSame(text());
  });
}

Deno.test("readYaml() reads a large text, and finds the key that stands in it twice", async () => {
  const lines = Array.from({ length: 3_000 }, (_, at) => `  key-${at}: { kind: a, via: { b: c } }`);
  const text = `top:\n${lines.join("\n")}\n`;
  assert.deepEqual(await readYaml(text, "/a.yaml"), { ...readSimpleYaml(text, "/a.yaml"), issues: [] });
  const { root, issues } = await readYaml(`${text}  key-7: again\n`, "/a.yaml");
  assert.equal(root.type, "map");
  assert.deepEqual(issues.map(({ code, at }) => [code, at.line]), [["duplicate-key", 3_002]]);
});

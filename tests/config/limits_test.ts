import assert from "node:assert/strict";
// @ts-types="yaml/types"
import { LineCounter } from "yaml";
import { checkChains } from "../../lib/chain/check.ts";
import { expandGlob, matchesGlob, newSearchBudget } from "../../lib/config/glob.ts";
import { matches, namePattern } from "../../lib/config/glob_match.ts";
import { mergeMaps } from "../../lib/config/merge.ts";
import { newSpent, spendOnMerging } from "../../lib/config/spent.ts";
import type { AuthConfig, Problem } from "../../lib/config/types.ts";
import { parseYaml } from "../../lib/config/yaml.ts";
import { readDocument } from "../../lib/config/yaml_document.ts";
import { isAuthError } from "../../lib/errors.ts";
import { type LimitName, LIMITS, overLimit } from "../../lib/limits.ts";
import { validationText } from "../../lib/output/validate.ts";
import { styleOf } from "../../lib/output/style.ts";
import { fakeHost } from "../fake_host.ts";
import { FILE, loadFiles, loadText } from "./setup.ts";

const most = (name: LimitName): number => LIMITS[name].most;
const times = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("");

/** The codes of the problems that take all out of use, with their reasons. */
const wholeOf = (problems: readonly Problem[]) =>
  problems.filter(({ blocks, about }) => blocks && about === undefined).map((
    { code, reason },
  ) => [code, reason]);

const issuesOf = (text: string) => parseYaml(text, FILE).issues.map(({ code, reason }) => [code, reason]);

const user = (index: number) => `    u${index}: { kind: aws/user }\n`;

Deno.test("a configuration file of 16 MiB is read, one that is a byte larger is refused", async () => {
  const text = `auth: {} # ${"x".repeat(most("fileBytes") - 11)}`;
  assert.equal(text.length, most("fileBytes"));
  assert.deepEqual(wholeOf((await loadText(text)).problems), []);
  assert.deepEqual(wholeOf((await loadText(`${text}x`)).problems), [
    ["file-too-large", "it is larger than 16 MiB, the limit for a file"],
  ]);
});

/** Two marks for the key, two brackets, and two for each item with its comma. */
const markedList = (marks: number) => `a: [${"x,".repeat((marks - 4) / 2)}]\n`;
/** A tag and an anchor more: the library reads this, not our own reader. */
const markedTag = (marks: number) => `a: !!seq &a [${"x,".repeat((marks - 6) / 2)}]\n`;

for (const [reader, text] of [["our reader", markedList], ["the library", markedTag]] as const) {
  Deno.test(`parseYaml() reads 500,000 keys, values and marks, and no more (${reader})`, () => {
    const atLimit = text(most("fileMarks"));
    assert.equal(parseYaml(atLimit, FILE).marks, most("fileMarks"));
    assert.deepEqual(issuesOf(atLimit), []);
    assert.deepEqual(issuesOf(text(most("fileMarks") + 2)), [["file-too-large", overLimit("fileMarks")]]);
  });
}

Deno.test("parseYaml() reads a million lines, and no more", () => {
  assert.deepEqual(issuesOf(`a: 1${"\n".repeat(most("fileLines") - 1)}`), []);
  assert.deepEqual(issuesOf(`a: 1${"\n".repeat(most("fileLines"))}`), [[
    "file-too-large",
    overLimit("fileLines"),
  ]]);
});

Deno.test("parseYaml() reads 100 levels, and no more, however they are written", () => {
  const ways: readonly ((levels: number) => string)[] = [
    (levels) => `a: ${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}\n`,
    (levels) => `${"{ a: ".repeat(levels)}${"}".repeat(levels)}\n`,
    (levels) => times(levels, (level) => `${" ".repeat(level)}a:\n`),
    (levels) => `a:\n  ${"- ".repeat(levels - 1)}x\n`,
  ];
  for (const way of ways) {
    assert.deepEqual(issuesOf(way(most("nestingDepth"))), [], way(3));
    assert.deepEqual(
      issuesOf(way(most("nestingDepth") + 2)),
      [["nesting", overLimit("nestingDepth")]],
      way(3),
    );
  }
});

Deno.test("parseYaml() lets aliases stand for 100,000 values, and no more", () => {
  const text = (aliases: number) => `a: &a [${"x,".repeat(999)}]\nb: [${"*a ,".repeat(aliases)}]\n`;
  assert.deepEqual(issuesOf(text(most("aliasedValues") / 1000)), []);
  assert.deepEqual(issuesOf(text(most("aliasedValues") / 1000 + 1)), [["alias", overLimit("aliasedValues")]]);
});

Deno.test("parseYaml() reports 1,000 duplicate keys; with one more the file is not used", () => {
  const text = (duplicates: number) => "a: 1\n".repeat(duplicates + 1);
  assert.equal(issuesOf(text(most("fileIssues"))).length, most("fileIssues"));
  assert.deepEqual(issuesOf(text(most("fileIssues") + 1)).at(-1), ["more-issues", overLimit("fileIssues")]);
});

Deno.test("readDocument() stops after twenty mistakes, and at the second document", () => {
  const read = (text: string) => readDocument(text, new LineCounter());
  for (const piece of ["]", ",", '"a" ', "*a "]) {
    // The library notes a stop once more at each level that it leaves.
    const { length } = read(`a: [1, ${piece.repeat(100_000)}`).faults;
    assert.ok(length >= 20 && length < 20 + most("nestingDepth"), `${piece}: ${length}`);
  }
  for (const piece of ["---\n", "---\na: 1\n", "a: 1\n...\n"]) {
    const { marks, second } = read(piece.repeat(100_000));
    assert.ok(second !== undefined && marks < 10, `${piece}: ${marks}`);
  }
});

Deno.test("loadConfig() reads 32 MiB of files, and no more", async () => {
  const half = most("totalBytes") / 2;
  const main = "import: [a.yaml, b.yaml]\n";
  const files = (more: number) => ({
    [FILE]: main,
    "/work/a.yaml": "#".repeat(half),
    "/work/b.yaml": "#".repeat(half - main.length + more),
  });
  assert.deepEqual(wholeOf((await loadFiles(files(0))).problems), []);
  assert.deepEqual(wholeOf((await loadFiles(files(1))).problems), [[
    "limit-reached",
    overLimit("totalBytes"),
  ]]);
});

Deno.test("loadConfig() counts keys, values and marks each time that a file is imported", async () => {
  const main = `import: [${"a.yaml, ".repeat(4)}b.yaml]\n`;
  const own = parseYaml(main, FILE).marks;
  const rest = most("totalMarks") - 4 * most("fileMarks");
  assert.equal(rest, 0);
  const part = most("fileMarks") - 100;
  const last = most("totalMarks") - own - 4 * part;
  const files = (more: number) => ({
    [FILE]: main,
    "/work/a.yaml": markedList(part),
    "/work/b.yaml": markedList(last - last % 2 + more),
  });
  assert.deepEqual(wholeOf((await loadFiles(files(0))).problems), []);
  assert.deepEqual(wholeOf((await loadFiles(files(2))).problems), [[
    "limit-reached",
    overLimit("totalMarks"),
  ]]);
});

Deno.test("loadConfig() follows 5,000 imports and files, and no more", async () => {
  const text = (imports: number) => `import: [${"none.yaml, ".repeat(imports)}]\n`;
  assert.deepEqual(wholeOf((await loadText(text(most("files") - 1))).problems), []);
  assert.deepEqual(wholeOf((await loadText(text(most("files")))).problems), [[
    "limit-reached",
    overLimit("files"),
  ]]);
});

Deno.test("loadConfig() follows imports and includes ten files deep, and no deeper", async () => {
  const chain = (first: string, line: (next: number) => string, depth: number) =>
    Object.fromEntries([
      [FILE, first],
      ...Array.from(
        { length: depth },
        (_, at) => [`/work/f${at + 1}.yaml`, at + 1 === depth ? "{}\n" : line(at + 2)] as const,
      ),
    ]);
  const imports = (depth: number) =>
    loadFiles(chain("import: [f1.yaml]\n", (next) => `import: [f${next}.yaml]\n`, depth));
  assert.deepEqual((await imports(most("importDepth"))).problems, []);
  assert.deepEqual(
    (await imports(most("importDepth") + 1)).problems.map(({ code, reason }) => [code, reason]),
    [["deep-import", `f11.yaml is not imported: ${overLimit("importDepth")}`]],
  );
  const includes = (depth: number) =>
    loadFiles(chain("auth: !include f1.yaml\n", (next) => `!include f${next}.yaml\n`, depth));
  assert.deepEqual((await includes(most("importDepth"))).problems, []);
  assert.deepEqual(
    (await includes(most("importDepth") + 1)).problems.map(({ code, reason }) => [code, reason]),
    [
      ["include-failed", `cannot include /work/f11.yaml: ${overLimit("importDepth")}`],
    ],
  );
});

Deno.test("merging may move 20,000,000 entries, and no more", () => {
  const spent = newSpent();
  spendOnMerging(spent, most("mergedEntries"));
  assert.throws(
    () => spendOnMerging(spent, 1),
    (error) => isAuthError(error, "config-invalid") && error.message.includes(overLimit("mergedEntries")),
  );
});

Deno.test("mergeMaps() tells how many entries it moves, at every depth", () => {
  const read = (text: string) => parseYaml(text, FILE).root;
  const moved: number[] = [];
  const options = { foldCase: true, onMove: (entries: number) => void moved.push(entries) };
  mergeMaps(
    read("a: { b: 1, c: 2 }\nd: 3\ncommands: [{ name: a }]\n"),
    read("a: { e: 4 }\ncommands: [{ name: b }]\n"),
    options,
  );
  assert.deepEqual(moved, [5, 3, 2]);
});

const tree = fakeHost({
  files: Object.fromEntries(Array.from({ length: 5 }, (_, at) => [`/d/s${at}/a.yaml`, ""])),
});

Deno.test("expandGlob() uses up a budget that all searches share, lists each directory once, and ends beyond it", async () => {
  const counted = { lists: 0 };
  const files = {
    ...tree.files,
    list: (path: string) => {
      counted.lists += 1;
      return tree.files.list(path);
    },
  };
  const budget = newSearchBudget();
  const search = () => expandGlob(files, "linux", "/d", "**/*", budget);
  assert.equal((await search()).length, 5);
  assert.equal(counted.lists, 6);
  const first = budget.steps;
  const all = 2000 * most("globEntries");
  budget.steps = all - first;
  budget.listings.clear();
  assert.equal((await search()).length, 5);
  budget.steps = all - first + 1;
  budget.listings.clear();
  await assert.rejects(
    search(),
    (error) => isAuthError(error, "config-invalid") && error.message.includes(overLimit("globEntries")),
  );
});

Deno.test("expandGlob() ends in a circle of links", async () => {
  const links = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`/s/l${at}`, "/s"]));
  const { files } = fakeHost({ links, directories: ["/s"] });
  const budget = { ...newSearchBudget(), steps: 1900 * most("globEntries") };
  await assert.rejects(
    expandGlob(files, "linux", "/s", "*/*/*/*/*/*/*/*/*.yaml", budget),
    (error) => isAuthError(error, "config-invalid") && error.message.includes(overLimit("globEntries")),
  );
  assert.ok(budget.listings.size < 1100);
});

Deno.test("a pattern that is not followed takes the configuration out of use", async () => {
  const pattern = `${"*a".repeat(3000)}.yaml`;
  const { problems } = await loadText(
    `import: ["${pattern}"]\nauth: { identities: { a: { kind: aws/user } } }\n`,
  );
  assert.deepEqual(wholeOf(problems), [[
    "limit-reached",
    `Cannot follow the pattern "${pattern.slice(0, 80)}...": ${overLimit("patternLength")}`,
  ]]);
});

Deno.test("a pattern has 4,096 characters, and no more", async () => {
  const longest = "*".repeat(most("patternLength"));
  assert.deepEqual(await expandGlob(tree.files, "linux", "/d/s0", longest), ["/d/s0/a.yaml"]);
  await assert.rejects(
    expandGlob(tree.files, "linux", "/d", `${longest}*`),
    (error) => isAuthError(error, "config-invalid") && error.message.includes(overLimit("patternLength")),
  );
  assert.throws(() => matchesGlob("a", `${longest}*`), (error) => isAuthError(error, "config-invalid"));
});

Deno.test("matches() takes steps that grow with the length of the name times that of the pattern", () => {
  const stepsOf = (length: number) => {
    const counted = { steps: 0 };
    const pattern = namePattern(`?${"*a".repeat(length)}b`);
    assert.equal(matches("a".repeat(2 * length), pattern, (steps) => void (counted.steps += steps)), false);
    return counted.steps;
  };
  assert.ok(stepsOf(100) <= 201 * 203);
  assert.ok(stepsOf(200) <= 4.1 * stepsOf(100));
});

Deno.test("20,000 providers and identities are read, and no more", async () => {
  const text = (count: number) => `auth:\n  identities:\n${times(count, user)}`;
  assert.equal((await loadText(text(most("entries")))).auth.identities.size, most("entries"));
  const { auth, problems } = await loadText(text(most("entries") + 1));
  assert.equal(auth.identities.size, 0);
  assert.deepEqual(wholeOf(problems), [["limit-reached", overLimit("entries")]]);
});

const role = (name: string, via: string) =>
  `    ${name}: { kind: aws/assume-role, via: { ${via} }, principal: { assume_role: "arn:aws:iam::111122223333:role/R" } }\n`;
const chain = (length: number, name = "r") =>
  times(length, (at) => role(`${name}${at}`, at === 0 ? "provider: okta" : `identity: ${name}${at - 1}`));
const withOkta = (identities: string) =>
  `auth:\n  providers:\n    okta: { kind: aws/saml, region: us-east-1, url: "https://a.okta.com/b" }\n  identities:\n${identities}`;

Deno.test("a chain has 32 identities; those beyond are problems of their own", async () => {
  assert.deepEqual((await loadText(withOkta(chain(most("chainLength"))))).problems, []);
  const { auth, problems } = await loadText(withOkta(chain(most("chainLength") + 2)));
  assert.deepEqual(problems.map(({ code, reason, about }) => [code, reason, about?.name]), [
    ["chain-length", overLimit("chainLength"), "r32"],
    ["chain-length", overLimit("chainLength"), "r33"],
  ]);
  assert.equal(auth.identities.get("r31")?.config?.kind, "aws/assume-role");
  assert.equal(auth.identities.get("r32")?.config, undefined);
});

Deno.test("the length of a chain is the same in whatever order its identities stand, and a cycle has none", async () => {
  const lines = chain(40).trimEnd().split("\n").toReversed().join("\n");
  const { problems } = await loadText(withOkta(`${lines}\n`));
  assert.equal(problems.filter(({ code }) => code === "chain-length").length, 8);
  const cycle = times(50, (at) => role(`c${at}`, `identity: c${(at + 1) % 50}`));
  assert.deepEqual((await loadText(withOkta(cycle))).problems.map(({ code }) => code), ["cycle"]);
});

/** How often planning every chain looks up an identity, and goes through all of them. */
async function workOf(
  text: string,
): Promise<{ readonly gets: number; readonly walks: number; readonly size: number }> {
  const { auth } = await loadText(text);
  const counted = { gets: 0, walks: 0 };
  class Counting extends Map<string, NonNullable<ReturnType<AuthConfig["identities"]["get"]>>> {
    override get(name: string) {
      counted.gets += 1;
      return super.get(name);
    }
    override values() {
      counted.walks += 1;
      return super.values();
    }
  }
  const identities = new Counting(auth.identities);
  checkChains({ ...auth, identities });
  return { ...counted, size: auth.identities.size };
}

Deno.test("planning every chain looks at each identity a bounded number of times", async () => {
  const groups = (count: number) => withOkta(times(count, (at) => chain(most("chainLength"), `g${at}x`)));
  const [small, large] = [await workOf(groups(5)), await workOf(groups(20))];
  assert.equal(large.size, 4 * small.size);
  assert.ok(large.gets <= 4 * small.gets);
  const one = await workOf(withOkta(chain(3000)));
  assert.ok(one.gets < 10 * one.size, `${one.gets} looks at ${one.size} identities`);
});

Deno.test("the permission set that roles start from is looked for once, not once for each role", async () => {
  const text = `auth:\n  providers:\n    sso: { kind: aws/iam-identity-center, region: us-east-1, ` +
    `start_url: "https://a.awsapps.com/start" }\n  identities:\n    base: { kind: aws/permission-set, ` +
    `via: { provider: sso }, principal: { name: A, account: { name: b } } }\n` +
    times(200, (at) => role(`r${at}`, "provider: sso"));
  assert.ok((await workOf(text)).walks < 5);
});

Deno.test("a name has 200 characters, and a value 131,072, and no more", async () => {
  const named = (length: number) =>
    loadText(`auth: { identities: { ${"n".repeat(length)}: { kind: aws/user } } }\n`);
  assert.deepEqual((await named(most("nameLength"))).problems, []);
  assert.deepEqual((await named(most("nameLength") + 1)).problems.map(({ reason }) => reason), [
    overLimit("nameLength"),
  ]);
  const valued = (length: number) =>
    loadText(`auth: { identities: { a: { kind: aws/user, env: { A: ${"v".repeat(length)} } } } }\n`);
  assert.deepEqual((await valued(most("valueLength"))).problems, []);
  assert.deepEqual(
    (await valued(most("valueLength") + 1)).problems.map(({ code, path, reason }) => [code, path, reason]),
    [
      ["value-too-long", "auth.identities.a.env.A", overLimit("valueLength")],
    ],
  );
});

Deno.test("similar names are looked for 100 times; the unknown names beyond are reported without", async () => {
  const text = (count: number) =>
    withOkta(chain(3, "known") + times(count, (at) => role(`r${at}`, "identity: knwon1")));
  const { problems } = await loadText(text(most("suggestions") + 1));
  const hints = problems.filter(({ code }) => code === "unknown-reference").map(({ hint }) => hint ?? "");
  assert.equal(hints.length, most("suggestions") + 1);
  assert.equal(hints.filter((hint) => hint.startsWith("Did you mean")).length, most("suggestions"));
});

Deno.test("validationText() shows 100 problems, and how many more there are", async () => {
  const { problems } = await loadText(withOkta(times(150, (at) => role(`r${at}`, "identity: none"))));
  const shown = (count: number) =>
    validationText(
      { valid: false, files: [], problems: problems.slice(0, count), entries: [], origins: new Map() },
      styleOf({ color: false }),
      false,
    );
  assert.equal(shown(most("problemsShown")).match(/unknown|is not the name of/g)?.length, 100);
  assert.ok(!shown(most("problemsShown")).includes("more"));
  assert.match(
    shown(most("problemsShown") + 1),
    /^and 1 more: the first 100 are shown, --format json has all$/m,
  );
  assert.match(shown(150), /150 errors/);
});

/**
 * Stacks' values against `gopkg.in/yaml.v3` itself, with which Atmos reads them. It is fetched by the `go` of this
 * machine.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Raw, RawScalar } from "../../lib/config/raw.ts";
import { parseYaml } from "../../lib/config/yaml.ts";
import { goNumberText } from "../../lib/stacks/go_scalars.ts";
import { goManifest, isGoText } from "../../lib/stacks/go_values.ts";
import { inTemporary } from "../temporary.ts";
import { isInstalled, testIf } from "./program.ts";

const JUDGE = new URL("./yaml_go/", import.meta.url).pathname;
const SEED = 20261123;

/** A value with its type, as the judge shows it: `["int", "420"]`. */
type Shown = ShownScalar | readonly Shown[] | { readonly [key: string]: Shown };
type ShownScalar = readonly [type: string, value: string | number | bigint | boolean | null];
type Verdict = { readonly value: Shown } | { readonly error: string };

async function go(args: readonly string[], stdin?: string): Promise<string | undefined> {
  const child = new Deno.Command("go", {
    args: [...args],
    cwd: JUDGE,
    env: { GOFLAGS: "-mod=readonly -buildvcs=false", GOWORK: "off", GOTOOLCHAIN: "local" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin ?? ""));
  await writer.close();
  const { success, stdout } = await child.output();
  return success ? new TextDecoder().decode(stdout) : undefined;
}

async function missing(): Promise<string | undefined> {
  if (!await isInstalled("go")) return "go is not installed";
  const isThere = await go(["mod", "download", "gopkg.in/yaml.v3"]) !== undefined;
  return isThere ? undefined : "go cannot fetch gopkg.in/yaml.v3";
}

/** What yaml.v3 makes of documents, all in one process. */
async function judgedByGo(texts: readonly string[]): Promise<readonly Verdict[]> {
  return await inTemporary(async (root) => {
    assert.notEqual(await go(["build", "-o", `${root}/judge`, "."]), undefined, "the judge was built");
    const child = new Deno.Command(`${root}/judge`, { stdin: "piped", stdout: "piped" }).spawn();
    const writer = child.stdin.getWriter();
    const written = writer.write(new TextEncoder().encode(JSON.stringify(texts))).then(() => writer.close());
    const [{ stdout }] = await Promise.all([child.output(), written]);
    return JSON.parse(new TextDecoder().decode(stdout));
  });
}

/** What we make of a document; `undefined` where it is wrong. */
function ours(text: string): Shown | undefined {
  const { root, issues } = parseYaml(text, "/a.yaml");
  return issues.length > 0 ? undefined : shown(goManifest(root));
}

function shown(raw: Raw): Shown {
  switch (raw.type) {
    case "map":
      return Object.fromEntries([...raw.entries.values()].map(({ key, value }) => [key, shown(value)]));
    case "list":
      return raw.items.map(shown);
    case "scalar":
      return shownScalar(raw);
    default:
      throw new TypeError(`${raw.type} is no value`);
  }
}

function shownScalar(raw: RawScalar): Shown {
  const { value } = raw;
  if (value === null) return ["<nil>", null];
  if (typeof value === "boolean") return ["bool", value];
  if (typeof value === "string") return isGoText(raw) ? ["string", value] : ["time", value];
  return ["number", value];
}

/** The judge's word with numbers as they are held here. */
function held(verdict: Shown): Shown {
  if (isScalar(verdict)) return heldScalar(verdict);
  if (isList(verdict)) return verdict.map(held);
  return Object.fromEntries(Object.entries(verdict).map(([key, member]) => [key, held(member)]));
}

const isList = (of: Shown): of is readonly Shown[] => Array.isArray(of);
const isScalar = (of: Shown): of is ShownScalar => isList(of) && typeof of[0] === "string";

function heldScalar([type, value]: ShownScalar): ShownScalar {
  const text = String(value);
  switch (type) {
    case "int":
      return ["number", Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text)];
    case "float":
      return ["number", Number(text.replace("Inf", "Infinity"))];
    default:
      return [type, value];
  }
}

const TABLE: readonly string[] = [
  ..."000000000000000000000000000000000000000000000000000000000000000000000001 0644 -0644 +0644 00 0 -0 +1 08 089.5 012345678901 012345670123 111122223333 1_000 1__0 1_ _1 0_7"
    .split(
      " ",
    ),
  ..."0b101 -0b101 +0b1 0B1 0b 0b2 0b_1 0b-101 0b+1 -0b-1 0_b1".split(" "),
  ..."0x10 -0x10 +0x1f 0X1F 0x_f 0x 0x1p4 -0x -0X_F".split(" "),
  ..."0o17 -0o17 +0o17 0O17 0o8 0o-17 0o+7 -0o644 0o".split(" "),
  ...".5 -.5 +.5 .1_0 .1__0 ._1 .1_ .1_e5 .1e1_0 .e1 . .. 1. 1.5 1.50 1_0.5 1e3 1E3 1.5e+3 1e 1e400 1e-400 -1e400 1e6 1e5 1e21 -0.0"
    .split(" "),
  ..."123456.0 1234567.0 0.0001 0.00001 1.7976931348623157e308 5e-324 1e-7 100000000000000000000.5".split(
    " ",
  ),
  ..."9007199254740991 9007199254740992 9007199254740993 -9007199254740993".split(" "),
  ..."9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809".split(" "),
  ..."18446744073709551615 18446744073709551616 +9223372036854775808 0xffffffffffffffff 0x10000000000000000"
    .split(
      " ",
    ),
  ...".inf .Inf .INF +.inf -.inf -.INF .iNF .nan .NaN .NAN -.nan ~ null Null NULL nULL".split(" "),
  ..."true True TRUE tRUE false False FALSE yes Yes YES no No NO on On off OFF y Y n N".split(" "),
  ..."2026-11-23 2026-1-2 2026-02-30 2024-02-29 1900-02-29 0000-02-29 0001-01-01 -2026-01-02 2026-13-01"
    .split(" "),
  ..."2026-11-23T10:02:03Z 2026-11-23T1:2:3Z 2026-11-23t10:02:03Z 2026-11-23T10:02:03z 2026-11-23T10:02:03"
    .split(
      " ",
    ),
  ..."2026-11-23T10:02:03.120Z 2026-11-23T10:02:03.1234567891Z 2026-11-23T10:02:03,5Z 2026-11-23T10:02:03.Z"
    .split(" "),
  ..."2026-11-23T10:02:03+05:30 2026-11-23T10:02:03-00:30 2026-11-23T10:02:03+00:00 2026-11-23T10:02:03+24:60"
    .split(" "),
  ..."2026-11-23T24:00:00Z 2026-11-23T10:60:00Z 2026-11-23T10:02:60Z 2026-11-23T10:02:03+25:00".split(" "),
  "2026-11-23 10:02:03",
  "2026-11-23   1:2:3.5000",
  "2026-11-23 10:02:03Z",
  "2026-11-23 10:02:03 -5",
  "2026-11-23 10:02:03 +05:30",
  "2026-11",
  ..."190:20:30 1:2 = a 1h --1 + 1.2.3 10.0.0.0/16 t3.large 1,000 0x1,2".split(" "),
  ...[
    "!!str 0644",
    "!!int 0644",
    "!!int 0b11",
    "!!float 1",
    "!!float 0644",
    "!!float .5",
    "! 0644",
    "!!null ~",
  ],
  ...["!!bool true", "!!str 2026-11-23", "!!timestamp 2026-11-23", '"0644"', "'1_000'", '"2026-11-23"', '""'],
];

const GENERATED: readonly string[] = fc.sample(
  fc.oneof(
    fc.string({ unit: fc.constantFrom(..."0123456789_+-.eExXoObBaAfFT:Z"), minLength: 1, maxLength: 8 }),
    fc.stringMatching(/^[-+]?0?[bBoOxX]?[-+]?[0-7_]{1,22}$/),
    fc.stringMatching(/^[-+]?[0-9_]{0,20}\.?[0-9]{0,4}(?:[eE][-+]?[0-9]{1,3})?$/),
    fc.stringMatching(
      /^[0-9]{4}-[01]?[0-9]-[0-3]?[0-9](?:[Tt ][0-2]?[0-9]:[0-6]?[0-9]:[0-6]?[0-9](?:[.,][0-9]{1,11})?(?:Z|[-+][0-2][0-9]:[0-6][0-9])?)?$/,
    ),
    fc.stringMatching(/^[.~+-]?[iInNtTfFyY][a-zA-Z]{0,4}$/),
  ),
  { seed: SEED, numRuns: 800 },
);

const DOCUMENTS: readonly string[] = [
  "a: &a { x: 0644, y: 1_000 }\nb: { <<: *a, y: 0b1 }\n",
  "a: &a { x: 1, z: 01 }\nb: &b { x: 2, y: 0o2 }\nc: { <<: [*a, *b], z: 3 }\nd: { <<: [*b, *a] }\n",
  "a: &a\n  x: { p: 1, q: 2 }\nb:\n  x: { p: 0x3 }\n  <<: *a\n",
  'a: { "<<": { x: 010 } }\n',
  "a: &n 0644\nb: *n\nc: [*n, 010, [0x1f, 2026-11-23]]\n",
  "a: |\n  0644\nb: >-\n  1_000\nc: 1_0\n  2\nd:\ne: [ , 1]\n",
  "vars:\n  mode: 0644\n  list:\n    - 1_000\n    - on: 0b1\ncomponents:\n  terraform:\n    x:\n      vars: { y: .5 }\n",
];

const reason = await missing();

testIf(
  reason === undefined,
  reason ?? "",
  "goManifest() gives every scalar the value that Go's yaml.v3 gives it, and merges maps as it does",
  async () => {
    const documents = [...[...TABLE, ...GENERATED].map((text) => `a: ${text}\n`), ...DOCUMENTS];
    const verdicts = await judgedByGo(documents);
    const compared = documents.flatMap((document, index) => {
      const [verdict, mine] = [verdicts[index], ours(document)];
      if (verdict === undefined || "error" in verdict || mine === undefined) return [];
      assert.deepEqual(mine, held(verdict.value), document);
      return [document];
    });
    assert.ok(
      compared.length > documents.length * 0.95,
      `${compared.length} of ${documents.length} compared`,
    );
  },
);

testIf(
  reason === undefined,
  reason ?? "",
  "goNumberText() writes numbers as Go prints them",
  async () => {
    const texts = [...TABLE, ...GENERATED].filter((text) => !text.includes(" "));
    const verdicts = await judgedByGo(texts.map((text) => `a: ${text}\n`));
    const numbers = texts.filter((text, index) => {
      const verdict = verdicts[index];
      if (verdict === undefined || "error" in verdict) return false;
      const value = isScalar(verdict.value) || isList(verdict.value) ? undefined : verdict.value["a"];
      if (value === undefined || !isScalar(value)) return false;
      const isNumber = value[0] === "int" || value[0] === "float";
      assert.equal(goNumberText(text), isNumber ? value[1] : undefined, text);
      return isNumber;
    });
    assert.ok(numbers.length > 200, `${numbers.length} numbers`);
  },
);

/**
 * Configurations that would take the machine, as their own process with a heap of 400 MB: each ends with a verdict in our
 * words. The deadline is only a net; that work stays linear is counted in `tests/config/limits_test.ts`.
 */
import assert from "node:assert/strict";
import { LIMITS } from "../../lib/limits.ts";
import { startPipes } from "../host_deno/pipes.ts";
import { assertClear } from "./clear.ts";
import { isInstalled, testIf } from "./program.ts";
import { type Ran, startWorld, type World } from "./world.ts";

const NET = ["timeout", "-k", "1", "300"];
const HEAP = { DENO_V8_FLAGS: "--max-old-space-size=400" };

const times = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("");
const role = (name: string, via: string) =>
  `    ${name}: { kind: aws/assume-role, via: { ${via} }, principal: { assume_role: "arn:aws:iam::111122223333:role/R" } }\n`;
const GITHUB = `auth:
  providers:
    ci: { kind: github/oidc, region: us-east-1 }
  identities:
`;
const LARGEST = LIMITS.fileBytes.most;

interface Hostile {
  readonly name: string;
  readonly text: string;
  /** What else there is. */
  readonly prepare?: (world: World) => Promise<void>;
  readonly says: RegExp;
}

const WORDS = /it holds more than 500,000 keys, values and marks/;

const HOSTILE: readonly Hostile[] = [
  {
    name: "a chain of 1,000 identities",
    text: GITHUB + times(1000, (at) => role(`r${at}`, at === 0 ? "provider: ci" : `identity: r${at - 1}`)),
    says: /its chain has more than 32 identities/,
  },
  {
    name: "5,000 names that are unknown",
    text: GITHUB + times(5000, (at) => role(`role-${at}`, `identity: rolle-${at}`)),
    says: /"rolle-0" is not the name of an identity[^]*and 4900 more/,
  },
  {
    name: "100,000 keys that are unknown",
    text: GITHUB +
      times(5000, (at) => `    u${at}: { kind: aws/user, ${times(20, (key) => `regoin${key}: 1, `)} }\n`),
    says: /"regoin0" is not known here[^]*and 99900 more/,
  },
  { name: "300,000 keys that stand there twice", text: "a: 1\n".repeat(300_000), says: WORDS },
  { name: "100,000 brackets", text: `a: ${"[".repeat(100_000)}`, says: /nested deeper than 100 levels/ },
  {
    name: "100,000 maps inside each other",
    text: `a: ${"{a: ".repeat(100_000)}`,
    says: /nested deeper than 100 levels/,
  },
  { name: "100,000 lists on one line", text: "- ".repeat(100_000), says: /nested deeper than 100 levels/ },
  { name: "16 MiB of brackets", text: `a: ${"]".repeat(LARGEST - 4)}`, says: /this is not YAML/ },
  { name: "a list of 1,000,000 items", text: `a:\n${"- x\n".repeat(1_000_000 - 2)}`, says: WORDS },
  {
    name: "merges of a large map",
    text: `a: &a {${times(20_000, (at) => `k${at}: 1,`)}}\n${times(2000, (at) => `b${at}: { <<: *a }\n`)}`,
    says: /its aliases stand for more than 100,000 values/,
  },
  { name: "100,000 documents", text: "---\na: 1\n".repeat(100_000), says: /only the first document/ },
  {
    name: "a scalar of 16 MiB",
    text: `auth: { realm: "${"x".repeat(LARGEST - 20)}" }\n`,
    says: /it has more than 131,072 characters/,
  },
  { name: "16 MiB of comments", text: "#\n".repeat(LARGEST / 2), says: /it has more than 1,000,000 lines/ },
  {
    name: "a name of 1,000,000 characters",
    text: `auth:\n  identities:\n    ? ${"x".repeat(1_000_000)}\n    : { kind: aws/user }\n`,
    says: /a name cannot have more than 200 characters/,
  },
  {
    name: "100,000 imports",
    text: `import: [${"none.yaml, ".repeat(100_000)}]\n`,
    says: /more than 5,000 imports and files/,
  },
  {
    name: "100,000 includes",
    text: `a: [${"!include none.yaml, ".repeat(100_000)}]\n`,
    says: /more than 5,000 imports and files/,
  },
  {
    name: "a pattern that goes back over the name",
    text: `import: ["?${"*a".repeat(1000)}"]\n`,
    prepare: (world) => world.write(`${"a".repeat(200)}.yaml`, "{}\n"),
    says: /there is no such file/,
  },
  {
    name: "a file that is imported 4,000 times",
    text: `import: [${"many.yaml, ".repeat(4000)}]\n`,
    prepare: (world) => world.write("many.yaml", times(50_000, (at) => `k${at}: 1\n`)),
    says: /more than 2,000,000 keys, values and marks|too much to merge/,
  },
  {
    name: "1,000 files that import each other",
    text: "import: [c0.yaml]\n",
    prepare: async (world) => {
      for (let at = 0; at < 1000; at++) {
        await world.write(`c${at}.yaml`, `import: [c${(at + 1) % 1000}.yaml]\n`);
      }
    },
    says: /it is more than 10 files deep/,
  },
  {
    name: "6,000 files in .atmos.d",
    text: "{}\n",
    prepare: async (world) => {
      for (let at = 0; at < 6000; at++) await world.write(`.atmos.d/${at}.yaml`, "a: 1\n");
    },
    says: /more than 5,000 imports and files/,
  },
  {
    name: "directories that link to each other",
    text: 'import: ["s/*/*/*/*/*/*/*/*/*.yaml"]\n',
    prepare: async ({ home }) => {
      await Deno.mkdir(`${home}/s`);
      for (let at = 0; at < 10; at++) await Deno.symlink(`${home}/s`, `${home}/s/${at}`);
    },
    says: /the patterns lead through more than 2,000,000 files/,
  },
];

/** Runs in bounds. */
function run(world: World, words: readonly string[]): Promise<Ran> {
  return world.run(words, { under: NET, env: HEAP });
}

for (const { name, text, prepare, says } of HOSTILE) {
  Deno.test(`${name}: \`validate\` says what is wrong, and completion ends`, async () => {
    await using world = await startWorld();
    await world.write("atmos.yaml", text);
    await prepare?.(world);
    const ran = await run(world, ["auth", "validate"]);
    assert.ok(ran.code === 0 || ran.code === 2, `${ran.code}: ${ran.stderr}`);
    assert.match(ran.stdout + ran.stderr, says);
    assertClear(ran);
    const completed = await run(world, [
      "auth",
      "completion",
      "words",
      "--",
      "atmos",
      "auth",
      "login",
      "--identity",
      "",
    ]);
    assert.ok(completed.code === 0 || completed.code === 2, `${completed.code}: ${completed.stderr}`);
    assertClear(completed);
  });
}

Deno.test("10,000 identities side by side are valid, and listed", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", GITHUB + times(10_000, (at) => role(`r${at}`, "provider: ci")));
  const ran = await run(world, ["auth", "validate", "--format", "json"]);
  assert.deepEqual([ran.code, JSON.parse(ran.stdout).problems], [0, []]);
  const { stdout } = await run(world, ["auth", "list", "--format", "json"]);
  assert.equal(Object.keys(JSON.parse(stdout).identities).length, 10_000);
});

for (const device of ["/dev/zero", "/dev/urandom", "/dev/null"]) {
  Deno.test(`atmos.yaml that links to ${device} is refused by every command`, async () => {
    await using world = await startWorld();
    await Deno.symlink(device, `${world.home}/atmos.yaml`);
    for (const words of [["validate"], ["list"], ["env"], ["login"]]) {
      const ran = await run(world, ["auth", ...words]);
      assert.equal(ran.code, 2, ran.stderr);
      assert.match(
        ran.stdout + ran.stderr,
        /it is a device, a pipe or a socket, and only regular files are read/,
      );
    }
  });
}

const hasPipes = await isInstalled("mkfifo");

testIf(
  hasPipes,
  "mkfifo is not installed",
  "a pipe without a writer holds up nothing where a file is meant",
  async () => {
    await using world = await startWorld();
    await using pipes = startPipes();
    await pipes.fill(`${world.home}/pipe.yaml`, ":");
    await world.write("atmos.yaml", "import: [pipe.yaml]\nauth: { realm: !include pipe.yaml }\n");
    const ran = await run(world, ["auth", "validate"]);
    assert.equal(ran.code, 2);
    assert.match(ran.stdout, /it is a device, a pipe or a socket/);
  },
);

testIf(
  hasPipes,
  "mkfifo is not installed",
  "a device in the place of any other file is refused in words",
  async () => {
    await using world = await startWorld();
    await world.write(
      "atmos.yaml",
      `auth:
  providers:
    job: { kind: oidc/token, region: us-east-1, spec: { audience: sts.amazonaws.com, token_file: /dev/zero } }
  identities:
${role("deploy", "provider: job")}`,
    );
    const trusted = { ATMOS_TRUST_CONFIG: "true" };
    const token = await world.run(["auth", "login"], { under: NET, env: { ...HEAP, ...trusted } });
    assert.match(token.stderr, /Cannot read \/dev\/zero: it is a device, not a regular file/);
    const bundle = await world.run(["auth", "login"], {
      under: NET,
      env: { ...HEAP, ...trusted, AWS_CA_BUNDLE: "/dev/zero" },
    });
    assert.match(bundle.stderr, /\/dev\/zero/);
    assert.ok(token.code !== 0 && bundle.code !== 0);
  },
);

testIf(
  hasPipes,
  "mkfifo is not installed",
  "--config reads a pipe, standard input, and nothing endless",
  async () => {
    await using world = await startWorld();
    await using pipes = startPipes();
    const text = "auth: { identities: { only: { kind: aws/user } } }\n";
    await pipes.make(`${world.home}/named`, text);
    const named = await run(world, ["auth", "list", "--config", `${world.home}/named`]);
    assert.match(named.stdout, /only \(aws\/user\)/, named.stderr);
    const piped = await world.run(["auth", "list", "--config", "/dev/stdin"], {
      under: NET,
      env: HEAP,
      stdin: text,
    });
    assert.match(piped.stdout, /only \(aws\/user\)/, piped.stderr);
    await pipes.fill(`${world.home}/endless`, 'yes > "$1"');
    const endless = await run(world, ["auth", "list", "--config", `${world.home}/endless`]);
    assert.equal(endless.code, 2);
    assert.match(endless.stderr, /it is larger than 16 MiB, the limit for a file/);
    const device = await run(world, ["auth", "list", "--config", "/dev/zero"]);
    assert.equal(device.code, 2);
    assert.match(device.stderr, /it is a device, not a file or a pipe/);
  },
);

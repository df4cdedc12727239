/**
 * Configurations that nobody can work with: each a clear message and the right exit code, and no trace left.
 */
import assert from "node:assert/strict";
import { assertClear, assertFailed } from "./clear.ts";
import { snapshot } from "./sessions.ts";
import { chainedConfig, logIn, startWorld, type World } from "./world.ts";

const USING = [["whoami"], ["env"], ["exec", "--", "true"], ["login"]];

function cycleOf(length: number): string {
  const identity = (_: unknown, index: number) =>
    `    i${index}: { kind: aws/assume-role, via: { identity: i${(index + 1) % length} }, ` +
    `principal: { assume_role: "arn:aws:iam::999999999999:role/R" } }\n`;
  return `auth:\n  identities:\n${Array.from({ length }, identity).join("")}`;
}

interface BadConfig {
  readonly name: string;
  /** `undefined`: no file. */
  readonly content: string | Uint8Array | undefined;
  /** What every command that uses the configuration says; all of them are exit 2. */
  readonly says: RegExp;
  /** What `validate` says, when it is not the same on stdout. */
  readonly validate?: { readonly code: number; readonly says: RegExp };
}

const CONFIGS: readonly BadConfig[] = [
  {
    name: "no configuration",
    content: undefined,
    says: /^Error: Cannot find a configuration: there is no atmos\.yaml here or above\n/,
    validate: { code: 2, says: /^$/ },
  },
  {
    name: "an empty file",
    content: "",
    says: /^Error: Cannot choose an identity: the configuration has none\n/,
    validate: { code: 0, says: /holds no provider and no identity/ },
  },
  {
    name: "a file without `auth`",
    content: "stacks: { base_path: stacks }\n",
    says: /^Error: Cannot choose an identity: the configuration has none\n/,
    validate: { code: 0, says: /holds no provider and no identity/ },
  },
  {
    name: "`auth` that is a list",
    content: "auth: []\n",
    says: /auth[^]*expected a map, found a list|expected a map, found a list[^]*auth/,
  },
  { name: "YAML that does not parse", content: "auth:\n  providers: { a: [ }\n", says: /atmos\.yaml:2:\d+/ },
  {
    name: "tabs",
    content: "auth:\n\tproviders: {}\n",
    says: /a tab is used as indentation[^]*atmos\.yaml:2:1|atmos\.yaml:2:1[^]*a tab is used/,
  },
  {
    name: "a key that stands twice",
    content: "auth:\n  realm: a\n  realm: b\n",
    says:
      /atmos\.yaml:3:3[^]*"realm"[^]*second time, after line 2|"realm"[^]*second time, after line 2[^]*atmos\.yaml:3:3/,
  },
  {
    name: "a file of 17 MiB",
    content: `auth:\n# ${"x".repeat(17 * 1024 * 1024)}\n`,
    says: /it is larger than 16 MiB, the limit for a file/,
  },
  { name: "binary bytes", content: Uint8Array.of(0, 1, 2, 255, 254), says: /it is not text/ },
  {
    name: "another encoding",
    content: Uint8Array.of(0x61, 0x3a, 0x20, 0xe9, 0x0a),
    says: /it is not text in UTF-8/,
  },
  {
    name: "aliases of aliases",
    content: aliasBomb(),
    says: /its aliases stand for more than 100,000 values/,
  },
  { name: "20,000 brackets", content: `auth: ${"[".repeat(20_000)}\n`, says: /atmos\.yaml:1:/ },
];

function aliasBomb(): string {
  const levels = Array.from(
    "bcdefg",
    (name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdef"[index]}`).join(",")}]\n`,
  );
  return `a: &a [x,x,x,x,x,x,x,x,x]\n${levels.join("")}auth: {}\n`;
}

async function writeConfig(world: World, content: BadConfig["content"]): Promise<void> {
  if (typeof content === "string") await Deno.writeTextFile(`${world.home}/atmos.yaml`, content);
  else if (content !== undefined) await Deno.writeFile(`${world.home}/atmos.yaml`, content);
}

for (const { name, content, says, validate = { code: 2, says } } of CONFIGS) {
  Deno.test(`${name}: every command says so with exit 2, and writes nothing`, async () => {
    await using world = await startWorld();
    await writeConfig(world, content);
    const before = await snapshot(world.home);
    for (const words of USING) assertFailed(await world.run(["auth", ...words]), 2, says);
    const ran = await world.run(["auth", "validate"]);
    assert.equal(ran.code, validate.code, ran.stdout + ran.stderr);
    assert.match(ran.stdout, validate.says);
    assertClear(ran);
    assert.deepEqual(await snapshot(world.home), before);
    assert.equal(world.aws.requests().length, 0);
  });
}

Deno.test("a cycle of 500 identities is refused by `validate`, and for those in it alone", async () => {
  await using world = await startWorld();
  await world.write(
    "atmos.yaml",
    `${cycleOf(500)}    free: { kind: aws/user, credentials: { region: us-east-1 } }\n`,
  );
  const validate = await world.run(["auth", "validate"]);
  assert.equal(validate.code, 2);
  assert.match(
    validate.stdout,
    /atmos\.yaml:3:\d+ auth\.identities\.i0\.via\.identity\n +the chain never begins: i0 -> i1/,
  );
  for (const words of [["env"], ["login"], ["exec", "--", "true"]]) {
    const [command = "", ...rest] = words;
    assertFailed(
      await world.run(["auth", command, "--identity", "i77", ...rest]),
      2,
      /Cannot use the identity "i77": the chain never begins/,
    );
  }
  assert.match((await world.run(["auth", "list"])).stdout, /○ free \(aws\/user\)/);
  const free = await world.run(["auth", "env", "--identity", "free"], {
    env: { ATMOS_KEYRING_TYPE: "memory" },
  });
  assertFailed(free, 2, /Cannot use the identity "free": neither atmos\.yaml nor the keyring has keys/);
});

Deno.test("names with quotes work, names with line breaks and control characters are refused with these escaped", async () => {
  await using world = await startWorld();
  const quoted = `it's "dev" 100%`;
  const identity = (name: string) =>
    `    ${JSON.stringify(name)}:\n      kind: aws/permission-set\n      via: { provider: my-sso }\n` +
    `      principal: { name: AdminAccess, account: { id: "111122223333" } }\n`;
  await world.write(
    "atmos.yaml",
    chainedConfig(world.aws.startUrl, identity(quoted) + identity("two\nlines") + identity("red\u001b[31m")),
  );
  await logIn(world, ["--identity", quoted]);
  const env = await world.run(["auth", "env", "--identity", quoted, "--files", "--format", "json"]);
  assert.equal(JSON.parse(env.stdout).AWS_PROFILE, "it%27s%20%22dev%22%20100%25");
  for (const name of ["two\nlines", "red\u001b[31m"]) {
    assertFailed(await world.run(["auth", "env", "--identity", name]), 2, /cannot hold control characters/);
  }
  const validate = await world.run(["auth", "validate"]);
  assert.equal(validate.code, 2);
  assert.match(validate.stdout, /auth\.identities\["two\\nlines"\][^]*auth\.identities\["red\\u001b\[31m"\]/);
  await world.assertNoLeaks();
});

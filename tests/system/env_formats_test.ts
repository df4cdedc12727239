/**
 * What `env` prints, read back by the programs that it is meant for.
 */
import assert from "node:assert/strict";
import { assertFailed } from "./clear.ts";
import { isInstalled, testIf } from "./program.ts";
import { loggedInWorld, type World } from "./world.ts";

const KEYS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

/** Everything that a shell could take for something else. */
const AWKWARD = `a"b'c $HOME \`id\` \\n !x %PATH% ${"{y}"} é`;
const IDENTITY = `    awkward:
      kind: aws/assume-role
      via: { identity: base-admin }
      principal: { assume_role: "arn:aws:iam::999999999999:role/ProductionAdmin" }
      env:
        - { key: AWKWARD, value: ${JSON.stringify(AWKWARD)} }
        - { key: TWO_LINES, value: "one\\ntwo" }
`;

/** What \`env\` says as JSON, which is what every other format is held against. */
async function expected(world: World, words: readonly string[] = []): Promise<Record<string, string>> {
  const { stdout, stderr } = await world.run(["auth", "env", "--format", "json", ...words], {
    printsSecrets: true,
  });
  assert.equal(stderr, "");
  return JSON.parse(stdout);
}

/** The environment that a shell has after its script, NUL-separated, for the names that are asked for. */
async function environmentAfter(
  shell: string,
  args: readonly string[],
  names: readonly string[],
  inherited: Readonly<Record<string, string>>,
): Promise<Record<string, string | undefined>> {
  const { code, stdout, stderr } = await new Deno.Command(shell, {
    args: [...args],
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", ...inherited },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const lines = new TextDecoder().decode(stdout).split("\0").map((line) => line.split(/=([^]*)/, 2));
  const all = new Map(lines.map(([name = "", value = ""]) => [name, value]));
  return Object.fromEntries(names.map((name) => [name, all.get(name)]));
}

Deno.test("`env --format json` holds the session in the order of the specification", async () => {
  await using world = await loggedInWorld();
  const values = await expected(world);
  assert.deepEqual(Object.keys(values), [
    ...KEYS,
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CREDENTIAL_EXPIRATION",
  ]);
  assert.match(values["AWS_ACCESS_KEY_ID"] ?? "", /^ASIA/);
  assert.equal(values["AWS_REGION"], "us-east-1");
  assert.match(values["AWS_CREDENTIAL_EXPIRATION"] ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

testIf(
  await isInstalled("bash"),
  "bash is not installed",
  "bash takes what `env` prints, quoted and unquoted, and loses what would win over it",
  async () => {
    await using world = await loggedInWorld();
    const inherited = { AWS_PROFILE: "old", AWS_SECURITY_TOKEN: "old", AWS_ACCESS_KEY_ID: "old" };
    const { stdout } = await world.run(["auth", "env"], { printsSecrets: true, env: inherited });
    const values = await expected(world);
    for (const script of ['eval "$1"; env -0', "eval $1; env -0"]) {
      const names = [...Object.keys(values), "AWS_PROFILE", "AWS_SECURITY_TOKEN"];
      const after = await environmentAfter("bash", ["-c", script, "bash", stdout], names, inherited);
      assert.deepEqual(after, { ...values, AWS_PROFILE: undefined, AWS_SECURITY_TOKEN: undefined });
    }
  },
);

for (
  const [shell, format, script] of [
    ["bash", "bash", 'eval "$1"; env -0'],
    ["bash", "dotenv", 'printf %s "$1" >"$0.env"; set -a; . "$0.env"; env -0'],
    ["zsh", "bash", 'eval "$1"; env -0'],
    ["fish", "fish", "echo $argv[2] | source; env -0"],
  ] as const
) {
  testIf(
    await isInstalled(shell),
    `${shell} is not installed`,
    `${shell} reads every value of \`env --format ${format}\` back as it was`,
    async () => {
      await using world = await loggedInWorld(IDENTITY);
      const words = ["--identity", "awkward"];
      assert.equal((await world.run(["auth", "trust"])).code, 0);
      const values = await expected(world, words);
      assert.equal(values["AWKWARD"], AWKWARD);
      assert.equal(values["TWO_LINES"], "one\ntwo");
      const { stdout } = await world.run(["auth", "env", "--format", format, ...words], {
        printsSecrets: true,
      });
      // A shell has no escape for a line break in a dotenv value that every reader of dotenv files shares.
      const names = Object.keys(values).filter((name) => format !== "dotenv" || name !== "TWO_LINES");
      const after = await environmentAfter(
        shell,
        ["-c", script, `${world.home}/tmp/shell`, stdout],
        names,
        {},
      );
      assert.deepEqual(after, Object.fromEntries(names.map((name) => [name, values[name]])));
    },
  );
}

Deno.test("`env --format github` masks the secrets on stdout and appends the values to GITHUB_ENV", async () => {
  await using world = await loggedInWorld();
  const file = `${world.home}/github_env`;
  await Deno.writeTextFile(file, "BEFORE=1\n");
  const { code, stdout } = await world.run(["auth", "env", "--format", "github"], {
    printsSecrets: true,
    env: { GITHUB_ENV: file },
  });
  const values = await expected(world);
  assert.equal(code, 0);
  assert.equal(stdout, KEYS.map((name) => `::add-mask::${values[name]}\n`).join(""));
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  assert.equal(await Deno.readTextFile(file), `BEFORE=1\n${lines.join("")}`);
  assertFailed(await world.run(["auth", "env", "--format", "github"]), 2, /GITHUB_ENV is not set/);
  await world.assertNoLeaks((path) => path === file);
});

Deno.test("`env --output-file` writes what it would print, for the person alone, and never over another's file", async () => {
  await using world = await loggedInWorld();
  const printed = await world.run(["auth", "env", "--format", "dotenv"], { printsSecrets: true });
  const file = `${world.home}/.env.aws`;
  const written = await world.run(["auth", "env", "--format", "dotenv", "-o", ".env.aws"]);
  assert.deepEqual([written.code, written.stdout], [0, ""]);
  assert.equal(await Deno.readTextFile(file), printed.stdout);
  assert.equal(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
  assert.equal((await world.run(["auth", "env", "-o", ".env.aws"])).code, 0);
  await world.write("notes", "mine\n");
  assertFailed(
    await world.run(["auth", "env", "-o", "notes"]),
    2,
    /holds something that `auth env` did not write/,
  );
  assert.equal(await world.read("notes"), "mine\n");
  await world.assertNoLeaks((path) => path === file);
});

Deno.test("`env --files` prints pointers and no secret", async () => {
  await using world = await loggedInWorld();
  const { stdout } = await world.run(["auth", "env", "--files", "--format", "json"]);
  const directory = `${world.home}/.config/atmos/aws/my-sso`;
  assert.deepEqual(JSON.parse(stdout), {
    AWS_SHARED_CREDENTIALS_FILE: `${directory}/credentials`,
    AWS_CONFIG_FILE: `${directory}/config`,
    AWS_PROFILE: "prod-admin",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
  });
  await world.assertNoLeaks();
});

Deno.test("an unknown format is exit 2 and names the ones there are", async () => {
  await using world = await loggedInWorld();
  assertFailed(await world.run(["auth", "env", "--format", "xml"]), 2, /xml[^]*bash[^]*json[^]*dotenv/);
});

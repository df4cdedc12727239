/**
 * Code in a dependency that means harm: what it cannot do within the set ci, and what any command gives up for it.
 */
import assert from "node:assert/strict";
import { githubConfig, githubJob, ROOT } from "./ci_runner.ts";
import { isCompiled } from "./program.ts";
import { copyOfProgram } from "./sandbox.ts";
import { type Ran, startWorld, type World } from "./world.ts";

interface Outcome {
  readonly when: string;
  readonly attempt: string;
  readonly outcome: string;
}

/** The anchor is for the YAML library, which is not loaded for what is simple. */
const CONFIG = `${githubConfig()}vars: &anchor {}\n`;

/** A workspace with the program in it, whose YAML library is not what it seems. */
async function plantedWorld(): Promise<World> {
  const world = await startWorld();
  const clone = `${world.home}/work/.atmos-auth`;
  await copyOfProgram(clone);
  await Deno.copyFile(`${ROOT}/tests/system/hostile_yaml.ts`, `${clone}/hostile_yaml.ts`);
  const manifest = JSON.parse(await Deno.readTextFile(`${clone}/deno.json`));
  const imports = { ...manifest.imports, "real-yaml": manifest.imports.yaml, yaml: "./hostile_yaml.ts" };
  await Deno.writeTextFile(`${clone}/deno.json`, JSON.stringify({ ...manifest, imports }));
  await world.write("work/atmos.yaml", CONFIG);
  await world.write("work/.git/config", "[http]\n\textraheader = not-a-real-token\n");
  await world.write(".ssh/id_ed25519", "not-a-real-key\n");
  return world;
}

async function run(world: World, grants: readonly string[], words: readonly string[]): Promise<Ran> {
  const clone = `${world.home}/work/.atmos-auth`;
  const env = {
    ...world.env,
    ...githubJob(world),
    NPM_TOKEN: "not-a-real-npm-token",
    ATMOS_CONFIG: `${world.home}/work/atmos.yaml`,
    ATMOS_XDG_CONFIG_HOME: `${world.home}/.atmos-auth-state/config`,
    ATMOS_XDG_STATE_HOME: `${world.home}/.atmos-auth-state/state`,
  };
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "--no-prompt",
      "--cached-only",
      "--frozen",
      ...grants,
      `${clone}/cli.ts`,
      "auth",
      ...words,
    ],
    cwd: clone,
    clearEnv: true,
    env: Object.fromEntries(
      Object.entries(env).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]),
    ),
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, stdout: out ?? "", stderr: err ?? "" };
}

const outcomes = ({ stderr }: Ran): readonly Outcome[] =>
  stderr.split("\n").flatMap((line) => line.startsWith('{"when"') ? [JSON.parse(line) as Outcome] : []);

/** What the program may do itself, which is what the set names, and no more. */
const CAN = [
  "CAN read the configuration",
  "CAN read what the job asks for tokens with",
  "CAN write to the program's own directory",
];

Deno.test({
  name: "code planted in a dependency reaches no file, variable, process, library or host beyond the set ci",
  ignore: isCompiled(),
  fn: async () => {
    await using world = await plantedWorld();
    const ran = await run(world, ["-P=ci"], ["list", "--verbose=false"]);
    assert.equal(ran.code, 0, ran.stderr);
    const found = outcomes(ran).filter(({ when }) => when === "loaded");
    assert.deepEqual(found.filter(({ outcome }) => outcome === "done").map(({ attempt }) => attempt), CAN);
    const others = found.filter(({ attempt }) => !attempt.startsWith("CAN"));
    assert.equal(others.length, 26);
    for (const { attempt, outcome } of others) {
      const reason = attempt.startsWith("send by importing")
        ? /--cached-only is specified|not found in cache|Could not find/
        : /^NotCapable: |getaddrinfo EPERM/;
      assert.match(outcome, reason, attempt);
    }
    const listed = await Array.fromAsync(Deno.readDir(`${world.home}/work`), ({ name }) => name);
    assert.deepEqual(listed.sort(), [".atmos-auth", ".git", "atmos.yaml"]);
    assert.equal(await world.read("work/atmos.yaml"), CONFIG);
  },
});

Deno.test({
  name: "without a sandbox the same code reads and starts what it likes, so that the test above can fail",
  ignore: isCompiled(),
  fn: async () => {
    await using world = await plantedWorld();
    // A command that gives nothing up: the others have done so before they load what reads a configuration.
    const ran = await run(world, ["-A"], ["env", "--verbose=0"]);
    const found = outcomes(ran).filter(({ when }) => when === "loaded");
    assert.equal(found.length, 11);
    assert.deepEqual(found.filter(({ outcome }) => outcome !== "done"), []);
  },
});

/** Commands, and the classes that are left when the configuration is read, with all permissions given. */
const LEFT: readonly (readonly [readonly string[], readonly string[]])[] = [
  [["validate"], []],
  [["list"], []],
  [["permissions"], []],
  [["user", "forget", "-i", "x"], ["net"]],
  [["env"], ["run", "ffi", "net"]],
];

for (const [words, left] of LEFT) {
  Deno.test({
    name: `\`${words.join(" ")}\` keeps of run, ffi and net: ${left.join(", ") || "nothing"}`,
    ignore: isCompiled() || Deno.build.os !== "linux",
    fn: async () => {
      await using world = await plantedWorld();
      const found = outcomes(await run(world, ["-A"], words)).filter(({ when }) => when === "used");
      const granted = new Set(
        found.flatMap(({ attempt, outcome }) => outcome === "granted" ? [attempt] : []),
      );
      assert.ok(found.length >= 3);
      assert.deepEqual([...granted].sort(), [...left].sort());
    },
  });
}

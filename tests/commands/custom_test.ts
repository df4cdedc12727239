import assert from "node:assert/strict";
import { splitWords } from "../../lib/cli/line/args.ts";
import { commandsAt } from "../../lib/commands/custom/custom.ts";
import { customFlags, customGiven, withGlobals } from "../../lib/commands/custom/flags.ts";
import { main } from "../../lib/commands/mod.ts";
import { readCommands } from "../../lib/workflows/custom.ts";
import { fakeHost, type FakeHostInit } from "../fake_host.ts";
import { rootOf } from "../workflows/setup.ts";

const CONFIG = `
commands:
- name: go
  flags:
  - { name: profile, shorthand: v }
  - { name: dryRun, type: bool }
  - { name: no-color, type: bool, default: true }
  steps: ["echo {{ .Flags.profile }} {{ .Flags.dryRun }} {{ .Flags.no-color }}"]
- { name: top, flags: [{ name: stack, shorthand: s }], commands: [{ name: below, steps: ["echo {{ .Flags.stack }}"] }] }
- { name: some, description: Some, default: second, commands: [{ name: first, steps: [echo 1] }, { name: second, steps: [echo 2] }] }
- { name: both, steps: [echo both], arguments: [{ name: word }], commands: [{ name: inner, steps: [echo inner] }] }
`;

/** Runs a line; the scripts that shells were given, the exit code and what was told. */
async function ran(line: string, init: FakeHostInit = {}) {
  const host = fakeHost({
    env: { HOME: "/home/ana" },
    files: { "/work/atmos.yaml": CONFIG },
    run: () => ({}),
    ...init,
  });
  const code = await main(host, line.split(" "));
  return { code, scripts: host.commands.map(({ args }) => args[1]), told: host.told };
}

Deno.test("a custom command's flags go before global flags of their names, and do not reach those", () => {
  const [command] = readCommands(rootOf(CONFIG)).commands;
  assert.ok(command !== undefined);
  const flags = customFlags(command);
  const line = ["--profile", "x", "--dryRun", "--no-color=false", "--logs-level", "debug", "-v", "y"];
  const { given } = splitWords(line, withGlobals(flags), false);
  const { own, globals } = customGiven(given, flags);
  assert.deepEqual([...own], [["profile", "y"], ["dryRun", true], ["no-color", "false"]]);
  assert.deepEqual([...globals], [["logsLevel", ["debug"]]]);
});

Deno.test("a custom command runs with flags of any spelling", async () => {
  assert.deepEqual((await ran("go --profile x --dryRun")).scripts, ["echo x true true"]);
  assert.deepEqual((await ran("go -v x --no-color=false --logs-level off")).scripts, ["echo x false false"]);
});

Deno.test("flags of a command above are known below it, before and behind its name", async () => {
  assert.deepEqual((await ran("top below -s dev")).scripts, ["echo dev"]);
  assert.deepEqual((await ran("top below")).scripts, ["echo "]);
});

Deno.test("a group runs its default command when none is named, and shows its help when that is asked for", async () => {
  assert.deepEqual((await ran("some")).scripts, ["echo 2"]);
  assert.deepEqual((await ran("some first")).scripts, ["echo 1"]);
  assert.deepEqual((await ran("some --help")).scripts, []);
  assert.equal((await ran("some third")).code, 2);
});

Deno.test("a command with steps and commands below is told by the next word", async () => {
  assert.deepEqual((await ran("both")).scripts, ["echo both"]);
  assert.deepEqual((await ran("both other")).scripts, ["echo both"]);
  assert.deepEqual((await ran("both inner")).scripts, ["echo inner"]);
  assert.deepEqual((await ran("both --help inner")).scripts, []);
});

Deno.test("the shell is bash, else sh, and cmd on Windows", async () => {
  const programs = async (init: FakeHostInit) => {
    const host = fakeHost({
      files: { "/work/atmos.yaml": CONFIG },
      ...init,
      env: { HOME: "/home/ana", ...init.env },
    });
    await main(host, ["both"]);
    return host.commands.map(({ program, args }) => [program, ...args]);
  };
  assert.deepEqual(await programs({}), [["bash", "-c", "echo both"], ["sh", "-c", "echo both"]]);
  const windows = {
    os: "windows",
    workingDirectory: "C:\\work",
    files: { "C:\\work\\atmos.yaml": CONFIG },
    env: { USERPROFILE: "C:\\Users\\ana" },
    run: () => ({}),
  } as const;
  assert.deepEqual(await programs(windows), [["cmd.exe", "/d", "/s", "/c", "%ATMOS_STEP%"]]);
});

Deno.test("commandsAt() finds what stands below built-in words", () => {
  const { commands } = readCommands(
    rootOf("commands: [{ name: auth user, commands: [{ name: x, steps: [a] }] }]"),
  );
  assert.deepEqual(commandsAt(commands, ["auth", "user"]).map(({ name }) => name), ["x"]);
  assert.deepEqual(commandsAt(commands, ["auth", "login"]), []);
});

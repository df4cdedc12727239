/** Custom commands where built-in ones are: what a configuration can add, and what not. */
import assert from "node:assert/strict";
import { builtInWords } from "../../lib/cli/line/tree.ts";
import { isBuiltIn, offered } from "../../lib/commands/custom/offered.ts";
import { ROOT } from "../../lib/commands/table.ts";
import { main } from "../../lib/commands/mod.ts";
import { readCommands } from "../../lib/workflows/custom.ts";
import { fakeHost } from "../fake_host.ts";
import { rootOf } from "../workflows/setup.ts";

const BUILT_IN = builtInWords(ROOT);

const CONFIG = `
aliases: { Auth: own, vendor: own, LIST: own, short: own, twist: auth status }
commands:
- { name: auth status, steps: [echo a] }
- { name: auth, aliases: [own2], steps: [echo b], commands: [
    { name: refresh, steps: [echo c] }, { name: WHOAMI, aliases: [who], steps: [echo d] },
    { name: user, commands: [{ name: rename, steps: [echo e] }] }] }
- { name: Auth, commands: [{ name: login, steps: [echo f] }] }
- { name: AUTH sneaky deep, steps: [echo g] }
- { name: own, aliases: [Auth, docs, TERRAFORM, mine], steps: [echo own] }
- { name: vendor, steps: [echo h], commands: [{ name: mirror, steps: [echo mirror] }, { name: PULL, steps: [echo i] }] }
- { name: Version, steps: [echo j] }
- { name: docs, steps: [echo k] }
- { name: terraform, steps: [echo l], commands: [{ name: provision, steps: [echo provision] }, { name: Plan, steps: [echo m] }] }
- { name: helmfile Diff, steps: [echo n] }
- { name: list secrets, steps: [echo secrets] }
- { name: list Stacks, steps: [echo o] }
- { name: Workflow, steps: [echo p] }
`;

async function ran(line: string, calledBy = "atmos") {
  const host = fakeHost({
    env: { HOME: "/home/ana" },
    files: { "/work/atmos.yaml": CONFIG },
    run: () => ({}),
  });
  const named = Object.assign(Object.create(host), { calledBy: () => calledBy });
  const code = await main(named, line.split(" "));
  return { code, scripts: host.commands.map(({ args }) => args[1]), told: host.told, written: host.written };
}

Deno.test("no line that begins with auth runs a custom command, in whatever case, by path or by alias", async () => {
  const lines = [
    ...[
      "auth status",
      "auth refresh",
      "auth WHOAMI",
      "auth who",
      "auth user rename",
      "auth LOGIN",
      "auth sneaky deep",
    ],
    ...[
      "Auth login",
      "AUTH status",
      "Auth",
      "own2",
      "own2 refresh",
      "twist",
      "auth --verbose refresh",
      "TERRAFORM",
    ],
  ];
  for (const line of lines) {
    const { code, scripts } = await ran(line);
    assert.deepEqual([code, scripts], [2, []], line);
  }
  for (const line of ["status", "refresh", "auth status", "sneaky deep"]) {
    assert.deepEqual((await ran(line, "/usr/bin/atmos-auth")).scripts, [], line);
  }
});

Deno.test("a line that is not run names the right word, and says where the custom command stands and why", async () => {
  const { told } = await ran("auth status");
  assert.equal(
    told,
    'Error: Unknown command "status" for atmos auth\n' +
      '  try  Did you mean "whoami"?\n' +
      "       The custom command at /work/atmos.yaml:4:3 does not run: a configuration file cannot add commands below `auth`\n" +
      "       Run `atmos auth --help` to see the commands\n",
  );
  assert.match((await ran("auth WHOAMI")).told, /Did you mean "whoami"\?/);
  assert.match((await ran("auth refresh")).told, /Did you mean "login"\?/);
  assert.match((await ran("AUTH")).told, /Did you mean "auth"\?/);
  assert.match((await ran("docs")).told, /`docs` is a command of Atmos that this program does not have/);
});

Deno.test("no custom command stands in place of a command of ours or of Atmos's; beside them there may be some", async () => {
  for (
    const line of ["vendor pull", "vendor PULL", "Version", "docs", "DOCS", "list Stacks", "Workflow", "LIST"]
  ) {
    assert.deepEqual((await ran(line)).scripts, [], line);
  }
  assert.deepEqual((await ran("vendor mirror")).scripts, ["echo mirror"]);
  assert.deepEqual((await ran("terraform provision")).scripts, ["echo provision"]);
  assert.deepEqual((await ran("list secrets")).scripts, ["echo secrets"]);
  for (const line of ["own", "mine", "short"]) {
    assert.deepEqual((await ran(line)).scripts, ["echo own"], line);
  }
  // Words of the programs themselves go to them, whatever the configuration has.
  for (const line of ["terraform Plan x -s dev", "helmfile Diff x -s dev"]) {
    assert.ok((await ran(line)).scripts.every((script) => !script?.includes("echo")), line);
  }
});

Deno.test("help shows what is offered, and says of the rest why not", async () => {
  const { written, told } = await ran("auth --help");
  assert.ok(!/Custom commands|refresh|sneaky|status/.test(written), written);
  for (const path of ["auth status", "auth refresh", "auth user rename", "Auth login", "AUTH sneaky deep"]) {
    assert.ok(
      told.includes(`The custom command ${path} is not offered: a configuration file cannot add`),
      path,
    );
  }
  const root = await ran("--help");
  const custom = root.written.slice(root.written.indexOf("Custom commands"));
  assert.match(custom, /^ {2}own$/m);
  assert.match(custom, /^ {2}short +Alias of/m);
  assert.match(custom, /^ {2}vendor/m);
  assert.doesNotMatch(custom, /^ {2}(?:docs|Version|Workflow|Auth|LIST)\b/m);
});

Deno.test("completion offers what is offered", async () => {
  const values = async (line: string) =>
    (await ran(`auth completion words --fresh -- ${line}`)).written.split("\n").map((row) =>
      row.split("\t")[0]
    );
  const atStart = await values("atmos");
  assert.ok(atStart.includes("own") && atStart.includes("auth"));
  for (const hidden of ["docs", "Version", "Workflow", "Auth", "LIST"]) {
    assert.ok(!atStart.includes(hidden), hidden);
  }
  const belowAuth = await values("atmos auth");
  for (const hidden of ["status", "refresh", "WHOAMI", "sneaky"]) {
    assert.ok(!belowAuth.includes(hidden), hidden);
  }
  const belowTerraform = await values("atmos terraform");
  assert.ok(belowTerraform.includes("provision") && !belowTerraform.includes("Plan"));
});

Deno.test("offered() keeps commands of one's own as they are, with names below that are built-in elsewhere", () => {
  const read = readCommands(rootOf("commands: [{ name: own, commands: [{ name: auth, steps: [a] }] }]"));
  assert.deepEqual(offered(read, new Map(), BUILT_IN), { ...read, aliases: new Map(), withheld: [] });
  assert.ok(isBuiltIn(BUILT_IN, "Terraform") && isBuiltIn(BUILT_IN, "HELP") && !isBuiltIn(BUILT_IN, "own"));
});

/**
 * Custom commands with real shells: what their steps get, and that the program's own commands stay its own.
 */
import assert from "node:assert/strict";
import { assertFailed } from "./clear.ts";
import { helper, isInstalled, testIf } from "./program.ts";
import { loggedInWorld, startWorld, succeeds, type World } from "./world.ts";

const hasSh = await isInstalled("sh");
const test = (name: string, run: () => Promise<void>) => testIf(hasSh, "sh is not installed", name, run);
/** A child that tells what it got, as a line for a shell. */
const CHILD = helper("exec_child.ts").join(" ");

/** A world with a session and these commands. */
const commandWorld = (commands: string): Promise<World> => loggedInWorld(`commands:\n${commands}`);

/** Standard output of a command that goes well. */
async function output(world: World, words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return (await succeeds(world, words, { env })).stdout;
}

test("steps get the session of the command's identity, its variables, and what was typed", async () => {
  await using world = await commandWorld(`
- name: tool run
  identity: base-admin
  working_directory: below
  arguments: [{ name: what, required: true }]
  flags: [{ name: loud, type: bool }, { name: dry-run, type: bool, default: true }]
  env:
  - { key: WHAT, value: "{{ .Arguments.what }}" }
  - { key: LETTERS, valueCommand: 'printf %s "$WHAT" | wc -c' }
  steps:
  - { command: "${CHILD} {{ .TrailingArgs }}", env: { WHAT: step } }
  - 'echo "$WHAT $LETTERS $AWS_PROFILE {{ .Flags.loud }} {{ .Flags.dry-run }}"'
  - 'pwd'
`);
  await Deno.mkdir(`${world.home}/below`);
  const inherited = { AWS_ACCESS_KEY_ID: "AKIAINHERITEDEXAMPLE" };
  const words = ["tool", "run", "four", "--loud", "--dry-run=false", "--", "-x", "a b"];
  const [child = "", line, place] = (await output(world, words, inherited)).split("\n");
  const { environment, words: got, directory } = JSON.parse(child);
  assert.deepEqual(got, ["-x", "a b"]);
  assert.deepEqual([directory, place], [`${world.home}/below`, `${world.home}/below`]);
  assert.deepEqual([environment.WHAT, environment.AWS_PROFILE, environment.ATMOS_IDENTITY], [
    "step",
    "base-admin",
    "base-admin",
  ]);
  assert.deepEqual([environment.AWS_ACCESS_KEY_ID, environment.ATMOS_KEYRING_PASSWORD], [
    undefined,
    undefined,
  ]);
  assert.equal(line?.replace(/ +/g, " "), "four 4 base-admin true false");
  await world.assertNoLeaks();
});

test("the flag beats the variable, both beat the command's identity, and off is off", async () => {
  await using world = await commandWorld(`
- { name: who, identity: base-admin, steps: ['echo "<$AWS_PROFILE>"'] }
- { name: nobody, steps: ['echo "<$AWS_PROFILE>"', { type: atmos, command: auth whoami --format json }] }
`);
  assert.equal(await output(world, ["who"]), "<base-admin>\n");
  assert.equal(await output(world, ["who", "-i", "prod-admin"]), "<prod-admin>\n");
  assert.equal(await output(world, ["who"], { ATMOS_IDENTITY: "prod-admin" }), "<prod-admin>\n");
  assert.equal(await output(world, ["who", "--identity=0"]), "<>\n");
  assert.equal(await output(world, ["who"], { ATMOS_IDENTITY: "off" }), "<>\n");
  assert.match(await output(world, ["nobody"]), /^<>\n[^]*"identity": "prod-admin"/);
  assertFailed(await world.run(["who", "-i", "nobody"]), 2, /Cannot find the identity "nobody"/);
});

test("a value reaches a script through a variable unread, and a template never reads a value as one", async () => {
  await using world = await commandWorld(`
- name: say
  arguments: [{ name: what }]
  env: [{ key: WHAT, value: "{{ .Arguments.what }}" }]
  steps: ['echo "$WHAT"']
`);
  for (
    const value of [
      "$(touch ran)",
      "`touch ran`",
      "'; touch ran; '",
      "{{ .Flags.x }}",
      "{{ end }}",
      '"',
      "a\nb",
    ]
  ) {
    assert.equal(await output(world, ["say", value]), `${value}\n`);
  }
  await assert.rejects(world.read("ran"), Deno.errors.NotFound);
});

test("the first step that fails ends it with its code; with one step nothing is said beside it", async () => {
  await using world = await commandWorld(`
- { name: one, steps: ["exit 9"] }
- { name: two, steps: [echo first, exit 8, echo never] }
- { name: absent, steps: [/no/such/program] }
- { name: self, steps: [atmos version] }
`);
  // A script finds this program under its name, whatever is on the PATH.
  assert.match(await output(world, ["self"]), /^atmos \d/);
  assert.deepEqual(await world.run(["one"]), { code: 9, stdout: "", stderr: "" });
  const two = await world.run(["two"]);
  assert.deepEqual([two.code, two.stdout], [8, "first\n"]);
  assert.match(
    two.stderr,
    /^Error: The command `atmos two` stopped: the step "step2" ended with exit code 8$/m,
  );
  assert.equal((await world.run(["absent"])).code, 127);
});

test("a name of ours is never the configuration's, and nothing below auth is; beside other commands there may be some", async () => {
  await using world = await commandWorld(`
- name: auth
  steps: [touch ran]
  commands:
  - { name: validate, steps: [touch ran] }
  - { name: mine, steps: [touch ran] }
  - { name: status, steps: [touch ran] }
- { name: version, steps: [touch ran] }
- { name: help, steps: [touch ran] }
- { name: fine, steps: [echo fine] }
- { name: terraform, commands: [{ name: plan, steps: [touch ran] }, { name: provision, steps: [echo provision] }] }
`);
  assert.match(await output(world, ["auth", "validate"]), /is valid/);
  assert.match(await output(world, ["version"]), /^atmos \d/);
  assert.match(await output(world, ["help"]), /Custom commands:\n {2}fine\n/);
  assertFailed(await world.run(["auth", "mine"]), 2, /Unknown command "mine"/);
  assertFailed(await world.run(["auth", "status"]), 2, /Did you mean "whoami"/);
  assert.equal(await output(world, ["terraform", "provision"]), "provision\n");
  assertFailed(await world.run(["terraform", "plan"]), 2, /No component/);
  await assert.rejects(world.read("ran"), Deno.errors.NotFound);
});

test("aliases stand for words, and go through each other", async () => {
  await using world = await startWorld();
  await world.write(
    "atmos.yaml",
    `aliases: { v: atmos auth validate, say: echo hi, hey: say, auth: version }
commands: [{ name: echo, arguments: [{ name: a }, { name: b }], steps: ["echo {{ .Arguments.a }}-{{ .Arguments.b }}"] }]
`,
  );
  assert.match(await output(world, ["v"]), /is valid/);
  assert.match(await output(world, ["v", "--format", "json"]), /^\{/);
  assert.equal(await output(world, ["say", "you"]), "hi-you\n");
  assert.equal(await output(world, ["hey", "you"]), "hi-you\n");
  assert.match(await output(world, ["auth", "validate"]), /is valid/);
});

test("a command takes a component's configuration from its stack", async () => {
  await using world = await commandWorld(`
- name: show
  arguments: [{ name: component, required: true }]
  flags: [{ name: stack, shorthand: s, required: true }]
  component_config: { component: "{{ .Arguments.component }}", stack: "{{ .Flags.stack }}" }
  steps: ["echo {{ .ComponentConfig.component }} {{ .ComponentConfig.vars.stage }} {{ .ComponentConfig.workspace }}"]
stacks: { base_path: stacks, name_pattern: "{stage}" }
`);
  await world.write(
    "stacks/dev.yaml",
    "vars: { stage: dev }\ncomponents: { terraform: { vpc: { metadata: { component: network } } } }\n",
  );
  assert.equal(await output(world, ["show", "vpc", "-s", "dev"]), "network dev dev-vpc\n");
  assertFailed(await world.run(["show", "nothing", "-s", "dev"]), 2, /nothing/);
  assertFailed(await world.run(["show"]), 2, /component, --stack are missing/);
});

/**
 * Workflows with real shells and this program as its own child: what steps get, and what becomes of their ends.
 */
import assert from "node:assert/strict";
import { assertFailed } from "./clear.ts";
import { helper, isInstalled, testIf } from "./program.ts";
import { loggedInWorld, logIn, startWorld, type World } from "./world.ts";

const hasSh = await isInstalled("sh");
const test = (name: string, run: () => Promise<void>) => testIf(hasSh, "sh is not installed", name, run);
/** A child that tells what it got, as a line for a shell. */
const CHILD = helper("exec_child.ts").join(" ");

interface Told {
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
}

/** What children told, one after the other. */
function told(stdout: string): readonly Told[] {
  return stdout.split("\n").filter((line) => line.startsWith('{"environment"')).map((line) =>
    JSON.parse(line)
  );
}

/** A world with a session, and a file of workflows. */
async function workflowWorld(workflows: string, config = ""): Promise<World> {
  const world = await loggedInWorld(config);
  await world.write("stacks/workflows/test.yaml", workflows);
  return world;
}

test("a shell step gets pointers and its identity as `exec` gives them; one without an identity gets nothing", async () => {
  await using world = await workflowWorld(`workflows:
  go:
    env: { A: workflow, B: workflow }
    steps:
    - { type: shell, command: "${CHILD}", identity: base-admin, env: { B: step, AWS_SESSION_TOKEN: not-a-real-token } }
    - { type: shell, command: "${CHILD}" }
`);
  const inherited = { AWS_ACCESS_KEY_ID: "AKIAINHERITEDEXAMPLE" };
  // The second child has our environment but for our secrets.
  const ran = await world.run(["workflow", "go"], { env: inherited });
  assert.equal(ran.code, 0, ran.stderr);
  const [first, second] = told(ran.stdout).map(({ environment }) => environment);
  const expected = {
    A: "workflow",
    B: "step",
    AWS_PROFILE: "base-admin",
    ATMOS_IDENTITY: "base-admin",
    AWS_SHARED_CREDENTIALS_FILE: `${world.home}/.config/atmos/aws/my-sso/credentials`,
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(first?.[name], value, name);
  // The session comes last: what a step sets does not win over it.
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "ATMOS_KEYRING_PASSWORD"]) {
    assert.equal(first?.[name], undefined, name);
  }
  assert.deepEqual([second?.["A"], second?.["B"]], ["workflow", "workflow"]);
  assert.equal(second?.["AWS_ACCESS_KEY_ID"], "AKIAINHERITEDEXAMPLE");
  assert.equal(second?.["ATMOS_KEYRING_PASSWORD"], undefined);
  assert.equal(second?.["AWS_PROFILE"], undefined);
  await world.assertNoLeaks();
});

test("an atmos step is this very program, for the identity of the step", async () => {
  await using world = await workflowWorld(`workflows:
  who:
    steps:
    - { command: atmos auth whoami --format json, identity: base-admin }
    - { command: auth whoami --format json }
    - { command: "auth exec -- ${CHILD}", identity: base-admin }
`);
  const ran = await world.run(["workflow", "who"]);
  assert.equal(ran.code, 0, ran.stderr);
  assert.deepEqual([...ran.stdout.matchAll(/"identity": "([^"]*)"/g)].map(([, name]) => name), [
    "base-admin",
    "prod-admin",
  ]);
  assert.equal(told(ran.stdout)[0]?.environment["AWS_PROFILE"], "base-admin");
  await world.assertNoLeaks();
});

test("--identity is for steps that name nobody, ATMOS_IDENTITY likewise, and off is off for all", async () => {
  await using world = await workflowWorld(`workflows:
  go:
    steps:
    - { type: shell, command: 'echo "<$AWS_PROFILE>"', identity: prod-admin }
    - { type: shell, command: 'echo "<$AWS_PROFILE>"' }
    - { command: 'auth exec -- sh -c "echo \\"[\\\$AWS_PROFILE]\\""' }
`);
  const profiles = async (words: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const ran = await world.run(["workflow", "go", ...words], { env });
    assert.equal(ran.code, 0, ran.stderr);
    return ran.stdout.trim().split("\n");
  };
  assert.deepEqual(await profiles([]), ["<prod-admin>", "<>", "[prod-admin]"]);
  assert.deepEqual(await profiles(["-i", "base-admin"]), ["<prod-admin>", "<base-admin>", "[base-admin]"]);
  const variable = { ATMOS_IDENTITY: "base-admin" };
  assert.deepEqual(await profiles([], variable), ["<prod-admin>", "<base-admin>", "[base-admin]"]);
  assert.deepEqual(await profiles(["-i", "prod-admin"], variable), [
    "<prod-admin>",
    "<prod-admin>",
    "[prod-admin]",
  ]);
  assert.deepEqual(await profiles(["--identity=off"], variable), ["<>", "<>", "[]"]);
  assert.deepEqual(await profiles([], { ATMOS_IDENTITY: "No" }), ["<>", "<>", "[]"]);
});

test("a step that fails ends the workflow with its code, and the line that is shown goes on from there", async () => {
  await using world = await workflowWorld(`workflows:
  "odd name":
    steps:
    - { type: shell, command: echo one, name: "it's first" }
    - { type: shell, command: "test -e ok || exit 7", name: "it's second" }
    - { type: shell, command: echo three }
    - { type: shell, command: echo mended, when: failure }
`);
  const ran = await world.run(["workflow", "odd name"]);
  assert.deepEqual([ran.code, ran.stdout], [7, "one\nmended\n"]);
  assert.match(ran.stderr, /^Error: .*the step "it's second" ended with exit code 7$/m);
  const resume = /Go on from there: (atmos workflow .*)/.exec(ran.stderr)?.[1] ?? "";
  await world.write("ok", "");
  const script = `atmos() { ${world.program.map((word) => `'${word}'`).join(" ")} "$@"; }; ${resume}`;
  const { code, stdout } = await new Deno.Command("sh", {
    args: ["-c", script],
    cwd: world.home,
    env: world.env,
  }).output();
  assert.deepEqual([code, new TextDecoder().decode(stdout)], [0, "three\n"]);
});

test("a step is tried as often as it says, with a real clock", async () => {
  await using world = await workflowWorld(`workflows:
  go:
    steps:
    - type: shell
      command: "echo x >> tries; test $(wc -l < tries) -eq 3"
      retry: { max_attempts: 5, initial_delay: 20ms, backoff_strategy: constant }
`);
  const ran = await world.run(["workflow", "go"]);
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(await world.read("tries"), "x\nx\nx\n");
});

test("a name that is not known, and an option that cannot be read, stop all of it before anything is run", async () => {
  await using world = await workflowWorld(`workflows:
  unknown: { steps: [{ type: shell, command: touch ran }, { command: version, identity: nobody }] }
  piped: { steps: [{ type: shell, command: touch ran }, { command: "version | cat" }] }
  typed: { steps: [{ type: shell, command: touch ran }, { command: x, type: matrix }] }
`);
  assertFailed(await world.run(["workflow", "unknown"]), 2, /identity "nobody"[^]*test\.yaml:2:/);
  assertFailed(await world.run(["workflow", "piped"]), 2, /\| is for a shell/);
  assertFailed(await world.run(["workflow", "typed"]), 2, /type "matrix"[^]*test\.yaml:4:/);
  await assert.rejects(world.read("ran"), Deno.errors.NotFound);
});

test("where nobody can log in the step fails with exit code 3, and what is always due still runs", async () => {
  await using world = await startWorld();
  await world.write(
    "atmos.yaml",
    `auth:
  keyring: { type: file }
  providers:
    my-sso: { kind: aws/iam-identity-center, region: us-east-1, start_url: "${world.aws.startUrl}" }
  identities:
    base-admin:
      kind: aws/permission-set
      via: { provider: my-sso }
      principal: { name: AdminAccess, account: { name: core-identity } }
workflows:
  go:
    steps:
    - { type: shell, command: echo before }
    - { type: shell, command: echo never, identity: base-admin }
    - { type: shell, command: echo after, when: always }
`,
  );
  const ran = await world.run(["workflow", "go"]);
  assert.deepEqual([ran.code, ran.stdout], [3, "before\nafter\n"]);
  assert.match(ran.stderr, /atmos workflow go -f atmos\.yaml --from-step 'step2'/);
  assert.equal(ran.stderr.match(/^Error: /gm)?.length, 1, ran.stderr);
  await logIn(world);
  assert.equal((await world.run(["workflow", "go", "--from-step", "step2"])).stdout, "never\nafter\n");
  await world.assertNoLeaks();
});

test("steps run in their directory, and this program finds the same configuration from there", async () => {
  await using world = await workflowWorld(`workflows:
  go:
    working_directory: below
    steps:
    - { type: shell, command: pwd }
    - { type: shell, command: pwd, working_directory: below/deeper }
    - { command: auth list --format json }
`);
  await Deno.mkdir(`${world.home}/below/deeper`, { recursive: true });
  await Deno.rename(`${world.home}/atmos.yaml`, `${world.home}/other.yaml`);
  const ran = await world.run(["--config", "other.yaml", "--base-path", ".", "workflow", "go"]);
  assert.equal(ran.code, 0, ran.stderr);
  const [first, second, ...rest] = ran.stdout.split("\n");
  assert.deepEqual([first, second], [`${world.home}/below`, `${world.home}/below/deeper`]);
  assert.match(rest.join("\n"), /"prod-admin"/);
});

test("with the memory keyring a step gets the keys themselves, and nothing is written", async () => {
  await using world = await startWorld();
  const { aws } = world;
  await world.write(
    "atmos.yaml",
    `auth:
  keyring: { type: memory }
  providers:
    gh: { kind: github/oidc, region: us-east-1 }
  identities:
    deploy:
      kind: aws/assume-role
      via: { provider: gh }
      principal: { assume_role: "arn:aws:iam::123456789012:role/GitHubActionsRole" }
workflows:
  go: { steps: [{ type: shell, identity: deploy, command: 'test -n "$AWS_SESSION_TOKEN" && test -z "$AWS_PROFILE"' }] }
`,
  );
  const ran = await world.run(["workflow", "go"], { env: { ...aws.github, GITHUB_ACTIONS: "true" } });
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(aws.calls("AssumeRoleWithWebIdentity"), 1);
});

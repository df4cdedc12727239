/**
 * Signals that are sent to this program while a child runs: the child gets them, and is gone when we are.
 */
import assert from "node:assert/strict";
import { treatedOn } from "../../lib/host_deno/signals.ts";
import { MFA_USER } from "../emulator/mod.ts";
import { helper, isInstalled, type Running, testIf } from "./program.ts";
import { startTerraformWorld } from "./terraform_world.ts";
import { openTerminal } from "./tmux.ts";
import { until } from "./waiting.ts";
import { loggedInWorld, logIn, type RunOptions, type World } from "./world.ts";

const CHILD = helper("signal_child.ts");
const LINE = CHILD.map((word) => `'${word}'`).join(" ");
/** The signals of this system that go to the child, but for the one that ends it. */
const SIGNALS = treatedOn("linux").map(({ name }) => name).filter((name) => name !== "SIGTERM");
const isReady = Deno.build.os === "linux" && await isInstalled("setsid") && await isInstalled("bash");
const test = (name: string, run: () => Promise<void>) =>
  testIf(isReady, "setsid or bash is not installed, or this is not Linux", name, run);

/** Where the child of a world writes what it hears. */
const heardIn = (world: World) => `${world.home}/heard`;

/** Waits until the child has written a line so many times, as long as the program runs. */
async function hears(
  world: World,
  line: string,
  running: Pick<Running, "ended"> | undefined,
  times = 1,
): Promise<void> {
  const state = { failed: "" };
  running?.ended.then(({ code, stderr }) => void (state.failed = `exit code ${code}: ${stderr}`));
  await until(async () => {
    if ((await heard(world)).filter((each) => each === line).length >= times) return true;
    assert.equal(state.failed, "", `${line} did not arrive`);
    return false;
  }, () => `${line} did not arrive`);
}

async function heard(world: World): Promise<readonly string[]> {
  const text = await Deno.readTextFile(heardIn(world)).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  return text.split("\n").filter((line) => line !== "");
}

/** Sends signals to the program alone, one after the other, and SIGTERM at last. Nobody's terminal is near. */
async function signalled(
  world: World,
  words: readonly string[],
  signals: readonly Deno.Signal[],
  options: RunOptions = {},
): Promise<number> {
  const running = world.start(words, { ...options, under: ["setsid"] });
  await hears(world, "ready", running);
  for (const signal of signals) {
    running.kill(signal);
    await hears(world, signal, running);
  }
  running.kill("SIGTERM");
  const { code } = await running.ended;
  // All of them arrived, each once, and the child had its time to end.
  assert.deepEqual(await heard(world), ["ready", ...signals, "SIGTERM", "bye"]);
  await Deno.remove(heardIn(world));
  return code;
}

for (
  const [what, words] of [
    ["`exec`", ["auth", "exec", "--"]],
    ["`exec --refresh`", ["auth", "exec", "--refresh", "--"]],
    ["`exec` without an identity", ["auth", "exec", "--identity=off", "--"]],
  ] as const
) {
  test(`every signal that can be caught reaches the child of ${what}, whose exit code is ours`, async () => {
    await using world = await loggedInWorld();
    assert.equal(await signalled(world, [...words, ...CHILD, heardIn(world)], SIGNALS), 33);
  });
}

test("every signal that can be caught reaches the shell of `shell`", async () => {
  await using world = await loggedInWorld();
  const [shell, ...words] = CHILD;
  const line = ["auth", "shell", "--shell", shell, "--", ...words, heardIn(world)];
  assert.equal(await signalled(world, line, SIGNALS), 33);
});

test("every signal that can be caught reaches Terraform and its kin, and nothing is run after one that asks to end", async () => {
  await using world = await startTerraformWorld();
  await logIn(world);
  const env = { PATH: `${world.home}/bin:${world.env["PATH"]}` };
  const child = `exec ${LINE} '${heardIn(world)}'`;
  await world.script("terraform", `case "$*" in *plan*) ${child};; esac`);
  await world.script("helmfile", `case "$*" in *diff*) ${child};; esac`);
  assert.equal(await signalled(world, ["terraform", "plan", "plain", "-s", "dev"], SIGNALS, { env }), 33);
  assert.equal(await signalled(world, ["helmfile", "diff", "echo", "-s", "dev"], SIGNALS, { env }), 33);
  // What is run quietly, before.
  await world.script("terraform", `case "$*" in *workspace*) ${child};; *plan*) echo planned >>ran;; esac`);
  assert.equal(await signalled(world, ["terraform", "plan", "plain", "-s", "dev"], SIGNALS, { env }), 33);
  await assert.rejects(world.read("components/terraform/plain/ran"), Deno.errors.NotFound);
});

/** A world with the child as steps of all kinds; none comes after it. */
async function stepWorld(): Promise<World> {
  const world = await loggedInWorld();
  const child = `${LINE} '${heardIn(world)}'`;
  const config = await world.read("atmos.yaml");
  await world.write(
    "atmos.yaml",
    `${config}
workflows:
  script: { steps: [{ type: shell, identity: prod-admin, command: ${quoted(child)}, ${RETRIED} }, ${AFTER}] }
  piped: { steps: [{ type: shell, command: ${quoted(`( cd . && ${child} ) | cat; touch after`)} }, ${AFTER}] }
  own: { steps: [{ command: ${quoted(`auth exec -- ${child}`)}, ${RETRIED} }, ${AFTER}] }
commands:
- { name: custom, identity: prod-admin, steps: [${quoted(child)}, "touch after"] }
- { name: value, env: [{ key: X, valueCommand: ${quoted(child)} }], steps: ["touch after"] }
`,
  );
  return world;
}

const quoted = (text: string) => JSON.stringify(text);
const RETRIED = "continue: always, retry: { max_attempts: 3, initial_delay: 1ms }";
const AFTER = '{ type: shell, command: "touch after", when: always }';

for (
  const [what, words, code] of [
    ["a script of a workflow", ["workflow", "script"], 143],
    ["a script's pipe", ["workflow", "piped"], 143],
    ["an atmos step", ["workflow", "own"], 33],
    ["a custom command", ["custom"], 143],
    ["the command of a variable's value", ["value"], 143],
  ] as const
) {
  test(`SIGTERM ends ${what} in its own time, and nothing that comes after is done`, async () => {
    await using world = await stepWorld();
    assert.equal(await signalled(world, words, []), code);
    await assert.rejects(world.read("after"), Deno.errors.NotFound);
  });
}

test("every signal that can be caught reaches the command of a script, and an atmos step", async () => {
  await using world = await stepWorld();
  // The shell waits for its command, and ends by the first of its signals then.
  assert.equal(await signalled(world, ["workflow", "piped"], SIGNALS), 129);
  assert.equal(await signalled(world, ["custom"], SIGNALS), 129);
  assert.equal(await signalled(world, ["workflow", "own"], SIGNALS), 33);
});

test("`mfa_command` gets a signal, and nothing is asked of AWS after it", async () => {
  await using world = await loggedInWorld();
  const command = [...CHILD, heardIn(world)];
  await world.write(
    "atmos.yaml",
    `auth:
  identities:
    ci:
      kind: aws/user
      credentials:
        access_key_id: ${MFA_USER.accessKeyId}
        secret_access_key: !env USER_SECRET
        mfa_arn: arn:aws:iam::123456789012:mfa/alice
        mfa_command: ${JSON.stringify(command)}
`,
  );
  const env = { USER_SECRET: MFA_USER.secretAccessKey, ATMOS_TRUST_CONFIG: "true" };
  assert.equal(await signalled(world, ["auth", "env"], [], { env }), 143);
  assert.equal(await signalled(world, ["auth", "env"], ["SIGINT"], { env }), 130);
  assert.equal(world.aws.calls("GetSessionToken"), 0);
});

testIf(
  isReady && await isInstalled("tmux"),
  "tmux is not installed",
  "Ctrl-C and Ctrl-\\ of a terminal reach the child once, with a pipe in front and after Ctrl-Z, too",
  async () => {
    await using world = await loggedInWorld();
    const PATH = world.env["PATH"] ?? "";
    await using terminal = await openTerminal({
      directory: world.home,
      env: { ...world.env, PATH, TERM: "xterm" },
    });
    const words = [...world.program, "auth", "exec", "--", ...CHILD, heardIn(world), "SIGQUIT"];
    await terminal.enter(`: | ${words.map((word) => `'${word}'`).join(" ")}`);
    await hears(world, "ready", undefined);
    await terminal.press("C-c");
    await hears(world, "SIGINT", undefined);
    await terminal.press("C-z");
    await terminal.shows(/Stopped/);
    await terminal.enter("fg");
    await terminal.shows(/^: \|/m);
    for (const times of [2, 3]) {
      await terminal.press("C-c");
      await hears(world, "SIGINT", undefined, times);
    }
    await terminal.press("C-\\");
    await hears(world, "bye", undefined);
    const count = async (signal: string) => (await heard(world)).filter((line) => line === signal).length;
    assert.deepEqual([await count("SIGINT"), await count("SIGQUIT")], [3, 1]);
  },
);

test("a debugger that SIGUSR1 opens is closed at once, in a sandbox, too, and the signal is the child's", async () => {
  await using world = await loggedInWorld();
  const script = "trap 'echo got it' USR1; trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done";
  const classes = ["read", "write", "net", "env", "run", "sys=uid"].map((each) => `--allow-${each}`);
  for (const grants of [["--allow-all"], classes]) {
    const ready = Promise.withResolvers<void>();
    const running = world.start(["auth", "exec", "--", "sh", "-c", script], {
      grants,
      under: ["setsid"],
      onStdout: (soFar) => soFar.includes("ready") && ready.resolve(),
    });
    await Promise.race([ready.promise, running.ended]);
    // Deno listens for the signal from half a second after its start on.
    for (let times = 0; times < 15; times++) {
      running.kill("SIGUSR1");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const isClosed = async () => !(await debuggers()).includes(`[pid: ${running.pid}]`);
    await until(isClosed, () => "the debugger is still open");
    running.kill("SIGTERM");
    const { code, stdout, stderr } = await running.ended;
    assert.deepEqual([code, stderr], [5, ""]);
    assert.match(stdout, /got it/);
  }
});

/** What can be debugged where Deno's debugger listens; nothing when none does. */
async function debuggers(): Promise<string> {
  try {
    return await (await fetch("http://127.0.0.1:9229/json/list")).text();
  } catch (error) {
    if (error instanceof TypeError) return "";
    throw error;
  }
}

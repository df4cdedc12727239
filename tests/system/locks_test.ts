/**
 * Processes that wait for each other: on whom, until when, and what becomes of the wait when the other dies.
 */
import assert from "node:assert/strict";
import { isAuthError } from "../../lib/errors.ts";
import { denoHost } from "../../lib/host_deno.ts";
import { assertClear, assertFailed } from "./clear.ts";
import { helper, type Running, start } from "./program.ts";
import { snapshot } from "./sessions.ts";
import { chainedConfig, startWorld, type World } from "./world.ts";

/** Starts `login` and leaves it at the device page, holding its locks. */
async function loginAtItsPage(world: World): Promise<Running> {
  const shown = Promise.withResolvers<void>();
  const running = world.start(["auth", "login", "--device-code"], {
    onStderr: (soFar) => /Waiting for the approval/.test(soFar) && shown.resolve(),
  });
  await Promise.race([shown.promise, running.ended]);
  return running;
}

/** Starts a command that has to wait, and comes back when it says that it does. */
async function waiting(world: World, words: readonly string[]): Promise<Running> {
  const said = Promise.withResolvers<void>();
  const running = world.start(["auth", ...words], {
    printsSecrets: true,
    onStderr: (soFar) => /^Waiting for /m.test(soFar) && said.resolve(),
  });
  await Promise.race([said.promise, running.ended]);
  return running;
}

async function newWorld(): Promise<World> {
  const world = await startWorld();
  await world.write("atmos.yaml", chainedConfig(world.aws.startUrl));
  return world;
}

Deno.test("who waits for a login is told on whom and until when, and gets what it made", async () => {
  await using world = await newWorld();
  const login = await loginAtItsPage(world);
  const env = await waiting(world, ["env", "--format", "json"]);
  for (const code of world.aws.pendingUserCodes()) world.aws.approve(code);
  assert.equal((await login.ended).code, 0);
  const { code, stdout, stderr } = await env.ended;
  assert.equal(code, 0, stderr);
  const [, holder, what, until] = /^Waiting for (.+), which is busy with (.+), until (.+)$/m.exec(stderr) ??
    [];
  // The kernel's list of locks can miss one while others change it; then nobody is named.
  assert.ok([`process ${login.pid}`, "another process"].includes(holder ?? ""), stderr);
  assert.equal(what, 'the session of "prod-admin"');
  const minutes = (Date.parse((until ?? "").replace(" UTC", "Z").replace(" ", "T")) - Date.now()) / 60_000;
  assert.ok(minutes > 9 && minutes < 12, until);
  assert.match(JSON.parse(stdout).AWS_ACCESS_KEY_ID, /^ASIA/);
  assert.equal(world.aws.calls("AssumeRole"), 1);
  await world.assertNoLeaks();
});

Deno.test("a login that is killed while it holds its locks leaves nobody waiting", async () => {
  await using world = await newWorld();
  const login = await loginAtItsPage(world);
  const env = await waiting(world, ["env"]);
  login.kill("SIGKILL");
  assert.equal((await login.ended).code, 137);
  assertFailedAfterWaiting(await env.ended);
  // Lock files stay, and are empty.
  const locks = await snapshot(`${world.home}/.local/state/atmos/locks`);
  assert.deepEqual([...new Set(Object.values(locks))], [""]);
  const again = await world.run(["auth", "login", "--device-code"], { approve: true });
  assert.equal(again.code, 0, again.stderr);
  assert.doesNotMatch(again.stderr, /Waiting for (?:process|another)/);
  await world.assertNoLeaks();
});

function assertFailedAfterWaiting(ran: { code: number; stdout: string; stderr: string }): void {
  assertFailed({ ...ran, stderr: ran.stderr.replace(/^Waiting for .*\n/, "") }, 3, /nobody can be asked/);
}

Deno.test("Ctrl-C ends a login at its page with 130, says so in a word, and frees its locks", async () => {
  await using world = await newWorld();
  const login = await loginAtItsPage(world);
  login.kill("SIGINT");
  const ran = await login.ended;
  assert.equal(ran.code, 130);
  assert.match(ran.stderr, /Interrupted\n$/);
  assertClear(ran);
  const again = await world.run(["auth", "login", "--device-code"], { approve: true });
  assert.equal(again.code, 0, again.stderr);
  // The client of the interrupted login was kept.
  assert.equal(world.aws.calls("RegisterClient"), 1);
});

Deno.test("Ctrl-C ends the wait for somebody else's login", async () => {
  await using world = await newWorld();
  const login = await loginAtItsPage(world);
  const env = await waiting(world, ["env"]);
  env.kill("SIGINT");
  assert.equal((await env.ended).code, 130);
  login.kill("SIGKILL");
  await login.ended;
});

Deno.test("a lock that is held is waited for until the deadline and no longer, and the holder is named", async () => {
  const path = await Deno.makeTempFile({ prefix: "atmos-lock-" });
  const held = Promise.withResolvers<void>();
  const env = {
    PATH: Deno.env.get("PATH") ?? "",
    DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
  };
  const [program, ...words] = helper("lock_holder.ts");
  const holder = start([program, ...words, path], {
    directory: "/",
    env,
    onStdout: (soFar) => soFar.includes("held") && held.resolve(),
  });
  await Promise.race([held.promise, holder.ended]);
  const { files } = denoHost();
  const told: (string | undefined)[] = [];
  const order: string[] = [];
  // Timers of one process fire in the order of their moments, however busy the machine is.
  setTimeout(() => order.push("399 ms"), 399);
  const wait = { deadlineMillis: 400, onWait: (by: string | undefined) => void told.push(by) };
  await assert.rejects(
    files.lock(path, wait),
    (error) => isAuthError(error, "lock-timeout") && / process(?: \d+)? holds it$/.test(error.message),
  );
  order.push("given up");
  assert.deepEqual(order, ["399 ms", "given up"]);
  assert.equal(told.length, 1);
  assert.ok([`process ${holder.pid}`, undefined].includes(told[0]), told[0]);
  const next = files.lock(path, { deadlineMillis: 120_000 });
  holder.kill("SIGKILL");
  await holder.ended;
  await (await next)[Symbol.asyncDispose]();
  await Deno.remove(path);
});

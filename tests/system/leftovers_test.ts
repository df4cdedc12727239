/**
 * Processes that are killed when they rename a temporary file: what they leave holds live keys, and goes with the next
 * write or logout.
 */
import assert from "node:assert/strict";
import { temporaryFor } from "../../lib/files/temporary.ts";
import { PLAIN_USER } from "../emulator/mod.ts";
import { snapshot } from "./sessions.ts";
import { helper, isCompiled, start } from "./program.ts";
import { loggedInWorld, logIn, type World } from "./world.ts";

const LONG_AGO = new Date(Date.now() - 60 * 60_000);

/** Runs a command that is killed at the rename to a path. */
async function killedAt(
  world: World,
  pattern: string,
  words: readonly string[],
  stdin?: string,
): Promise<void> {
  const [program, ...rest] = helper("crash_program.ts");
  const { code } = await start([program, ...rest, pattern, ...words], {
    directory: world.home,
    env: world.env,
    ...(stdin === undefined ? {} : { stdin }),
  }).ended;
  assert.equal(code, 137, "it was not killed");
  // A compiled program may be made with a Deno before 2.9, which cannot try a lock and goes by the age of a file.
  if (isCompiled()) {
    for (const path of await leftoversOf(world)) await Deno.utime(`${world.home}${path}`, LONG_AGO, LONG_AGO);
  }
}

/** Temporary files of ours below the home. */
async function leftoversOf({ home }: World): Promise<readonly string[]> {
  return Object.keys(await snapshot(home))
    .filter((path) => temporaryFor(path.slice(path.lastIndexOf("/") + 1)) !== undefined);
}

const REFRESH = ["auth", "login", "--device-code"];
const OUTPUT = ["auth", "env", "-o", "job.env"];

const KEYS = JSON.stringify({
  access_key_id: PLAIN_USER.accessKeyId,
  secret_access_key: PLAIN_USER.secretAccessKey,
});

/** A world in which writers of every kind were killed. */
async function litteredWorld(): Promise<World> {
  const world = await loggedInWorld(
    "    deploy-bot: { kind: aws/user, credentials: { region: us-east-1 } }\n",
  );
  await killedAt(world, "/my-sso/credentials$", REFRESH);
  await killedAt(world, "/job\\.env$", OUTPUT);
  await killedAt(world, "/atmos/keyring/", ["auth", "user", "configure", "-i", "deploy-bot"], KEYS);
  const [held, ...others] = (await leftoversOf(world)).filter((path) => path.startsWith("/.config/"));
  assert.ok(held !== undefined && others.length === 0);
  assert.match(await world.read(held.slice(1)), /aws_session_token = \S/);
  assert.match(
    await world.read((await leftoversOf(world)).find((path) => path.startsWith("/.job."))?.slice(1) ?? ""),
    /AWS_SESSION_TOKEN/,
  );
  return world;
}

Deno.test("`logout --all` removes what killed writers left, and --dry-run lists it", async () => {
  await using world = await litteredWorld();
  const left = await leftoversOf(world);
  assert.equal(left.length, 3, left.join(", "));
  const full = await snapshot(world.home);
  const dry = await world.run(["auth", "logout", "--all", "--dry-run"]);
  assert.equal(dry.code, 0, dry.stderr);
  for (const path of left) {
    assert.ok(dry.stderr.includes(`interrupted write ~${path}`), `${path}\n${dry.stderr}`);
  }
  assert.deepEqual(await snapshot(world.home), full);
  const ran = await world.run(["auth", "logout", "--all"]);
  assert.equal(ran.code, 0, ran.stderr);
  assert.deepEqual(await leftoversOf(world), []);
  await world.assertNoLeaks();
});

Deno.test("`logout NAME` and `logout --provider` remove what killed writers left beside its sessions", async () => {
  for (const words of [["prod-admin"], ["--provider", "my-sso"]]) {
    await using world = await loggedInWorld();
    await killedAt(world, "/my-sso/credentials$", REFRESH);
    await killedAt(world, "/job\\.env$", OUTPUT);
    const ran = await world.run(["auth", "logout", ...words]);
    assert.equal(ran.code, 0, ran.stderr);
    assert.deepEqual(await leftoversOf(world), []);
    await world.assertNoLeaks();
  }
});

Deno.test("`logout` removes the first session that was ever written, when that was cut off", async () => {
  await using world = await loggedInWorld();
  await Deno.remove(`${world.home}/.config/atmos`, { recursive: true });
  await killedAt(world, "/my-sso/credentials$", ["auth", "env"]);
  assert.equal((await leftoversOf(world)).length, 1);
  assert.equal((await world.run(["auth", "logout", "--all"])).code, 0);
  const left = await Deno.stat(`${world.home}/.config/atmos/aws/my-sso`).catch(() => "absent");
  assert.equal(left, "absent");
});

Deno.test("the next write of the same file removes what a killed writer left, at once", async () => {
  await using world = await loggedInWorld();
  await killedAt(world, "/my-sso/credentials$", REFRESH);
  await killedAt(world, "/job\\.env$", OUTPUT);
  assert.equal((await leftoversOf(world)).length, 2);
  await logIn(world);
  assert.equal((await world.run(OUTPUT)).code, 0);
  assert.deepEqual(await leftoversOf(world), []);
  assert.equal(await Deno.stat(`${world.home}/.local/state/atmos/outputs`).catch(() => "absent"), "absent");
  await world.assertNoLeaks((path) => path.endsWith("/job.env"));
});

Deno.test("`doctor` finds what killed writers left, and --fix removes it", async () => {
  await using world = await litteredWorld();
  const found = async (words: readonly string[]) => {
    const { stdout } = await world.run(["auth", "doctor", "--format", "json", ...words]);
    const { findings }: { findings: readonly { id: string; title: string }[] } = JSON.parse(stdout);
    return findings.filter(({ id }) => id === "files.leftover").map(({ title }) => title);
  };
  const titles = await found([]);
  for (const path of await leftoversOf(world)) assert.ok(titles.some((title) => title.includes(path)), path);
  assert.deepEqual(await found(["--fix"]), []);
  assert.deepEqual(await leftoversOf(world), []);
});

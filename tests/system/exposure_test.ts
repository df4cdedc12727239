/**
 * Keyrings and session files that others can read, write or own. The umask of whoever runs the tests does not matter.
 */
import assert from "node:assert/strict";
import { assertFailed } from "./clear.ts";
import { testIf } from "./program.ts";
import { AWS_DIRECTORY, CREDENTIALS, endSessionIn, KEYRING, sectionsOf } from "./sessions.ts";
import { loggedInWorld, type Ran, type World } from "./world.ts";

const isRoot = Deno.uid() === 0;
const KEYRINGS = KEYRING.slice(0, KEYRING.lastIndexOf("/"));
const env = (world: World): Promise<Ran> => world.run(["auth", "env"], { printsSecrets: true });
const chmod = ({ home }: World, path: string, mode: number) => Deno.chmod(`${home}/${path}`, mode);
const modeOf = async ({ home }: World, path: string) =>
  ((await Deno.stat(`${home}/${path}`)).mode ?? 0) & 0o777;

/** A world in which the next `env` needs the keyring. */
async function worldThatRefreshes(): Promise<World> {
  const world = await loggedInWorld();
  for (const section of await sectionsOf(world)) await endSessionIn(world, section, -60);
  return world;
}

Deno.test("a keyring that others can read is used with a warning, and repaired when it is written", async () => {
  await using world = await worldThatRefreshes();
  await chmod(world, KEYRING, 0o644);
  const ran = await env(world);
  assert.equal(ran.code, 0, ran.stderr);
  const path = `${world.home}/${KEYRING}`;
  assert.equal(ran.stderr, `Warning: Others can read ${path}: its mode is 644. Run: chmod 600 ${path}\n`);
  assert.equal(await modeOf(world, KEYRING), 0o644);
  const logout = await world.run(["auth", "logout", "--provider", "my-sso"]);
  assert.match(logout.stderr, /Others can read /);
  assert.equal(await modeOf(world, KEYRING), 0o600);
});

const UNUSABLE: readonly (readonly [string, string, number, RegExp])[] = [
  [
    "a keyring",
    KEYRING,
    0o666,
    /others can write to \S+: its mode is 666[^]*chmod 600 \S+\/default\.file\.store\n/,
  ],
  [
    "a keyring in a directory",
    KEYRINGS,
    0o777,
    /others can replace the files in \S+: its mode is 777[^]*chmod go-w /,
  ],
];
for (const [what, path, mode, reason] of UNUSABLE) {
  Deno.test(`${what} that others can write is not used: exit 6 with the remedy, which doctor --fix applies`, async () => {
    await using world = await worldThatRefreshes();
    await chmod(world, path, mode);
    const before = await Deno.readTextFile(`${world.home}/${KEYRING}`);
    assertFailed(await env(world), 6, reason);
    assert.equal(await Deno.readTextFile(`${world.home}/${KEYRING}`), before);
    const found = await world.run(["auth", "doctor"]);
    assert.match(found.stdout, /chmod /);
    await world.run(["auth", "doctor", "--fix"]);
    assert.equal(await modeOf(world, path) & 0o022, 0);
    const ran = await env(world);
    assert.equal(ran.code, 0, ran.stderr);
    assert.equal(ran.stderr, "");
  });
}

Deno.test("a new keyring is not made in a directory that others can write", async () => {
  await using world = await worldThatRefreshes();
  await Deno.remove(`${world.home}/${KEYRING}`);
  await chmod(world, KEYRINGS, 0o777);
  assertFailed(await world.run(["auth", "login", "--device-code"]), 6, /others can replace the files in/);
  assert.equal(world.aws.calls("StartDeviceAuthorization"), 1);
});

testIf(isRoot, "only root can give files away", "files of another user are not used", async () => {
  await using world = await worldThatRefreshes();
  await Deno.chown(`${world.home}/${KEYRING}`, 12345, null);
  assertFailed(await env(world), 6, /belongs to another user[^]*sudo chown /);
  const doctor = await world.run(["auth", "doctor", "--format", "json"]);
  assert.match(doctor.stdout, /"files\.exposed"/);
  await Deno.chown(`${world.home}/${KEYRING}`, Deno.uid(), null);
  assert.equal((await env(world)).code, 0);
  await Deno.chown(`${world.home}/${CREDENTIALS}`, 12345, null);
  const made = world.aws.calls("AssumeRole");
  const ran = await env(world);
  assert.match(ran.stderr, /^Warning: Stored sessions are not used: \S+ belongs to another user/);
  assert.equal(world.aws.calls("AssumeRole"), made + 1);
});

Deno.test("sessions that others can read are used with a warning", async () => {
  await using world = await loggedInWorld();
  await chmod(world, CREDENTIALS, 0o644);
  const ran = await env(world);
  assert.equal(ran.code, 0, ran.stderr);
  const path = `${world.home}/${CREDENTIALS}`;
  assert.equal(ran.stderr, `Warning: Others can read ${path}: its mode is 644. Run: chmod 600 ${path}\n`);
  assert.equal(world.aws.calls("AssumeRole"), 1);
});

Deno.test("sessions that others can write are not used, and a new one repairs the file", async () => {
  await using world = await loggedInWorld();
  await chmod(world, CREDENTIALS, 0o666);
  const ran = await env(world);
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /^Warning: Stored sessions are not used: Others can write to /);
  assert.equal(world.aws.calls("AssumeRole"), 2);
  assert.equal(await modeOf(world, CREDENTIALS), 0o600);
  await chmod(world, AWS_DIRECTORY, 0o777);
  assert.match(
    (await env(world)).stderr,
    /^Warning: Stored sessions are not used: Others can replace the files in /,
  );
  await world.run(["auth", "doctor", "--fix"]);
  assert.equal((await env(world)).stderr, "");
});

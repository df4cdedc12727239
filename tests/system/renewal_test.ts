/**
 * What becomes of sessions that end, with and without a person, with and without AWS.
 */
import assert from "node:assert/strict";
import { assertClear, assertFailed } from "./clear.ts";
import { endPortalSession, endSessionIn } from "./sessions.ts";
import { chainedConfig, loggedInWorld, logIn, startWorld, type World } from "./world.ts";

const ENV = ["auth", "env", "--format", "json"];

/** A world in which every session has ended; a refresh token is kept. */
async function endedWorld(): Promise<World> {
  const world = await loggedInWorld();
  await endEverything(world);
  await endPortalSession(world);
  return world;
}

async function endEverything(world: World): Promise<void> {
  for (const section of ["base-admin", "prod-admin"]) await endSessionIn(world, section, -10);
}

async function keyOf(world: World): Promise<string> {
  const ran = await world.run(ENV, { printsSecrets: true });
  assert.equal(ran.code, 0, ran.stderr);
  return JSON.parse(ran.stdout).AWS_ACCESS_KEY_ID;
}

Deno.test("a target that ended is made anew from what still lives", async () => {
  await using world = await loggedInWorld();
  const before = await keyOf(world);
  await endSessionIn(world, "prod-admin", -10);
  assert.notEqual(await keyOf(world), before);
  assert.deepEqual([world.aws.calls("AssumeRole"), world.aws.calls("GetRoleCredentials")], [2, 1]);
  await world.assertNoLeaks();
});

Deno.test("when everything ended the refresh token makes it anew, and nobody is asked", async () => {
  await using world = await endedWorld();
  const logins = world.aws.calls("StartDeviceAuthorization");
  await keyOf(world);
  assert.equal(world.aws.calls("StartDeviceAuthorization"), logins);
  assert.deepEqual([world.aws.calls("AssumeRole"), world.aws.calls("GetRoleCredentials")], [2, 2]);
  const exec = await world.run(["auth", "exec", "--", "true"]);
  assert.deepEqual(exec, { code: 0, stdout: "", stderr: "" });
  await world.assertNoLeaks();
});

Deno.test("a refused refresh token with nobody to ask is exit 3, once tried and then forgotten", async () => {
  await using world = await endedWorld();
  world.aws.fault({ operation: "*", effect: { kind: "revoke-refresh-tokens" } });
  const tokens = world.aws.calls("CreateToken");
  for (const words of [ENV, ["auth", "exec", "--", "true"], ENV]) {
    assertFailed(
      await world.run(words),
      3,
      /Cannot log in to "my-sso"[^]*nobody can be asked[^]*atmos auth login/,
    );
  }
  assert.equal(world.aws.calls("CreateToken"), tokens + 1);
  await world.assertNoLeaks();
});

Deno.test("a role that AWS refuses is exit 4, with the operation and the request id, though a session still lives", async () => {
  await using world = await loggedInWorld();
  await endSessionIn(world, "prod-admin", 120);
  world.aws.state.seed.roles = world.aws.state.seed.roles.filter(({ arn }) =>
    !arn.endsWith("/ProductionAdmin")
  );
  const ran = await world.run(ENV);
  assertFailed(ran, 4, /AccessDenied[^]*auth\.identities\.prod-admin[^]*request +[0-9a-f-]{36}/);
  await world.assertNoLeaks();
});

Deno.test("AWS away is exit 5, and says which service could not be reached", async () => {
  await using world = await loggedInWorld();
  await endSessionIn(world, "prod-admin", -10);
  await world.aws.close();
  assertFailed(await world.run(ENV), 5, /127\.0\.0\.1/);
  assertFailed(await world.run(["auth", "exec", "--", "true"]), 5, /127\.0\.0\.1/);
  await world.assertNoLeaks();
});

Deno.test("with AWS away a session that is no longer fresh but lives is used, with a warning", async () => {
  await using world = await loggedInWorld();
  await endSessionIn(world, "prod-admin", 120);
  await world.aws.close();
  const ran = await world.run(ENV, { printsSecrets: true });
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(JSON.parse(ran.stdout).AWS_ACCESS_KEY_ID, /^ASIA/);
  assert.match(
    ran.stderr,
    /^Warning: Could not renew the session of "prod-admin", using the one that lasts 1m\d+s more: /,
  );
  assertClear(ran);
  // `login` is asked for a new one: it never makes do.
  assertFailed(await world.run(["auth", "login"]), 5, /127\.0\.0\.1/);
  await world.assertNoLeaks();
});

Deno.test("with nobody to ask a session that is no longer fresh but lives is used, with a warning", async () => {
  await using world = await endedWorld();
  world.aws.fault({ operation: "*", effect: { kind: "revoke-refresh-tokens" } });
  await endSessionIn(world, "prod-admin", 120);
  const ran = await world.run(ENV, { printsSecrets: true });
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /^Warning: .*nobody can be asked/);
  await world.assertNoLeaks();
});

Deno.test("an expiry that cannot be read is not fresh", async () => {
  await using world = await loggedInWorld();
  const path = ".config/atmos/aws/my-sso/credentials";
  await world.write(path, (await world.read(path)).replaceAll(/expiration=\S+/g, "expiration=soon"));
  await keyOf(world);
  assert.deepEqual([world.aws.calls("AssumeRole"), world.aws.calls("GetRoleCredentials")], [2, 2]);
});

Deno.test("logs at Trace, on stderr and in the file of the configuration, hold no secret", async () => {
  await using world = await startWorld();
  await world.write(
    "atmos.yaml",
    `${chainedConfig(world.aws.startUrl)}  logs: { level: Trace, file: logs/auth.log }\n`,
  );
  assert.equal((await world.run(["auth", "trust"])).code, 0);
  await logIn(world, ["--logs-level=trace"]);
  await endEverything(world);
  await world.run(["auth", "env", "--logs-level=Trace"], { printsSecrets: true });
  await world.run(["auth", "exec", "--logs-level=trace", "--", "true"]);
  await world.run(["auth", "whoami", "--verify", "--logs-level=trace"]);
  await world.aws.close();
  await endEverything(world);
  assert.equal((await world.run(["auth", "env", "--logs-level=trace"])).code, 5);
  const log = await world.read("logs/auth.log");
  assert.match(log, /request method=POST host=127\.0\.0\.1:\d+ operation=AssumeRole status=200/);
  assert.equal(((await Deno.stat(`${world.home}/logs/auth.log`)).mode ?? 0) & 0o777, 0o600);
  await world.assertNoLeaks();
});

/**
 * What `doctor` finds on a machine with something wrong, and what `explain` says without touching anything.
 */
import assert from "node:assert/strict";
import { AWS_DIRECTORY, CREDENTIALS, endSessionIn, KEYRING, sectionsOf, snapshot } from "./sessions.ts";
import { loggedInWorld, type RunOptions, startWorld, type World } from "./world.ts";

interface Found {
  readonly id: string;
  readonly severity: string;
  readonly title: string;
  readonly command?: string;
}

/** The findings that are not good, by id. */
async function doctor(world: World, words: readonly string[] = [], options: RunOptions = {}) {
  const ran = await world.run(["auth", "doctor", "--format", "json", ...words], options);
  assert.equal(ran.stderr, "");
  const { findings, healthy, mended } = JSON.parse(ran.stdout);
  const bad: readonly Found[] = findings.filter(({ severity }: Found) => severity !== "good");
  assert.equal(ran.code, healthy ? 0 : 1);
  return { bad, ids: bad.map(({ id }) => id).filter((id) => !id.startsWith("browser.")), mended };
}

Deno.test("`doctor` finds nothing wrong after a login, touches nothing, and asks nobody", async () => {
  await using world = await loggedInWorld();
  const before = await snapshot(world.home);
  assert.deepEqual((await doctor(world)).ids, []);
  assert.deepEqual(await snapshot(world.home), before);
  assert.equal(world.aws.calls("StartDeviceAuthorization"), 1);
  await world.assertNoLeaks();
});

Deno.test("`doctor` tells that the clock is off, by the services' own date", async () => {
  await using world = await loggedInWorld();
  world.aws.advance(20 * 60_000);
  const { bad } = await doctor(world);
  const clock = bad.find(({ id }) => id === "clock.skew");
  assert.equal(clock?.severity, "error");
  assert.match(
    clock?.title ?? "",
    /^The clock is (?:20m|19m5\ds)(?:\d+s)? behind the services' clocks: signatures are refused$/,
  );
});

Deno.test("`doctor` tells an unreachable service, a wrong password and a damaged keyring apart", async () => {
  await using world = await loggedInWorld();
  const wrong = await doctor(world, [], { env: { ATMOS_KEYRING_PASSWORD: "not-the-password" } });
  assert.deepEqual(wrong.ids, ["keyring.password"]);
  const asked = await doctor(world, [], { env: { ATMOS_KEYRING_PASSWORD: undefined } });
  assert.deepEqual([asked.ids, asked.bad[0]?.severity], [["keyring.password"], "note"]);
  await Deno.writeTextFile(`${world.home}/${KEYRING}`, "nonsense");
  assert.deepEqual((await doctor(world)).ids, ["keyring.damaged"]);
  await world.aws.close();
  const away = await doctor(world);
  assert.deepEqual(away.ids, ["network.reach", "keyring.damaged"]);
});

Deno.test("`doctor --fix` takes access away from others and removes what has ended, and nothing else", async () => {
  await using world = await loggedInWorld();
  await Deno.chmod(`${world.home}/${CREDENTIALS}`, 0o644);
  await Deno.chmod(`${world.home}/${AWS_DIRECTORY}`, 0o755);
  await endSessionIn(world, "prod-admin", -60);
  assert.deepEqual((await doctor(world)).ids, ["files.mode", "files.mode", "files.ended-sessions"]);
  const { ids, mended } = await doctor(world, ["--fix"]);
  assert.deepEqual([ids, mended.length], [[], 3]);
  assert.deepEqual(await sectionsOf(world), ["base-admin"]);
  const modeOf = async (path: string) => ((await Deno.stat(`${world.home}/${path}`)).mode ?? 0) & 0o777;
  assert.deepEqual([await modeOf(CREDENTIALS), await modeOf(AWS_DIRECTORY)], [0o600, 0o700]);
  await world.assertNoLeaks();
});

Deno.test("`doctor` tells which variables would shadow an identity, and not their values", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", "auth: { keyring: { type: memory } }\n");
  world.guard("inherited key", "not-a-real-inherited-secret");
  const ran = await world.run(["auth", "doctor"], {
    env: { AWS_SECRET_ACCESS_KEY: "not-a-real-inherited-secret", AWS_PROFILE: "work" },
  });
  assert.match(ran.stdout, /run {2}unset AWS_SECRET_ACCESS_KEY\n/);
  assert.match(ran.stdout, /run {2}unset AWS_PROFILE\n/);
  await world.assertNoLeaks();
});

Deno.test("`explain` makes no request, opens no keyring, writes no file, and shows no secret", async () => {
  await using world = await loggedInWorld();
  const before = [await snapshot(world.home), world.aws.requests().length];
  const ran = await world.run(["auth", "explain", "--format", "json"], {
    env: { ATMOS_KEYRING_PASSWORD: "not-the-password", AWS_PROFILE: "work" },
  });
  assert.equal(ran.code, 0, ran.stderr);
  assert.deepEqual([await snapshot(world.home), world.aws.requests().length], before);
  const { ready, chain, questions, variables, overrides } = JSON.parse(ran.stdout);
  assert.deepEqual([ready, questions], [true, []]);
  assert.deepEqual(chain.map(({ name, action }: { name: string; action: string }) => [name, action]), [
    ["my-sso", "nothing"],
    ["base-admin", "use"],
    ["prod-admin", "make"],
  ]);
  assert.deepEqual(overrides.map(({ name }: { name: string }) => name), ["AWS_PROFILE"]);
  const child = await world.run(["auth", "exec", "--", "env"]);
  for (const [name, value] of Object.entries(variables)) {
    assert.ok(child.stdout.split("\n").includes(`${name}=${value}`), name);
  }
  await world.assertNoLeaks();
});

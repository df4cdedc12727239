/**
 * What a compiled program keeps of a command line: it makes no difference but in time. From source nothing is kept, and
 * the same must hold.
 */
import assert from "node:assert/strict";
import { isCompiled } from "./program.ts";
import { chainedConfig, loggedInWorld } from "./world.ts";

const KEPT = ".local/state/atmos/recall";
const withValue = (value: string) => `      env: [{ key: GREETING, value: ${value} }]\n`;

Deno.test("what is changed in a configuration counts in the next run, in each directory and after a step back", async () => {
  await using world = await loggedInWorld();
  const trust = async (directory = world.home) => {
    const ran = await world.run(["auth", "trust"], { directory });
    assert.equal(ran.code, 0, ran.stderr);
  };
  const greeting = async (directory = world.home) => {
    const ran = await world.run(["auth", "env"], { printsSecrets: true, directory });
    assert.deepEqual([ran.code, ran.stderr], [0, ""]);
    return /^export GREETING="(.*)"$/m.exec(ran.stdout)?.[1];
  };
  for (const value of ["hello", "howdy", "hello", "hi"]) {
    await world.write("atmos.yaml", chainedConfig(world.aws.startUrl, withValue(value)));
    await trust();
    assert.deepEqual([await greeting(), await greeting()], [value, value]);
  }
  await world.write("repo/atmos.yaml", chainedConfig(world.aws.startUrl, withValue("elsewhere")));
  await trust(`${world.home}/repo`);
  assert.equal(await greeting(`${world.home}/repo`), "elsewhere");
  assert.equal(await greeting(), "hi");
  await world.write(
    "atmos.yml",
    "auth: { identities: { prod-admin: { env: [{ key: GREETING, value: late }] } } }\n",
  );
  await Deno.rename(`${world.home}/atmos.yaml`, `${world.home}/.atmos.yaml`);
  await trust();
  assert.equal(await greeting(), "hi");
});

Deno.test("what is kept of a command line is the person's own, and holds no secret", async () => {
  await using world = await loggedInWorld();
  assert.equal((await world.run(["auth", "env"], { printsSecrets: true })).code, 0);
  const names = await Array.fromAsync(Deno.readDir(`${world.home}/.local/state/atmos`), ({ name }) => name);
  assert.equal(names.includes("recall"), isCompiled());
  if (!isCompiled()) return;
  const kept = await Array.fromAsync(Deno.readDir(`${world.home}/${KEPT}`), ({ name }) => name);
  assert.equal(kept.length, 1);
  const modes = await Promise.all(
    ["", `/${kept[0]}`].map((path) => Deno.lstat(`${world.home}/${KEPT}${path}`)),
  );
  assert.deepEqual(modes.map(({ mode }) => (mode ?? 0) & 0o777), [0o700, 0o600]);
  await world.assertNoLeaks();
});

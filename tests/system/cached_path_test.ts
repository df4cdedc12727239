/**
 * `env` and `exec` with fresh sessions: nothing that makes a session is touched.
 */
import assert from "node:assert/strict";
import { isCompiled, testIf } from "./program.ts";
import { endSessionIn, KEYRING, snapshot } from "./sessions.ts";
import { loggedInWorld, type RunOptions, type World } from "./world.ts";

const NOTHING: RunOptions = { printsSecrets: true, env: { ATMOS_KEYRING_PASSWORD: undefined } };
const READ_ONLY = ["--allow-read", "--allow-env", "--allow-sys=uid"];

/** A world whose keyring nobody could open. */
async function worldWithoutKeyring(): Promise<World> {
  const world = await loggedInWorld();
  await world.write(KEYRING, "not a keyring");
  return world;
}

Deno.test("with fresh sessions `env` and `exec` make no request, open no keyring and change no file", async () => {
  await using world = await worldWithoutKeyring();
  const all = [["env"], ["env", "--identity", "base-admin"], ["exec", "--", "true"], ["credential-process"]];
  // A compiled program keeps what each line comes to, the first time.
  for (const words of all) assert.equal((await world.run(["auth", ...words], NOTHING)).code, 0);
  const [requests, before] = [world.aws.requests().length, await snapshot(world.home)];
  for (const words of all) {
    const ran = await world.run(["auth", ...words], NOTHING);
    assert.deepEqual([ran.code, ran.stderr], [0, ""]);
  }
  assert.equal(world.aws.requests().length, requests);
  assert.deepEqual(await snapshot(world.home), before);
  // Proof that the keyring was out of use: what needs it says so.
  await endSessionIn(world, "prod-admin", -10);
  await endSessionIn(world, "base-admin", -10);
  const needing = await world.run(["auth", "env"], NOTHING);
  assert.deepEqual(
    [needing.code, /Cannot open keyring|damaged/.test(needing.stderr)],
    [6, true],
    needing.stderr,
  );
});

Deno.test("with fresh sessions `env` and `exec` work while AWS is away", async () => {
  await using world = await worldWithoutKeyring();
  await world.aws.close();
  assert.equal((await world.run(["auth", "env"], NOTHING)).code, 0);
  assert.equal((await world.run(["auth", "exec", "--", "true"], NOTHING)).code, 0);
});

testIf(
  !isCompiled(),
  "a compiled program carries its own permissions",
  "with fresh sessions `env` needs no grant to write, to use the network or to start a program",
  async () => {
    await using world = await worldWithoutKeyring();
    const ran = await world.run(["auth", "env"], { ...NOTHING, grants: READ_ONLY });
    assert.deepEqual([ran.code, ran.stderr], [0, ""]);
    const exec = await world.run(["auth", "exec", "--", "true"], {
      ...NOTHING,
      grants: [...READ_ONLY, "--allow-run=true"],
    });
    assert.deepEqual([exec.code, exec.stderr], [0, ""]);
  },
);

/** The modules of ours that a run loaded, by V8's own account of it. */
async function loadedModules(world: World, words: readonly string[]): Promise<readonly string[]> {
  const directory = await Deno.makeTempDir({ dir: world.home });
  const ran = await world.run(["auth", ...words], {
    printsSecrets: true,
    grants: ["--allow-all", `--coverage=${directory}`],
  });
  assert.equal(ran.code, 0, ran.stderr);
  const root = new URL("../../", import.meta.url).href;
  const urls = await Array.fromAsync(Deno.readDir(directory), async ({ name }) => {
    const { url } = JSON.parse(await Deno.readTextFile(`${directory}/${name}`).then((text) => text || "{}"));
    return String(url).replace(root, "");
  });
  return urls.sort();
}

testIf(
  !isCompiled(),
  "modules are one file in a compiled program",
  "with fresh sessions neither the AWS SDK's door, nor the keyring, nor a prompt is even loaded",
  async () => {
    await using world = await loggedInWorld();
    const machinery =
      /^lib\/(?:aws\/(?:client|sts|sso|sso_oidc|iam|retry)\.ts|keyring\/|providers\/|identities\/|saml\/|oauth\/|chain\/run\.ts|terminal\/(?!ci|keys|escape))/;
    for (const words of [["env"], ["exec", "--", "true"], ["credential-process"]]) {
      const modules = await loadedModules(world, words);
      assert.ok(modules.includes("lib/cli/run/session.ts"), modules.join("\n"));
      assert.deepEqual(modules.filter((module) => machinery.test(module)), []);
    }
    // The same look at a run that needs them finds them.
    await endSessionIn(world, "prod-admin", -10);
    const modules = await loadedModules(world, ["env"]);
    assert.ok(
      ["lib/aws/sts.ts", "lib/chain/run.ts"].every((module) => modules.includes(module)),
      modules.join("\n"),
    );
  },
);

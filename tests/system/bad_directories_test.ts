/**
 * Directories and disks that cannot be worked with: each a clear message and the right exit code, nothing
 * half-written, and nobody asked for what could not be kept.
 */
import assert from "node:assert/strict";
import { assertClear, assertFailed } from "./clear.ts";
import { isInstalled, testIf } from "./program.ts";
import { CREDENTIALS, endSessionIn, KEYRING, snapshot } from "./sessions.ts";
import { chainedConfig, loggedInWorld, startWorld } from "./world.ts";

// Root may do everything, unless it starts a program without its powers.
const isRoot = Deno.uid() === 0;
const MERE_MORTAL = isRoot ? ["setpriv", "--bounding-set=-all"] : [];
const canDrop = !isRoot || await isInstalled("setpriv");

/** Takes rights away from a path for as long as the caller holds what it returns. */
async function withMode(path: string, mode: number): Promise<AsyncDisposable> {
  const before = (await Deno.stat(path)).mode ?? 0o700;
  await Deno.chmod(path, mode);
  return { [Symbol.asyncDispose]: () => Deno.chmod(path, before) };
}

const mortalTest = (name: string, fn: () => Promise<void>) =>
  testIf(canDrop, "setpriv is not installed, and root may read and write everything", name, fn);

mortalTest("a configuration that cannot be read is exit 1 and named", async () => {
  await using world = await loggedInWorld();
  await using _ = await withMode(`${world.home}/atmos.yaml`, 0o000);
  for (const words of [["whoami"], ["env"], ["exec", "--", "true"], ["login"], ["validate"], ["list"]]) {
    const ran = await world.run(["auth", ...words], { under: MERE_MORTAL });
    assertFailed(ran, 1, /Cannot read .*atmos\.yaml: /);
  }
});

mortalTest("a home that cannot be written: nobody is asked for a login that could not be kept", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", chainedConfig(world.aws.startUrl));
  const before = await snapshot(world.home);
  {
    await using _ = await withMode(world.home, 0o555);
    for (const words of [["login", "--device-code"], ["env"], ["exec", "--", "true"]]) {
      assertFailed(
        await world.run(["auth", ...words], { under: MERE_MORTAL, approve: true }),
        1,
        /Cannot create .*\.local/,
      );
    }
    assert.equal((await world.run(["auth", "validate"], { under: MERE_MORTAL })).code, 0);
    assert.equal((await world.run(["auth", "list"], { under: MERE_MORTAL })).code, 0);
  }
  assert.equal(world.aws.calls("StartDeviceAuthorization"), 0);
  assert.deepEqual(await snapshot(world.home), before);
});

mortalTest(
  "a directory of AWS files that cannot be written: exit 1 that names it, what was there stays",
  async () => {
    await using world = await loggedInWorld();
    await endSessionIn(world, "prod-admin", -10);
    const before = await world.read(CREDENTIALS);
    await using _ = await withMode(`${world.home}/.config/atmos/aws/my-sso`, 0o555);
    assertFailed(
      await world.run(["auth", "env"], { under: MERE_MORTAL }),
      1,
      /Cannot write .*my-sso\/credentials: /,
    );
    assert.equal(await world.read(CREDENTIALS), before);
    await world.assertNoLeaks();
  },
);

mortalTest("with fresh sessions a home that cannot be written is no obstacle", async () => {
  await using world = await loggedInWorld();
  await using _home = await withMode(world.home, 0o555);
  await using _state = await withMode(`${world.home}/.local/state/atmos/locks`, 0o555);
  const ran = await world.run(["auth", "env"], { under: MERE_MORTAL, printsSecrets: true });
  assert.deepEqual([ran.code, ran.stderr], [0, ""]);
});

mortalTest("a keyring that cannot be read ends the command, with its path", async () => {
  await using world = await loggedInWorld();
  await endSessionIn(world, "base-admin", -10);
  await endSessionIn(world, "prod-admin", -10);
  await using _ = await withMode(`${world.home}/${KEYRING}`, 0o000);
  const ran = await world.run(["auth", "env"], { under: MERE_MORTAL });
  assertFailed(ran, 6, /default\.file\.store/);
});

Deno.test("a file where a directory should be: exit 1 that names it, and it stays as it is", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", chainedConfig(world.aws.startUrl));
  for (const path of [".local", ".config"]) {
    await world.write(path, "mine\n");
    const ran = await world.run(["auth", "login", "--device-code"], { approve: true });
    assert.ok([1, 6].includes(ran.code), `${ran.code}: ${ran.stderr}`);
    assert.match(ran.stderr, new RegExp(`Cannot .*${RegExp.escape(path)}`));
    assertClear(ran);
    assert.equal(await world.read(path), "mine\n");
    await Deno.remove(`${world.home}/${path}`);
  }
});

Deno.test("AWS files that are no INI files are refused and kept", async () => {
  await using world = await loggedInWorld();
  const damaged = "[prod-admin\nnot an INI file\n";
  await world.write(CREDENTIALS, damaged);
  assertFailed(await world.run(["auth", "env"]), 1, /Cannot read .*credentials/);
  assert.equal(await world.read(CREDENTIALS), damaged);
});

Deno.test("without HOME, or with one that is no path, the message says so", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", chainedConfig(world.aws.startUrl));
  assertFailed(await world.run(["auth", "env"], { env: { HOME: undefined } }), 2, /HOME is not set/);
  assertFailed(
    await world.run(["auth", "env"], { env: { HOME: "somewhere" } }),
    2,
    /HOME is not an absolute path/,
  );
});

const canMount = isRoot && await isInstalled("mount") && await tryMount();

async function mount(size: string, at: string): Promise<boolean> {
  const args = ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", at];
  return (await new Deno.Command("mount", { args, stderr: "null" }).output()).success;
}

async function unmount(at: string): Promise<void> {
  await new Deno.Command("umount", { args: [at] }).output();
}

async function tryMount(): Promise<boolean> {
  const directory = await Deno.makeTempDir({ prefix: "atmos-mount-" });
  const mounted = await mount("16k", directory);
  if (mounted) await unmount(directory);
  await Deno.remove(directory);
  return mounted;
}

testIf(
  canMount,
  "a small file system can be mounted by root only",
  "a full disk: exit 1 or 6 that says so, nothing half-written, what was there stays",
  async () => {
    await using world = await loggedInWorld();
    await endSessionIn(world, "prod-admin", -10);
    const full = `${world.home}/full`;
    await Deno.mkdir(full);
    await mount("64k", full);
    try {
      const files = `${full}/atmos/aws/my-sso`;
      await Deno.mkdir(files, { recursive: true });
      await Deno.copyFile(`${world.home}/${CREDENTIALS}`, `${files}/credentials`);
      await fill(`${full}/filler`);
      const before = await snapshot(full);
      const aws = await world.run(["auth", "env"], { env: { ATMOS_XDG_CONFIG_HOME: full } });
      assertFailed(aws, 1, /Cannot write .*credentials: .*(?:space|full)/i);
      const logins = world.aws.calls("StartDeviceAuthorization");
      await endSessionIn(world, "base-admin", -10);
      const keyring = await world.run(["auth", "login", "--device-code"], {
        env: { ATMOS_XDG_DATA_HOME: full },
        approve: true,
      });
      assert.ok([1, 6].includes(keyring.code), `${keyring.code}: ${keyring.stderr}`);
      assert.match(keyring.stderr, /space|full/i);
      // What a person approves must be kept: that it cannot be is found out before anybody is asked.
      assert.equal(world.aws.calls("StartDeviceAuthorization"), logins);
      assertClear(keyring);
      const after = await snapshot(full);
      assert.deepEqual(
        Object.keys(after).filter((path) => after[path] !== "directory"),
        Object.keys(before).filter((path) => before[path] !== "directory"),
      );
      assert.equal(after["/atmos/aws/my-sso/credentials"], before["/atmos/aws/my-sso/credentials"]);
    } finally {
      await unmount(full);
    }
    await world.assertNoLeaks();
  },
);

/** Writes until there is no room for another block. */
async function fill(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true });
  const block = new Uint8Array(1024);
  try {
    while (true) await file.write(block);
  } catch (error) {
    if (!(error instanceof Error && Reflect.get(error, "code") === "ENOSPC")) throw error;
  }
}

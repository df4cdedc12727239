/** The `file` keyring with real files, real locks and real processes, some of them killed. */
import assert from "node:assert/strict";
import { openKeyring } from "../../lib/keyring/mod.ts";
import type { Keyring } from "../../lib/keyring/types.ts";
import { denoHost } from "../../lib/host_deno.ts";
import { codeOf, FILE, PASSWORD, userKeys, VARIABLE } from "../keyring/support.ts";

/** Made once: it listens for Ctrl-C as long as its process lives. */
const HOST = { ...denoHost(), env: (name: string) => name === VARIABLE ? PASSWORD : undefined };
const WRITER = new URL("keyring_writer.ts", import.meta.url).pathname;

function startWriter(directory: string, name: string, count: number): Deno.ChildProcess {
  const args = ["run", "-q", "-A", "--no-check", WRITER, directory, name, String(count)];
  return new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
}

function open(directory: string): Promise<Keyring> {
  return openKeyring(HOST, FILE, {
    directory: `${directory}/keyring`,
    realm: undefined,
    lockPath: () => `${directory}/locks/keyring.lock`,
    stateDirectory: directory,
  }, undefined);
}

async function inTemporary(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "atmos-keyring-" });
  try {
    await work(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("10 processes that make a keyring at once and write 60 entries lose none", () =>
  inTemporary(async (directory) => {
    const names = Array.from({ length: 10 }, (_, index) => `writer${index}`);
    const ends = await Promise.all(names.map((name) => startWriter(directory, name, 6).output()));
    for (const { code, stderr } of ends) assert.equal(`${code} ${new TextDecoder().decode(stderr)}`, "0 ");
    const keyring = await open(directory);
    assert.equal((await keyring.list()).length, 60);
    for (const name of names) {
      for (let index = 0; index < 6; index++) {
        assert.equal(await keyring.get(userKeys(`${name}-${index}`)), `text ${index} of ${name}`);
      }
    }
  }));

Deno.test("a writer that is killed at any moment leaves a keyring that opens, with all that it had reported", () =>
  inTemporary(async (directory) => {
    for (let round = 0; round < 6; round++) {
      const writer = startWriter(directory, `round${round}`, 10_000);
      const reported = await readThenKill(writer, 3 + 7 * round);
      const keyring = await open(directory);
      for (const index of reported) {
        assert.equal(await keyring.get(userKeys(`round${round}-${index}`)), `text ${index} of round${round}`);
      }
      // The kernel let the dead process's lock go.
      await keyring.set(userKeys("after"), `round ${round}`);
      assert.equal(await keyring.get(userKeys("after")), `round ${round}`);
    }
  }));

/** Lets a writer report some writes, then kills it in the middle of whatever it does; gives all that it reported. */
async function readThenKill(writer: Deno.ChildProcess, least: number): Promise<readonly number[]> {
  const stderr = writer.stderr.cancel();
  const output = { text: "", killed: false };
  for await (const piece of writer.stdout.pipeThrough(new TextDecoderStream())) {
    output.text += piece;
    if (output.killed || output.text.split("\n").length <= least) continue;
    output.killed = true;
    writer.kill("SIGKILL");
  }
  await Promise.all([writer.status, stderr]);
  const numbers = output.text.split("\n").slice(0, -1).map(Number);
  assert.ok(numbers.length >= least, "it ended by itself");
  return numbers;
}

Deno.test("a keyring's file is 0600 in a directory of 0700, and never written through a link", () =>
  inTemporary(async (directory) => {
    await (await open(directory)).set(userKeys("a"), "text");
    const path = `${directory}/keyring/default.file.store`;
    assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    assert.equal(((await Deno.stat(`${directory}/keyring`)).mode ?? 0) & 0o777, 0o700);
    await Deno.rename(path, `${directory}/elsewhere`);
    await Deno.symlink(`${directory}/elsewhere`, path);
    const before = await Deno.readTextFile(`${directory}/elsewhere`);
    assert.equal(await codeOf(open(directory)), "keyring-unavailable");
    assert.equal(await Deno.readTextFile(`${directory}/elsewhere`), before);
  }));

import assert from "node:assert/strict";
import { isAuthError } from "../../lib/errors.ts";
import { readAll } from "../../lib/host_deno/bounded.ts";
import { readPipe } from "../../lib/host_deno/pipe.ts";
import { AT_ONCE, denoReading } from "../../lib/host_deno/reading.ts";
import { LIMITS } from "../../lib/limits.ts";
import { startPipes } from "./pipes.ts";

const READERS = { "at once": denoReading("linux", AT_ONCE), "aside": denoReading("linux") };

async function inTemporary(body: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "atmos-test-" });
  try {
    await body(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

for (const [name, files] of Object.entries(READERS)) {
  Deno.test(`reading ${name} refuses a sparse file by its size, and devices by what they are`, () =>
    inTemporary(async (root) => {
      await Deno.writeTextFile(`${root}/sparse`, "");
      await Deno.truncate(`${root}/sparse`, 2 ** 40);
      await assert.rejects(files.readBytes(`${root}/sparse`), /larger than 16 MiB, the limit for a file/);
      for (const device of ["/dev/zero", "/dev/null", "/dev/urandom"]) {
        await assert.rejects(files.readText(device), /it is a device, not a regular file/);
      }
    }));

  Deno.test(`reading ${name} reads files of the kernel, whose size is reported as zero`, async () => {
    assert.match(await files.readText("/proc/self/status") ?? "", /^Name:/);
  });

  Deno.test(`reading ${name} finds nothing under a name that is too long for the system`, async () => {
    for (const path of [`/${"x".repeat(300)}`, `/tmp${"/x".repeat(3000)}`]) {
      assert.equal(await files.readText(path), undefined);
      assert.equal(await files.status(path), undefined);
      assert.equal(await files.realPath(path), undefined);
    }
  });

  Deno.test(`reading ${name} refuses a socket`, () =>
    inTemporary(async (root) => {
      using _listener = Deno.listen({ transport: "unix", path: `${root}/socket` });
      await assert.rejects(files.readText(`${root}/socket`), /it is a socket, not a regular file/);
      await assert.rejects(files.readPipe(`${root}/socket`), /it is a socket, not a file or a pipe/);
    }));
}

Deno.test("readAll() stops at the limit when a file grows while it is read", async () => {
  const state = { bytes: 0 };
  const endless = (into: Uint8Array) => {
    const count = Math.min(into.length, 1024 * 1024);
    state.bytes += count;
    return count;
  };
  await assert.rejects(readAll(endless, "/growing", 10), (error) => isAuthError(error, "file-failed"));
  assert.equal(state.bytes, LIMITS.fileBytes.most + 1);
});

Deno.test("readPipe() stops at the limit of an endless pipe", () =>
  inTemporary(async (root) => {
    await using pipes = startPipes();
    await pipes.fill(`${root}/pipe`, 'yes > "$1"');
    await assert.rejects(readPipe("linux", `${root}/pipe`), /larger than 16 MiB, the limit for a file/);
  }));

Deno.test("readPipe() gives up at the deadline when nobody opens the pipe, and leaves nothing behind", () =>
  inTemporary(async (root) => {
    await using pipes = startPipes();
    await pipes.fill(`${root}/pipe`, ":");
    await assert.rejects(
      readPipe("linux", `${root}/pipe`, 20),
      /not complete within 30 seconds, the limit for a pipe/,
    );
  }));

Deno.test("readPipe() gives up at the deadline when the writer falls silent", () =>
  inTemporary(async (root) => {
    await using pipes = startPipes();
    await pipes.fill(`${root}/pipe`, 'exec > "$1"; echo a; exec sleep 60');
    await assert.rejects(
      readPipe("linux", `${root}/pipe`, 500),
      /not complete within 30 seconds, the limit for a pipe/,
    );
  }));

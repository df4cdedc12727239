import assert from "node:assert/strict";
import { isAuthError } from "../../lib/errors.ts";
import { readAll } from "../../lib/host_deno/bounded.ts";
import { readPipe } from "../../lib/host_deno/pipe.ts";
import type { StartFiles } from "../../lib/host.ts";
import { denoReading } from "../../lib/host_deno/reading.ts";
import { filesAtOnce } from "../../lib/host_deno/start.ts";
import { LIMITS } from "../../lib/limits.ts";
import { startPipes } from "./pipes.ts";

const files = denoReading("linux");
const atOnce = filesAtOnce("linux");
const DEVICES = ["/dev/zero", "/dev/null", "/dev/urandom"];

/** A terabyte that uses no disk space. */
async function makeSparse(path: string): Promise<void> {
  await Deno.writeTextFile(path, "");
  await Deno.truncate(path, 2 ** 40);
}

async function inTemporary(body: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "atmos-test-" });
  try {
    await body(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("reading refuses a sparse file by its size, and devices by their type", () =>
  inTemporary(async (root) => {
    await makeSparse(`${root}/sparse`);
    await assert.rejects(files.readBytes(`${root}/sparse`), /larger than 16 MiB, the limit for a file/);
    for (const device of DEVICES) {
      await assert.rejects(files.readText(device), /it is a device, not a regular file/);
    }
  }));

Deno.test("synchronous reading returns undefined for a file above the limit, a device, a socket and kernel files", () =>
  inTemporary(async (root) => {
    await makeSparse(`${root}/sparse`);
    using _listener = Deno.listen({ transport: "unix", path: `${root}/socket` });
    for (const path of [`${root}/sparse`, ...DEVICES, `${root}/socket`, "/proc/self/status"]) {
      assert.equal(atOnce.readBytes(path, 3), undefined);
    }
    await Deno.writeTextFile(`${root}/four`, "four");
    assert.equal(atOnce.readBytes(`${root}/four`, 3), undefined);
    for (const most of [4, 5]) {
      assert.deepEqual(atOnce.readBytes(`${root}/four`, most), new TextEncoder().encode("four"));
    }
  }));

Deno.test("synchronous and asynchronous reading return the same", () =>
  inTemporary(async (root) => {
    await Deno.mkdir(`${root}/directory`);
    await Deno.writeTextFile(`${root}/file`, "text", { mode: 0o640 });
    await Deno.symlink("file", `${root}/link`);
    await Deno.symlink("nothing", `${root}/dangling`);
    for (const name of ["", "directory", "file", "link", "dangling", "nothing", "file/below"]) {
      const path = `${root}/${name}`;
      const answers = (reading: StartFiles) =>
        Promise.all(
          [reading.status(path), reading.realPath(path), reading.list(path), reading.readBytes(path, 9)].map(
            async (answer) => {
              try {
                return await answer;
              } catch {
                return "failure";
              }
            },
          ),
        );
      const deferred: StartFiles = {
        status: (of) => Promise.try(atOnce.status, of),
        realPath: (of) => Promise.try(atOnce.realPath, of),
        list: (of) => Promise.try(atOnce.list, of),
        readBytes: (of, most) => Promise.try(atOnce.readBytes, of, most),
      };
      const [now, later] = [await answers(deferred), await answers(files)];
      assert.deepEqual(now.slice(0, 3), later.slice(0, 3), name);
      if (name === "file" || name === "link") assert.deepEqual(now[3], later[3]);
    }
  }));

Deno.test("reading supports kernel files, whose reported size is zero", async () => {
  assert.match(await files.readText("/proc/self/status") ?? "", /^Name:/);
});

Deno.test("reading returns undefined for a name that is too long for the system", async () => {
  for (const path of [`/${"x".repeat(300)}`, `/tmp${"/x".repeat(3000)}`]) {
    assert.equal(await files.readText(path), undefined);
    for (const reading of [files, atOnce]) {
      assert.equal(await reading.readBytes(path, 1), undefined);
      assert.equal(await reading.status(path), undefined);
      assert.equal(await reading.realPath(path), undefined);
    }
  }
});

Deno.test("reading refuses a socket", () =>
  inTemporary(async (root) => {
    using _listener = Deno.listen({ transport: "unix", path: `${root}/socket` });
    await assert.rejects(files.readText(`${root}/socket`), /it is a socket, not a regular file/);
    await assert.rejects(readPipe("linux", `${root}/socket`), /it is a socket, not a file or a pipe/);
  }));

Deno.test("readAll() stops at the limit when a file grows meanwhile", async () => {
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

Deno.test("readPipe() gives up at the deadline when the writer stops writing", () =>
  inTemporary(async (root) => {
    await using pipes = startPipes();
    await pipes.fill(`${root}/pipe`, 'exec > "$1"; echo a; exec sleep 60');
    await assert.rejects(
      readPipe("linux", `${root}/pipe`, 500),
      /not complete within 30 seconds, the limit for a pipe/,
    );
  }));

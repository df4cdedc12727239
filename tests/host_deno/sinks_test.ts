/** Devices and pipes are written to, never replaced. Devices are created in the test's own directory. */
import assert from "node:assert/strict";
import { isAuthError } from "../../lib/errors.ts";
import { denoHost } from "../../lib/host_deno.ts";
import { testIf } from "../system/program.ts";
import { inTemporary } from "../temporary.ts";
import { canMakeDevices, makeDevice, makePipe, NULL_DEVICE } from "../devices.ts";

const { files } = denoHost();

async function modeOf(path: string): Promise<readonly [kind: string, mode: number]> {
  const { isCharDevice, isFifo, isSocket, isFile, mode } = await Deno.lstat(path);
  const kind = isCharDevice ? "device" : isFifo ? "pipe" : isSocket ? "socket" : isFile ? "file" : "other";
  return [kind, (mode ?? 0) & 0o777];
}

const refuses = (code: "usage" | "file-failed", reason: RegExp) => (error: unknown) => {
  assert.ok(isAuthError(error, code), String(error));
  assert.match(error.message, reason);
  return true;
};

testIf(
  await canMakeDevices(),
  "no right to make devices",
  "a device is written to, and never replaced",
  () =>
    inTemporary(async (root) => {
      const device = `${root}/null`;
      await makeDevice(device, NULL_DEVICE);
      const before = await modeOf(device);
      await assert.rejects(files.writeText(device, "key", 0o600), refuses("file-failed", /it is a device$/));
      await files.appendText(device, "key", 0o600);
      {
        await using sink = await files.sink(device, 1000);
        await sink?.write("key");
        assert.ok(sink !== undefined);
      }
      assert.deepEqual(await modeOf(device), before);
    }),
);

testIf(
  await canMakeDevices(),
  "no right to make devices",
  "sink() refuses a block device",
  () =>
    inTemporary(async (root) => {
      await makeDevice(`${root}/disk`, ["b", "7", "250"]);
      await assert.rejects(files.sink(`${root}/disk`, 1000), refuses("usage", /it is a block device$/));
      await assert.rejects(
        files.appendText(`${root}/disk`, "x", 0o600),
        refuses("file-failed", /block device$/),
      );
    }),
);

Deno.test("sink() writes all of a text to a pipe, and leaves the pipe unchanged", () =>
  inTemporary(async (root) => {
    const pipe = `${root}/pipe`;
    await makePipe(pipe);
    const before = await modeOf(pipe);
    const reading = Deno.readTextFile(pipe);
    {
      await using sink = await files.sink(pipe, 30_000);
      await sink?.write("one\n");
      await sink?.write("two\n");
    }
    assert.equal(await reading, "one\ntwo\n");
    assert.deepEqual(await modeOf(pipe), before);
  }));

Deno.test("sink() gives up at the deadline on a pipe without a reader, and leaves nothing waiting", () =>
  inTemporary(async (root) => {
    await makePipe(`${root}/pipe`);
    await using sink = await files.sink(`${root}/pipe`, 50);
    assert.ok(sink !== undefined);
    await assert.rejects(sink.write("x"), refuses("file-failed", /nothing reads from this pipe/));
  }));

testIf(
  Deno.uid() === 0,
  "only root can give files away",
  "sink() refuses the pipe of another user",
  () =>
    inTemporary(async (root) => {
      await makePipe(`${root}/pipe`);
      await Deno.chown(`${root}/pipe`, 12345, null);
      await assert.rejects(
        files.sink(`${root}/pipe`, 50),
        refuses("usage", /the pipe belongs to another user/),
      );
    }),
);

Deno.test("sink() does not write to a replacement of the device that it checked", () =>
  inTemporary(async (root) => {
    await makePipe(`${root}/pipe`);
    await using sink = await files.sink(`${root}/pipe`, 30_000);
    assert.ok(sink !== undefined);
    await Deno.rename(`${root}/pipe`, `${root}/old`);
    await Deno.writeTextFile(`${root}/pipe`, "mine");
    await assert.rejects(sink.write("x"), refuses("file-failed", /it was replaced meanwhile/));
    assert.equal(await Deno.readTextFile(`${root}/pipe`), "mine");
  }));

Deno.test("writeText() and appendText() refuse a pipe: they would wait, or replace it", () =>
  inTemporary(async (root) => {
    await makePipe(`${root}/pipe`);
    await assert.rejects(
      files.writeText(`${root}/pipe`, "x", 0o600),
      refuses("file-failed", /it is a pipe$/),
    );
    await assert.rejects(
      files.appendText(`${root}/pipe`, "x", 0o600),
      refuses("file-failed", /it is a pipe$/),
    );
    await assert.rejects(
      files.lock(`${root}/pipe`, { deadlineMillis: 10 }),
      refuses("file-failed", /it is a pipe$/),
    );
    assert.equal((await modeOf(`${root}/pipe`))[0], "pipe");
  }));

Deno.test("sink() refuses a directory, a socket and a symbolic link, and returns undefined for files", () =>
  inTemporary(async (root) => {
    await Deno.mkdir(`${root}/directory`);
    using _socket = Deno.listen({ transport: "unix", path: `${root}/socket` });
    await makePipe(`${root}/pipe`);
    await Deno.symlink(`${root}/pipe`, `${root}/link`);
    await Deno.writeTextFile(`${root}/file`, "");
    await assert.rejects(files.sink(`${root}/directory`, 50), refuses("usage", /it is a directory$/));
    await assert.rejects(files.sink(`${root}/socket`, 50), refuses("usage", /it is a socket$/));
    await assert.rejects(files.sink(`${root}/link`, 50), refuses("usage", /it is a symbolic link$/));
    await assert.rejects(
      files.writeText(`${root}/socket`, "", 0o600),
      refuses("file-failed", /it is a socket$/),
    );
    assert.equal(await files.sink(`${root}/file`, 50), undefined);
    assert.equal(await files.sink(`${root}/none`, 50), undefined);
  }));

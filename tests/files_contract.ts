/** What any `Files` must do: run over the real file system and over the fake, so that the fake stays honest. */
import assert from "node:assert/strict";
import { isAuthError } from "../lib/errors.ts";
import { temporaryName } from "../lib/files/temporary.ts";
import type { Files } from "../lib/host.ts";
import { LIMITS } from "../lib/limits.ts";

/** A place to try things in. */
export interface Place {
  readonly files: Files;
  /** An empty directory. */
  readonly root: string;
  /** Makes a symbolic link. */
  readonly link: (path: string, target: string) => Promise<void>;
  /** Makes a pipe out of which a text comes. */
  readonly pipe: (path: string, text: string) => Promise<void>;
  /** Where a device without an end is. */
  readonly device: string;
  /** The permission bits of a path. */
  readonly mode: (path: string) => Promise<number | undefined>;
}

/** Registers the tests of one kind of files. */
export function filesContract(
  name: string,
  within: (body: (place: Place) => Promise<void>) => Promise<void>,
): void {
  const test = (sentence: string, body: (place: Place) => Promise<void>) =>
    Deno.test(`${name} ${sentence}`, () => within(body));
  const failsOn = (path: string) => (error: unknown) => {
    assert.ok(isAuthError(error, "file-failed"), String(error));
    assert.ok(error.message.includes(path), error.message);
    return true;
  };

  test("reads what was written, and undefined where nothing is", async ({ files, root }) => {
    await files.writeText(`${root}/a`, "über\n", 0o600);
    assert.equal(await files.readText(`${root}/a`), "über\n");
    assert.deepEqual(await files.readBytes(`${root}/a`), new TextEncoder().encode("über\n"));
    assert.equal(await files.readText(`${root}/nothing`), undefined);
    assert.equal(await files.readBytes(`${root}/nothing/at/all`), undefined);
  });

  test("keeps a byte order mark: whoever edits a file keeps its bytes", async ({ files, root }) => {
    await files.writeText(`${root}/a`, "\ufeff[x]\n", 0o600);
    assert.equal(await files.readText(`${root}/a`), "\ufeff[x]\n");
  });

  test("refuses to read a device, a pipe or a directory, also through a link", async (place) => {
    const { files, root, link, pipe, device } = place;
    await link(`${root}/device`, device);
    await pipe(`${root}/pipe`, "text");
    await link(`${root}/link`, `${root}/pipe`);
    await link(`${root}/directory`, root);
    for (const name of ["device", "pipe", "link", "directory"]) {
      const path = `${root}/${name}`;
      await assert.rejects(files.readText(path), failsOn(path));
      await assert.rejects(files.readBytes(path), failsOn(path));
    }
    await assert.rejects(files.readText(device), /not a regular file/);
  });

  test("reads a file of the largest size, and refuses one that is a byte larger", async ({ files, root }) => {
    const text = "x".repeat(LIMITS.fileBytes.most);
    await files.writeText(`${root}/a`, text, 0o600);
    assert.equal((await files.readText(`${root}/a`))?.length, text.length);
    assert.equal((await files.readBytes(`${root}/a`))?.length, text.length);
    await files.writeText(`${root}/a`, `${text}x`, 0o600);
    await assert.rejects(files.readText(`${root}/a`), /larger than 16 MiB, the limit for a file/);
    await assert.rejects(files.readBytes(`${root}/a`), /larger than 16 MiB, the limit for a file/);
    assert.equal((await files.status(`${root}/a`))?.size, text.length + 1);
  });

  test("readPipe() reads a pipe, the same again each time, and refuses a device", async (place) => {
    const { files, root, pipe, device } = place;
    await pipe(`${root}/pipe`, "text");
    for (let time = 0; time < 2; time++) {
      assert.equal(new TextDecoder().decode(await files.readPipe(`${root}/pipe`)), "text");
    }
    await files.writeText(`${root}/a`, "plain", 0o600);
    assert.equal(new TextDecoder().decode(await files.readPipe(`${root}/a`)), "plain");
    assert.equal(await files.readPipe(`${root}/nothing`), undefined);
    await assert.rejects(files.readPipe(device), failsOn(device));
  });

  test("replaces a file with its new mode and leaves nothing beside it", async ({ files, root, mode }) => {
    await files.writeText(`${root}/a`, "one", 0o644);
    await files.writeText(`${root}/a`, "two", 0o600);
    assert.equal(await files.readText(`${root}/a`), "two");
    assert.equal(await mode(`${root}/a`), 0o600);
    assert.deepEqual(await files.list(root), [{ name: "a", kind: "file" }]);
  });

  test("makes missing directories with mode 0700 and leaves others alone", async ({ files, root, mode }) => {
    const before = await mode(root);
    await files.writeText(`${root}/b/c/d`, "", 0o600);
    assert.deepEqual([await mode(`${root}/b`), await mode(`${root}/b/c`)], [0o700, 0o700]);
    assert.equal(await mode(root), before);
  });

  test("refuses to write through a link at the end of a path, also a dangling one", async ({ files, root, link }) => {
    await files.writeText(`${root}/target`, "mine", 0o600);
    await link(`${root}/link`, `${root}/target`);
    await link(`${root}/dangling`, `${root}/nowhere`);
    await assert.rejects(files.writeText(`${root}/link`, "x", 0o600), failsOn(`${root}/link`));
    await assert.rejects(files.appendText(`${root}/link`, "x", 0o600), failsOn(`${root}/link`));
    await assert.rejects(files.appendText(`${root}/dangling`, "x", 0o600), failsOn(`${root}/dangling`));
    assert.equal(await files.readText(`${root}/target`), "mine");
    assert.equal(await files.status(`${root}/nowhere`), undefined);
  });

  test("follows links that are directories on the way", async ({ files, root, link }) => {
    await files.writeText(`${root}/real/a`, "here", 0o600);
    await link(`${root}/way`, `${root}/real`);
    await files.writeText(`${root}/way/b`, "there", 0o600);
    assert.equal(await files.readText(`${root}/real/b`), "there");
    assert.equal(await files.realPath(`${root}/way/b`), `${await files.realPath(root)}/real/b`);
    assert.equal(await files.realPath(`${root}/way/none`), undefined);
  });

  test("says what is wrong with a directory in the place of a file, and the other way round", async (place) => {
    const { files, root } = place;
    await files.writeText(`${root}/d/f`, "", 0o600);
    await assert.rejects(files.readText(`${root}/d`), failsOn(`${root}/d`));
    await assert.rejects(files.writeText(`${root}/d`, "", 0o600), failsOn(`${root}/d`));
    await assert.rejects(files.list(`${root}/d/f`), failsOn(`${root}/d/f`));
    await assert.rejects(files.writeText(`${root}/d/f/g`, "", 0o600), failsOn(`${root}/d/f`));
  });

  test("appends to a file that it makes with the mode", async ({ files, root, mode }) => {
    await files.appendText(`${root}/logs/l`, "one\n", 0o600);
    await files.appendText(`${root}/logs/l`, "two\n", 0o644);
    assert.equal(await files.readText(`${root}/logs/l`), "one\ntwo\n");
    assert.equal(await mode(`${root}/logs/l`), 0o600);
  });

  test("removes files and empty directories, and says when there was nothing", async ({ files, root }) => {
    await files.writeText(`${root}/d/f`, "", 0o600);
    await assert.rejects(files.remove(`${root}/d`), failsOn(`${root}/d`));
    assert.deepEqual(
      [await files.remove(`${root}/d/f`), await files.remove(`${root}/d`), await files.remove(`${root}/d`)],
      [true, true, false],
    );
  });

  test("removes a directory only when it is empty, if asked so", async ({ files, root }) => {
    await files.writeText(`${root}/d/f`, "", 0o600);
    assert.equal(await files.removeIfEmpty(`${root}/d`), false);
    assert.equal(await files.readText(`${root}/d/f`), "");
    await files.remove(`${root}/d/f`);
    assert.deepEqual([await files.removeIfEmpty(`${root}/d`), await files.removeIfEmpty(`${root}/d`)], [
      true,
      false,
    ]);
  });

  test("finds the temporary files that killed writers left", async ({ files, root }) => {
    const left = temporaryName("credentials", "0123456789abcdef".repeat(2));
    await files.writeText(`${root}/${left}`, "", 0o600);
    await files.writeText(`${root}/config`, "", 0o600);
    assert.deepEqual(await files.leftovers(root), [`${root}/${left}`]);
    assert.deepEqual(await files.leftovers(`${root}/none`), []);
  });

  test("removes a tree without following its links", async ({ files, root, link }) => {
    await files.writeText(`${root}/kept/f`, "kept", 0o600);
    await files.writeText(`${root}/gone/f`, "", 0o600);
    await link(`${root}/gone/link`, `${root}/kept`);
    assert.equal(await files.removeTree(`${root}/gone`), true);
    assert.equal(await files.removeTree(`${root}/gone`), false);
    assert.equal(await files.readText(`${root}/kept/f`), "kept");
  });

  test("lists names in order with their kinds", async ({ files, root, link }) => {
    await files.writeText(`${root}/b`, "", 0o600);
    await files.writeText(`${root}/a/x`, "", 0o600);
    await link(`${root}/c`, "nowhere");
    assert.deepEqual(await files.list(root), [
      { name: "a", kind: "directory" },
      { name: "b", kind: "file" },
      { name: "c", kind: "symlink" },
    ]);
    assert.equal(await files.list(`${root}/none`), undefined);
  });

  test("tells the status of a link, not of what it leads to", async ({ files, root, link }) => {
    await files.writeText(`${root}/a`, "12345", 0o640);
    await link(`${root}/l`, `${root}/a`);
    const { uid, ...known } = await files.status(`${root}/a`) ?? {};
    assert.equal(typeof uid, "number");
    assert.deepEqual(known, {
      kind: "file",
      mode: 0o640,
      size: 5,
      owned: true,
      writableByOthers: false,
      links: 1,
    });
    assert.equal((await files.status(`${root}/l`))?.kind, "symlink");
    assert.equal(await files.status(`${root}/none`), undefined);
  });

  test("gives a lock to one after the other, in the order of asking", async ({ files, root, mode }) => {
    const path = `${root}/locks/a.lock`;
    const order: string[] = [];
    await Promise.all([1, 2, 3].map(async (n) => {
      await using _lock = await files.lock(path, { deadlineMillis: 120_000 });
      order.push(`in ${n}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      order.push(`out ${n}`);
    }));
    assert.deepEqual(order, ["in 1", "out 1", "in 2", "out 2", "in 3", "out 3"]);
    assert.equal(await mode(path), 0o600);
    assert.equal(await mode(`${root}/locks`), 0o700);
    assert.equal((await files.status(path))?.size, 0);
  });

  test("does not take a lock through a link", async ({ files, root, link }) => {
    await link(`${root}/l.lock`, `${root}/elsewhere`);
    await assert.rejects(files.lock(`${root}/l.lock`, { deadlineMillis: 10 }), failsOn(`${root}/l.lock`));
    assert.equal(await files.status(`${root}/elsewhere`), undefined);
  });
}

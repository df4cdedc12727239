/** Replaces files: after a killed writer, and while others work in the same directory. */
import assert from "node:assert/strict";
import { temporaryName } from "../../lib/files/temporary.ts";
import { denoHost } from "../../lib/host_deno.ts";
import { inTemporary } from "../temporary.ts";

const { files } = denoHost();
const hex = (digit: string) => digit.repeat(32);
const namesIn = async (root: string) => (await files.list(root))?.map(({ name }) => name);

/** Calls `between` once, before the first call of one of Deno's functions. */
async function beforeFirst<T>(
  name: "rename" | "remove",
  between: () => Promise<void>,
  body: () => Promise<T>,
) {
  const original: unknown = Reflect.get(Deno, name);
  if (typeof original !== "function") throw new TypeError(`No function ${name}`);
  const state = { calls: 0 };
  Reflect.set(Deno, name, async (...args: unknown[]) => {
    if (state.calls++ === 0) await between();
    return await original.apply(Deno, args);
  });
  try {
    return await body();
  } finally {
    Reflect.set(Deno, name, original);
    assert.ok(state.calls > 0, `${name} was not called`);
  }
}

Deno.test("writeText() removes what a killed writer of the same file left, however recent, but nothing of a live one", () =>
  inTemporary(async (root) => {
    const [dead, old, alive, other] = [
      temporaryName("a", hex("0")),
      `.a.${hex("1")}.tmp`,
      temporaryName("a", hex("2")),
      temporaryName("ab", hex("3")),
    ];
    for (const name of [dead, old, alive, other]) await Deno.writeTextFile(`${root}/${name}`, "");
    using writer = await Deno.open(`${root}/${alive}`, { write: true });
    await writer.lock(true);
    assert.deepEqual(
      (await files.leftovers(root)).toSorted(),
      [dead, old, other].map((name) => `${root}/${name}`).toSorted(),
    );
    await files.writeText(`${root}/a`, "", 0o600);
    assert.deepEqual(await namesIn(root), [other, alive, "a"].toSorted());
  }));

Deno.test("writeText() locks its temporary file until it is renamed", () =>
  inTemporary(async (root) => {
    const seen: (readonly string[])[] = [];
    await beforeFirst("rename", async () => {
      seen.push(await files.leftovers(root), await namesIn(root) ?? []);
    }, () => files.writeText(`${root}/a`, "new", 0o600));
    const [leftovers, names] = seen;
    assert.deepEqual(leftovers, []);
    assert.equal(names?.length, 1);
    assert.deepEqual(await namesIn(root), ["a"]);
  }));

Deno.test("writeText() succeeds although its directory is removed meanwhile", () =>
  inTemporary(async (root) => {
    await beforeFirst(
      "rename",
      () => Deno.remove(`${root}/d`, { recursive: true }),
      () => files.writeText(`${root}/d/a`, "new", 0o600),
    );
    assert.equal(await files.readText(`${root}/d/a`), "new");
  }));

Deno.test("leftovers() returns nothing for a missing directory", () =>
  inTemporary(async (root) => assert.deepEqual(await files.leftovers(`${root}/none`), [])));

Deno.test("removeTree() removes files that another process adds to the directory meanwhile", () =>
  inTemporary(async (root) => {
    const directory = `${root}/recall`;
    await files.writeText(`${directory}/1.json`, "", 0o600);
    const { remove } = Deno;
    const state = { races: 3 };
    // Like the system's own removal, with another process between its two steps.
    Reflect.set(Deno, "remove", async (path: string, options?: Deno.RemoveOptions) => {
      if (path !== directory || state.races === 0) return await remove(path, options);
      state.races--;
      for await (const { name } of Deno.readDir(path)) await remove(`${path}/${name}`);
      await Deno.writeTextFile(`${path}/${state.races}.json`, "");
      await remove(path);
    });
    try {
      assert.equal(await files.removeTree(directory), true);
    } finally {
      Reflect.set(Deno, "remove", remove);
    }
    assert.equal(state.races, 0);
    assert.deepEqual(await namesIn(root), []);
  }));

Deno.test("removeIfEmpty() keeps a directory that received a file a moment ago", () =>
  inTemporary(async (root) => {
    await Deno.mkdir(`${root}/d`);
    const put = () => Deno.writeTextFile(`${root}/d/a`, "");
    assert.equal(await beforeFirst("remove", put, () => files.removeIfEmpty(`${root}/d`)), false);
    assert.deepEqual(await namesIn(`${root}/d`), ["a"]);
  }));

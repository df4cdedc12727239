import assert from "node:assert/strict";
import { AuthError } from "../../lib/errors.ts";
import { lockPath } from "../../lib/files/lock.ts";
import { keepProfileFiles, profileFilesHome } from "../../lib/session/renewal_files.ts";
import { fakeHost, type FakeHostInit } from "../fake_host.ts";

const HOME = "/home/ana/.local/state/atmos/refreshing";
const env = { HOME: "/home/ana" };
const host = (init: FakeHostInit = {}) => fakeHost({ env, ...init });

Deno.test("keepProfileFiles() writes a config and empty credentials for its owner alone, and disposal removes them", async () => {
  const fake = host();
  assert.equal(profileFilesHome(fake), HOME);
  {
    await using files = await keepProfileFiles(fake, "[profile x]\n");
    assert.match(files.configFile, /^\/home\/ana\/\.local\/state\/atmos\/refreshing\/[0-9a-f]{16}\/config$/);
    assert.equal(fake.tree()[files.configFile], "[profile x]\n");
    assert.equal(fake.tree()[files.credentialsFile], "");
    for (const path of [files.configFile, files.credentialsFile]) {
      const node = fake.node(path);
      assert.equal(node?.kind === "file" && node.mode, 0o600);
    }
    const directory = fake.node(files.configFile.replace(/\/config$/, ""));
    assert.equal(directory?.kind === "directory" && directory.mode, 0o700);
  }
  assert.deepEqual(Object.keys(fake.tree()).filter((path) => path.startsWith(HOME)), []);
  assert.equal(fake.node(HOME), undefined);
});

Deno.test("keepProfileFiles() removes what a killed process left, and nothing whose maker lives", async () => {
  const fake = host({
    files: { [`${HOME}/dead/config`]: "old", [`${HOME}/alive/config`]: "old", [`${HOME}/file`]: "not ours" },
    heldLocks: { [`${HOME}/alive/lock`]: { holder: "process 4711" } },
  });
  await using files = await keepProfileFiles(fake, "new");
  const left = Object.keys(fake.tree()).filter((path) => path.startsWith(HOME));
  const own = files.configFile.replace(/config$/, "");
  assert.deepEqual(left.filter((path) => !path.startsWith(own)), [`${HOME}/alive/config`, `${HOME}/file`]);
});

Deno.test("keepProfileFiles() lets be what somebody else left and it may not touch", async () => {
  const fake = host({ files: { [`${HOME}/roots/config`]: "old" }, unwritable: [`${HOME}/roots`] });
  await using files = await keepProfileFiles(fake, "new");
  assert.deepEqual([fake.tree()[files.configFile], fake.tree()[`${HOME}/roots/config`]], ["new", "old"]);
});

Deno.test("disposal that cannot remove fails nothing", async () => {
  const unwritable: string[] = [];
  const fake = host({ unwritable });
  const files = await keepProfileFiles(fake, "x");
  unwritable.push(HOME);
  await files[Symbol.asyncDispose]();
  assert.equal(fake.tree()[files.configFile], "x");
});

Deno.test("keepProfileFiles() fails where nothing can be written, and waits its turn", async () => {
  await assert.rejects(
    keepProfileFiles(host({ unwritable: ["/home/ana"] }), "x"),
    (error) => error instanceof AuthError && error.code === "file-failed",
  );
  const all = await lockPath(host(), "profiles of children");
  await assert.rejects(
    keepProfileFiles(host({ heldLocks: { [all]: {} } }), "x"),
    (error) => error instanceof AuthError && error.code === "lock-timeout",
  );
});

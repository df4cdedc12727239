import assert from "node:assert/strict";
import fc from "fast-check";
import { distrustFiles, isTrusted, trustedFiles, trustFiles } from "../../lib/commands/trust_store.ts";
import { fakeHost } from "../fake_host.ts";

const ENV = { HOME: "/home/ana" };
const hash = (letter: string) => letter.repeat(64);

Deno.test("a file is trusted by its path and its content", async () => {
  const host = fakeHost({ env: ENV });
  await trustFiles(host, [{ path: "/a/atmos.yaml", sha256: hash("a") }]);
  const trusted = await trustedFiles(host);
  assert.equal(isTrusted(trusted, { path: "/a/atmos.yaml", sha256: hash("a") }), true);
  assert.equal(isTrusted(trusted, { path: "/a/atmos.yaml", sha256: hash("b") }), false);
  assert.equal(isTrusted(trusted, { path: "/b/atmos.yaml", sha256: hash("a") }), false);
});

Deno.test("trusting a changed file replaces what was trusted of it", async () => {
  const host = fakeHost({ env: ENV });
  await trustFiles(host, [{ path: "/a", sha256: hash("a") }, { path: "/b", sha256: hash("b") }]);
  await trustFiles(host, [{ path: "/a", sha256: hash("c") }]);
  assert.deepEqual(await trustedFiles(host), [{ sha256: hash("b"), path: "/b" }, {
    sha256: hash("c"),
    path: "/a",
  }]);
});

Deno.test("what is no longer trusted is named, and nothing is written when nothing was", async () => {
  const host = fakeHost({ env: ENV });
  await trustFiles(host, [{ path: "/a", sha256: hash("a") }]);
  assert.deepEqual(await distrustFiles(host, [{ path: "/a" }, { path: "/x" }]), [{
    path: "/a",
    sha256: hash("a"),
  }]);
  const changes = host.changes.length;
  assert.deepEqual(await distrustFiles(host, [{ path: "/a" }]), []);
  assert.equal(host.changes.length, changes);
});

Deno.test("any path comes back as it was", async () => {
  await fc.assert(fc.asyncProperty(fc.string({ minLength: 1 }), async (name) => {
    const host = fakeHost({ env: ENV });
    const file = { path: `/${name}`, sha256: hash("a") };
    await trustFiles(host, [file]);
    assert.deepEqual(await trustedFiles(host), [file]);
  }));
});

Deno.test("lines that are not ours trust nothing", async () => {
  const host = fakeHost({
    env: ENV,
    files: { "/home/ana/.local/state/atmos/trust": `x\n${hash("a")}\n${hash("G")} /a\n\n` },
  });
  assert.deepEqual(await trustedFiles(host), []);
});

Deno.test("without a home nothing is trusted, and nothing fails", async () => {
  assert.deepEqual(await trustedFiles(fakeHost()), []);
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { addTrust, revokeTrust, trustPath, trustRecords } from "../../lib/cli/run/trust_store.ts";
import type { TrustRecord } from "../../lib/config/need.ts";
import { fakeHost } from "../fake_host.ts";

const ENV = { HOME: "/home/ana" };
const FILE = "/home/ana/.local/state/atmos/trust";

const record = (path: string, unit: string, letter: string): TrustRecord => ({
  path,
  unit,
  digest: letter.repeat(64),
});
const PROD = record("/a/atmos.yaml", "identity prod", "a");
const SSO = record("/a/atmos.yaml", "provider my-sso", "b");
const OTHER = record("/b/atmos.yaml", "identity prod", "a");

Deno.test("trustRecords() returns what addTrust() added, in that order", async () => {
  const host = fakeHost({ env: ENV });
  await addTrust(host, [PROD, SSO]);
  await addTrust(host, [OTHER]);
  assert.deepEqual(await trustRecords(host), [PROD, SSO, OTHER]);
  assert.equal(trustPath(host), FILE);
});

Deno.test("addTrust() writes a file that only its owner can read", async () => {
  const host = fakeHost({ env: ENV });
  await addTrust(host, [PROD]);
  const node = host.node(FILE);
  assert.ok(node?.kind === "file");
  assert.equal(node.mode, 0o600);
});

Deno.test("addTrust() keeps the versions that were trusted before", async () => {
  const host = fakeHost({ env: ENV });
  const changed = { ...PROD, digest: "c".repeat(64) };
  await addTrust(host, [PROD]);
  await addTrust(host, [changed]);
  assert.deepEqual(await trustRecords(host), [PROD, changed]);
});

Deno.test("addTrust() keeps one record of what is trusted again, as the latest", async () => {
  const host = fakeHost({ env: ENV });
  await addTrust(host, [PROD, SSO]);
  await addTrust(host, [PROD]);
  assert.deepEqual(await trustRecords(host), [SSO, PROD]);
});

Deno.test("addTrust() forgets the oldest of more than 50 versions of one unit, and of no other", async () => {
  const host = fakeHost({ env: ENV });
  const version = (number: number): TrustRecord => ({
    ...PROD,
    digest: number.toString(16).padStart(64, "0"),
  });
  const numbers = Array.from({ length: 52 }, (_, number) => number);
  await addTrust(host, [SSO, OTHER]);
  await addTrust(host, numbers.slice(0, 50).map(version));
  assert.equal((await trustRecords(host)).length, 52);
  await addTrust(host, numbers.slice(50).map(version));
  assert.deepEqual(await trustRecords(host), [SSO, OTHER, ...numbers.slice(2).map(version)]);
});

Deno.test("addTrust() loses nothing when two processes add at once", async () => {
  const host = fakeHost({ env: ENV });
  await Promise.all([addTrust(host, [PROD]), addTrust(host, [SSO]), addTrust(host, [OTHER])]);
  assert.deepEqual(new Set(await trustRecords(host)), new Set([PROD, SSO, OTHER]));
});

Deno.test("revokeTrust() removes every unit and version of the given files, and returns them", async () => {
  const host = fakeHost({ env: ENV });
  const changed = { ...PROD, digest: "c".repeat(64) };
  await addTrust(host, [PROD, SSO, OTHER, changed]);
  assert.deepEqual(await revokeTrust(host, ["/a/atmos.yaml", "/never"]), [PROD, SSO, changed]);
  assert.deepEqual(await trustRecords(host), [OTHER]);
});

Deno.test("revokeTrust() writes nothing when nothing was trusted", async () => {
  const host = fakeHost({ env: ENV });
  assert.deepEqual(await revokeTrust(host, ["/a/atmos.yaml"]), []);
  assert.deepEqual([host.changes, host.locks], [[], []]);
});

Deno.test("trustRecords() returns any path and unit as they were", async () => {
  await fc.assert(fc.asyncProperty(fc.string(), fc.string(), async (path, unit) => {
    const host = fakeHost({ env: ENV });
    const any = record(path, unit, "a");
    await addTrust(host, [any]);
    assert.deepEqual(await trustRecords(host), [any]);
  }));
});

Deno.test("trustRecords() ignores lines that it cannot read, those of earlier versions included", async () => {
  const lines = [
    "x",
    "",
    `${"a".repeat(64)} /a/atmos.yaml`,
    "{",
    "null",
    `{"path":"/a/atmos.yaml","unit":"identity prod"}`,
    `{"path":"/a/atmos.yaml","unit":1,"digest":"${"a".repeat(64)}"}`,
    JSON.stringify(PROD),
  ];
  const host = fakeHost({ env: ENV, files: { [FILE]: lines.join("\n") } });
  assert.deepEqual(await trustRecords(host), [PROD]);
});

Deno.test("trustRecords() is empty when others can write the file, or it is not a regular file", async () => {
  const text = `${JSON.stringify(PROD)}\n`;
  for (const mode of [0o620, 0o602, 0o666]) {
    const host = fakeHost({ env: ENV, files: { [FILE]: text }, modes: { [FILE]: mode } });
    assert.deepEqual(await trustRecords(host), [], mode.toString(8));
  }
  const readable = fakeHost({ env: ENV, files: { [FILE]: text }, modes: { [FILE]: 0o644 } });
  assert.deepEqual(await trustRecords(readable), [PROD]);
  const linked = fakeHost({ env: ENV, files: { "/b/trust": text }, links: { [FILE]: "/b/trust" } });
  assert.deepEqual(await trustRecords(linked), []);
  const directory = fakeHost({ env: ENV, directories: [FILE] });
  assert.deepEqual(await trustRecords(directory), []);
});

Deno.test("trustRecords() is empty when another user owns the file", async () => {
  const host = fakeHost({ env: ENV, files: { [FILE]: `${JSON.stringify(PROD)}\n` } });
  const files = {
    ...host.files,
    status: async (path: string) => {
      const status = await host.files.status(path);
      return status === undefined ? undefined : { ...status, owned: path !== FILE };
    },
  };
  assert.deepEqual(await trustRecords({ files, env: host.env, os: host.os }), []);
});

Deno.test("trustRecords() is empty without a home, and does not fail", async () => {
  assert.deepEqual(await trustRecords(fakeHost()), []);
});

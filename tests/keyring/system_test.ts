import assert from "node:assert/strict";
import { openSystemKeyring } from "../../lib/keyring/system.ts";
import { locked, type OsStore } from "../../lib/keyring/os_store.ts";
import { fakeHost } from "../fake_host.ts";
import { testKeyring } from "./contract.ts";
import { codeOf, mapStore, storePlace, userKeys } from "./support.ts";

const A = userKeys("a");
const PATH = storePlace().path;

testKeyring("a system keyring", async () => {
  const host = fakeHost();
  const os = mapStore();
  const open = () => openSystemKeyring(host, storePlace(), false, os);
  return { keyring: await open(), again: open };
});

async function madeStore() {
  const items = new Map<string, string>();
  const host = fakeHost();
  await (await openSystemKeyring(host, storePlace(), false, mapStore(items))).set(A, "text");
  return { items, text: host.tree()[PATH] ?? "" };
}

Deno.test("a system keyring stores one key of 32 bytes in the operating system's store", async () => {
  const { items, text } = await madeStore();
  const [[account, key] = ["", ""]] = [...items];
  assert.match(account, /^default\/[0-9a-f]{32}$/);
  assert.match(key, /^[A-Za-z0-9+/]{43}=$/);
  assert.ok(!text.includes(key));
  assert.equal(items.size, 1);
});

Deno.test("openSystemKeyring() detects an unusable operating system's store before anything is stored", async () => {
  const failing: OsStore = {
    ...mapStore(),
    ready: () => Promise.reject(locked("it is locked", "Unlock it.")),
  };
  assert.equal(await codeOf(openSystemKeyring(fakeHost(), storePlace(), false, failing)), "keyring-locked");
});

Deno.test("openSystemKeyring() reports that the operating system has no key for a store", async () => {
  const { text } = await madeStore();
  const host = fakeHost({ files: { [PATH]: text } });
  await assert.rejects(openSystemKeyring(host, storePlace(), false, mapStore()), {
    code: "keyring-unavailable",
    message: `Cannot open keyring ${PATH}: the system keyring holds no key for it`,
  });
  assert.deepEqual(host.changes, []);
});

Deno.test("openSystemKeyring() reports an invalid key, and one that does not open the store", async () => {
  const { items, text } = await madeStore();
  for (const key of ["", "not a key", btoa("x".repeat(31)), btoa("x".repeat(32))]) {
    const [account = ""] = items.keys();
    const host = fakeHost({ files: { [PATH]: text } });
    const os = mapStore(new Map([[account, key]]));
    assert.equal(await codeOf(openSystemKeyring(host, storePlace(), false, os)), "keyring-damaged", key);
    assert.deepEqual(host.changes, []);
  }
});

Deno.test("a store is not sealed under a key that the operating system did not store", async () => {
  const host = fakeHost();
  const forgetful: OsStore = { ...mapStore(), set: () => Promise.resolve() };
  const keyring = await openSystemKeyring(host, storePlace(), false, forgetful);
  assert.equal(await codeOf(keyring.set(A, "text")), "keyring-unavailable");
  assert.equal(host.node(PATH), undefined);
});

Deno.test("openSystemKeyring() rejects a store that has only a password slot", async () => {
  const { VECTORS, makeVector } = await import("./vectors.ts");
  const vector = VECTORS.find(({ file }) => file === "argon2id.store");
  assert.ok(vector);
  const host = fakeHost({ files: { [PATH]: await makeVector(vector) } });
  const os: OsStore = { ...mapStore(), get: () => Promise.resolve(btoa("x".repeat(32))) };
  assert.equal(await codeOf(openSystemKeyring(host, storePlace(), false, os)), "keyring-unavailable");
});

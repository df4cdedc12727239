import assert from "node:assert/strict";
import { memoryKeyring } from "../../lib/keyring/memory.ts";
import { openKeyring } from "../../lib/keyring/mod.ts";
import { fakeHost } from "../fake_host.ts";
import { testKeyring } from "./contract.ts";
import { FILE, place, userKeys } from "./support.ts";

testKeyring("a memory keyring", () => {
  const keyring = memoryKeyring();
  return Promise.resolve({ keyring, again: () => Promise.resolve(keyring) });
});

Deno.test("a memory keyring never prompts and touches no file", async () => {
  const host = fakeHost();
  const keyring = await openKeyring(host, { ...FILE, type: "memory" }, place(), () => {
    throw new TypeError("Asked");
  });
  await keyring.set(userKeys("a"), "text");
  assert.equal(keyring.type, "memory");
  assert.deepEqual(host.tree(), {});
  assert.deepEqual(host.locks, []);
});

import assert from "node:assert/strict";
import { toBase64 } from "../../lib/keyring/bytes.ts";
import { ARGON2ID, PBKDF2 } from "../../lib/keyring/kdf.ts";
import { type Slot, slotFromJson, type SlotLock, slotToJson, unwrap, wrap } from "../../lib/keyring/slot.ts";

const STORE = new Uint8Array(16).fill(1);
const SALT = new Uint8Array(16).fill(2);
const NONCE = new Uint8Array(12).fill(3);
const DATA_KEY = new Uint8Array(32).fill(4);
const LOCKS: readonly SlotLock[] = [
  { type: "os" },
  { type: "passphrase", parameters: ARGON2ID, salt: SALT },
  { type: "passphrase", parameters: PBKDF2, salt: SALT },
];

function aesKey(): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", new Uint8Array(32).fill(5), "AES-GCM", false, ["encrypt", "decrypt"]);
}

Deno.test("unwrap() returns the data key that wrap() sealed, after a round trip through JSON", async () => {
  const key = await aesKey();
  for (const lock of LOCKS) {
    const slot = await wrap(key, STORE, lock, NONCE, DATA_KEY);
    const read = slotFromJson(JSON.parse(JSON.stringify(slotToJson(slot))));
    assert.deepEqual(read, slot);
    assert.deepEqual(await unwrap(key, STORE, slot), DATA_KEY);
  }
});

Deno.test("unwrap() rejects a slot of another store, and one whose lock was changed", async () => {
  const key = await aesKey();
  const slots = await Promise.all(LOCKS.map((lock) => wrap(key, STORE, lock, NONCE, DATA_KEY)));
  const others: readonly SlotLock[] = [
    ...LOCKS,
    { type: "passphrase", parameters: { ...ARGON2ID, memoryKib: 19_456 }, salt: SALT },
    { type: "passphrase", parameters: { ...ARGON2ID, passes: 1 }, salt: SALT },
    { type: "passphrase", parameters: { ...ARGON2ID, lanes: 1 }, salt: SALT },
    { type: "passphrase", parameters: { ...PBKDF2, iterations: 600_000 }, salt: SALT },
    { type: "passphrase", parameters: PBKDF2, salt: new Uint8Array(17).fill(2) },
  ];
  for (const slot of slots) {
    await assert.rejects(unwrap(key, new Uint8Array(16).fill(9), slot), { name: "OperationError" });
    for (const lock of others.filter((one) => !sameLock(one, slot.lock))) {
      await assert.rejects(unwrap(key, STORE, { ...slot, lock }), { name: "OperationError" });
    }
  }
});

function sameLock(a: SlotLock, b: SlotLock): boolean {
  const json = (lock: SlotLock) => JSON.stringify(slotToJson({ lock, nonce: NONCE, wrapped: NONCE }));
  return json(a) === json(b);
}

Deno.test("slotFromJson() rejects anything but a slot", () => {
  const good = { type: "os", nonce: toBase64(NONCE), wrapped: toBase64(new Uint8Array(48)) };
  const slot: Slot = { lock: { type: "os" }, nonce: NONCE, wrapped: new Uint8Array(48) };
  assert.deepEqual(slotFromJson(good), slot);
  for (
    const bad of [
      undefined,
      null,
      1,
      "os",
      [],
      {},
      { ...good, type: "age" },
      { ...good, nonce: 1 },
      {
        ...good,
        wrapped: toBase64(new Uint8Array(47)),
      },
      { ...good, type: "passphrase" },
      Object.create(good),
    ]
  ) assert.equal(slotFromJson(bad), undefined);
});

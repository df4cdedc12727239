import assert from "node:assert/strict";
import { argon2id } from "@noble/hashes/argon2.js";
import {
  ARGON2ID,
  deriveKey,
  isAcceptable,
  isStrong,
  type KdfParameters,
  PBKDF2,
  preferredKdf,
} from "../../lib/keyring/kdf.ts";

const SALT = Uint8Array.from({ length: 16 }, (_, index) => index);
const least: KdfParameters = { kdf: "argon2id", memoryKib: 19_456, passes: 2, lanes: 1 };

/** Keys are not extractable, so compare what they encrypt. */
async function sealedZeros(key: CryptoKey): Promise<Uint8Array> {
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: new Uint8Array(12) },
    key,
    new Uint8Array(16),
  );
  return new Uint8Array(sealed);
}

async function aesKey(raw: Uint8Array): Promise<CryptoKey> {
  return await crypto.subtle.importKey("raw", Uint8Array.from(raw), "AES-GCM", false, ["encrypt"]);
}

Deno.test("deriveKey() matches another implementation of Argon2id", async () => {
  const expected = argon2id("not-a-real-pässword", SALT, { m: 19_456, t: 2, p: 1, dkLen: 32 });
  const key = await deriveKey("not-a-real-pässword", least, SALT);
  assert.deepEqual(await sealedZeros(key), await sealedZeros(await aesKey(expected)));
  assert.equal(key.extractable, false);
});

Deno.test("deriveKey() matches PBKDF2 of node:crypto", async () => {
  const { pbkdf2Sync } = await import("node:crypto");
  const expected = pbkdf2Sync("not-a-real-password", SALT, 600_000, 32, "sha256");
  const key = await deriveKey("not-a-real-password", { kdf: "pbkdf2-sha256", iterations: 600_000 }, SALT);
  assert.deepEqual(await sealedZeros(key), await sealedZeros(await aesKey(expected)));
});

Deno.test("deriveKey() ignores how a system composes letters", async () => {
  const composed = await deriveKey("p\u00e4ssword", least, SALT);
  const decomposed = await deriveKey("pa\u0308ssword", least, SALT);
  assert.deepEqual(await sealedZeros(composed), await sealedZeros(decomposed));
});

Deno.test("preferredKdf() is Argon2id where WebCrypto has it, and PBKDF2 elsewhere", () => {
  assert.deepEqual(preferredKdf(), ARGON2ID);
  withoutArgon2id(() => assert.deepEqual(preferredKdf(), PBKDF2));
});

Deno.test("deriveKey() reports a runtime without Argon2id", async () => {
  await withoutArgon2id(() =>
    assert.rejects(deriveKey("not-a-real-password", least, SALT), { code: "keyring-unavailable" })
  );
});

Deno.test("isStrong() accepts the default parameters", () => {
  assert.ok(isStrong(ARGON2ID) && isStrong(PBKDF2));
});

Deno.test("isAcceptable() limits every parameter in both directions", () => {
  const memory = (memoryKib: number): KdfParameters => ({ ...ARGON2ID, memoryKib });
  const passes = (passes: number): KdfParameters => ({ ...ARGON2ID, passes });
  const lanes = (lanes: number): KdfParameters => ({ ...ARGON2ID, lanes });
  const rounds = (iterations: number): KdfParameters => ({ ...PBKDF2, iterations });
  for (
    const [make, least, most] of [
      [memory, 19_456, 1_048_576],
      [passes, 1, 16],
      [lanes, 1, 16],
      [rounds, 600_000, 10_000_000],
    ] as const
  ) {
    for (const value of [least, most]) assert.ok(isAcceptable(make(value)), `${make.name} ${value}`);
    for (const value of [least - 1, most + 1, NaN, Infinity, least + 0.5, -1]) {
      assert.ok(!isAcceptable(make(value)), `${make.name} ${value}`);
    }
  }
});

Deno.test("isStrong() requires 46 MiB with a single pass", () => {
  assert.ok(isAcceptable({ ...ARGON2ID, passes: 1, memoryKib: 20_000 }));
  assert.ok(!isStrong({ ...ARGON2ID, passes: 1, memoryKib: 20_000 }));
  assert.ok(isStrong({ ...ARGON2ID, passes: 1, memoryKib: 47_104 }));
  assert.ok(isStrong({ ...ARGON2ID, passes: 2, memoryKib: 19_456 }));
});

/** Simulates a Deno without Argon2id, whose `SubtleCrypto` has no `supports`. */
function withoutArgon2id<Result>(work: () => Result): Result {
  const supports = Object.getOwnPropertyDescriptor(SubtleCrypto, "supports");
  assert.ok(supports?.configurable, "this test needs a Deno with SubtleCrypto.supports");
  Reflect.deleteProperty(SubtleCrypto, "supports");
  try {
    return work();
  } finally {
    Object.defineProperty(SubtleCrypto, "supports", supports);
  }
}

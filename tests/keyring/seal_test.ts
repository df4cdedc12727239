import assert from "node:assert/strict";
import fc from "fast-check";
import { fromBase64, toHex } from "../../lib/keyring/bytes.ts";
import { encodeKey, entryId, importDataKey, openEntry, sealEntry } from "../../lib/keyring/seal.ts";
import { type EntryKey, PURPOSES } from "../../lib/keyring/types.ts";
import { countedBytes, userKeys } from "./support.ts";

const random = countedBytes();
const dataKey = () => importDataKey(new Uint8Array(16), new Uint8Array(32).fill(9));
/** Any sequence of UTF-16 code units, including lone surrogates. */
const anyName = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 }).map((units) =>
  String.fromCharCode(...units)
);
const anyKey: fc.Arbitrary<EntryKey> = fc.record({ purpose: fc.constantFrom(...PURPOSES), name: anyName });

Deno.test("encodeKey() encodes different keys as different bytes", () => {
  fc.assert(
    fc.property(anyKey, anyKey, (a, b) => {
      const same = a.purpose === b.purpose && a.name === b.name;
      assert.equal(toHex(encodeKey(a)) === toHex(encodeKey(b)), same);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("encodeKey() distinguishes names that UTF-8 does not", () => {
  assert.notEqual(toHex(encodeKey(userKeys("\ud800"))), toHex(encodeKey(userKeys("\ufffd"))));
});

Deno.test("entryId() is stable for a key, and reveals nothing without the data key", async () => {
  const id = await entryId(await dataKey(), userKeys("prod"));
  assert.equal(id, await entryId(await dataKey(), userKeys("prod")));
  assert.equal(fromBase64(id)?.length, 16);
  const otherKey = await importDataKey(new Uint8Array(16), new Uint8Array(32).fill(8));
  assert.notEqual(id, await entryId(otherKey, userKeys("prod")));
});

Deno.test("openEntry() decrypts what sealEntry() encrypted", async () => {
  const key = await dataKey();
  await fc.assert(fc.asyncProperty(anyKey, anyName, async (address, text) => {
    const id = await entryId(key, address);
    const entry = { ...address, text };
    assert.deepEqual(await openEntry(key, id, await sealEntry(random, key, id, entry)), entry);
  }));
});

Deno.test("sealEntry() hides lengths in steps of 256 bytes", async () => {
  const key = await dataKey();
  const id = await entryId(key, userKeys("a"));
  const sizeOf = async (length: number) => {
    const sealed = await sealEntry(random, key, id, { ...userKeys("a"), text: "x".repeat(length) });
    return fromBase64(sealed)?.length;
  };
  // salt, nonce, padded content, tag; the content is 4 + 44 bytes and the text
  assert.equal(await sizeOf(0), 16 + 12 + 256 + 16);
  assert.equal(await sizeOf(256 - 48), 16 + 12 + 256 + 16);
  assert.equal(await sizeOf(256 - 47), 16 + 12 + 512 + 16);
});

Deno.test("sealEntry() never returns the same text twice", async () => {
  const key = await dataKey();
  const id = await entryId(key, userKeys("a"));
  const seal = () => sealEntry(random, key, id, { ...userKeys("a"), text: "same" });
  assert.notEqual(await seal(), await seal());
});

Deno.test("openEntry() rejects an entry under another id, from another store, and malformed text", async () => {
  const key = await dataKey();
  const [id, other] = [await entryId(key, userKeys("a")), await entryId(key, userKeys("b"))];
  const sealed = await sealEntry(random, key, id, { ...userKeys("a"), text: "secret" });
  const otherStore = await importDataKey(new Uint8Array(16).fill(1), new Uint8Array(32).fill(9));
  await assert.rejects(openEntry(key, other, sealed));
  await assert.rejects(openEntry(otherStore, id, sealed));
  for (const text of ["", "AAAA", "not base64", sealed.slice(4)]) {
    await assert.rejects(openEntry(key, id, text));
  }
});

Deno.test("importDataKey() zeroes the raw key and keeps nothing exportable", async () => {
  const raw = new Uint8Array(32).fill(9);
  const { entries, ids, mac } = await importDataKey(new Uint8Array(16), raw);
  assert.deepEqual(raw, new Uint8Array(32));
  assert.deepEqual([entries, ids, mac].map(({ extractable }) => extractable), [false, false, false]);
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { fromBase64, lengthPrefixed, toBase64, toHex, uint32, utf16 } from "../../lib/keyring/bytes.ts";

const bytes = fc.uint8Array({ maxLength: 100 }).map((array) => Uint8Array.from(array));

Deno.test("fromBase64() reads what toBase64() wrote", () => {
  fc.assert(fc.property(bytes, (one) => assert.deepEqual(fromBase64(toBase64(one)), one)));
  const large = new Uint8Array(100_000).fill(7);
  assert.deepEqual(fromBase64(toBase64(large)), large);
});

Deno.test("fromBase64() rejects other spellings of the same bytes", () => {
  assert.deepEqual(fromBase64("AA=="), new Uint8Array([0]));
  for (const text of ["AB==", "AA", "AA=", "AA==\n", " AA==", "AA==AA==", "A-A=", "AAA", "=", "===="]) {
    assert.equal(fromBase64(text), undefined, JSON.stringify(text));
  }
});

Deno.test("lengthPrefixed() encodes different lists of fields as different bytes", () => {
  const fields = fc.array(fc.string({ unit: "grapheme", maxLength: 4 }), { maxLength: 4 });
  fc.assert(fc.property(fields, fields, (a, b) => {
    const same = toHex(lengthPrefixed(...a)) === toHex(lengthPrefixed(...b));
    assert.equal(same, JSON.stringify(a) === JSON.stringify(b));
  }));
});

Deno.test("uint32() and utf16() are big-endian", () => {
  assert.equal(toHex(uint32(0x01020304)), "01020304");
  assert.equal(toHex(utf16("a\ud834\udd1e\ud800")), "0061d834dd1ed800");
});

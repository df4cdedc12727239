import assert from "node:assert/strict";
import { sha256Hex, shortDigest } from "../lib/sha256.ts";

Deno.test("sha256Hex() is SHA-256 (FIPS 180-4, one-block message), of a text and of its bytes", async () => {
  const expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.equal(await sha256Hex("abc"), expected);
  assert.equal(await sha256Hex(new TextEncoder().encode("abc")), expected);
  assert.equal(await sha256Hex("ü"), await sha256Hex(new Uint8Array([0xc3, 0xbc])));
});

Deno.test("shortDigest() is the first half of it", async () => {
  assert.equal(await shortDigest("abc"), "ba7816bf8f01cfea414140de5dae2223");
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { hmacSha256 } from "../../lib/files/session_key.ts";
import { hexOf } from "../../lib/sha256.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const hmacHex = async (key: Uint8Array, message: Uint8Array) =>
  hexOf((await hmacSha256(key, message)).buffer);

Deno.test("hmacSha256() gives what RFC 4231 says", async () => {
  assert.equal(
    await hmacHex(new Uint8Array(20).fill(0x0b), bytes("Hi There")),
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  );
  assert.equal(
    await hmacHex(bytes("Jefe"), bytes("what do ya want for nothing?")),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  );
});

Deno.test("hmacSha256() is WebCrypto's HMAC, for each key up to a block and each message", () =>
  fc.assert(fc.asyncProperty(
    fc.uint8Array({ minLength: 1, maxLength: 64 }),
    fc.uint8Array({ maxLength: 300 }),
    async (key, message) => {
      const algorithm = { name: "HMAC", hash: "SHA-256" };
      const imported = await crypto.subtle.importKey("raw", key.slice(), algorithm, false, ["sign"]);
      const expected = await crypto.subtle.sign("HMAC", imported, message.slice());
      assert.equal(await hmacHex(key, message), hexOf(expected));
    },
  )));

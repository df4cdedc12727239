import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { Sha256 } from "../../lib/aws/sha256.ts";

const bytes = () => fc.uint8Array({ maxLength: 200 });

Deno.test("Sha256 hashes data in pieces, like Node", async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.oneof(bytes(), fc.string())), async (parts) => {
    const [ours, theirs] = [new Sha256(), createHash("sha256")];
    for (const part of parts) {
      ours.update(part);
      theirs.update(part);
    }
    assert.deepEqual([...await ours.digest()], [...theirs.digest()]);
  }));
});

Deno.test("Sha256 with a key is an HMAC, like Node's", async () => {
  const keys = fc.oneof(bytes(), fc.string({ unit: "binary" })).filter(({ length }) => length > 0);
  await fc.assert(fc.asyncProperty(keys, bytes(), async (key, data) => {
    const ours = new Sha256(key);
    ours.update(data);
    assert.deepEqual([...await ours.digest()], [...createHmac("sha256", key).update(data).digest()]);
  }));
});

Deno.test("Sha256 hashes only the given part of a buffer, and starts over after reset()", async () => {
  const hash = new Sha256();
  hash.update("something else");
  hash.reset();
  const buffer = new TextEncoder().encode("abcdef").buffer;
  hash.update(new Uint8Array(buffer, 1, 2));
  hash.update(new Uint8Array(buffer).slice(3, 4).buffer);
  assert.deepEqual([...await hash.digest()], [...createHash("sha256").update("bcd").digest()]);
});

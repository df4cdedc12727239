import assert from "node:assert/strict";
import { encodeText } from "./encoding.ts";
import { decodeBase32, hotp, matchStep, totp } from "./totp.ts";

/** "12345678901234567890", the key of both RFCs, in base32. */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

Deno.test("hotp() gives the values of RFC 4226 appendix D", async () => {
  const key = encodeText("12345678901234567890");
  const codes = await Promise.all(Array.from({ length: 10 }, (_, counter) => hotp(key, counter)));
  assert.deepEqual(codes, [
    "755224",
    "287082",
    "359152",
    "969429",
    "338314",
    "254676",
    "287922",
    "162583",
    "399871",
    "520489",
  ]);
});

Deno.test("totp() gives the SHA-1 values of RFC 6238 appendix B", async () => {
  const vectors: [number, string][] = [
    [59, "94287082"],
    [1111111109, "07081804"],
    [1111111111, "14050471"],
    [1234567890, "89005924"],
    [2000000000, "69279037"],
    [20000000000, "65353130"],
  ];
  for (const [seconds, code] of vectors) assert.equal(await totp(SECRET, seconds * 1000, 8), code);
});

Deno.test("matchStep() accepts one step around now, and nothing further", async () => {
  const now = 1111111111_000;
  const step = Math.floor(now / 30_000);
  for (const distance of [-1, 0, 1]) {
    assert.equal(await matchStep(SECRET, await totp(SECRET, now + distance * 30_000), now), step + distance);
  }
  for (const distance of [-2, 2]) {
    assert.equal(await matchStep(SECRET, await totp(SECRET, now + distance * 30_000), now), undefined);
  }
});

Deno.test("decodeBase32() reads RFC 4648's vectors and refuses other characters", () => {
  assert.deepEqual(decodeBase32("MZXW6YTBOI======"), encodeText("foobar"));
  assert.deepEqual(decodeBase32("mzxw 6ytb"), encodeText("fooba"));
  assert.throws(() => decodeBase32("MZXW1"), SyntaxError);
});

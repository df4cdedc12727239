import assert from "node:assert/strict";
import fc from "fast-check";
import { Secret } from "../../lib/credentials.ts";
import { base64Url, challengeOf, newPkce, newState } from "../../lib/oauth/pkce.ts";
import { fakeHost } from "../fake_host.ts";

/** RFC 7636 appendix B. */
const OCTETS = [
  116,
  24,
  223,
  180,
  151,
  153,
  224,
  37,
  79,
  250,
  96,
  125,
  216,
  173,
  187,
  186,
  22,
  212,
  37,
  77,
  105,
  214,
  191,
  240,
  91,
  88,
  5,
  88,
  83,
  132,
  141,
  121,
];
const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

Deno.test("base64Url() and challengeOf() return the values of RFC 7636 appendices A and B", async () => {
  assert.equal(base64Url(Uint8Array.of(3, 236, 255, 224, 193)), "A-z_4ME");
  assert.equal(base64Url(Uint8Array.from(OCTETS)), VERIFIER);
  assert.equal(await challengeOf(new Secret(VERIFIER)), CHALLENGE);
});

Deno.test("newPkce() creates a verifier from the host's randomness that the service accepts", async () => {
  const { verifier, challenge } = await newPkce({ random: () => Uint8Array.from(OCTETS) });
  assert.deepEqual([verifier.reveal(), challenge], [VERIFIER, CHALLENGE]);
  await fc.assert(fc.asyncProperty(fc.integer(), async (seed) => {
    const host = fakeHost({ seed });
    const made = await newPkce(host);
    assert.match(made.verifier.reveal(), /^[A-Za-z0-9._~-]{43,128}$/);
    assert.match(newState(host).reveal(), /^[A-Za-z0-9_-]{43}$/);
    assert.notEqual(newState(host).reveal(), made.verifier.reveal());
  }));
});

Deno.test("base64Url() is lossless", () => {
  fc.assert(fc.property(fc.uint8Array(), (octets) => {
    const expected = octets.reduce((text, octet) => text + octet.toString(16).padStart(2, "0"), "");
    const back = atob(base64Url(Uint8Array.from(octets)).replaceAll("-", "+").replaceAll("_", "/"));
    assert.equal(
      [...back].map((char) => char.charCodeAt(0).toString(16).padStart(2, "0")).join(""),
      expected,
    );
  }));
});

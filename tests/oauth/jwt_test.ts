import assert from "node:assert/strict";
import fc from "fast-check";
import { Secret } from "../../lib/credentials.ts";
import { isAuthError } from "../../lib/errors.ts";
import { readClaims } from "../../lib/jwt.ts";
import { oidcToken } from "../../lib/oauth/oidc_token.ts";
import { FAKE_NOW } from "../fake_host.ts";

const base64Url = (text: string) =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text))).replaceAll("+", "-").replaceAll("/", "_")
    .replaceAll("=", "");

/** An unsigned token with this payload. */
function unsigned(payload: unknown): Secret {
  return new Secret(`${base64Url('{"alg":"RS256"}')}.${base64Url(JSON.stringify(payload))}.c2lnbmF0dXJl`);
}

const CLAIMS = {
  iss: "https://token.actions.githubusercontent.com",
  sub: "repo:example-org/infrastructure:ref:refs/heads/main",
  aud: "sts.amazonaws.com",
  iat: FAKE_NOW / 1000,
  exp: FAKE_NOW / 1000 + 300,
};

Deno.test("readClaims() reads issuer, subject, audience and expiry of a token", () => {
  assert.deepEqual(readClaims(unsigned(CLAIMS)), {
    issuer: CLAIMS.iss,
    subject: CLAIMS.sub,
    audiences: ["sts.amazonaws.com"],
    issuedAt: FAKE_NOW,
    expiresAt: FAKE_NOW + 300_000,
  });
});

Deno.test("readClaims() reads several audiences, and ignores claims of another type", () => {
  assert.deepEqual(readClaims(unsigned({ aud: ["a", 1, "b"], sub: 7, exp: "soon", iat: null })), {
    issuer: undefined,
    subject: undefined,
    audiences: ["a", "b"],
    issuedAt: undefined,
    expiresAt: undefined,
  });
});

Deno.test("readClaims() reads any text in a claim", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (sub) => {
      assert.equal(readClaims(unsigned({ ...CLAIMS, sub }))?.subject, sub);
    }),
  );
});

Deno.test("readClaims() recognizes an invalid token, and never throws", () => {
  const [header, payload] = unsigned(CLAIMS).reveal().split(".");
  for (
    const text of [
      "",
      "opaque",
      `${header}.${payload}`,
      `${header}.${payload}.s.more`,
      `${header}..s`,
      `${header}.a b.s`,
      `${header}.abcde.s`,
      `${header}.${base64Url("not json")}.s`,
      `${header}.${base64Url("7")}.s`,
    ]
  ) assert.equal(readClaims(new Secret(text)), undefined, text);
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      (first, second) => void readClaims(new Secret(`a.${first}.${second}`)),
    ),
  );
});

Deno.test("oidcToken() gives a token its own lifetime", () => {
  const token = unsigned(CLAIMS);
  const wrapped = oidcToken(token, FAKE_NOW, "auth.providers.gh");
  assert.deepEqual(wrapped, {
    type: "oidc-token",
    token,
    issuedAt: FAKE_NOW,
    expiresAt: FAKE_NOW + 300_000,
  });
  const { iat: _, ...undated } = CLAIMS;
  assert.equal(oidcToken(unsigned(undated), FAKE_NOW + 7, "").issuedAt, FAKE_NOW + 7);
});

Deno.test("oidcToken() rejects a token without expiry or an expired one, without showing it", () => {
  const { exp: _, ...endless } = CLAIMS;
  for (
    const [token, code] of [
      [new Secret("not-a-real-opaque-token"), "bad-answer"],
      [unsigned(endless), "bad-answer"],
      [unsigned({ ...CLAIMS, exp: FAKE_NOW / 1000 }), "refused"],
    ] as const
  ) {
    assert.throws(
      () => oidcToken(token, FAKE_NOW, "auth.providers.gh"),
      (error) =>
        isAuthError(error, code) && error.where === "auth.providers.gh" &&
        !Deno.inspect(error).includes(token.reveal()),
    );
  }
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { Secret } from "../../lib/credentials.ts";
import { parseSsoRecord, printSsoRecord, type SsoRecord } from "../../lib/providers/sso_record.ts";

const moment = fc.integer({ min: 0, max: 4_102_444_800_000 });
const life = { issuedAt: moment, expiresAt: moment };
const secret = fc.string().map((text) => new Secret(text));
const anyRecord: fc.Arbitrary<SsoRecord> = fc.record({
  registration: fc.record({ clientId: fc.string(), clientSecret: secret, ...life }),
  token: fc.record({ accessToken: secret, refreshToken: fc.option(secret, { nil: undefined }), ...life }),
}, { requiredKeys: [] });

/** A record with its secrets in the clear, for comparing. */
const revealed = ({ registration, token }: SsoRecord) => ({
  registration: registration && { ...registration, clientSecret: registration.clientSecret.reveal() },
  token: token && {
    ...token,
    accessToken: token.accessToken.reveal(),
    refreshToken: token.refreshToken?.reveal(),
  },
});

Deno.test("parseSsoRecord() reads back what printSsoRecord() wrote", () => {
  fc.assert(fc.property(anyRecord, (record) => {
    assert.deepEqual(revealed(parseSsoRecord(printSsoRecord(record))), revealed(record));
  }));
});

Deno.test("parseSsoRecord() hides every secret that it reads", () => {
  fc.assert(fc.property(anyRecord, (record) => {
    const { registration, token } = parseSsoRecord(printSsoRecord(record));
    for (const value of [registration?.clientSecret, token?.accessToken, token?.refreshToken]) {
      assert.ok(value === undefined || value instanceof Secret);
    }
  }));
});

Deno.test("parseSsoRecord() takes any other text for an empty record", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    assert.deepEqual(parseSsoRecord(text), {});
  }));
});

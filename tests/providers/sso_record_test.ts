import assert from "node:assert/strict";
import fc from "fast-check";
import { Secret } from "../../lib/credentials.ts";
import {
  EMPTY_RECORD,
  parseSsoRecord,
  printSsoRecord,
  type SsoRecord,
} from "../../lib/providers/sso_record.ts";

const moment = fc.integer({ min: 0, max: 4_102_444_800_000 });
const life = { issuedAt: moment, expiresAt: moment };
const secret = fc.string().map((text) => new Secret(text));
const client = fc.record({ clientId: fc.string(), clientSecret: secret, ...life });
const anyRecord: fc.Arbitrary<SsoRecord> = fc.record({
  registrations: fc.record({ device: client, browser: client }, { requiredKeys: [] }),
  token: fc.record({
    accessToken: secret,
    refreshToken: fc.option(secret, { nil: undefined }),
    flow: fc.constantFrom("device", "browser"),
    ...life,
  }),
}, { requiredKeys: ["registrations"] });

/** A record with its secrets in the clear, for comparing. */
const revealed = ({ registrations: { device, browser }, token }: SsoRecord) => ({
  device: device && { ...device, clientSecret: device.clientSecret.reveal() },
  browser: browser && { ...browser, clientSecret: browser.clientSecret.reveal() },
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
    const { registrations: { device, browser }, token } = parseSsoRecord(printSsoRecord(record));
    const values = [device?.clientSecret, browser?.clientSecret, token?.accessToken, token?.refreshToken];
    assert.ok(values.every((value) => value === undefined || value instanceof Secret));
  }));
});

Deno.test("parseSsoRecord() reads version 1, whose client and token were of the device flow", () => {
  const life = { issuedAt: 1, expiresAt: 2 };
  const registration = { clientId: "client-1", clientSecret: "not-a-real-client-secret", ...life };
  const token = { accessToken: "not-a-real-token", refreshToken: "not-a-real-refresh", ...life };
  assert.deepEqual(revealed(parseSsoRecord(JSON.stringify({ version: 1, registration, token }))), {
    device: registration,
    browser: undefined,
    token: { ...token, flow: "device" },
  });
  assert.deepEqual(parseSsoRecord('{"version":1}'), EMPTY_RECORD);
});

Deno.test("parseSsoRecord() takes any other text for an empty record", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    assert.deepEqual(parseSsoRecord(text), EMPTY_RECORD);
  }));
});

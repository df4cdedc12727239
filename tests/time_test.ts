import assert from "node:assert/strict";
import fc from "fast-check";
import { formatInstant, freshnessMargin, isAlive, isFresh, parseInstant } from "../lib/time.ts";

const NOON = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;

Deno.test("freshnessMargin() is five minutes, or a third of a short life", () => {
  const of = (millis: number) => freshnessMargin({ issuedAt: NOON, expiresAt: NOON + millis });
  assert.deepEqual([12 * 60 * MINUTE, 15 * MINUTE, 3 * MINUTE, 0, -MINUTE].map(of), [
    5 * MINUTE,
    5 * MINUTE,
    MINUTE,
    0,
    0,
  ]);
});

Deno.test("isFresh() ends the margin before the end, isAlive() at the end, to the millisecond", () => {
  const life = { issuedAt: NOON, expiresAt: NOON + 60 * MINUTE };
  const edge = life.expiresAt - 5 * MINUTE;
  assert.deepEqual([isFresh(life, edge - 1), isFresh(life, edge)], [true, false]);
  assert.deepEqual([isAlive(life, life.expiresAt - 1), isAlive(life, life.expiresAt)], [true, false]);
});

Deno.test("isFresh() and isAlive() take a moment that cannot be read for the past", () => {
  for (const life of [{ issuedAt: NOON, expiresAt: NaN }, { issuedAt: NaN, expiresAt: NOON + MINUTE }]) {
    assert.equal(isFresh(life, NOON), false);
  }
  assert.equal(isAlive({ issuedAt: NOON, expiresAt: NaN }, NOON), false);
});

Deno.test("whatever is fresh is alive, and stays not fresh once it is not", () => {
  const moment = fc.integer({ min: 0, max: 2 * 86_400_000 });
  fc.assert(fc.property(moment, moment, moment, fc.nat(), (issued, expires, now, later) => {
    const life = { issuedAt: issued, expiresAt: expires };
    if (isFresh(life, now)) assert.ok(isAlive(life, now));
    else assert.ok(!isFresh(life, now + later));
  }));
});

Deno.test("parseInstant() reads RFC 3339 moments and nothing else", () => {
  assert.equal(parseInstant("2026-11-23T12:00:00Z"), NOON);
  assert.equal(parseInstant("2026-11-23T14:00:00.250+02:00"), NOON + 250);
  for (
    const text of [
      "",
      "2026-11-23",
      "2026-11-23T12:00:00",
      "2026-11-23 12:00:00Z",
      "2026-13-01T00:00:00Z",
      "1795435200",
      "2026-11-23T25:00:00Z",
      "soon",
      " 2026-11-23T12:00:00Z",
    ]
  ) assert.equal(parseInstant(text), undefined, text);
});

Deno.test("formatInstant() cuts to whole seconds, never beyond the moment, and is read back", () => {
  assert.equal(formatInstant(NOON + 999), "2026-11-23T12:00:00Z");
  fc.assert(fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (at) => {
    assert.equal(parseInstant(formatInstant(at)), Math.floor(at / 1000) * 1000);
  }));
});

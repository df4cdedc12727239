import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDuration, parseDuration } from "../lib/duration.ts";
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

Deno.test("parseDuration() reads seconds, Go durations, days and combinations", () => {
  const read: [string, number][] = [
    ["3600", 3600],
    [" 900 ", 900],
    ["1h", 3600],
    ["1h30m", 5400],
    ["90m", 5400],
    ["1.5h", 5400],
    [".5m", 30],
    ["1d", 86_400],
    ["1d12h", 129_600],
    ["0h1s", 1],
    ["1000ms", 1],
    ["1500ms500ms", 2],
    ["36500d", 36500 * 86_400],
  ];
  for (const [text, seconds] of read) assert.equal(parseDuration(text), seconds, text);
});

Deno.test("parseDuration() refuses everything else", () => {
  const refused = [
    "",
    " ",
    "0",
    "0s",
    "-1",
    "-1h",
    "+1h",
    "1x",
    "h",
    "1 h",
    "1h 30m",
    "1,5h",
    "1.5",
    "1e3",
    "1ms",
    "1.5s",
    "NaN",
    "Infinity",
    "1H",
    "١h",
    "36501d",
    "9".repeat(400),
    "1h30",
    "1d-1h",
  ];
  for (const text of refused) assert.equal(parseDuration(text), undefined, text);
  assert.equal(parseDuration("1"), 1);
});

Deno.test("formatDuration() is the shortest text that parseDuration() reads back to the same", () => {
  assert.deepEqual([0, -5, 45, 60, 3600, 5400, 43_200, 86_400, 172_800, 180_061].map(formatDuration), [
    "0s",
    "0s",
    "45s",
    "1m",
    "1h",
    "1h30m",
    "12h",
    "24h",
    "2d",
    "2d2h1m1s",
  ]);
  fc.assert(fc.property(fc.integer({ min: 1, max: 100 * 365 * 86_400 }), (seconds) => {
    assert.equal(parseDuration(formatDuration(seconds)), seconds);
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

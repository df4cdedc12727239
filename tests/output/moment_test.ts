import assert from "node:assert/strict";
import { dateTime, expiry, remaining } from "../../lib/output/moment.ts";
import { FAKE_NOW } from "../fake_host.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

Deno.test("dateTime() is UTC to the second", () => {
  assert.equal(dateTime(FAKE_NOW + 999), "2026-11-23 12:00:00 UTC");
});

Deno.test("remaining() says what is left in its two largest units, cut and never rounded up", () => {
  for (
    const [millis, text] of [
      [0, "expired"],
      [-1, "expired"],
      [999, "0s"],
      [45 * SECOND, "45s"],
      [MINUTE, "1m"],
      [HOUR - 1, "59m"],
      [HOUR, "1h 0m"],
      [11 * HOUR + 59 * MINUTE, "11h 59m"],
      [36 * HOUR, "36h 0m"],
      [48 * HOUR, "2d 0h"],
      [91 * 24 * HOUR, "91d 0h"],
    ] as const
  ) assert.equal(remaining(FAKE_NOW + millis, FAKE_NOW), text);
});

Deno.test("expiry() is the moment with what is left of it", () => {
  assert.equal(expiry(FAKE_NOW + HOUR - 1, FAKE_NOW), "2026-11-23 12:59:59 UTC (59m)");
});

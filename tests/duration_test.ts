import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDuration, parseDuration } from "../lib/duration.ts";

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

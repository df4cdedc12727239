import assert from "node:assert/strict";
import fc from "fast-check";
import { goNumberText, goScalar, goTime } from "../../lib/stacks/go_scalars.ts";

// `tests/system/yaml_go_test.ts` asks yaml.v3 itself, where Go is installed.

Deno.test("goScalar() reads whole numbers in every notation, with underscores anywhere", () => {
  const numbers = {
    "0644": 420,
    "-0644": -420,
    "1_000": 1000,
    "0b101": 5,
    "-0b101": -5,
    "0x10": 16,
    "-0x10": -16,
    "0X_F": 15,
    "0o17": 15,
    "+1": 1,
    "-0": 0,
    "0b-101": -5,
  };
  for (const [text, value] of Object.entries(numbers)) assert.equal(goScalar(text), value, text);
  for (const text of ["0b2", "0o8", "0x", "_1", "-", "--1", "1,000"]) assert.equal(goScalar(text), text);
});

Deno.test("goScalar() keeps every digit of integers of 64 bits, and rounds larger ones as Go does", () => {
  assert.equal(goScalar("9007199254740991"), 9007199254740991);
  assert.equal(goScalar("9007199254740993"), 9007199254740993n);
  assert.equal(goScalar("-9223372036854775808"), -9223372036854775808n);
  assert.equal(goScalar("18446744073709551615"), 18446744073709551615n);
  assert.equal(goScalar("18446744073709551616"), 18446744073709552000);
  assert.equal(goScalar("0x10000000000000000"), "0x10000000000000000");
  assert.equal(goScalar(`0${"0".repeat(1_000_000)}7`), 7);
  assert.equal(goScalar(`1${"0".repeat(1_000_000)}`), `1${"0".repeat(1_000_000)}`);
});

Deno.test("goScalar() reads floats, digits that are not octal among them, and leaves what overflows a text", () => {
  const floats = {
    ".5": 0.5,
    "1.": 1,
    "1e3": 1000,
    "-1.5E-3": -0.0015,
    "08": 8,
    "012345678901": 12345678901,
  };
  for (const [text, value] of Object.entries(floats)) assert.equal(goScalar(text), value, text);
  assert.deepEqual([".inf", "-.Inf", "+.INF", ".NaN"].map(goScalar), [Infinity, -Infinity, Infinity, NaN]);
  for (const text of ["1e400", ".", ".1__0", "1e", "0x1p4", "190:20:30", "-.nan"]) {
    assert.equal(goScalar(text), text);
  }
});

Deno.test("goScalar() takes only the words of YAML 1.2 for null and booleans", () => {
  for (const text of ["", "~", "null", "Null", "NULL"]) assert.equal(goScalar(text), null);
  for (const text of ["true", "True", "TRUE"]) assert.equal(goScalar(text), true);
  for (const text of ["false", "False", "FALSE"]) assert.equal(goScalar(text), false);
  for (const text of ["yes", "no", "on", "off", "y", "N", "nULL", "tRUE"]) assert.equal(goScalar(text), text);
});

Deno.test("goTime() writes dates in RFC 3339, and leaves what is no point in time", () => {
  const times = {
    "2026-11-23": "2026-11-23T00:00:00Z",
    "2026-1-2": "2026-01-02T00:00:00Z",
    "2026-11-23T10:02:03.120+05:30": "2026-11-23T10:02:03.12+05:30",
    "2026-11-23t1:2:3-00:00": "2026-11-23T01:02:03Z",
    "2026-11-23  10:02:03,5": "2026-11-23T10:02:03.5Z",
  };
  for (const [text, time] of Object.entries(times)) assert.equal(goTime(text), time);
  for (
    const text of [
      "2026-02-29",
      "2026-11",
      "26-11-23",
      "2026-11-23T10:02:03",
      "2026-11-23 10:02:03Z",
      "2026-11-23T24:00:00Z",
      "2026-11-23T10:02:03+25:00",
    ]
  ) assert.equal(goTime(text), undefined, text);
});

Deno.test("goNumberText() writes whole numbers in decimal and floats as Go does, and nothing else", () => {
  const texts = {
    "0644": "420",
    "1_0": "10",
    "1.50": "1.5",
    "1e6": "1e+06",
    "100000.0": "100000",
    "1e-5": "1e-05",
  };
  for (const [text, shown] of Object.entries(texts)) assert.equal(goNumberText(text), shown);
  for (const text of ["yes", "2026-11-23", "", "true"]) assert.equal(goNumberText(text), undefined);
});

Deno.test("goScalar() gives back what a number or a date is written as", () => {
  fc.assert(fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (value) => {
    assert.equal(BigInt(Number.isSafeInteger(Number(value)) ? Number(value) : value), BigInt(value));
    assert.equal(String(goScalar(String(value))), String(value));
    assert.equal(
      String(goScalar(`${value < 0n ? "-" : ""}0x${(value < 0n ? -value : value).toString(16)}`)),
      String(value),
    );
  }));
  fc.assert(
    fc.property(
      fc.double({ noInteger: true, noNaN: true, noDefaultInfinity: true }),
      (value) => assert.equal(goScalar(String(value)), value),
    ),
  );
  const dates = fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true });
  fc.assert(fc.property(dates, (date) => {
    assert.equal(Date.parse(String(goScalar(date.toISOString()))), date.getTime());
  }));
});

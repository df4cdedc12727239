import assert from "node:assert/strict";
import { isAuthError } from "../../lib/errors.ts";
import { askInBox, type BoxField, filling } from "../../lib/terminal/field.ts";
import { fakeHost, type FakeHostInit, typed } from "../fake_host.ts";
import { BACKSPACE, ENTER, ESCAPE, played, pressed } from "./support.ts";

const FIELD: BoxField = {
  title: "Enter MFA Token",
  lines: ["MFA Device: arn:aws:iam::123456789012:mfa/user"],
  length: 6,
  check: (text) => (/^\d{6}$/.test(text) ? undefined : "MFA token must be 6 digits"),
};

function atTerminal(init: FakeHostInit) {
  const host = fakeHost({ keys: [], screen: { ansi: true }, ...init });
  const { prompt } = host;
  assert.ok(prompt);
  return { host, asked: { ...host, prompt } };
}

Deno.test("askInBox() draws the box of the documentation of Atmos", () => {
  assert.deepEqual(pressed(filling(FIELD), typed("123456")), {
    lines: [
      "╭─────────────────────────────────────────────────────╮",
      "│ Enter MFA Token                                     │",
      "├─────────────────────────────────────────────────────┤",
      "│ MFA Device: arn:aws:iam::123456789012:mfa/user      │",
      "│                                                     │",
      "│ ┌──────────────────────────────────────────────┐    │",
      "│ │ 123456                                       │    │",
      "│ └──────────────────────────────────────────────┘    │",
      "╰─────────────────────────────────────────────────────╯",
    ],
    row: 6,
    column: 10,
  });
});

Deno.test("askInBox() takes as many characters as the answer has, without the spaces apps show", () => {
  assert.deepEqual(pressed(filling(FIELD), [...typed("123 4567"), ENTER]), { answer: "123456" });
  assert.deepEqual(pressed(filling(FIELD), [...typed("1234567"), BACKSPACE, "9", ENTER]), {
    answer: "123459",
  });
});

Deno.test("askInBox() asks again with an empty field, saying what was wrong", () => {
  const frame = pressed(filling(FIELD), [...typed("12a"), ENTER]);
  assert.ok("lines" in frame);
  assert.equal(frame.lines.at(-1), "MFA token must be 6 digits");
  assert.equal(frame.column, 4);
  assert.deepEqual(pressed(filling(FIELD), [...typed("12a"), ENTER, ...typed("654321"), ENTER]), {
    answer: "654321",
  });
  const again = pressed(filling({ ...FIELD, complaint: "Invalid MFA token" }), []);
  assert.ok("lines" in again && again.lines.at(-1) === "Invalid MFA token");
});

Deno.test("askInBox() leaves no code on the screen and gives the terminal back", async () => {
  const { host, asked } = atTerminal({ keys: [...typed("123456"), ENTER] });
  assert.equal(await askInBox(asked, FIELD), "123456");
  assert.deepEqual(played(host.told).rows, ["? Enter MFA Token ••••••", ""]);
  assert.equal(host.rawMode, false);
  const cut = atTerminal({ keys: ["1", ESCAPE] });
  await assert.rejects(askInBox(cut.asked, FIELD), (error) => isAuthError(error, "interrupted"));
  assert.equal(cut.host.rawMode, false);
});

Deno.test("askInBox() grows with a long device and keeps within a narrow terminal", () => {
  const long = { ...FIELD, lines: [`MFA Device: ${"x".repeat(60)}`] };
  for (const columns of [79, 40, 24]) {
    const frame = pressed(filling(long), typed("123456"), columns);
    assert.ok("lines" in frame);
    assert.equal(new Set(frame.lines.map((line) => line.length)).size, 1);
    assert.equal(frame.lines[0]?.length, Math.min(76, columns));
    assert.ok(frame.lines[6]?.includes("123456"), frame.lines[6]);
  }
});

Deno.test("askInBox() reads a line where the cursor cannot be moved", async () => {
  const { host, asked } = atTerminal({ lines: ["12", "123 456"], screen: {} });
  assert.equal(await askInBox(asked, { ...FIELD, complaint: "Invalid MFA token" }), "123456");
  assert.equal(
    host.told,
    "Invalid MFA token\nMFA Device: arn:aws:iam::123456789012:mfa/user\n" +
      "Enter MFA Token: MFA token must be 6 digits\nEnter MFA Token: ",
  );
  await assert.rejects(askInBox(asked, FIELD), (error) => isAuthError(error, "interrupted"));
});

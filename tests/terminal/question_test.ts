import assert from "node:assert/strict";
import { isAuthError } from "../../lib/errors.ts";
import { answering, confirm, confirming, line, secret } from "../../lib/terminal/question.ts";
import { fakeHost, type FakeHostInit, PAUSE, typed } from "../fake_host.ts";
import { BACKSPACE, CTRL_C, ENTER, ESCAPE, HOME, LEFT, played, pressed } from "./support.ts";

function atTerminal(init: FakeHostInit) {
  const host = fakeHost({ keys: [], screen: { ansi: true }, ...init });
  const { prompt } = host;
  assert.ok(prompt);
  return { host, asked: { ...host, prompt } };
}

const shortOnes = (text: string) => (text.length < 3 ? "too short" : undefined);

Deno.test("line() is edited with the usual keys", () => {
  const machine = answering({ question: "Name:", initial: "ab cd" }, (text) => text);
  const text = (...presses: string[]) => pressed(machine, [...presses, ENTER]);
  assert.deepEqual(text(), { answer: "ab cd" });
  assert.deepEqual(text(BACKSPACE, "x"), { answer: "ab cx" });
  assert.deepEqual(text(HOME, "x", "\x1b[3~"), { answer: "xb cd" });
  assert.deepEqual(text(LEFT, LEFT, BACKSPACE), { answer: "abcd" });
  assert.deepEqual(text("\x17"), { answer: "ab" });
  assert.deepEqual(text("\x15", ...typed("  new  ")), { answer: "new" });
  assert.deepEqual(text("\x1b[24~", "\x1bx", "\x00"), { answer: "ab cd" });
});

Deno.test("line() is typed in place of what stands there already, unless that is touched first", () => {
  const machine = answering({ question: "Duration:", initial: "12h" }, (text) => text);
  assert.deepEqual(pressed(machine, [...typed("8h"), ENTER]), { answer: "8h" });
  assert.deepEqual(pressed(machine, [LEFT, "x", ENTER]), { answer: "12xh" });
});

Deno.test("line() puts the cursor where the text is, wide and combining characters included", () => {
  const machine = answering({ question: "Q" }, (text) => text);
  const column = (...presses: string[]) => {
    const frame = pressed(machine, presses);
    return "column" in frame ? frame.column - 4 : undefined;
  };
  assert.deepEqual(
    [
      column(),
      column("a"),
      column("日"),
      column("e", "\u0301"),
      column("👩", "\u200d", "👧"),
      column("日", LEFT),
    ],
    [0, 1, 2, 1, 2, 0],
  );
  assert.deepEqual(pressed(machine, ["x", "e", "\u0301", BACKSPACE, ENTER]), { answer: "x" });
});

Deno.test("line() says what is wrong and asks again, with what was typed", async () => {
  const { host, asked } = atTerminal({ keys: [..."ab", ENTER, "c", ENTER] });
  assert.equal(await line(asked, { question: "Name:", check: shortOnes }), "abc");
  assert.deepEqual(played(host.told).rows, ["? Name: abc", ""]);
  const frame = pressed(answering({ question: "Name:", check: shortOnes }, (text) => text), ["a", ENTER]);
  assert.deepEqual(frame, { lines: ["? Name: a", "too short"], row: 0, column: 9 });
});

Deno.test("line() uses the terminal's own editing where the cursor cannot be moved", async () => {
  const { host, asked } = atTerminal({ lines: ["a", " abc "], screen: {} });
  assert.equal(await line(asked, { question: "Name:", check: shortOnes }), "abc");
  assert.equal(host.told, "? Name: too short\n? Name: ");
  const other = atTerminal({ lines: [""], screen: {} });
  assert.equal(await line(other.asked, { question: "Name:", initial: "given" }), "given");
  assert.equal(other.host.told, "? Name: (given) ");
  await assert.rejects(
    line(other.asked, { question: "Name:" }),
    (error) => isAuthError(error, "interrupted"),
  );
});

Deno.test("secret() shows bullets only, and gives a Secret with its spaces", async () => {
  const { host, asked } = atTerminal({ keys: [..." ab日 ", ENTER] });
  const answer = await secret(asked, { question: "Password:" });
  assert.deepEqual([answer.reveal(), String(answer)], [" ab日 ", "[secret]"]);
  assert.ok(!/[ab日]/.test(host.told.replaceAll("Password:", "")));
  assert.deepEqual(played(host.told).rows, ["? Password: •••••", ""]);
});

Deno.test("secret() echoes nothing where the cursor cannot be moved", async () => {
  const { host, asked } = atTerminal({
    keys: ["a", ENTER, ..."axc", BACKSPACE, BACKSPACE, ..."bc", ENTER],
    screen: {},
  });
  assert.equal((await secret(asked, { question: "Password:", check: shortOnes })).reveal(), "abc");
  assert.equal(host.told, "? Password: \r\ntoo short\r\n? Password: \r\n");
  assert.equal(host.rawMode, false);
});

Deno.test("questions are interrupted by Esc, Ctrl-C and the end of input, and give the terminal back", async () => {
  for (const screen of [{ ansi: true }, {}]) {
    for (const keys of [["a", ESCAPE], ["a", CTRL_C], ["a"], ["\x04"]]) {
      const { host, asked } = atTerminal({ keys, screen });
      await assert.rejects(secret(asked, { question: "Q" }), (error) => isAuthError(error, "interrupted"));
      assert.equal(host.rawMode, false);
    }
  }
});

Deno.test("confirm() is answered by one key, and Enter means what it says", async () => {
  const answer = (press: string, initial: boolean) => pressed(confirming("Sure?", initial), [press]);
  assert.deepEqual([answer("y", false), answer("Y", false), answer(ENTER, true)], [
    { answer: true },
    { answer: true },
    { answer: true },
  ]);
  assert.deepEqual([answer("n", true), answer(ENTER, false)], [{ answer: false }, { answer: false }]);
  assert.ok("lines" in answer("x", false));
  const { host, asked } = atTerminal({ keys: ["?", "y"] });
  assert.equal(await confirm(asked, { question: "Remove it?" }), true);
  assert.deepEqual(played(host.told).rows, ["? Remove it? (y/N) yes", ""]);
});

Deno.test("confirm() takes no key that was pressed before the question stood there for a moment", async () => {
  const answer = async (...keys: readonly string[]) => {
    const { host, asked } = atTerminal({ keys });
    return await confirm(asked, { question: "Trust it?", dropTypeAhead: host.sleep });
  };
  assert.equal(await answer("y", PAUSE, ENTER), false);
  assert.equal(await answer("n", "y", "n", PAUSE, "y"), true);
  assert.equal(await answer(PAUSE, "y"), true);
  await assert.rejects(answer("y", "y"), (error) => isAuthError(error, "interrupted"));
});

Deno.test("confirm() reads words where the cursor cannot be moved", async () => {
  const { host, asked } = atTerminal({ lines: ["maybe", "YES", "", "no"], screen: {} });
  assert.equal(await confirm(asked, { question: "Sure?" }), true);
  assert.equal(host.told, "? Sure? (y/N) Please answer yes or no\n? Sure? (y/N) ");
  assert.equal(await confirm(asked, { question: "Sure?", initial: true }), true);
  assert.equal(await confirm(asked, { question: "Sure?", initial: true }), false);
});

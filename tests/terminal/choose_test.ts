import assert from "node:assert/strict";
import fc from "fast-check";
import { isAuthError } from "../../lib/errors.ts";
import { choose, choosing } from "../../lib/terminal/choose.ts";
import { fakeHost, type FakeHostInit, typed } from "../fake_host.ts";
import {
  BACKSPACE,
  CTRL_C,
  DOWN,
  END,
  ENTER,
  ESCAPE,
  HOME,
  PAGE_DOWN,
  PAGE_UP,
  played,
  pressed,
  UP,
} from "./support.ts";

const QUESTION = "Multiple default identities found. Please choose one:";
const OPTIONS = ["dev-admin", "prod-admin", "staging-admin"];
const MANY = Array.from({ length: 25 }, (_, n) => `role-${n + 1}`);
const few = choosing({ question: QUESTION, options: OPTIONS });
const many = choosing({ question: "Which?", options: MANY });

/** A host with somebody there. */
function atTerminal(init: FakeHostInit) {
  const host = fakeHost({ keys: [], screen: { ansi: true }, ...init });
  const { prompt } = host;
  assert.ok(prompt);
  return { host, asked: { ...host, prompt } };
}

/** The option under the pointer. */
function pointed(presses: readonly string[]): string | undefined {
  const frame = pressed(many, presses);
  return "lines" in frame ? frame.lines.find((line) => line.startsWith("▸"))?.slice(2) : undefined;
}

Deno.test("choose() looks as the documentation of Atmos draws it", () => {
  assert.deepEqual(pressed(few, []), {
    lines: [`? ${QUESTION} `, "▸ dev-admin", "  prod-admin", "  staging-admin"],
    row: 0,
    column: QUESTION.length + 3,
  });
});

Deno.test("choose() moves with the arrows, around the ends too, and takes what is pointed at", () => {
  assert.deepEqual(pressed(few, [ENTER]), { answer: "dev-admin" });
  assert.deepEqual(pressed(few, [DOWN, DOWN, UP, ENTER]), { answer: "prod-admin" });
  assert.deepEqual(pressed(few, [UP, ENTER]), { answer: "staging-admin" });
  assert.deepEqual(pressed(few, [DOWN, DOWN, DOWN, ENTER]), { answer: "dev-admin" });
});

Deno.test("choose() scrolls ten at a time and says where one is", () => {
  assert.deepEqual(
    [[], [PAGE_DOWN], [PAGE_DOWN, PAGE_DOWN], [PAGE_DOWN, PAGE_DOWN, PAGE_DOWN], [END], [END, PAGE_UP], [
      END,
      HOME,
    ]]
      .map(pointed),
    ["role-1", "role-11", "role-21", "role-25", "role-25", "role-15", "role-1"],
  );
  const frame = pressed(many, [END]);
  assert.deepEqual("lines" in frame && [frame.lines.length, frame.lines.at(-1)], [12, "  (16-25 of 25)"]);
});

Deno.test("choose() filters by what is typed, in any case, and keeps the pointer on its option", () => {
  assert.equal(pointed([...typed("ROLE-2")]), "role-2");
  assert.equal(pointed([END, ...typed("2")]), "role-25");
  assert.equal(pointed([END, ...typed("2"), BACKSPACE]), "role-25");
  assert.deepEqual(pressed(few, [...typed("st"), ENTER]), { answer: "staging-admin" });
  assert.deepEqual(pressed(few, [...typed("xyz"), ENTER]), {
    lines: [`? ${QUESTION} xyz`, "  (no match)"],
    row: 0,
    column: QUESTION.length + 6,
  });
});

Deno.test("choose() starts at the initial option, and at the first when there is no such option", () => {
  const answer = (initial: string) => pressed(choosing({ question: "Q", options: MANY, initial }), [ENTER]);
  assert.deepEqual([answer("role-20"), answer("none")], [{ answer: "role-20" }, { answer: "role-1" }]);
});

Deno.test("choose() shows the pointer within its ten lines, whatever is pressed", () => {
  const press = fc.constantFrom(UP, DOWN, HOME, END, PAGE_UP, PAGE_DOWN, BACKSPACE, "1", "2", "x");
  fc.assert(fc.property(fc.array(press, { maxLength: 30 }), (presses) => {
    const frame = pressed(many, presses);
    assert.ok("lines" in frame && frame.lines.length <= 12);
    const pointers = frame.lines.filter((line) => line.startsWith("▸")).length;
    assert.equal(pointers, frame.lines.includes("  (no match)") ? 0 : 1);
  }));
});

Deno.test("choose() draws over itself, leaves one line, and gives the terminal back", async () => {
  const { host, asked } = atTerminal({ keys: [DOWN, ...typed("adm"), ENTER] });
  assert.equal(await choose(asked, { question: QUESTION, options: OPTIONS }), "prod-admin");
  assert.deepEqual(played(host.told), { rows: [`? ${QUESTION} prod-admin`, ""], row: 1, column: 0 });
  assert.deepEqual([host.rawMode, host.written], [false, ""]);
});

Deno.test("choose() is interrupted by Esc, Ctrl-C and the end of input, below what it drew", async () => {
  for (const keys of [[ESCAPE], [DOWN, CTRL_C], []]) {
    const { host, asked } = atTerminal({ keys });
    await assert.rejects(
      choose(asked, { question: QUESTION, options: OPTIONS }),
      (error) => isAuthError(error, "interrupted") && error.exitCode === 130,
    );
    const { rows, row, column } = played(host.told);
    assert.deepEqual([rows.length, row, column, host.rawMode], [5, 4, 0, false]);
  }
});

Deno.test("choose() keeps to the width of the terminal and escapes what options hold", async () => {
  const options = ["x".repeat(200), "evil\x1b[2J\n", "日本語".repeat(30)];
  const { host, asked } = atTerminal({ keys: [DOWN], screen: { ansi: true, columns: 30 } });
  await assert.rejects(choose(asked, { question: "Which of these very long options do you want?", options }));
  const { rows } = played(host.told);
  assert.deepEqual(rows, [
    "? Which of these very long…",
    `  ${"x".repeat(26)}…`,
    "▸ evil\\u001b[2J\\n",
    `  ${"日本語".repeat(4)}日…`,
    "",
  ]);
});

Deno.test("choose() colours its marks only where colours are wanted", async () => {
  const { host, asked } = atTerminal({ keys: [ENTER], screen: { ansi: true, color: true } });
  await choose(asked, { question: "Q", options: ["a", "b"] });
  assert.ok(host.told.startsWith("\x1b[32m?\x1b[0m Q \r\n\x1b[36m▸ a\x1b[0m\r\n  b"));
  assert.deepEqual(played(host.told).rows, ["? Q a", ""]);
});

Deno.test("choose() reads a number or a name where the cursor cannot be moved", async () => {
  const plain = (lines: readonly string[], initial?: string) => {
    const { host, asked } = atTerminal({ lines, screen: {} });
    return choose(asked, { question: QUESTION, options: OPTIONS, initial }).then((answer) => ({
      answer,
      told: host.told,
    }));
  };
  assert.deepEqual(await plain(["9", " 2 "]), {
    answer: "prod-admin",
    told: `? ${QUESTION}\n  1) dev-admin\n  2) prod-admin\n  3) staging-admin\n` +
      "Number or name: Not one of them: 9\nNumber or name: ",
  });
  assert.equal((await plain(["staging-admin"])).answer, "staging-admin");
  assert.equal((await plain(["", "1.5", "1"])).answer, "dev-admin");
  assert.equal((await plain([""], "prod-admin")).answer, "prod-admin");
  await assert.rejects(plain([]), (error) => isAuthError(error, "interrupted"));
});

Deno.test("choose() without options is a mistake of the program", async () => {
  await assert.rejects(choose(atTerminal({}).asked, { question: "Q", options: [] }), RangeError);
});

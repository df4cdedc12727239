import assert from "node:assert/strict";
import fc from "fast-check";
import { quoteWord } from "../../lib/shell_word.ts";
import { ownWords, shownWithStack, splitCommand, withStack } from "../../lib/workflows/words.ts";

const ENV: Readonly<Record<string, string>> = { STACK: "dev", TWO: "a  b", PAD: " x ", EMPTY: "" };
const split = (text: string) => {
  const outcome = splitCommand(text, (name) => ENV[name]);
  return "words" in outcome ? outcome.words : outcome.refused;
};

Deno.test("splitCommand() reads quotes, escapes, comments and line breaks as a shell does", () => {
  assert.deepEqual(split(`terraform plan  vpc -var 'a b' "c \\"d\\"" e\\ f ''`), [
    "terraform",
    "plan",
    "vpc",
    "-var",
    "a b",
    'c "d"',
    "e f",
    "",
  ]);
  assert.deepEqual(split(`a"b"'c'd`), ["abcd"]);
  assert.deepEqual(split("one # two\nthree a#b"), ["one", "three", "a#b"]);
  assert.deepEqual(split("one \\\n  two"), ["one", "two"]);
  assert.deepEqual(split('"a\\nb\\$"'), ["a\\nb$"]);
  assert.deepEqual(split(""), []);
});

Deno.test("splitCommand() fills variables in, and lets them fall apart only without quotes", () => {
  assert.deepEqual(split("-s $STACK ${STACK}x '$STACK' \"$STACK\" \\$STACK $"), [
    "-s",
    "dev",
    "devx",
    "$STACK",
    "dev",
    "$STACK",
    "$",
  ]);
  assert.deepEqual(split('$TWO "$TWO" x${PAD}y $EMPTY "$EMPTY" $NONE'), [
    "a",
    "b",
    "a  b",
    "x",
    "x",
    "y",
    "",
  ]);
});

Deno.test("splitCommand() refuses what only a shell can do", () => {
  for (
    const text of [
      "a && b",
      "a|b",
      "a > b",
      "a; b",
      "a `b`",
      "$(a)",
      "${A:-b}",
      '"$(a)"',
      '"`a`"',
      '"x$A ${B:-c}"',
    ]
  ) {
    assert.match(String(split(text)), /shell/, text);
  }
  assert.match(String(split("a 'b")), /^a quote is not closed: 'b$/);
  assert.match(String(split('a "b')), /^a quote is not closed: "b$/);
});

Deno.test("splitCommand() reads back what quoteWord() wrote, whatever it is", () => {
  fc.assert(fc.property(fc.array(fc.string({ unit: "binary" })), (words) => {
    assert.deepEqual(split(words.map(quoteWord).join(" ")), words);
  }));
});

Deno.test("splitCommand() has an answer for every text", () => {
  const texts = fc.string({ unit: fc.constantFrom(..."ab \n\t'\"\\$`{}()#|&;<>=-_") });
  fc.assert(fc.property(texts, (text) => {
    const outcome = split(text);
    assert.ok(
      typeof outcome === "string" ? outcome !== "" : outcome.every((word) => typeof word === "string"),
    );
  }));
});

Deno.test("withStack() puts the stack before the words that belong to somebody else", () => {
  assert.deepEqual(withStack(["terraform", "plan", "vpc"], "dev"), ["terraform", "plan", "vpc", "-s", "dev"]);
  assert.deepEqual(withStack(["terraform", "plan", "--", "-x"], "dev"), [
    "terraform",
    "plan",
    "-s",
    "dev",
    "--",
    "-x",
  ]);
  assert.deepEqual(withStack(["version"], undefined), ["version"]);
});

Deno.test("shownWithStack() shows a command as it is written, variables unread", () => {
  assert.equal(shownWithStack("terraform plan $NAME\n", "dev"), "atmos terraform plan $NAME -s dev");
  assert.equal(
    shownWithStack("atmos terraform plan a -- -x", "a b"),
    "atmos terraform plan a -s 'a b' -- -x",
  );
  assert.equal(shownWithStack("atmosphere", undefined), "atmos atmosphere");
  assert.equal(shownWithStack("atmos version", undefined), "atmos version");
});

Deno.test("ownWords() drops this program's own name", () => {
  assert.deepEqual(ownWords(["atmos", "version"]), ["version"]);
  assert.deepEqual(ownWords(["terraform", "atmos"]), ["terraform", "atmos"]);
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { parseEnvExpression, resolveEnvTags } from "../../lib/config/env_tag.ts";
import { nodeAt } from "../../lib/config/raw.ts";
import { parseYaml } from "../../lib/config/yaml.ts";

const resolve = (text: string, env: Readonly<Record<string, string>> = {}) =>
  nodeAt(resolveEnvTags(parseYaml(`a: ${text}\n`, "/a.yaml").root, (name) => env[name]), ["a"]);

Deno.test("parseEnvExpression() splits a name and a default at blanks", () => {
  assert.deepEqual(parseEnvExpression("NAME"), { variable: "NAME", fallback: undefined });
  assert.deepEqual(parseEnvExpression("  NAME \t default "), { variable: "NAME", fallback: "default" });
});

Deno.test("parseEnvExpression() takes quotes off, and one of two quotes inside", () => {
  assert.deepEqual(parseEnvExpression(`NAME "a b"`), { variable: "NAME", fallback: "a b" });
  assert.deepEqual(parseEnvExpression(`'NAME' 'it''s'`), { variable: "NAME", fallback: "it's" });
  assert.deepEqual(parseEnvExpression(`NAME "say ""hi"""`), { variable: "NAME", fallback: 'say "hi"' });
  assert.deepEqual(parseEnvExpression(`NAME ""`), { variable: "NAME", fallback: "" });
  assert.deepEqual(parseEnvExpression(`NAME it's`), { variable: "NAME", fallback: "it's" });
});

Deno.test("parseEnvExpression() says what is wrong with too few or too many words, and with open quotes", () => {
  for (const text of ["", "  ", `""`, "A b c", `A "b`, `A "b"c`, "A=1"]) {
    assert.ok("malformed" in parseEnvExpression(text), text);
  }
});

Deno.test("parseEnvExpression() reads back every default that was quoted", () => {
  const quote = (text: string, sign: string) => sign + text.replaceAll(sign, sign + sign) + sign;
  fc.assert(fc.property(fc.string(), fc.constantFrom('"', "'"), (fallback, sign) => {
    assert.deepEqual(parseEnvExpression(`NAME ${quote(fallback, sign)}`), { variable: "NAME", fallback });
  }));
});

Deno.test("resolveEnvTags() takes the variable, and says which", () => {
  assert.deepEqual(resolve("!env FOO", { FOO: " bar " }), {
    type: "scalar",
    value: "bar",
    text: "bar",
    plain: false,
    at: { file: "/a.yaml", line: 1, column: 9 },
    variable: "FOO",
    reference: { variable: "FOO", fallback: undefined },
  });
  const kept = resolve("!env FOO other", { FOO: "bar" });
  assert.deepEqual(kept?.type === "scalar" && [kept.text, kept.variable, kept.reference], [
    "bar",
    "FOO",
    { variable: "FOO", fallback: "other" },
  ]);
});

Deno.test("resolveEnvTags() takes the default only when the variable is not set; empty is set", () => {
  const text = (node: ReturnType<typeof resolve>) => node?.type === "scalar" ? node.text : node?.type;
  assert.equal(text(resolve("!env FOO fallback")), "fallback");
  const fallback = resolve("!env FOO fallback");
  assert.deepEqual(fallback?.type === "scalar" && [fallback.variable, fallback.reference], [
    undefined,
    { variable: "FOO", fallback: "fallback" },
  ]);
  assert.equal(text(resolve("!env FOO fallback", { FOO: "" })), "");
  assert.equal(text(resolve(`!env "FOO 'two words'"`)), "two words");
});

Deno.test("resolveEnvTags() leaves a variable without value or default as unset, never as empty", () => {
  assert.deepEqual(resolve("!env FOO"), {
    type: "unset",
    variable: "FOO",
    reference: { variable: "FOO", fallback: undefined },
    at: { file: "/a.yaml", line: 1, column: 9 },
  });
});

Deno.test("resolveEnvTags() leaves other tags, and what it cannot read, as they are", () => {
  assert.equal(resolve("!exec ls")?.type, "tag");
  assert.equal(resolve("!env A b c")?.type, "tag");
  assert.equal(resolve("!env [A]")?.type, "tag");
});

Deno.test("resolveEnvTags() gives back the same object when there is nothing to do", () => {
  const { root } = parseYaml("a: [1, {b: c}]\n", "/a.yaml");
  assert.equal(resolveEnvTags(root, () => "x"), root);
});

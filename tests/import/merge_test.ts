import assert from "node:assert/strict";
import fc from "fast-check";
import { parseYaml } from "../../lib/config/yaml.ts";
import { mapAt } from "../../lib/config/raw.ts";
import { mergedText } from "../../lib/import/merge.ts";
import type { AuthDraft, Fields } from "../../lib/import/types.ts";
import { yaml } from "../config/setup.ts";

const entries = (...all: readonly (readonly [string, Fields])[]) => new Map(all);
const DRAFT: AuthDraft = {
  providers: entries(["acme", { kind: "aws/iam-identity-center" }]),
  identities: entries(["a/b", { kind: "aws/user", credentials: { region: undefined } }]),
};
const merged = (text: string, draft = DRAFT) => mergedText(text, "atmos.yaml", draft);

Deno.test("mergedText() makes the section in an empty file, and behind what else there is", () => {
  const section = yaml`
    auth:
      providers:
        acme:
          kind: aws/iam-identity-center
      identities:
        a/b:
          kind: aws/user
  `;
  assert.equal(merged(""), section);
  assert.equal(merged("# ours\n"), `# ours\n${section}`);
  assert.equal(merged("logs: {}"), `logs: {}\n${section}`);
  assert.equal(merged("---\nlogs: {} # c\n\n# end\n...\n"), `---\nlogs: {} # c\n\n# end\n${section}...\n`);
  assert.equal(merged("a: 1\n---\nb: 2\n"), `a: 1\n${section}---\nb: 2\n`);
});

Deno.test("mergedText() adds to the sections that are there, as far in as they are, and changes no other byte", () => {
  const text = yaml`
    # Ours.
    Auth:   # c
        realm:    x    # wide
        # about providers
        Providers:
            one:   {kind:   a}   # d

            # two is gone
        identities: # none yet

    logs:
      level: |
        text
  `;
  assert.equal(
    merged(text),
    yaml`
    # Ours.
    Auth:   # c
        realm:    x    # wide
        # about providers
        Providers:
            one:   {kind:   a}   # d
            acme:
                kind: aws/iam-identity-center

            # two is gone
        identities: # none yet
            a/b:
                kind: aws/user

    logs:
      level: |
        text
  `,
  );
});

Deno.test("mergedText() writes into braces, and in place of empty ones", () => {
  assert.equal(
    merged("auth: { providers: { x: {kind: a} }, identities: {} } # c\n"),
    'auth: { providers: { x: {kind: a}, "acme": { "kind": "aws/iam-identity-center" } }, ' +
      'identities: { "a/b": { "kind": "aws/user" } } } # c\n',
  );
  assert.equal(
    merged("auth:\n    providers: {}   # none\n    identities:  {\n    }\n"),
    "auth:\n    providers:   # none\n        acme:\n            kind: aws/iam-identity-center\n" +
      "    identities:\n        a/b:\n            kind: aws/user\n",
  );
  const json = merged('{\n  "auth": { "providers": {} }\n}\n') ?? "";
  assert.deepEqual(JSON.parse(json), {
    auth: {
      providers: { acme: { kind: "aws/iam-identity-center" } },
      identities: { "a/b": { kind: "aws/user" } },
    },
  });
});

Deno.test("mergedText() keeps Windows's line endings", () => {
  assert.equal(
    merged("auth:\r\n  providers:\r\n    x: 1\r\n", { ...DRAFT, identities: new Map() }),
    "auth:\r\n  providers:\r\n    x: 1\r\n    acme:\r\n      kind: aws/iam-identity-center\r\n",
  );
});

Deno.test("mergedText() refuses where something else stands in place of a section, or would be changed", () => {
  for (
    const text of [
      "[]\n",
      "null\n",
      "auth: !include x.yaml\n",
      "auth: [\n",
      "auth: null\n",
      "auth:\n  providers: ~\n",
      "auth: {providers: }\n",
      "base: &b { x: 1 }\nauth: *b\n",
      "auth: &a\n  providers: { q: 1 }\nother: *a\n",
      "auth:\n  providers:\n    - 1\n",
      "auth: 1\n",
    ]
  ) assert.equal(merged(text), undefined, text);
});

/** Whether a line is another one with something put into it; empty braces are what entries take the place of. */
function holds(line: string, other: string): boolean {
  const isAround = (at: number) => line.startsWith(other.slice(0, at)) && line.endsWith(other.slice(at));
  return line === other.replace(/ *\{\}/, "") ||
    (line.length >= other.length && [...other, ""].some((_, at) => isAround(at)));
}

Deno.test("mergedText() leaves every line of any configuration where it is, and adds what is in the draft", () => {
  const key = fc.constantFrom("a", "b c", "true", "x/y", "1");
  const leaf = fc.constantFrom(
    "v",
    "1",
    '"q: # x"',
    "'s'",
    "{}",
    "[a, b]",
    "{ a: 1, b: [c] }",
    "|\n@  text\n@\n@  more",
    "",
  );
  const comment = fc.constantFrom("", "", "   # c", " # auth:");
  const block = (names: fc.Arbitrary<string>, below: fc.Arbitrary<string>) =>
    fc.uniqueArray(fc.tuple(names, below, comment, fc.boolean()), {
      selector: ([name]) => name,
      maxLength: 4,
    })
      .map((items) =>
        items.map(([name, value, remark, blank]) => {
          const lines = value.split("\n");
          const isBlock = lines.length > 1 && !value.startsWith("|");
          const head = isBlock
            ? `${name}:${remark}`
            : `${name}: ${lines[0] ?? ""}${value.startsWith("|") ? "" : remark}`;
          const rest = (isBlock ? lines : lines.slice(1)).map((line) => line.replaceAll("@", ""));
          return [
            head,
            ...rest.map((line) => line === "" ? "" : `  ${line}`),
            ...blank ? ["", "# between"] : [],
          ]
            .join("\n");
        }).join("\n")
      );
  const entry = block(key, leaf);
  const section = fc.oneof(block(key, fc.oneof(leaf, entry)), fc.constant(""));
  const auth = block(
    fc.constantFrom("providers", "identities", "realm"),
    fc.oneof(section, fc.constant("{}")),
  );
  const file = block(fc.constantFrom("auth", "logs", "commands"), fc.oneof(auth, leaf));
  const name = fc.constantFrom("n1", "n 2", "no", "ö");
  const draft = fc.dictionary(name, fc.constant({ kind: "aws/user" } satisfies Fields), { minKeys: 1 });
  let added = 0;
  fc.assert(
    fc.property(file, draft, (text, identities) => {
      const { root, issues } = parseYaml(text, "f");
      const given = { providers: new Map(), identities: new Map(Object.entries(identities)) };
      const result = merged(text, given);
      if (result === undefined) return;
      added++;
      const after = parseYaml(result, "f");
      assert.deepEqual(after.issues.length, issues.length);
      const names = [...mapAt(root, "auth", "identities")?.entries.keys() ?? [], ...given.identities.keys()];
      assert.deepEqual([...mapAt(after.root, "auth", "identities")?.entries.keys() ?? []], names);
      const lines = result.split("\n");
      for (const line of text.split("\n")) {
        const at = lines.findIndex((one) => holds(one, line));
        assert.ok(at >= 0, `${JSON.stringify(line)} is gone from ${result}`);
        lines.splice(0, at + 1);
      }
    }),
    { numRuns: 500 },
  );
  assert.ok(added > 200, String(added));
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { splitAround } from "../../lib/cli/line/args.ts";
import { optionalText, text, toggle } from "../../lib/cli/line/flags.ts";
import { readProgramWords, TERRAFORM_GRAMMAR, wordsAmong } from "../../lib/stacks/program_words.ts";

const FLAGS = {
  identity: optionalText("NAME", "", { short: "i" }),
  stack: text("STACK", "", { short: "s" }),
  dryRun: toggle(""),
};

function read(...argv: readonly string[]) {
  const { given, operands, rest = [] } = splitAround(argv, FLAGS);
  const values = Object.fromEntries([...given].map(([key, all]) => [key, all.at(-1)]));
  return { ...values, ...readProgramWords(operands, rest, TERRAFORM_GRAMMAR) };
}

Deno.test("flags of ours are found before and behind the component, and Terraform's stay as they are", () => {
  const plan = { command: "plan", component: "myapp", stack: "dev" };
  assert.deepEqual(read("plan", "myapp", "-s", "dev"), { ...plan, args: [] });
  assert.deepEqual(read("-s=dev", "plan", "myapp"), { ...plan, args: [] });
  assert.deepEqual(read("plan", "--stack=dev", "myapp", "-i", "admin"), {
    ...plan,
    identity: "admin",
    args: [],
  });
  assert.deepEqual(read("plan", "myapp", "-detailed-exitcode", "-s", "dev", "-target=a.b", "-lock=false"), {
    ...plan,
    args: ["-detailed-exitcode", "-target=a.b", "-lock=false"],
  });
});

Deno.test("one hyphen and several letters is Terraform's, whatever it begins with", () => {
  const { args, ...ours } = read("plan", "myapp", "-state=x", "-input=false", "-sdev", "-idle", "-help");
  assert.deepEqual(ours, { command: "plan", component: "myapp" });
  assert.deepEqual(args, ["-state=x", "-input=false", "-sdev", "-idle", "-help"]);
});

Deno.test("the value of a flag of Terraform's is not taken for the component", () => {
  assert.deepEqual(read("plan", "-var", "a=b", "-target", "module.x", "myapp", "-out", "p"), {
    command: "plan",
    component: "myapp",
    args: ["-var", "a=b", "-target", "module.x", "-out", "p"],
  });
});

Deno.test("commands of two words are told from a component of any other name", () => {
  assert.deepEqual(read("state", "rm", "network/vpc", "aws_vpc.this"), {
    command: "state rm",
    component: "network/vpc",
    args: ["aws_vpc.this"],
  });
  assert.deepEqual(read("workspace", "myapp"), { command: "workspace", component: "myapp", args: [] });
  assert.deepEqual(read("plan"), { command: "plan", component: undefined, args: [] });
  assert.deepEqual(read(), { command: undefined, component: undefined, args: [] });
  assert.deepEqual(read("constructor", "x"), { command: "constructor", component: "x", args: [] });
});

Deno.test("words behind `--` go to Terraform last, and none of them is ours", () => {
  assert.deepEqual(read("plan", "myapp", "-refresh=false", "-s", "dev", "--", "-s", "x", "--", "-i"), {
    command: "plan",
    component: "myapp",
    stack: "dev",
    args: ["-refresh=false", "-s", "x", "--", "-i"],
  });
});

Deno.test("wordsAmong() leaves out flags and their values", () => {
  assert.deepEqual(
    wordsAmong(["-target", "a", "saved.planfile", "-lock=false", "-auto-approve"], TERRAFORM_GRAMMAR),
    ["saved.planfile"],
  );
});

const foreign = fc.constantFrom(
  ...["plan", "state", "list", "myapp", "a=b", "-var", "-target=x", "-state=y", "-auto-approve"],
  ...["--json", "-sx", "-ix", "-", "", "-=", "---", "-no-color", "--stacks=a", "--identityx", "-x=-s"],
);
const ours = fc.constantFrom<readonly string[]>(
  ["-s", "dev"],
  ["-s=dev"],
  ["--stack", "dev"],
  ["--stack="],
  ["-i=x"],
  ["--identity=x"],
  ["--identity", "x"],
  ["--dry-run"],
  ["--dry-run=false"],
);

Deno.test("splitAround() keeps every word that is not ours, in order, wherever flags of ours stand", () => {
  const part = fc.oneof(
    foreign.map((word) => ({ words: [word], own: false })),
    ours.map((words) => ({ words, own: true })),
  );
  fc.assert(
    fc.property(fc.array(part), fc.option(fc.array(fc.string()), { nil: undefined }), (parts, rest) => {
      const argv = parts.flatMap(({ words }) => words);
      const split = splitAround([...argv, ...rest === undefined ? [] : ["--", ...rest]], FLAGS);
      assert.deepEqual(split.operands, parts.flatMap(({ words, own }) => own ? [] : words));
      assert.deepEqual(split.rest, rest);
      const count = [...split.given.values()].reduce((sum, all) => sum + all.length, 0);
      assert.equal(count, parts.filter(({ own }) => own).length);
    }),
  );
});

Deno.test("readProgramWords() loses no word and makes none up", () => {
  fc.assert(
    fc.property(fc.array(foreign), fc.array(foreign), (operands, rest) => {
      const { command, component, args } = readProgramWords(operands, rest, TERRAFORM_GRAMMAR);
      const named = [...command?.split(" ") ?? [], ...component === undefined ? [] : [component]];
      if (operands.includes("")) return;
      assert.deepEqual([...named, ...args].sort(), [...operands, ...rest].sort());
      assert.deepEqual(args.slice(args.length - rest.length), rest);
    }),
  );
});

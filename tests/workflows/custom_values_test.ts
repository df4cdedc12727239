import assert from "node:assert/strict";
import { isAuthError } from "../../lib/errors.ts";
import { readCommands } from "../../lib/workflows/custom.ts";
import {
  customValues,
  filled,
  filledStep,
  templateData,
  type Typed,
  valueOf,
} from "../../lib/workflows/custom_values.ts";
import { rootOf, step } from "./setup.ts";

const [COMMAND] = readCommands(rootOf(`
commands:
- name: go
  arguments: [{ name: component, required: true }, { name: where, default: here }, { name: more }]
  flags:
  - { name: stack, required: true, values: [dev, prod] }
  - { name: force, type: bool }
  - { name: sure, type: bool, default: true }
  - { name: note }
  steps: [a]
`)).commands;

function values(typed: Partial<Typed>) {
  assert.ok(COMMAND !== undefined);
  const all = customValues("atmos go", COMMAND, { operands: [], flags: new Map(), rest: [], ...typed });
  return { ...Object.fromEntries(all.arguments), ...Object.fromEntries(all.flags) };
}

Deno.test("customValues() takes what was typed, else the defaults, else nothing", () => {
  assert.deepEqual(values({ operands: ["vpc"], flags: new Map([["stack", "dev"]]) }), {
    component: "vpc",
    where: "here",
    more: "",
    stack: "dev",
    force: false,
    sure: true,
    note: "",
  });
  const all = values({
    operands: ["vpc", "there", "x"],
    flags: new Map<string, string | true>([["stack", "prod"], ["force", true], ["sure", "FALSE"], [
      "note",
      "n",
    ]]),
  });
  assert.deepEqual(all, {
    component: "vpc",
    where: "there",
    more: "x",
    stack: "prod",
    force: true,
    sure: false,
    note: "n",
  });
});

Deno.test("customValues() names everything that is missing, wrong or too much at once", () => {
  const message = (typed: Partial<Typed>) => {
    try {
      return JSON.stringify(values(typed));
    } catch (error) {
      return isAuthError(error, "usage") ? error.message : String(error);
    }
  };
  assert.equal(message({}), "Cannot run `atmos go`: component, --stack are missing");
  assert.equal(
    message({ operands: ["a", "b", "c", "d"], flags: new Map([["stack", "x"], ["force", "maybe"]]) }),
    'Cannot run `atmos go`: --stack is one of dev, prod, not "x"; --force is true or false, not "maybe"; ' +
      'the word "d" is one too many',
  );
});

const AT = { file: "/work/atmos.yaml", line: 3, column: 5 };
const DATA = templateData({
  values: { arguments: new Map([["name", "ana"]]), flags: new Map([["stack", "dev"]]) },
  rest: ["-x", "a b"],
  workingDirectory: "/work",
  env: (name) => name === "SET" ? "yes" : undefined,
  component: valueOf(rootOf("vars: { stage: dev, id: 012345678901, on: true, list: [1, a], none: }")),
});

Deno.test("templateData() names arguments, flags, the words behind --, variables and the component", () => {
  const fill = (text: string) => filled(text, DATA, AT);
  assert.equal(
    fill("{{ .Arguments.name }} {{ .flags.stack }} {{ .Cwd }} {{ .TrailingArgs }}"),
    "ana dev /work -x 'a b'",
  );
  assert.equal(fill("{{ .env.SET }}<{{ .env.NONE }}>"), "yes<>");
  const vars =
    "{{ .ComponentConfig.vars.stage }} {{ .ComponentConfig.vars.id }} {{ .ComponentConfig.vars.on }}";
  assert.equal(fill(vars), "dev 012345678901 true");
  assert.equal(fill("{{ .ComponentConfig.vars.list }}<{{ .ComponentConfig.vars.none }}>"), "[1 a]<>");
});

Deno.test("filled() names the place of what it cannot fill in", () => {
  assert.throws(() => filled("echo {{ .Flags.x }}", DATA, AT), (error) => {
    assert.ok(isAuthError(error, "config-invalid"));
    assert.deepEqual([error.message, error.at], [
      'Cannot fill in "echo {{ .Flags.x }}": there is no .Flags.x',
      AT,
    ]);
    return true;
  });
});

Deno.test("filledStep() fills in the command and what is around it", () => {
  const given = step({
    command: "plan {{ .Arguments.name }}",
    identity: "{{ .Flags.stack }}-admin",
    workingDirectory: "{{ .Flags.stack }}",
    stack: "{{ .Flags.stack }}",
    env: { A: "{{ .Arguments.name }}" },
  });
  assert.deepEqual(filledStep(given, DATA), {
    ...given,
    command: "plan ana",
    identity: "dev-admin",
    workingDirectory: "dev",
    stack: "dev",
    env: { A: "ana" },
  });
});

import assert from "node:assert/strict";
import { commandNamed, readAliases, readCommands } from "../../lib/workflows/custom.ts";
import type { CustomCommand } from "../../lib/workflows/types.ts";
import { faultLines, rootOf } from "./setup.ts";

const read = (text: string) => readCommands(rootOf(text));
/** Names of a tree: `a(b c)`. */
const names = (commands: readonly CustomCommand[]): string =>
  commands.map(({ name, below }) => below.length === 0 ? name : `${name}(${names(below)})`).join(" ");

Deno.test("readCommands() reads arguments, flags, variables and steps", () => {
  const { commands: [greet], faults } = read(`
commands:
- name: greet
  description: Say hello
  aliases: [hi]
  identity: admin
  working_directory: scripts
  verbose: true
  arguments:
  - { name: name, description: Whom, required: true, default: John Doe }
  flags:
  - { name: shout, shorthand: u, type: bool, usage: Loudly, default: true }
  - { name: lang, values: [en, de] }
  env:
  - { key: A, value: "{{ .Arguments.name }}" }
  - { key: B, valueCommand: date }
  component_config: { component: "{{ .Arguments.name }}", stack: dev }
  steps:
  - echo hi
  - { type: atmos, command: version, name: v }
`);
  assert.deepEqual(faults, []);
  assert.deepEqual(greet?.faults, []);
  assert.deepEqual(greet?.arguments, [
    { name: "name", description: "Whom", isRequired: true, fallback: "John Doe", choices: [] },
  ]);
  assert.deepEqual(greet?.flags, [
    {
      name: "shout",
      short: "u",
      isSwitch: true,
      description: "Loudly",
      isRequired: false,
      fallback: "true",
      choices: [],
    },
    {
      name: "lang",
      short: "",
      isSwitch: false,
      description: "",
      isRequired: false,
      fallback: undefined,
      choices: ["en", "de"],
    },
  ]);
  assert.deepEqual(greet?.env.map(({ name, source, text }) => [name, source, text]), [
    ["A", "value", "{{ .Arguments.name }}"],
    ["B", "command", "date"],
  ]);
  assert.deepEqual(greet?.steps.map(({ name, type, command }) => [name, type, command]), [
    ["step1", "shell", "echo hi"],
    ["v", "atmos", "version"],
  ]);
  assert.deepEqual(
    [greet?.aliases, greet?.identity, greet?.workingDirectory, greet?.isVerbose, greet?.component?.stack],
    [["hi"], "admin", "scripts", true, "dev"],
  );
  assert.equal(commandNamed([...greet === undefined ? [] : [greet]], "hi"), greet);
});

Deno.test("readCommands() makes a tree of names with blanks and of commands below", () => {
  const { commands } = read(`
commands:
- { name: ansible run, steps: [a] }
- { name: ansible, description: Ansible, commands: [{ name: lint, steps: [b] }] }
- { name: ansible   deep er, steps: [c] }
- { name: other, steps: [d] }
- { name: other, steps: [e] }
`);
  assert.equal(names(commands), "ansible(run lint deep(er)) other");
  assert.equal(commands[0]?.description, "Ansible");
  assert.deepEqual(commands[1]?.steps.map(({ command }) => command), ["e"]);
});

Deno.test("readCommands() hands the working directory and the flags down", () => {
  const { commands: [top] } = read(`
commands:
- name: top
  working_directory: here
  flags: [{ name: stack, shorthand: s }]
  commands:
  - { name: one, steps: [a], flags: [{ name: x }] }
  - { name: two, steps: [b], working_directory: there }
`);
  assert.deepEqual(
    top?.below.map(({ workingDirectory, flags }) => [workingDirectory, flags.map(({ name }) => name)]),
    [
      ["here", ["stack", "x"]],
      ["there", ["stack"]],
    ],
  );
});

Deno.test("readCommands() keeps the faults of a command from its neighbours", () => {
  const { commands, faults } = read(`
commands:
- name: bad
  flags: [{ name: "a b" }, { name: x, type: int }, { name: y, shorthand: yy }, { name: help }, { name: z, type: bool, default: maybe }]
  env: [{ key: A=B, value: x }, { key: C, value: x, valueCommand: y }]
  arguments: [{ description: x }]
  component: { type: script }
  dependencies: { tools: {} }
  steps: [{ command: a, type: input }]
  commands: [{ name: fine, steps: [a] }]
- { steps: [a] }
`);
  assert.deepEqual(faultLines(faults), ["11:3 error commands.1: a command has no name"]);
  const [bad] = commands;
  assert.deepEqual(
    faultLines(bad?.faults ?? []).map((line) => line.replace(/^\S+ (\w+) commands\.0\.?/, "$1 ")),
    [
      "error component: component types of one's own are not supported",
      "warning dependencies: `dependencies` are not installed: the programs on PATH are used",
      'error flags.0: "a b" cannot be the name of a flag',
      'error flags.1: flags are of type string or bool, not "int"',
      'error flags.2: the shorthand "yy" is not one letter',
      'error flags.3: "help" cannot be the name of a flag',
      'error flags.4: the default of a bool is true or false, not "maybe"',
      "error arguments.0: an argument has no name",
      'error env.0: "A=B" cannot be the name of a variable',
      "error env.1: a variable has either `value` or `valueCommand`",
      'error steps.0.type: steps of type "input" are not supported',
    ],
  );
  assert.deepEqual(bad?.below.map(({ faults }) => faults), [[]]);
});

Deno.test("readCommands() takes variables from a map, and says when commands are no list", () => {
  const { commands: [one] } = read("commands: [{ name: a, env: { A: x, B: }, steps: [b] }]");
  assert.deepEqual(one?.env.map(({ name, text }) => [name, text]), [["A", "x"], ["B", ""]]);
  assert.deepEqual(faultLines(read("commands: { a: b }").faults), [
    "1:11 error commands: expected a list of commands, found a map",
  ]);
});

Deno.test("readAliases() reads words and what they stand for", () => {
  assert.deepEqual([...readAliases(rootOf("aliases: { tp: terraform plan, x: [a], y: }"))], [[
    "tp",
    "terraform plan",
  ]]);
  assert.deepEqual([...readAliases(rootOf("auth: {}"))], []);
});

import assert from "node:assert/strict";
import { isAuthError } from "../../lib/errors.ts";
import { assertUsableWorkflow, readWorkflows } from "../../lib/workflows/workflow.ts";
import type { Workflow } from "../../lib/workflows/types.ts";
import { faultLines, rootOf, step } from "./setup.ts";

function only(text: string): Workflow {
  const [workflow, extra] = readWorkflows(rootOf(text), true);
  assert.ok(workflow !== undefined && extra === undefined);
  return workflow;
}

const at = (line: number, column: number) => ({ file: "/work/atmos.yaml", line, column });

Deno.test("readWorkflows() reads the seed's own example", () => {
  const workflow = only(`
workflows:
  deploy:
    description: Deploy with authentication
    steps:
    - name: validate-auth
      command: atmos auth validate
    - name: deploy-dev
      command: atmos terraform apply myapp -s dev
      identity: dev-admin
`);
  assert.deepEqual(workflow, {
    name: "deploy",
    file: "/work/atmos.yaml",
    at: at(3, 3),
    description: "Deploy with authentication",
    stack: undefined,
    workingDirectory: undefined,
    env: {},
    steps: [
      step({ name: "validate-auth", type: "atmos", command: "atmos auth validate", at: at(6, 7) }),
      step({
        name: "deploy-dev",
        type: "atmos",
        command: "atmos terraform apply myapp -s dev",
        identity: "dev-admin",
        at: at(8, 7),
      }),
    ],
    faults: [],
  });
});

Deno.test("readWorkflows() reads every key of a workflow and its steps", () => {
  const workflow = only(`
workflows:
  all:
    stack: dev
    working_directory: scripts
    env: { A: 1, B: , c: "x" }
    steps:
      - plain words
      - type: shell
        command: |
          echo x
        stack: prod
        working_directory: ..
        env: { A: 2 }
        when: [always, ci]
        continue: true
        timeout: 5m
        retry: { max_attempts: 2, backoff_strategy: constant, initial_delay: 1s }
        tty: true
`);
  assert.deepEqual(workflow.faults, []);
  assert.deepEqual(workflow.env, { A: "1", B: "", c: "x" });
  assert.deepEqual([workflow.stack, workflow.workingDirectory], ["dev", "scripts"]);
  assert.deepEqual(
    workflow.steps.map(({ at: _, ...rest }) => rest),
    [
      { ...step({ type: "atmos", command: "plain words" }) },
      {
        ...step({
          name: "step2",
          command: "echo x",
          stack: "prod",
          workingDirectory: "..",
          env: { A: "2" },
          when: { type: "all", of: [{ type: "is", predicate: "always" }, { type: "is", predicate: "ci" }] },
          goOn: { type: "is", predicate: "always" },
          timeoutMillis: 300_000,
          retry: {
            maxAttempts: 2,
            backoff: "constant",
            initialMillis: 1000,
            maxMillis: undefined,
            multiplier: 2,
            isJittered: false,
            maxElapsedMillis: undefined,
          },
        }),
      },
    ].map(({ at: _, ...rest }) => rest),
  );
});

Deno.test("readWorkflows() tells settings from workflows, and only in the configuration", () => {
  const text = "workflows: { base_path: x, list: { format: y }, Base_Path2: { steps: [a] } }\n";
  assert.deepEqual(readWorkflows(rootOf(text), true).map(({ name }) => name), ["Base_Path2"]);
  assert.deepEqual(
    readWorkflows(rootOf("workflows: { list: { steps: [a] } }"), true).map(({ name }) => name),
    ["list"],
  );
  assert.deepEqual(
    readWorkflows(rootOf("workflows: { list: { steps: [a] } }"), false).map(({ name }) => name),
    ["list"],
  );
  assert.deepEqual(readWorkflows(rootOf("workflows:\n"), true), []);
});

Deno.test("readWorkflows() collects what is wrong with each workflow by its place", () => {
  const [first, second, third] = readWorkflows(
    rootOf(`
workflows:
  bad:
    identity: admin
    stepz: []
    steps:
      - { command: a, type: parallel }
      - { command: a, identiy: x, needs: [b] }
      - { name: empty }
      - { command: [a] }
      - { command: !store x }
  none: { description: x }
  text: hello
`),
    true,
  );
  assert.deepEqual(faultLines(first?.faults ?? []), [
    "4:5 error workflows.bad.identity: a workflow has no `identity`: name one in each step, or use --identity",
    '5:5 warning workflows.bad.stepz: the key "stepz" is not known',
    '7:29 error workflows.bad.steps.0.type: steps of type "parallel" are not supported',
    '8:23 warning workflows.bad.steps.1.identiy: the key "identiy" is not known',
    "8:35 error workflows.bad.steps.1.needs: `needs` is not supported: steps run one after the other",
    "9:9 error workflows.bad.steps.2: the step has no `command`",
    "10:20 error workflows.bad.steps.3.command: expected a text, found a list",
    "10:9 error workflows.bad.steps.3: the step has no `command`",
    "11:27 error workflows.bad.steps.4.command: !store is not evaluated here",
    "11:9 error workflows.bad.steps.4: the step has no `command`",
  ]);
  assert.deepEqual(faultLines(second?.faults ?? []), ["12:3 error workflows.none: it has no steps"]);
  assert.deepEqual(faultLines(third?.faults ?? []), [
    "13:3 error workflows.text: expected a map with steps, found a text",
  ]);
});

Deno.test("assertUsableWorkflow() refuses errors with their places, and lets warnings be", () => {
  const twins = only("workflows: { a: { steps: [{ name: x, command: a }, { name: x, command: b }] } }");
  assert.deepEqual(twins.faults.map(({ severity }) => severity), ["warning"]);
  assertUsableWorkflow(twins);
  const bad = only("workflows: { a: { steps: [{ command: a, type: wait }, { command: b, needs: x }] } }");
  assert.throws(() => assertUsableWorkflow(bad), (error) => {
    assert.ok(isAuthError(error, "config-invalid"));
    assert.equal(error.message, 'Cannot use the workflow "a": steps of type "wait" are not supported');
    assert.deepEqual([error.where, error.at], ["workflows.a.steps[0].type", at(1, 47)]);
    assert.deepEqual(error.hints, [
      "This program runs steps of type atmos and shell",
      "Also at /work/atmos.yaml:1:69: workflows.a.steps[1].needs: `needs` is not supported: steps run one after the other",
    ]);
    return true;
  });
});

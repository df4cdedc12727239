import assert from "node:assert/strict";
import fc from "fast-check";
import { PLAIN } from "../../lib/output/style.ts";
import {
  describedWorkflowsText,
  executingText,
  pauseText,
  plannedText,
  resumeLine,
  workflowsText,
} from "../../lib/output/workflow.ts";
import { splitCommand } from "../../lib/workflows/words.ts";
import { FAKE_NOW } from "../fake_host.ts";

Deno.test("workflowsText() shows why a workflow cannot be used in place of what it is for", () => {
  const workflows = [
    { file: "atmos.yaml", name: "deploy", description: "Deploy\nall of it", steps: 2 },
    { file: "net.yaml", name: "odd\x1b", steps: 0, problem: "it has no steps" },
  ];
  assert.equal(
    workflowsText({ workflows }, "table", PLAIN),
    "  FILE        WORKFLOW   STEPS  DESCRIPTION\n" +
      "  atmos.yaml  deploy     2      Deploy\n" +
      "  net.yaml    odd\\u001b  0      it has no steps\n",
  );
  assert.deepEqual(JSON.parse(workflowsText({ workflows }, "json", PLAIN)), { workflows });
  assert.match(workflowsText({ workflows }, "yaml", PLAIN), /^workflows:\n/);
  assert.equal(workflowsText({ workflows: [] }, "table", PLAIN), "No workflows are configured\n");
});

Deno.test("describedWorkflowsText() shows each workflow with its steps", () => {
  const steps = [
    { name: "one", type: "shell" as const, command: "echo\nmore", identity: "admin" },
    { name: "two", type: "atmos" as const, command: "version", stack: "dev" },
  ];
  assert.equal(
    describedWorkflowsText({ workflows: [{ file: "a.yaml", name: "go", steps }] }, "table", PLAIN),
    "go (a.yaml)\n" +
      "  STEP  TYPE   IDENTITY  STACK  COMMAND\n" +
      "  one   shell  admin     -      echo\n" +
      "  two   atmos  -         dev    version\n",
  );
});

Deno.test("plannedText() says where, as whom and when a step would run", () => {
  const step = {
    name: "one",
    type: "shell",
    command: "a\nb",
    directory: "/work",
    identity: undefined,
    condition: undefined,
  };
  const identity = { name: "admin", readyUntil: FAKE_NOW + 3_600_000, provider: undefined };
  const login = { name: "admin", readyUntil: undefined, provider: "my-sso" };
  assert.match(
    plannedText([{ ...step, identity: login }], PLAIN, FAKE_NOW),
    /admin, its session is made when the step begins by way of my-sso, which may take a login\n/,
  );
  const planned = [step, { ...step, name: "two", identity, condition: "always" }];
  assert.equal(
    plannedText(planned, PLAIN, FAKE_NOW),
    "1. one\n  type  shell\n  in    /work\n     a\n     b\n" +
      "2. two\n  type      shell\n  in        /work\n" +
      "  identity  admin, its session is in hand until 2026-11-23 13:00:00 UTC (1h 0m)\n" +
      "  when      always\n     a\n     b\n",
  );
});

Deno.test("executingText() shows the first line, and nothing that a terminal would obey", () => {
  assert.equal(executingText("echo \x1b[2J\nmore", PLAIN), "Executing command: echo \\u001b[2J …\n");
});

Deno.test("pauseText() writes parts of a second, and whole ones", () => {
  assert.deepEqual([20, 1000, 90_000].map(pauseText), ["20ms", "1s", "1m30s"]);
});

Deno.test("resumeLine() is read back by a shell, whatever the names are", () => {
  const resumption = {
    workflow: "deploy",
    label: "net.yaml",
    step: "one",
    stack: undefined,
    identity: undefined,
  };
  assert.equal(resumeLine(resumption), "atmos workflow deploy -f net.yaml --from-step 'one'");
  const names = fc.string({ minLength: 1 });
  fc.assert(fc.property(names, names, names, names, names, (workflow, label, step, stack, identity) => {
    const line = resumeLine({ workflow, label, step, stack, identity });
    assert.deepEqual(splitCommand(line, () => "x"), {
      words: ["atmos", "workflow", workflow, "-f", label, "--from-step", step, "-s", stack, "-i", identity],
    });
  }));
});

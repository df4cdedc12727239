import assert from "node:assert/strict";
import { helmfileRun, helmfileVariables } from "../../lib/stacks/helmfile.ts";
import { component, mapOf } from "./terraform_samples.ts";

const request = { command: "diff", args: [], globalOptions: [], noColor: false };
const VARS = "dev-myapp.helmfile.vars.yaml";

Deno.test("helmfile gets the state values first, then its own flags, then the command", () => {
  const { args, files, leftovers, changes } = helmfileRun(component({ type: "helmfile" }), {
    command: "apply",
    args: ["-l", "name=x"],
    globalOptions: ["-n", "apps"],
    noColor: true,
  });
  assert.deepEqual(args, ["--state-values-file", VARS, "--no-color", "-n", "apps", "apply", "-l", "name=x"]);
  assert.deepEqual([files.map(({ name }) => name), leftovers, changes], [[VARS], [VARS], true]);
});

Deno.test("deploy is sync, and what only looks changes nothing", () => {
  const run = (command: string) => helmfileRun(component(), { ...request, command });
  assert.deepEqual(run("deploy").args?.slice(2), ["sync"]);
  for (const command of ["apply", "delete", "deploy", "destroy", "sync"]) {
    assert.ok(run(command).changes, command);
  }
  for (const command of ["diff", "template", "list", "status"]) {
    assert.equal(run(command).changes, false, command);
  }
});

Deno.test("the variables alone run nothing", () => {
  const { args, files } = helmfileRun(component(), { ...request, command: "generate varfile" });
  assert.deepEqual([args, files.map(({ name }) => name)], [undefined, [VARS]]);
});

Deno.test("the parts of the stack's name are variables, unless the person set them", () => {
  const vars = mapOf("tenant: acme\nstage: dev\nregion: us-east-1\nnamespace:");
  const env = (name: string) => ({ REGION: "eu-west-1", STAGE: "" })[name];
  assert.deepEqual(helmfileVariables(component({ vars }), env), {
    set: { STACK: "dev", TENANT: "acme", STAGE: "dev" },
    unset: [],
  });
});

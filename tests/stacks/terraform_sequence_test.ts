import assert from "node:assert/strict";
import { isAuthError } from "../../lib/errors.ts";
import {
  changesTerraform,
  mayTakeLong,
  planSequence,
  type TerraformSequence,
} from "../../lib/stacks/terraform_sequence.ts";
import type { TerraformRequest } from "../../lib/stacks/terraform_sequence.ts";
import type { Component, TerraformSettings } from "../../lib/stacks/types.ts";
import { component, mapOf, request, settings } from "./terraform_samples.ts";

interface Changes {
  readonly component?: Partial<Component>;
  readonly settings?: Partial<TerraformSettings>;
  readonly request?: Partial<TerraformRequest>;
}

function sequence(command: string, changes: Changes = {}): TerraformSequence {
  return planSequence(
    component(changes.component),
    settings(changes.settings),
    request(command, changes.request),
  );
}

/** The lines that are run, as they would be typed. */
const lines = (command: string, changes?: Changes): readonly string[] =>
  sequence(command, changes).steps.map(({ args }) => args.join(" "));

const VARS = "-var-file dev-myapp.terraform.tfvars.json";
const SELECT = "workspace select -or-create dev";

Deno.test("a plan is initialised, gets its workspace and its variables, and is saved", () => {
  const { files, steps, forgetsWorkspace, leftovers, planfile } = sequence("plan", {
    request: { args: ["-detailed-exitcode"] },
  });
  assert.deepEqual(steps, [
    { args: ["init"], quiet: false },
    {
      args: ["workspace", "select", "-or-create", "dev"],
      quiet: true,
      otherwise: ["workspace", "new", "dev"],
    },
    {
      args: ["plan", ...VARS.split(" "), "-out", "dev-myapp.planfile", "-detailed-exitcode"],
      quiet: false,
    },
  ]);
  assert.deepEqual(files.map(({ name }) => name), ["dev-myapp.terraform.tfvars.json", "backend.tf.json"]);
  assert.deepEqual([forgetsWorkspace, leftovers, planfile], [true, [], undefined]);
});

Deno.test("init is as the settings have it, and not run when it is skipped", () => {
  const init = (changes: Changes) => lines("plan", changes)[0];
  assert.equal(
    init({ settings: { initRunReconfigure: true, initPassVars: true } }),
    `init -reconfigure ${VARS}`,
  );
  assert.equal(init({ request: { skipInit: true } }), SELECT);
  assert.deepEqual(
    lines("init", { settings: { initRunReconfigure: true }, request: { args: ["-upgrade"] } }),
    [
      "init -reconfigure -upgrade",
    ],
  );
});

Deno.test("apply takes variables, or a saved plan and none", () => {
  const last = (changes: Changes = {}) => lines("apply", changes).at(-1);
  assert.equal(last(), `apply ${VARS}`);
  assert.equal(last({ settings: { applyAutoApprove: true } }), `apply ${VARS} -auto-approve`);
  assert.equal(
    last({ settings: { applyAutoApprove: true }, request: { args: ["-auto-approve"] } }),
    `apply ${VARS} -auto-approve`,
  );
  assert.equal(last({ request: { fromPlan: true } }), "apply dev-myapp.planfile");
  assert.equal(
    last({ request: { planfile: "other.plan", args: ["-lock=false"] } }),
    "apply -lock=false other.plan",
  );
  assert.equal(
    last({ request: { args: ["-parallelism", "2", "mine.plan"] } }),
    "apply -parallelism 2 mine.plan",
  );
});

Deno.test("deploy is an apply that asks nothing, and initialises only when the settings say so", () => {
  assert.deepEqual(lines("deploy"), [SELECT, `apply ${VARS} -auto-approve`]);
  assert.deepEqual(lines("deploy", { settings: { deployRunInit: true }, request: { fromPlan: true } }), [
    "init",
    SELECT,
    "apply -auto-approve dev-myapp.planfile",
  ]);
});

Deno.test("the plan goes where somebody says, or nowhere", () => {
  const last = (changes: Changes) => lines("plan", changes).at(-1);
  assert.equal(last({ request: { args: ["-out=mine"] } }), `plan ${VARS} -out=mine`);
  assert.equal(last({ request: { args: ["-out", "mine"] } }), `plan ${VARS} -out mine`);
  assert.equal(last({ request: { planfile: "mine" } }), `plan ${VARS} -out mine`);
  assert.equal(last({ settings: { planSkipPlanfile: true } }), `plan ${VARS}`);
});

Deno.test("other commands get variables where they read them, and their own words", () => {
  const last = (command: string, args: readonly string[] = []) =>
    lines(command, { request: { args } }).at(-1);
  assert.equal(last("destroy", ["-auto-approve"]), `destroy ${VARS} -auto-approve`);
  assert.equal(last("import", ["a.b", "id"]), `import ${VARS} a.b id`);
  assert.equal(last("refresh"), `refresh ${VARS}`);
  assert.equal(last("console"), `console ${VARS}`);
  assert.equal(last("output", ["-json"]), "output -json");
  assert.equal(last("state rm", ["a.b"]), "state rm a.b");
  assert.equal(last("show"), "show");
  assert.equal(
    lines("show", { request: { fromPlan: true, args: ["-json"] } }).at(-1),
    "show -json dev-myapp.planfile",
  );
  assert.equal(last("not-known-yet", ["x"]), "not-known-yet x");
});

Deno.test("the workspace is chosen by whoever has the say", () => {
  assert.deepEqual(lines("workspace"), ["init", SELECT]);
  assert.deepEqual(lines("workspace list"), ["init", SELECT, "workspace list"]);
  assert.deepEqual(lines("workspace select", { request: { args: ["x"] } }), ["init", "workspace select x"]);
  assert.deepEqual(lines("providers"), ["init", "providers"]);
  assert.deepEqual(lines("plan", { request: { hasWorkspaceVariable: true, skipInit: true } }).length, 1);
  assert.deepEqual(lines("output", { component: { workspace: undefined } }), ["init", "output"]);
});

Deno.test("what needs neither modules nor state is run alone, and writes nothing", () => {
  for (const command of ["version", "fmt"]) {
    assert.deepEqual(sequence(command), {
      files: [],
      forgetsWorkspace: false,
      steps: [{ args: [command], quiet: false }],
      leftovers: [],
      planfile: undefined,
    });
  }
});

Deno.test("stdout is left to commands whose output is read by programs", () => {
  const isQuiet = (command: string, args: readonly string[] = []) =>
    sequence(command, { request: { args } }).steps[0]?.quiet;
  for (
    const command of ["output", "show", "state list", "state pull", "validate", "providers schema", "graph"]
  ) {
    assert.equal(isQuiet(command), true, command);
  }
  assert.equal(isQuiet("plan", ["-json"]), true);
  for (const command of ["plan", "apply", "destroy", "console"]) {
    assert.equal(isQuiet(command), false, command);
  }
});

Deno.test("a shell, and the files alone, run nothing of their own", () => {
  assert.deepEqual(lines("shell"), ["init", SELECT]);
  const varfile = sequence("generate varfile");
  assert.deepEqual([varfile.files.map(({ name }) => name), varfile.steps], [
    ["dev-myapp.terraform.tfvars.json"],
    [],
  ]);
  const backend = sequence("generate backend", { settings: { autoGenerateBackendFile: false } });
  assert.deepEqual([backend.files.map(({ name }) => name), backend.steps], [["backend.tf.json"], []]);
});

Deno.test("providers are written when there are any, the backend when the settings say so", () => {
  const names = (changes: Changes) => sequence("plan", changes).files.map(({ name }) => name);
  assert.deepEqual(
    names({
      component: { providers: mapOf("aws: { region: us-east-1 }") },
      settings: { autoGenerateBackendFile: false },
    }),
    ["dev-myapp.terraform.tfvars.json", "providers_override.tf.json"],
  );
  assert.throws(
    () => names({ component: { backend: undefined } }),
    (error) => isAuthError(error, "config-invalid") && /myapp has no backend in dev/.test(error.message),
  );
});

Deno.test("what an apply leaves behind goes, and a plan stays until the state changes", () => {
  const [varfile, planfile] = ["dev-myapp.terraform.tfvars.json", "dev-myapp.planfile"];
  const left = (command: string, changes?: Changes) => sequence(command, changes).leftovers;
  assert.deepEqual(left("apply"), [varfile, planfile]);
  assert.deepEqual(left("deploy"), [varfile, planfile]);
  assert.deepEqual(left("apply", { request: { planfile: "mine" } }), [varfile]);
  for (const command of ["destroy", "import", "state mv"]) assert.deepEqual(left(command), [planfile]);
  for (const command of ["plan", "show", "output", "validate", "shell"]) assert.deepEqual(left(command), []);
});

Deno.test("without colours no step has any", () => {
  const { steps } = sequence("apply", { request: { noColor: true, args: ["mine.plan"] } });
  assert.deepEqual(steps.map(({ args, otherwise }) => [args.at(-1), otherwise?.at(-1)]), [
    ["-no-color", undefined],
    ["-no-color", "-no-color"],
    ["-no-color", undefined],
  ]);
});

Deno.test("a component's slashes are no directories in the names of its files", () => {
  const { files, steps } = sequence("plan", { component: { name: "network/vpc" } });
  assert.equal(files[0]?.name, "dev-network-vpc.terraform.tfvars.json");
  assert.ok(steps.at(-1)?.args.includes("dev-network-vpc.planfile"));
});

Deno.test("mayTakeLong() is true of whatever calls providers, and of commands that nobody knows", () => {
  const long = [
    "plan",
    "apply",
    "deploy",
    "destroy",
    "import",
    "refresh",
    "console",
    "test",
    "shell",
    "new-one",
  ];
  for (const command of long) assert.equal(mayTakeLong(command), true, command);
  for (
    const command of ["output", "show", "state list", "state rm", "init", "workspace", "validate", "fmt"]
  ) {
    assert.equal(mayTakeLong(command), false, command);
  }
});

Deno.test("changesTerraform() knows what a locked component must not see", () => {
  const changing = [
    ...["apply", "deploy", "destroy", "import", "refresh", "state mv", "state push", "state rm", "taint"],
    ...["state replace-provider", "untaint", "workspace delete"],
  ];
  for (const command of changing) assert.equal(changesTerraform(command), true, command);
  for (const command of ["plan", "output", "state list", "state pull", "show", "validate", "init", "shell"]) {
    assert.equal(changesTerraform(command), false, command);
  }
});

import assert from "node:assert/strict";
import fc from "fast-check";
import type { EnvironmentEdits } from "../../lib/host.ts";
import {
  componentEnvironment,
  layered,
  meddlingVariables,
  shellVariables,
} from "../../lib/stacks/program_environment.ts";
import { component } from "./terraform_samples.ts";

Deno.test("a null in the component's env takes a variable away", () => {
  assert.deepEqual(
    componentEnvironment({ env: { A: "all", EMPTY: "", INHERITED: null } }),
    { set: { A: "all", EMPTY: "" }, unset: ["INHERITED"] },
  );
});

Deno.test("layered() applied to an environment is its layers applied one after the other", () => {
  const name = fc.constantFrom("A", "B", "C", "D");
  const values = fc.dictionary(name, fc.string(), { noNullPrototype: true });
  const edits = fc.record({ set: values, names: fc.array(name) }).map(({ set, names }): EnvironmentEdits => ({
    set,
    unset: names.filter((one) => !Object.hasOwn(set, one)),
  }));
  const apply = (before: Record<string, string>, { set, unset }: EnvironmentEdits) => ({
    ...Object.fromEntries(Object.entries(before).filter(([one]) => !unset.includes(one))),
    ...set,
  });
  fc.assert(fc.property(values, fc.array(edits), (before, layers) => {
    const { set, unset } = layered(...layers);
    assert.deepEqual(apply(before, { set, unset }), layers.reduce(apply, before));
    assert.ok(unset.every((one) => !Object.hasOwn(set, one)));
  }));
});

Deno.test("in a shell every command that reads variables reads the component's", () => {
  const flag = "-var-file=dev-myapp.terraform.tfvars.json";
  assert.deepEqual(shellVariables(component()), {
    set: {
      TF_CLI_ARGS_plan: flag,
      TF_CLI_ARGS_apply: flag,
      TF_CLI_ARGS_refresh: flag,
      TF_CLI_ARGS_import: flag,
      TF_CLI_ARGS_destroy: flag,
      TF_CLI_ARGS_console: flag,
      ATMOS_STACK: "dev",
      ATMOS_COMPONENT: "myapp",
      ATMOS_SHELL_WORKING_DIR: "/work/components/terraform/myapp",
      ATMOS_TERRAFORM_WORKSPACE: "dev",
    },
    unset: [],
  });
  assert.ok(!("ATMOS_TERRAFORM_WORKSPACE" in shellVariables(component({ workspace: undefined })).set));
});

Deno.test("the variables that meddle are those of the very command and of the stack's inputs", () => {
  assert.deepEqual(meddlingVariables(component(), "deploy").map(({ name }) => name), [
    "TF_CLI_ARGS",
    "TF_CLI_ARGS_init",
    "TF_CLI_ARGS_workspace_select",
    "TF_CLI_ARGS_apply",
    "TF_WORKSPACE",
    "TF_VAR_region",
    "TF_VAR_zones",
  ]);
  assert.ok(
    meddlingVariables(component(), "state replace-provider").some(({ name }) =>
      name === "TF_CLI_ARGS_state_replace_provider"
    ),
  );
});

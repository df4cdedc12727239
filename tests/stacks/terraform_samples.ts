/** Components as values, for the tests of what is run for them. */
import assert from "node:assert/strict";
import type { RawMap } from "../../lib/config/raw.ts";
import { parseYaml } from "../../lib/config/yaml.ts";
import type { TerraformRequest } from "../../lib/stacks/terraform_sequence.ts";
import type { Component, TerraformSettings } from "../../lib/stacks/types.ts";

/** A map of YAML. */
export function mapOf(text: string): RawMap {
  const { root, issues } = parseYaml(text, "/work/stacks/dev.yaml");
  assert.deepEqual(issues, []);
  return root;
}

/** `myapp` in `dev`, with a backend and two variables. */
export function component(changes: Partial<Component> = {}): Component {
  return {
    type: "terraform",
    name: "myapp",
    stack: "dev",
    file: "/work/stacks/dev.yaml",
    directory: "/work/components/terraform/myapp",
    folder: "myapp",
    inherits: [],
    isAbstract: false,
    isEnabled: true,
    isLocked: false,
    command: undefined,
    sections: mapOf(""),
    vars: mapOf("region: us-east-1\nzones: [a, b]"),
    env: {},
    backend: { type: "s3", config: mapOf("bucket: my-state\nkey: terraform.tfstate\nencrypt: true") },
    providers: mapOf(""),
    workspace: "dev",
    ...changes,
  };
}

/** Everything as Atmos has it when nothing is written in `atmos.yaml`, but for the backend's file. */
export function settings(changes: Partial<TerraformSettings> = {}): TerraformSettings {
  return {
    directory: "/work/components/terraform",
    command: undefined,
    applyAutoApprove: false,
    deployRunInit: false,
    initRunReconfigure: false,
    initPassVars: false,
    autoGenerateBackendFile: true,
    planSkipPlanfile: false,
    workspacesEnabled: true,
    prefixSeparator: "-",
    ...changes,
  };
}

/** A command without flags. */
export function request(command: string, changes: Partial<TerraformRequest> = {}): TerraformRequest {
  return {
    command,
    args: [],
    skipInit: false,
    fromPlan: false,
    planfile: undefined,
    noColor: false,
    hasWorkspaceVariable: false,
    ...changes,
  };
}

import assert from "node:assert/strict";
import { parseYaml } from "../../lib/config/yaml.ts";
import { isAuthError } from "../../lib/errors.ts";
import { projectSettings, variableText } from "../../lib/stacks/settings.ts";
import { valueIn } from "../../lib/stacks/values.ts";

const settings = (text: string, env: Readonly<Record<string, string>> = {}, hasFile = true) =>
  projectSettings({
    raw: parseYaml(text, "/w/atmos.yaml").root,
    basePath: "/w",
    hasFile,
    env: (name) => env[name],
    os: "linux",
  });

Deno.test("projectSettings() without any configuration has Atmos's own layout", () => {
  assert.deepEqual(settings("", {}, false), {
    basePath: "/w",
    stacks: {
      directory: "/w/stacks",
      included: ["orgs/**/*"],
      excluded: ["**/_defaults.yaml"],
      namePattern: "{tenant}-{environment}-{stage}",
      nameTemplate: undefined,
      listMerge: "replace",
      inheritMetadata: true,
      hasTemplates: true,
    },
    terraform: {
      directory: "/w/components/terraform",
      command: undefined,
      applyAutoApprove: false,
      deployRunInit: true,
      initRunReconfigure: true,
      initPassVars: false,
      autoGenerateBackendFile: true,
      planSkipPlanfile: false,
      workspacesEnabled: true,
      prefixSeparator: "-",
    },
    helmfile: { directory: "/w/components/helmfile", command: undefined },
    packer: { directory: "/w/components/packer", command: undefined },
    workflowsDirectory: "/w/stacks/workflows",
    env: {},
  });
});

Deno.test("projectSettings() with a configuration switches nothing on that it does not name", () => {
  const { terraform, stacks } = settings("stacks: { base_path: s }\n");
  assert.deepEqual(
    [terraform.deployRunInit, terraform.initRunReconfigure, terraform.autoGenerateBackendFile],
    [false, false, false],
  );
  assert.deepEqual([stacks.directory, stacks.included, stacks.namePattern], ["/w/s", ["**/*"], undefined]);
});

const WRITTEN = `
stacks: { base_path: s, included_paths: [a, b], excluded_paths: c, name_pattern: "{x}", name_template: "{{ .y }}" }
components:
  terraform:
    base_path: /t
    command: tofu
    apply_auto_approve: true
    deploy_run_init: yes
    init_run_reconfigure: "true"
    auto_generate_backend_file: 1
    init: { pass_vars: true }
    plan: { skip_planfile: true }
  helmfile: { base_path: h, command: /opt/helmfile }
workflows: { base_path: wf }
env: { A: 1, B: text, C: null, D: [1, 2] }
`;

Deno.test("projectSettings() reads what is written", () => {
  const { stacks, terraform, helmfile, workflowsDirectory, env } = settings(WRITTEN);
  assert.deepEqual([stacks.directory, stacks.included, stacks.excluded], ["/w/s", ["a", "b"], ["c"]]);
  assert.deepEqual([stacks.namePattern, stacks.nameTemplate], ["{x}", "{{ .y }}"]);
  assert.deepEqual(terraform, {
    directory: "/t",
    command: "tofu",
    applyAutoApprove: true,
    deployRunInit: true,
    initRunReconfigure: true,
    initPassVars: true,
    autoGenerateBackendFile: true,
    planSkipPlanfile: true,
    workspacesEnabled: true,
    prefixSeparator: "-",
  });
  assert.deepEqual(helmfile, { directory: "/w/h", command: "/opt/helmfile" });
  assert.equal(workflowsDirectory, "/w/wf");
  assert.deepEqual(env, { A: "1", B: "text", D: "[1,2]" });
});

Deno.test("projectSettings() lets variables beat the file, but not empty ones", () => {
  const { stacks, terraform, packer, workflowsDirectory } = settings(WRITTEN, {
    ATMOS_STACKS_BASE_PATH: "/elsewhere",
    ATMOS_STACKS_INCLUDED_PATHS: "x, y",
    ATMOS_STACKS_NAME_PATTERN: "",
    ATMOS_COMPONENTS_TERRAFORM_COMMAND: "terraform",
    ATMOS_COMPONENTS_TERRAFORM_APPLY_AUTO_APPROVE: "false",
    ATMOS_COMPONENTS_PACKER_BASE_PATH: "p",
    ATMOS_WORKFLOWS_BASE_PATH: "v",
  });
  assert.deepEqual([stacks.directory, stacks.included, stacks.namePattern], [
    "/elsewhere",
    ["x", "y"],
    "{x}",
  ]);
  assert.deepEqual([terraform.command, terraform.applyAutoApprove], ["terraform", false]);
  assert.deepEqual([packer.directory, workflowsDirectory], ["/w/p", "/w/v"]);
});

Deno.test("projectSettings() refuses what is neither true nor false, and names where it stands", () => {
  const refusal = (text: string, env = {}) => {
    try {
      settings(text, env);
      return undefined;
    } catch (error) {
      if (isAuthError(error, "config-invalid")) return [error.message, error.where, error.at?.line];
      throw error;
    }
  };
  assert.deepEqual(refusal("\ncomponents: { terraform: { deploy_run_init: maybe } }\n"), [
    'Cannot use components.terraform.deploy_run_init: "maybe" is neither true nor false',
    "components.terraform.deploy_run_init",
    2,
  ]);
  assert.deepEqual(refusal("", { ATMOS_COMPONENTS_TERRAFORM_DEPLOY_RUN_INIT: "maybe" }), [
    'Cannot use ATMOS_COMPONENTS_TERRAFORM_DEPLOY_RUN_INIT: "maybe" is neither true nor false',
    "ATMOS_COMPONENTS_TERRAFORM_DEPLOY_RUN_INIT",
    undefined,
  ]);
  assert.equal(refusal("stacks: { included_paths: [{ a: b }] }\n")?.[1], "stacks.included_paths[0]");
});

Deno.test("variableText() holds anything, numbers as they are written, maps and lists as JSON", () => {
  const texts = (list: string) => {
    const { root } = parseYaml(`x: ${list}`, "/w/a.yaml");
    const node = valueIn(root, "x");
    return node?.type === "list" ? node.items.map(variableText) : [];
  };
  assert.deepEqual(texts('[true, 1, x, null, [a], { b: 1 }, 012345678901, 1.0, "2"]'), [
    "true",
    "1",
    "x",
    null,
    '["a"]',
    '{"b":1}',
    "012345678901",
    "1.0",
    "2",
  ]);
});

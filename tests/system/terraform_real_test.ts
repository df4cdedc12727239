/**
 * A real Terraform or OpenTofu, with a provider and a backend that are built into it.
 */
import assert from "node:assert/strict";
import { isInstalled, testIf } from "./program.ts";
import { type Ran, type RunOptions, startWorld, type World } from "./world.ts";

const CODE = `
variable "region" { type = string }
variable "sizes" { type = map(number) }
resource "terraform_data" "it" { input = [var.region, var.sizes["small"], terraform.workspace] }
output "it" { value = terraform_data.it.output }
`;

const STACK = (stage: string) => `
vars: { stage: ${stage}, region: us-east-1 }
terraform:
  backend_type: local
  backend: { local: { path: state/terraform.tfstate, workspace_dir: state } }
components:
  terraform:
    my/app:
      metadata: { component: app }
      vars: { sizes: { small: 3 } }
    my/other:
      metadata: { component: app }
      vars: { sizes: { small: 4 } }
`;

/** A project with one place of code, two components of it and two stacks, and no authentication. */
async function project(): Promise<World> {
  const world = await startWorld();
  await world.write(
    "atmos.yaml",
    `stacks: { base_path: stacks, included_paths: ["*"], name_pattern: "{stage}" }
components:
  terraform:
    base_path: code
    auto_generate_backend_file: true
    init_run_reconfigure: true
    deploy_run_init: true
`,
  );
  for (const stage of ["dev", "prod"]) await world.write(`stacks/${stage}.yaml`, STACK(stage));
  await world.write("code/app/main.tf", CODE);
  return world;
}

// The machine's own settings may name plugins that are not there.
const QUIET = { CHECKPOINT_DISABLE: "1", TF_CLI_CONFIG_FILE: "/dev/null" };

for (const word of ["terraform", "tofu"] as const) {
  const test = async (name: string, fn: () => Promise<void>) =>
    testIf(await isInstalled(word), `${word} is not installed`, name, fn);

  const running = (world: World) => (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
    world.run([word, ...args], { ...options, env: { ...QUIET, ...options.env } });

  await test(`a real ${word} plans, applies the plan, and tells what it made`, async () => {
    await using world = await project();
    const run = running(world);
    const of = ["my/app", "-s", "dev"];
    const planned = await run(["plan", ...of, "-detailed-exitcode", "-no-color"]);
    assert.equal(planned.code, 2, planned.stderr);
    assert.match(planned.stdout, /1 to add, 0 to change, 0 to destroy/);
    const applied = await run(["apply", ...of, "--from-plan", "--no-color"]);
    assert.equal(applied.code, 0, applied.stderr);
    assert.ok(!applied.stdout.includes("\x1b["), applied.stdout);
    const output = await run(["output", ...of, "-json"]);
    assert.deepEqual(JSON.parse(output.stdout).it.value, ["us-east-1", 3, "dev-my-app"]);
    assert.equal((await run(["plan", ...of, "-detailed-exitcode"])).code, 0);
    const listed = await run(["state", "list", ...of]);
    assert.deepEqual([listed.code, listed.stdout], [0, "terraform_data.it\n"]);
  });

  await test(`components and stacks that share their code have states of their own with ${word}`, async () => {
    await using world = await project();
    const run = running(world);
    const targets = [["my/app", "dev"], ["my/other", "dev"], ["my/app", "prod"]] as const;
    for (const [name, stack] of targets) {
      const ran = await run(["deploy", name, "-s", stack, "-no-color"]);
      assert.equal(ran.code, 0, ran.stderr);
      assert.match(ran.stdout, /1 added, 0 changed, 0 destroyed/);
    }
    const values = [];
    for (const [name, stack] of targets) {
      values.push(JSON.parse((await run(["output", name, "-s", stack, "-json"])).stdout).it.value);
    }
    assert.deepEqual(values, [
      ["us-east-1", 3, "dev-my-app"],
      ["us-east-1", 4, "dev-my-other"],
      ["us-east-1", 3, "prod-my-app"],
    ]);
    const destroyed = await run(["destroy", "my/app", "-s", "dev", "-auto-approve", "-no-color"]);
    assert.match(destroyed.stdout, /1 destroyed/);
    assert.equal(JSON.parse((await run(["output", "my/other", "-s", "dev", "-json"])).stdout).it.value[1], 4);
  });

  await test(`what a real ${word} refuses is refused in its own words, with its exit code`, async () => {
    await using world = await project();
    const run = running(world);
    const unknown = await run(["plan", "my/app", "-s", "dev", "--no-such-flag", "-no-color"]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /no-such-flag/);
    assert.equal((await run(["no-such-command", "my/app", "-s", "dev"])).code, 1);
    const variable = await run(["plan", "my/app", "-s", "dev", "-var", "sizes={}", "-no-color"]);
    assert.equal(variable.code, 1);
  });
}

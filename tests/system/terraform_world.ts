/**
 * A project with stacks in a world of its own, and programs on its PATH that record what they are given.
 */
import assert from "node:assert/strict";
import { helper } from "./program.ts";
import { chainedConfig, type Ran, type RunOptions, startWorld, type World } from "./world.ts";

/** What a program was given. */
export interface Recorded {
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
  /** The files in that directory, by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

export interface TerraformWorld extends World {
  /** Runs `atmos` with the recording programs on its PATH. */
  readonly atmos: (args: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** What was recorded since the last look. */
  readonly recorded: () => Promise<readonly Recorded[]>;
  /** A program on the PATH, as a shell script. */
  readonly script: (name: string, script: string) => Promise<void>;
}

/** Where a component's code is, below the home. */
export const CODE = "components/terraform";

const PROJECT = `
stacks: { base_path: stacks, included_paths: ["*.yaml"], name_pattern: "{stage}" }
components:
  terraform: { base_path: ${CODE}, auto_generate_backend_file: true, init_run_reconfigure: true, deploy_run_init: true }
  helmfile: { base_path: components/helmfile }
  packer: { base_path: components/packer }
env: { SHARED: from-atmos-yaml, BOTH: from-atmos-yaml }
`;

/** The identity of a component of its own, as the manual has it: a role directly behind the portal. */
export const CUSTOM_ROLE = `
      auth:
        identities:
          custom-role:
            kind: aws/assume-role
            default: true
            via: { provider: my-sso }
            principal: { assume_role: "arn:aws:iam::123456789012:role/MyAppRole", session_name: my-app }
`;

/** The stack `dev`: `plain` has the global default, `custom` an identity of its own, `base` another default. */
export const STACK = `
vars: { stage: dev, region: us-east-1 }
terraform:
  backend_type: s3
  backend: { s3: { bucket: my-state, key: terraform.tfstate } }
components:
  terraform:
    plain:
      vars: { size: 3 }
      env: { BOTH: from-the-component, INHERITED: null }
    custom:${CUSTOM_ROLE}
    base:
      auth: { identities: { base-admin: { default: true } } }
    provided:
      providers: { aws: { region: us-east-1 } }
    off: { metadata: { enabled: false, component: plain } }
    abstract: { metadata: { type: abstract, component: plain } }
    locked: { metadata: { locked: true, component: plain } }
    lost: {}
  helmfile:
    echo:${CUSTOM_ROLE}
  packer:
    image:
      settings: { packer: { template: main.pkr.hcl } }
`;

/** A world with the project. */
export async function startTerraformWorld(
  { config = chainedConfig, stack = STACK }: {
    readonly config?: (startUrl: string) => string;
    readonly stack?: string;
  } = {},
): Promise<TerraformWorld> {
  const world = await startWorld();
  const record = `${world.home}/tmp/record`;
  const write = async (name: string, script: string) => {
    await world.write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
    await Deno.chmod(`${world.home}/bin/${name}`, 0o755);
  };
  const recorder = helper("terraform_recorder.ts").map((word) => `'${word}'`).join(" ");
  for (const name of ["terraform", "tofu", "helmfile", "packer", "my-terraform"]) {
    await write(name, `exec ${recorder} ${name} "$@"`);
  }
  await world.write("atmos.yaml", config(world.aws.startUrl) + PROJECT);
  await world.write("stacks/dev.yaml", stack);
  for (const name of ["plain", "custom", "base", "provided"]) {
    await world.write(`${CODE}/${name}/main.tf`, "");
  }
  await world.write("components/helmfile/echo/helmfile.yaml", "");
  await world.write("components/packer/image/main.pkr.hcl", "");
  const env = { PATH: `${world.home}/bin:${world.env["PATH"]}`, RECORD_FILE: record };
  return {
    ...world,
    atmos: (args, options = {}) => world.run(args, { ...options, env: { ...env, ...options.env } }),
    recorded: async () => {
      const text = await Deno.readTextFile(record).catch((error: unknown) => {
        if (error instanceof Deno.errors.NotFound) return "";
        throw error;
      });
      if (text !== "") await Deno.remove(record);
      return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
    },
    script: write,
  };
}

/** The only one. */
export function only<Item>(items: readonly Item[]): Item {
  const [first, ...more] = items;
  assert.ok(first !== undefined && more.length === 0, `one of ${items.length}`);
  return first;
}

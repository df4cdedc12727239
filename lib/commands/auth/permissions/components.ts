/**
 * What running a component's program needs of the sandbox, beside its chain and its stacks.
 *
 * @module
 */
import { CONTEXT_VARIABLES } from "../../../stacks/helmfile.ts";
import type { ComponentType } from "../../../stacks/types.ts";
import type { Context } from "../../../cli/run/context.ts";
import type { Noting } from "./chain.ts";

/** The commands that run a component's program, with the type of their components. */
const COMPONENT_COMMANDS: ReadonlyMap<string, ComponentType> = new Map([
  ["terraform", "terraform"],
  ["tofu", "terraform"],
  ["helmfile", "helmfile"],
  ["packer", "packer"],
]);

/** What Terraform itself is told by: read to know what it will do, or to warn. */
const TERRAFORM_VARIABLES = ["TF_DATA_DIR", "TF_WORKSPACE"];
const MEDDLING = ["TF_CLI_ARGS*", "TF_VAR_*"];
/** What `shell` looks at. */
const SHELL_VARIABLES = ["ATMOS_SHELL", "ATMOS_SHLVL", "COMSPEC", "SHELL"];

/**
 * Notes the directory of the components, and the variables of their programs.
 *
 * @returns the program; `undefined` when the command runs none for a component
 */
export async function noteComponents(
  { ledger }: Pick<Noting, "ledger">,
  context: Context,
  command: string,
): Promise<string | undefined> {
  const type = COMPONENT_COMMANDS.get(command);
  if (type === undefined) return undefined;
  const settings = (await context.settings())[type];
  ledger.need("read", settings.directory);
  ledger.need("write", settings.directory);
  if (type === "terraform") {
    ledger.need("env", ...TERRAFORM_VARIABLES, ...SHELL_VARIABLES);
    ledger.like("env", ...MEDDLING);
  }
  if (type === "helmfile") ledger.like("env", ...CONTEXT_VARIABLES);
  return settings.command ?? command;
}

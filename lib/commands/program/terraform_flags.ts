/**
 * What is typed for `atmos terraform` and `atmos tofu` that is not for Terraform.
 *
 * @module
 */
import type { Call } from "../../cli/line/command.ts";
import { text, toggle, type Values } from "../../cli/line/flags.ts";
import { COMPONENT_FLAGS } from "./target.ts";

/** The flags of `terraform` and `tofu` that are not theirs. */
export const TERRAFORM_FLAGS = {
  ...COMPONENT_FLAGS,
  skipInit: toggle("Run no init before the command"),
  initRunReconfigure: toggle("Run init with -reconfigure, or (=false) without it"),
  initPassVars: toggle("Give init the component's variables, too"),
  autoGenerateBackendFile: toggle("Write backend.tf.json, or (=false) leave it to the code"),
  skipPlanfile: toggle("plan: save no plan"),
  fromPlan: toggle("apply, deploy, show: take the plan that was saved"),
  planfile: text("FILE", "plan, apply, deploy, show: the saved plan, as seen from the component's code"),
  appendUserAgent: text("TEXT", "What Terraform adds to the name that it gives to services", {
    variable: "ATMOS_COMPONENTS_TERRAFORM_APPEND_USER_AGENT",
  }),
} as const;

/** The values of these flags. */
export type TerraformInput = Values<typeof TERRAFORM_FLAGS>;

/** A call of the command. */
export type TerraformCall = Call<TerraformInput>;

/**
 * `atmos terraform` and `atmos tofu`: Terraform or OpenTofu for a component of a stack.
 *
 * @module
 */
import { readProgramWords, TERRAFORM_GRAMMAR } from "../stacks/program_words.ts";
import { runVersion } from "./component_run.ts";
import { COMPONENT_FLAGS, targetOf } from "./component_target.ts";
import { type Call, type Command, command } from "./command.ts";
import { text, toggle, type Values } from "./flags.ts";
import { runTerraform } from "./terraform_run.ts";

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

/**
 * The command of a program.
 *
 * @param word what it is typed as; the configuration may name another program all the same
 */
export function terraformCommand(word: "terraform" | "tofu"): Command {
  const path = `atmos ${word}`;
  return command({
    description: `Run ${word} for a component of a stack, with the session of an identity.\n` +
      "The variables file, the backend file and the workspace are made from the stack; init is run before. Every\n" +
      `command of ${word} can be given; words and flags that are not listed here, and all behind --, go to it as\n` +
      "they are. Beside its own commands there are:\n" +
      "  deploy             apply without a question\n" +
      "  shell              a shell in the component's directory\n" +
      "  generate varfile   the variables file alone; generate backend: the backend file",
    word: "COMMAND COMPONENT -s STACK",
    operands: "[ARGUMENT...] [-- ARGUMENT...]",
    passesOn: true,
    examples: [
      ["Plan with the component's identity", `${path} plan myapp -s dev`],
      ["Apply what was planned, as another one", `${path} apply myapp -s prod --from-plan -i prod-admin`],
      ["With credentials of your own", `${path} plan myapp -s dev --identity=false`],
      [`What is meant for ${word}`, `${path} plan myapp -s dev -target=module.db -detailed-exitcode`],
      ["See what would be done", `${path} apply myapp -s dev --dry-run`],
    ],
    flags: TERRAFORM_FLAGS,
    run: async (call) => {
      const words = readProgramWords(call.words, call.rest ?? [], TERRAFORM_GRAMMAR);
      if (words.command === "version" && words.component === undefined) {
        return await runVersion(call, "terraform", word, words.args);
      }
      return await runTerraform(call, { word, words, ...targetOf(path, "terraform", words, call) });
    },
  });
}

/**
 * `atmos terraform` and `atmos tofu`: Terraform or OpenTofu for a component of a stack.
 *
 * @module
 */
import { readProgramWords, TERRAFORM_GRAMMAR } from "../../stacks/program_words.ts";
import { runVersion } from "./component.ts";
import { targetOf } from "./target.ts";
import { type Command, command } from "../../cli/line/command.ts";
import { TERRAFORM_FLAGS } from "./terraform_flags.ts";
import { runTerraform } from "./terraform_run.ts";

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

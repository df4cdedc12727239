/**
 * `atmos packer`: Packer for a component of a stack.
 *
 * @module
 */
import { packerRun } from "../../stacks/packer.ts";
import { AS_IT_CAME } from "../../stacks/program_environment.ts";
import { PACKER_GRAMMAR, readProgramWords } from "../../stacks/program_words.ts";
import { runOnce } from "./once.ts";
import { runVersion } from "./component.ts";
import { COMPONENT_FLAGS, targetOf } from "./target.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { text, type Values } from "../../cli/line/flags.ts";

const FLAGS = {
  ...COMPONENT_FLAGS,
  template: text("FILE", "The template, or a directory of templates; else settings.packer.template says it", {
    short: "t",
  }),
} as const;

export const packer = command({
  description: "Run packer for a component of a stack, with the session of an identity.\n" +
    "Its variables are made from the stack. Every command of packer can be given; words and flags that are not\n" +
    "listed here, and all behind --, go to it as they are. Beside its own commands there is:\n" +
    "  generate varfile   the variables alone",
  word: "COMMAND COMPONENT -s STACK",
  operands: "[ARGUMENT...] [-- ARGUMENT...]",
  passesOn: true,
  examples: [
    ["Build an image", "atmos packer build bastion -s prod"],
    ["From one template", "atmos packer validate bastion -s prod --template main.pkr.hcl"],
  ],
  flags: FLAGS,
  run: runPacker,
});

const WITHOUT_COLOR = { set: { PACKER_NO_COLOR: "1" }, unset: [] };

async function runPacker(call: Call<Values<typeof FLAGS>>): Promise<number> {
  const words = readProgramWords(call.words, call.rest ?? [], PACKER_GRAMMAR);
  if (words.command === "version" && words.component === undefined) {
    return await runVersion(call, "packer", "packer", words.args);
  }
  const target = targetOf("atmos packer", "packer", words, call);
  const { template } = call.input;
  return await runOnce(call, {
    target,
    plan: (component) => packerRun(component, { command: target.command, args: words.args, template }),
    variables: () => call.globals.noColor === true ? WITHOUT_COLOR : AS_IT_CAME,
  });
}

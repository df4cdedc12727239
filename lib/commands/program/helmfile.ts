/**
 * `atmos helmfile`: Helmfile for a component of a stack.
 *
 * @module
 */
import { helmfileRun, helmfileVariables } from "../../stacks/helmfile.ts";
import { HELMFILE_GRAMMAR, readProgramWords } from "../../stacks/program_words.ts";
import { softVariable } from "../../session/config_object.ts";
import { runOnce } from "./once.ts";
import { runVersion } from "./component.ts";
import { COMPONENT_FLAGS, targetOf } from "./target.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { text, type Values } from "../../cli/line/flags.ts";

const FLAGS = {
  ...COMPONENT_FLAGS,
  globalOptions: text("TEXT", "Flags of Helmfile that stand before its command, divided by blanks"),
} as const;

export const helmfile = command({
  description: "Run helmfile for a component of a stack, with the session of an identity.\n" +
    "Its state values are made from the stack. Every command of helmfile can be given; words and flags that are\n" +
    "not listed here, and all behind --, go to it as they are. Beside its own commands there are:\n" +
    "  deploy             sync, by Atmos's name\n" +
    "  generate varfile   the state values alone",
  word: "COMMAND COMPONENT -s STACK",
  operands: "[ARGUMENT...] [-- ARGUMENT...]",
  passesOn: true,
  examples: [
    ["What would change", "atmos helmfile diff echo-server -s dev"],
    ["Change it, as another identity", "atmos helmfile apply echo-server -s dev -i dev-admin"],
  ],
  flags: FLAGS,
  run: runHelmfile,
});

async function runHelmfile(call: Call<Values<typeof FLAGS>>): Promise<number> {
  const words = readProgramWords(call.words, call.rest ?? [], HELMFILE_GRAMMAR);
  if (words.command === "version" && words.component === undefined) {
    return await runVersion(call, "helmfile", "helmfile", words.args);
  }
  const target = targetOf("atmos helmfile", "helmfile", words, call);
  const globalOptions = (call.input.globalOptions ?? "").split(/\s+/).filter((word) => word !== "");
  return await runOnce(call, {
    target,
    plan: (component) =>
      helmfileRun(component, {
        command: target.command,
        args: words.args,
        globalOptions,
        noColor: call.globals.noColor === true,
      }),
    variables: (component) => helmfileVariables(component, (name) => softVariable(call.host, name)),
  });
}

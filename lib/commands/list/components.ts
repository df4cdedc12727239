/**
 * `atmos list components`: what there is to work on.
 *
 * @module
 */
import { formatComponents, STACK_LIST_FORMATS } from "../../output/stacks.ts";
import { styleOf } from "../../output/style.ts";
import { listedComponents } from "../../stacks/overview.ts";
import { COMPONENT_TYPES } from "../../stacks/types.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { choice, outputFormat, toggle, type Values } from "../../cli/line/flags.ts";
import { STACK_FLAG } from "../../cli/line/stack_flag.ts";
import { projectStacks } from "../../cli/run/stack_project.ts";

const FLAGS = {
  stack: STACK_FLAG,
  format: outputFormat(STACK_LIST_FORMATS),
  type: choice(COMPONENT_TYPES, "TYPE", `Only components of this type: ${COMPONENT_TYPES.join(", ")}`),
  abstract: toggle("Also components that are only there to inherit from"),
} as const;

export const listComponentsCommand = command({
  description: "List the components of the project, or of one stack.",
  examples: [
    ["The names, one on each line", "atmos list components"],
    ["What is in a stack, with the types", "atmos list components --stack dev --format table"],
    ["For a program", "atmos list components --format json"],
  ],
  flags: FLAGS,
  run: listThem,
});

async function listThem({ host, globals, input }: Call<Values<typeof FLAGS>>): Promise<number> {
  const { stacks } = await projectStacks(host, globals, input.stack);
  const wanted = listedComponents(stacks).filter(({ type, isAbstract }) =>
    (input.type === undefined || type === input.type) && (!isAbstract || input.abstract === true)
  );
  const format = input.format ?? "text";
  if (wanted.length === 0 && (format === "text" || format === "table")) {
    host.tell("There are no components\n");
    return 0;
  }
  host.write(formatComponents(format, wanted, styleOf(host.output)));
  return 0;
}

/**
 * `atmos list stacks`: the names of the stacks.
 *
 * @module
 */
import { formatStacks, STACK_LIST_FORMATS } from "../../output/stacks.ts";
import { styleOf } from "../../output/style.ts";
import { listedStacks } from "../../stacks/overview.ts";
import { printable } from "../../terminal/escape.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { outputFormat, text, type Values } from "../../cli/line/flags.ts";
import { projectStacks } from "../../cli/run/stack_project.ts";

const FLAGS = {
  format: outputFormat(STACK_LIST_FORMATS),
  component: text("NAME", "Only stacks that have this component", { short: "c" }),
} as const;

export const listStacksCommand = command({
  description: "List the stacks of the project. Manifests that cannot be read are told on standard error.",
  examples: [
    ["The names, one on each line", "atmos list stacks"],
    ["Where a component is", "atmos list stacks --component vpc"],
    ["With manifests and components, for a program", "atmos list stacks --format json"],
  ],
  flags: FLAGS,
  run: listThem,
});

async function listThem({ host, globals, input }: Call<Values<typeof FLAGS>>): Promise<number> {
  const { stacks } = await projectStacks(host, globals);
  const wanted = listedStacks(stacks).filter(({ components }) =>
    input.component === undefined || components.includes(input.component)
  );
  const format = input.format ?? "text";
  if (wanted.length === 0 && (format === "text" || format === "table")) {
    const which = input.component === undefined ? "" : ` with the component ${printable(input.component)}`;
    host.tell(`There are no stacks${which}\n`);
    return 0;
  }
  host.write(formatStacks(format, wanted, styleOf(host.output)));
  return 0;
}

/**
 * `atmos describe component`: what a component is when everything is merged.
 *
 * @module
 */
import { componentDocument, DESCRIBE_FORMATS, describedText } from "../../output/describe.ts";
import { positionText, warningText } from "../../output/problem.ts";
import { parseQuery, queried } from "../../output/query.ts";
import { derived } from "../../session/derive.ts";
import { COMPONENT_TYPES } from "../../stacks/types.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { openContext } from "../../cli/run/context.ts";
import { choice, outputFormat, text, toggle, usage, type Values } from "../../cli/line/flags.ts";
import { STACK_FLAG } from "../../cli/line/stack_flag.ts";

const FLAGS = {
  stack: STACK_FLAG,
  format: outputFormat(DESCRIBE_FORMATS),
  query: text("PATH", "Only this part: .vars.region, .auth.identities", { short: "q" }),
  type: choice(
    COMPONENT_TYPES,
    "TYPE",
    `Its type, where several have the name: ${COMPONENT_TYPES.join(", ")}`,
  ),
  origins: toggle("Also the file and line that every value comes from"),
} as const;

export const describeComponent = command({
  description:
    "Show a component of a stack as it is when everything is merged: variables, environment, backend,\n" +
    "authentication. What a variable holds that may be a secret is shown as `!env NAME`.",
  word: "[COMPONENT]",
  examples: [
    ["All of it", "atmos describe component vpc --stack dev"],
    ["Which identities it has", "atmos describe component vpc -s dev -q .auth.identities"],
    ["Where each value comes from", "atmos describe component vpc -s dev --origins -q .origins"],
  ],
  flags: FLAGS,
  run: describe,
});

async function describe({ host, globals, input, word }: Call<Values<typeof FLAGS>>): Promise<number> {
  const line = `atmos describe component ${word ?? "COMPONENT"} --stack ${input.stack ?? "STACK"}`;
  if (word === undefined || input.stack === undefined) {
    throw usage(`No ${word === undefined ? "component" : "stack"} to describe`, `Write \`${line}\``);
  }
  const steps = input.query === undefined ? undefined : parseQuery(input.query);
  const silent = derived(host, { prompt: undefined });
  const component = { name: word, stack: input.stack, type: input.type };
  await using context = await openContext(silent, globals, { component, evenBroken: true });
  const found = context.found();
  for (const { at, path, reason } of found.faults) {
    host.tell(warningText(`${positionText(at)}: ${path}: ${reason}`, host.screen));
  }
  const document = componentDocument(found.component, input.origins === true);
  const shown = steps === undefined ? document : queried(document, steps);
  host.write(describedText(shown, input.format ?? "yaml"));
  return 0;
}

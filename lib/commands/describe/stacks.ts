/**
 * `atmos describe stacks`: every component of every stack, merged.
 *
 * @module
 */
import { isAuthError } from "../../errors.ts";
import { componentDocument, DESCRIBE_FORMATS, describedText } from "../../output/describe.ts";
import { warningText } from "../../output/problem.ts";
import { parseQuery, queried } from "../../output/query.ts";
import type { ComponentDocument } from "../../output/schemas/describe_component.ts";
import type { StacksOverview } from "../../output/schemas/describe_stacks.ts";
import { componentIn, type LoadedStack, type Project } from "../../stacks/loader.ts";
import { COMPONENT_TYPES, type ComponentTarget } from "../../stacks/types.ts";
import type { Host } from "../../host.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { outputFormat, text, texts, type Values } from "../../cli/line/flags.ts";
import { STACK_FLAG } from "../../cli/line/stack_flag.ts";
import { projectStacks } from "../../cli/run/stack_project.ts";

const FLAGS = {
  stack: STACK_FLAG,
  format: outputFormat(DESCRIBE_FORMATS),
  components: texts("NAME,...", "Only these components"),
  query: text("PATH", "Only this part: .dev.components.terraform", { short: "q" }),
} as const;

export const describeStacks = command({
  description: "Show the components of all stacks, or of one, as they are when everything is merged.",
  examples: [
    ["All of one stack", "atmos describe stacks --stack dev"],
    ["One component everywhere, for a program", "atmos describe stacks --components vpc --format json"],
  ],
  flags: FLAGS,
  run: describe,
});

async function describe({ host, globals, input }: Call<Values<typeof FLAGS>>): Promise<number> {
  const steps = input.query === undefined ? undefined : parseQuery(input.query);
  const { project, stacks } = await projectStacks(host, globals, input.stack);
  const isWanted = (name: string) => input.components.length === 0 || input.components.includes(name);
  const all = stacks.flatMap((stack) =>
    COMPONENT_TYPES.flatMap((type) =>
      stack.components[type].filter(isWanted).map((name) => ({
        stack,
        target: { type, name, stack: stack.name },
      }))
    )
  );
  const documents = all.flatMap(({ stack, target }) => {
    const document = documentOf(host, project, stack, target);
    return document === undefined ? [] : [{ ...target, document }];
  });
  const overview = overviewOf(documents);
  host.write(
    describedText(steps === undefined ? overview : queried(overview, steps), input.format ?? "yaml"),
  );
  return 0;
}

/** One that inherits from what is not there is told, and left out. */
function documentOf(
  { tell, screen }: Pick<Host, "tell" | "screen">,
  project: Project,
  stack: LoadedStack,
  target: ComponentTarget,
): ComponentDocument | undefined {
  try {
    return componentDocument(componentIn(project, stack, target).component, false);
  } catch (error) {
    if (!isAuthError(error)) throw error;
    tell(warningText(error.message, screen));
    return undefined;
  }
}

type Described = ComponentTarget & { readonly document: ComponentDocument };

function overviewOf(documents: readonly Described[]): StacksOverview {
  const grouped = <Key extends keyof Described, Of>(
    members: readonly Described[],
    key: Key,
    make: (members: readonly Described[]) => Of,
  ): Readonly<Record<string, Of>> =>
    Object.fromEntries(
      [...Map.groupBy(members, (member) => String(member[key]))].map((
        [name, inside],
      ) => [name, make(inside)]),
    );
  return grouped(documents, "stack", (inStack) => ({
    components: grouped(
      inStack,
      "type",
      (ofType) => Object.fromEntries(ofType.map(({ name, document }) => [name, document])),
    ),
  }));
}

/**
 * `atmos list workflows`, `atmos describe workflows`: what there is to run.
 *
 * @module
 */
import { positionText, warningText } from "../../output/problem.ts";
import type { DescribedWorkflowsDocument } from "../../output/schemas/describe_workflows.ts";
import type { WorkflowsDocument } from "../../output/schemas/list_workflows.ts";
import { type Style, styleOf } from "../../output/style.ts";
import { describedWorkflowsText, oddText, workflowsText } from "../../output/workflow.ts";
import { conditionText } from "../../workflows/condition.ts";
import type { WorkflowFile } from "../../workflows/find.ts";
import type { Step } from "../../workflows/types.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { outputFormat, text, type Values } from "../../cli/line/flags.ts";
import { filesNamed } from "../../cli/run/workflow_files.ts";
import { openProject } from "../../cli/run/project.ts";

const FILE = text("FILE", "Only the workflows of this file");
const LIST_FLAGS = { format: outputFormat(["table", "json", "yaml"]), file: FILE } as const;
const DESCRIBE_FLAGS = { format: outputFormat(["yaml", "json", "table"]), file: FILE } as const;

type Input = Values<typeof LIST_FLAGS | typeof DESCRIBE_FLAGS>;

export const listWorkflows = command({
  description: "List the workflows of atmos.yaml and of the files below `workflows.base_path`.",
  examples: [
    ["As a table", "atmos list workflows"],
    ["For a program", "atmos list workflows --format json"],
  ],
  flags: LIST_FLAGS,
  run: (call) =>
    showWorkflows(
      call,
      (files, style) =>
        workflowsText({ workflows: files.flatMap(listed) }, call.input.format ?? "table", style),
    ),
});

export const describeWorkflows = command({
  description:
    "Describe the workflows of atmos.yaml and of the files below `workflows.base_path`, with their steps.",
  examples: [
    ["As YAML", "atmos describe workflows"],
    ["For a program", "atmos describe workflows --format json"],
  ],
  flags: DESCRIBE_FLAGS,
  run: (call) =>
    showWorkflows(
      call,
      (files, style) =>
        describedWorkflowsText({ workflows: files.flatMap(described) }, call.input.format ?? "yaml", style),
    ),
});

async function showWorkflows(
  { host, globals, input }: Call<Input>,
  write: (files: readonly WorkflowFile[], style: Style) => string,
): Promise<number> {
  const project = await openProject(host, globals);
  await using context = project.context;
  const files = await filesNamed(project, input.file);
  for (const { at, reason } of files.flatMap(({ faults }) => faults)) {
    context.host.tell(warningText(oddText("A file of workflows cannot be read", reason, at), host.screen));
  }
  context.host.write(write(files, styleOf(host.output)));
  return 0;
}

function listed({ label, workflows }: WorkflowFile): WorkflowsDocument["workflows"] {
  return workflows.map(({ name, description, steps, faults }) => ({
    file: label,
    name,
    description,
    steps: steps.length,
    problem: faults.find(({ severity }) => severity === "error")?.reason,
  }));
}

function described({ label, workflows }: WorkflowFile): DescribedWorkflowsDocument["workflows"] {
  return workflows.map(({ name, description, stack, steps, faults }) => ({
    file: label,
    name,
    description,
    stack,
    steps: steps.map(describedStep),
    problems: faults.length === 0
      ? undefined
      : faults.map(({ at, reason }) => `${reason} (${positionText(at)})`),
  }));
}

function describedStep({ name, type, command, stack, identity, when }: Step) {
  return {
    name,
    type,
    command,
    stack,
    identity,
    when: when === undefined ? undefined : conditionText(when),
  };
}

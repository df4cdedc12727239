/**
 * Workflows for people and programs: the list of them, what a dry run would do, and what happens on the way.
 *
 * @module
 */
import { printable } from "../terminal/escape.ts";
import { formatDuration } from "../duration.ts";
import { type EpochMillis } from "../time.ts";
import { jsonText } from "./json.ts";
import { fields, paint, table } from "./layout.ts";
import { positionText } from "./problem.ts";
import type { SourcePosition } from "../errors.ts";
import { expiry } from "./moment.ts";
import type { DescribedWorkflowsDocument } from "./schemas/describe_workflows.ts";
import type { WorkflowsDocument } from "./schemas/list_workflows.ts";
import type { Style } from "./style.ts";
import { yamlText } from "./yaml_text.ts";

/** How workflows are written. */
export const WORKFLOW_FORMATS = ["table", "json", "yaml"] as const;
export type WorkflowFormat = typeof WORKFLOW_FORMATS[number];

/** The list of workflows. */
export function workflowsText(list: WorkflowsDocument, format: WorkflowFormat, style: Style): string {
  if (format === "json") return jsonText(list);
  if (format === "yaml") return yamlText(list);
  const rows = list.workflows.map(({ file, name, steps, description, problem }) => [
    file,
    { text: name, tone: "name" } as const,
    String(steps),
    problem === undefined ? firstLine(description) : { text: problem, tone: "bad" } as const,
  ]);
  return rows.length === 0
    ? "No workflows are configured\n"
    : table(["FILE", "WORKFLOW", "STEPS", "DESCRIPTION"], rows, style);
}

/** Workflows with their steps. */
export function describedWorkflowsText(
  list: DescribedWorkflowsDocument,
  format: WorkflowFormat,
  style: Style,
): string {
  if (format === "json") return jsonText(list);
  if (format === "yaml") return yamlText(list);
  return list.workflows.map(({ file, name, steps }) =>
    `${paint({ text: name, tone: "name" }, style)} ${style.dim(`(${printable(file)})`)}\n` + table(
      ["STEP", "TYPE", "IDENTITY", "STACK", "COMMAND"],
      steps.map((
        step,
      ) => [step.name, step.type, step.identity ?? "", step.stack ?? "", firstLine(step.command)]),
      style,
    )
  ).join("\n");
}

const firstLine = (text: string | undefined): string => text?.split("\n")[0] ?? "";

/** One step of a dry run. */
export interface PlannedStep {
  readonly name: string;
  readonly type: string;
  /** What would run. */
  readonly command: string;
  readonly directory: string;
  readonly identity:
    | {
      /** Whose session it gets. */
      readonly name: string;
      /** Until when that is in hand; `undefined`: it is made when the step begins. */
      readonly readyUntil: EpochMillis | undefined;
      /** The provider that has to be asked for it, which may take a login. */
      readonly provider: string | undefined;
    }
    | undefined;
  /** When it runs, where that is not every time nothing has failed. */
  readonly condition: string | undefined;
}

/** What a dry run would do. */
export function plannedText(steps: readonly PlannedStep[], style: Style, now: EpochMillis): string {
  return steps.map(({ name, type, command, directory, identity, condition }, index) => {
    const head = `${index + 1}. ${paint({ text: name, tone: "name" }, style)}\n`;
    const lines = command.split("\n").map((line) => `     ${printable(line)}\n`).join("");
    const rows = fields([
      ["type", type],
      ["in", directory],
      ["identity", identity === undefined ? undefined : identityText(identity, now)],
      ["when", condition],
    ], style);
    return `${head}${rows}${lines}`;
  }).join("");
}

function identityText(
  { name, readyUntil, provider }: NonNullable<PlannedStep["identity"]>,
  now: EpochMillis,
): string {
  if (readyUntil !== undefined) return `${name}, its session is in hand until ${expiry(readyUntil, now)}`;
  const how = provider === undefined ? "" : ` by way of ${provider}, which may take a login`;
  return `${name}, its session is made when the step begins${how}`;
}

/** A line before a command is run. */
export function executingText(command: string, style: Style): string {
  const [first = "", ...more] = command.split("\n");
  return `${style.dim("Executing command:")} ${printable(first)}${more.length > 0 ? " …" : ""}\n`;
}

/** A notice about a step. */
export function stepText(name: string, what: string, style: Style): string {
  return `${style.dim(`Step ${printable(name)}:`)} ${printable(what)}\n`;
}

/** What is odd about a workflow or a custom command. */
export function oddText(what: string, reason: string, at: SourcePosition): string {
  return `${what}: ${reason} (${positionText(at)})`;
}

/** How long a pause is: `500ms`, `1m30s`. */
export function pauseText(millis: number): string {
  return millis < 1000 ? `${millis}ms` : formatDuration(millis / 1000);
}

/** What it takes to go on where a workflow stopped. */
export interface Resumption {
  readonly workflow: string;
  /** The file, as `--file` takes it. */
  readonly label: string;
  readonly step: string;
  /** What was given on the command line. */
  readonly stack: string | undefined;
  readonly identity: string | undefined;
}

/** The line that goes on there. */
export function resumeLine({ workflow, label, step, stack, identity }: Resumption): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const plain = (text: string) => /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : quoted(text);
  return [
    `atmos workflow ${plain(workflow)} -f ${plain(label)} --from-step ${quoted(step)}`,
    ...(stack === undefined ? [] : [`-s ${quoted(stack)}`]),
    ...(identity === undefined ? [] : [`-i ${quoted(identity)}`]),
  ].join(" ");
}

/**
 * The steps of workflows and of custom commands.
 *
 * @module
 */
import { describeNode } from "../config/raw.ts";
import { conditionAt } from "./condition.ts";
import { itemsAt, type Part, report, reportKeys, said, textAt, textOf, variablesAt } from "./read.ts";
import { millisAt, retryAt } from "./retry.ts";
import { type Step, STEP_TYPES, type StepType } from "./types.ts";

const READ = [
  "name",
  "command",
  "type",
  "stack",
  "identity",
  "working_directory",
  "env",
  "retry",
  "when",
  "continue",
  "timeout",
];
/** What changes nothing here: a step has our terminal always, and its output is shown as it comes. */
const MOOT = ["description", "title", "tty", "interactive", "output", "show", "viewport", "shell"];
const REFUSED = {
  needs: "`needs` is not supported: steps run one after the other",
  container: "`container` is not supported: steps run on this machine",
  outputs: "`outputs` is not supported: write a file, and read it in a later step",
  script: "`script` is not supported: write it as the `command` of a step of type shell",
  interpreter: "`interpreter` is not supported: call it in the `command` of a step of type shell",
} as const;

/** Reads the list of steps at `steps`. */
export function stepsAt(part: Part, defaultType: StepType): readonly Step[] {
  const entry = said(part, "steps");
  if (entry !== undefined && entry.value.type !== "list") {
    report(part, {
      key: entry.key,
      at: entry.value.at,
      reason: `expected a list of steps, found ${describeNode(entry.value)}`,
    });
    return [];
  }
  const steps = itemsAt(part, "steps").map((item, index) => readStep(item, index, defaultType));
  const read = steps.filter((step) => step !== undefined);
  reportTwins(part, read);
  return read;
}

function readStep(part: Part, index: number, defaultType: StepType): Step | undefined {
  const name = `step${index + 1}`;
  if (part.raw.type === "scalar") {
    const command = textOf(part);
    return command === undefined
      ? undefined
      : { ...EMPTY, name, type: defaultType, command, at: part.raw.at };
  }
  if (part.raw.type !== "map") {
    report(part, { reason: `expected a step, found ${describeNode(part.raw)}` });
    return undefined;
  }
  reportKeys(part, [...READ, ...MOOT], REFUSED);
  const type = typeOf(part) ?? defaultType;
  const command = textAt(part, "command")?.trim();
  if (command === undefined || command === "") {
    report(part, { reason: "the step has no `command`" });
    return undefined;
  }
  return {
    name: textAt(part, "name") ?? name,
    type,
    command,
    stack: textAt(part, "stack"),
    identity: textAt(part, "identity"),
    workingDirectory: textAt(part, "working_directory"),
    env: variablesAt(part, "env"),
    retry: retryAt(part),
    when: conditionAt(part, "when"),
    goOn: conditionAt(part, "continue"),
    timeoutMillis: millisAt(part, "timeout"),
    at: part.raw.at,
  };
}

const EMPTY = {
  stack: undefined,
  identity: undefined,
  workingDirectory: undefined,
  env: {},
  retry: undefined,
  when: undefined,
  goOn: undefined,
  timeoutMillis: undefined,
} as const;

function typeOf(part: Part): StepType | undefined {
  const text = textAt(part, "type");
  const type = STEP_TYPES.find((known) => known === text);
  if (text !== undefined && type === undefined) {
    report(part, {
      key: "type",
      at: said(part, "type")?.value.at ?? part.raw.at,
      reason: `steps of type ${JSON.stringify(text)} are not supported`,
      hint: `This program runs steps of type ${STEP_TYPES.join(" and ")}`,
    });
  }
  return type;
}

function reportTwins(part: Part, steps: readonly Step[]): void {
  const seen = new Set<string>();
  for (const { name, at } of steps) {
    if (seen.has(name)) {
      report(part, {
        key: "steps",
        at,
        severity: "warning",
        reason: `several steps have the name ${JSON.stringify(name)}: --from-step finds the first one`,
      });
    }
    seen.add(name);
  }
}

/**
 * `workflows:` of a file, decoded.
 *
 * @module
 */
import { describeNode, entryOf, isNull, type RawEntry, type RawMap } from "../config/raw.ts";
import { assertSound, type Part, report, reportKeys, textAt, variablesAt } from "./read.ts";
import { stepsAt } from "./step.ts";
import type { Fault, Workflow } from "./types.ts";

/** Keys of `workflows:` in `atmos.yaml` that are settings; everything else there is a workflow. */
const SETTINGS = ["base_path", "list"];
const KEYS = ["description", "steps", "stack", "working_directory", "env", "name"];
const MOOT = ["output", "viewport", "show", "dependencies"];

/**
 * The workflows of a document whose `workflows:` stands at the top.
 *
 * @param withSettings whether it is the program's own configuration, where settings stand beside the workflows
 */
export function readWorkflows(root: RawMap, withSettings: boolean): readonly Workflow[] {
  const section = entryOf(root, "workflows");
  if (section?.value.type !== "map") return [];
  return [...section.value.entries.values()]
    .filter(({ key, value }) => !(withSettings && isSetting(key, value)))
    .map((entry) => readWorkflow(section.key, entry));
}

/** A map with steps is a workflow whatever its name. */
function isSetting(key: string, value: RawEntry["value"]): boolean {
  return SETTINGS.includes(key.toLowerCase()) && entryOf(value, "steps") === undefined;
}

function readWorkflow(section: string, { key, keyAt, value }: RawEntry): Workflow {
  const faults: Fault[] = [];
  const part: Part = { path: [section, key], raw: value, faults };
  const about = { name: key, file: keyAt.file, at: keyAt, faults };
  if (value.type !== "map") {
    const reason = isNull(value) ? "it is empty" : `expected a map with steps, found ${describeNode(value)}`;
    report(part, { at: keyAt, reason });
    return {
      ...about,
      description: undefined,
      stack: undefined,
      workingDirectory: undefined,
      env: {},
      steps: [],
    };
  }
  reportKeys(part, [...KEYS, ...MOOT], {
    container: "`container` is not supported: steps run on this machine",
    identity: "a workflow has no `identity`: name one in each step, or use --identity",
  });
  const steps = stepsAt(part, "atmos");
  if (steps.length === 0 && faults.every(({ severity }) => severity !== "error")) {
    report(part, { at: keyAt, reason: "it has no steps" });
  }
  return {
    ...about,
    description: textAt(part, "description")?.trim(),
    stack: textAt(part, "stack"),
    workingDirectory: textAt(part, "working_directory"),
    env: variablesAt(part, "env"),
    steps,
  };
}

/** @throws AuthError `config-invalid` with every error of the workflow */
export function assertUsableWorkflow({ name, faults }: Workflow): void {
  assertSound(`the workflow ${JSON.stringify(name)}`, faults);
}

/** Parts of a configuration for the tests of workflows and custom commands. */
import { parseYaml } from "../../lib/config/yaml.ts";
import type { RawMap } from "../../lib/config/raw.ts";
import type { Part } from "../../lib/workflows/read.ts";
import type { Fault, Step } from "../../lib/workflows/types.ts";

/** A document's root. */
export function rootOf(text: string): RawMap {
  const { root, issues } = parseYaml(text, "/work/atmos.yaml");
  if (issues.length > 0) throw new TypeError(issues[0]?.reason);
  return root;
}

/** A document as a part under reading. */
export function partOf(text: string): Part {
  return { path: [], raw: rootOf(text), faults: [] };
}

/** Faults as a person would say them: `8:5 error workflows.x: reason`. */
export function faultLines(faults: readonly Fault[]): readonly string[] {
  return faults.map(({ severity, at, path, reason }) =>
    `${at.line}:${at.column} ${severity} ${path.join(".")}: ${reason}`
  );
}

/** A step that says only this. */
export function step(changes: Partial<Step> = {}): Step {
  return {
    name: "step1",
    type: "shell",
    command: "true",
    stack: undefined,
    identity: undefined,
    workingDirectory: undefined,
    env: {},
    retry: undefined,
    when: undefined,
    goOn: undefined,
    timeoutMillis: undefined,
    at: { file: "/work/atmos.yaml", line: 1, column: 1 },
    ...changes,
  };
}

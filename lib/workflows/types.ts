/**
 * Workflows and custom commands, decoded: what a person runs by a name of the project's own.
 *
 * @module
 */
import type { Path } from "../config/raw.ts";
import type { SourcePosition } from "../errors.ts";

/** One thing wrong, or odd, with a workflow or a custom command; an error concerns only whoever uses it. */
export interface Fault {
  readonly severity: "error" | "warning";
  /** The path as written: `workflows.deploy.steps[0].type`. */
  readonly path: Path;
  readonly at: SourcePosition;
  readonly reason: string;
  readonly hint: string | undefined;
}

/** Variables in the order of the file. */
export type Variables = Readonly<Record<string, string>>;

/** The words that a condition is made of. */
export const PREDICATES = ["success", "failure", "always", "never", "ci", "local"] as const;
export type Predicate = typeof PREDICATES[number];

/** `when:` and `continue:`. */
export type Condition =
  | { readonly type: "is"; readonly predicate: Predicate }
  | { readonly type: "all" | "any"; readonly of: readonly Condition[] }
  | { readonly type: "not"; readonly of: Condition };

/** How the pause between two attempts grows. */
export const BACKOFFS = ["constant", "linear", "exponential"] as const;
export type Backoff = typeof BACKOFFS[number];

/** `retry:` of a step. */
export interface Retry {
  /** How often it is tried in all. */
  readonly maxAttempts: number;
  readonly backoff: Backoff;
  readonly initialMillis: number;
  /** The longest pause; `undefined`: no limit. */
  readonly maxMillis: number | undefined;
  /** What an exponential pause is multiplied with each time. */
  readonly multiplier: number;
  /** Up to a tenth more or less, by chance. */
  readonly isJittered: boolean;
  /** No further attempt once this much time is gone; `undefined`: no limit. */
  readonly maxElapsedMillis: number | undefined;
}

/** `atmos`: this very program; `shell`: a script. */
export const STEP_TYPES = ["atmos", "shell"] as const;
export type StepType = typeof STEP_TYPES[number];

/** One thing that is done. */
export interface Step {
  /** `step1`, `step2`, ... when it has none of its own. */
  readonly name: string;
  readonly type: StepType;
  /** Words for this program, or a script. */
  readonly command: string;
  readonly stack: string | undefined;
  /** As written; whether there is such an identity is not known here. */
  readonly identity: string | undefined;
  readonly workingDirectory: string | undefined;
  readonly env: Variables;
  readonly retry: Retry | undefined;
  /** `undefined`: when nothing has failed. */
  readonly when: Condition | undefined;
  /** Whether to go on when it fails; `undefined`: no. */
  readonly goOn: Condition | undefined;
  /** The step is ended after this time. */
  readonly timeoutMillis: number | undefined;
  readonly at: SourcePosition;
}

/** A workflow. */
export interface Workflow {
  readonly name: string;
  /** The file that it stands in. */
  readonly file: string;
  readonly at: SourcePosition;
  readonly description: string | undefined;
  readonly stack: string | undefined;
  readonly workingDirectory: string | undefined;
  readonly env: Variables;
  readonly steps: readonly Step[];
  readonly faults: readonly Fault[];
}

/** A word that a custom command takes by its place. */
export interface Argument {
  readonly name: string;
  readonly description: string;
  readonly isRequired: boolean;
  readonly fallback: string | undefined;
  /** The words it takes; empty: any. */
  readonly choices: readonly string[];
}

/** A flag of a custom command. */
export interface CustomFlag extends Argument {
  /** One letter; empty when there is none. */
  readonly short: string;
  readonly isSwitch: boolean;
}

/** One variable of a custom command's environment: a text, or what a command prints. Both are templates. */
export interface CustomVariable {
  readonly name: string;
  readonly source: "value" | "command";
  readonly text: string;
  readonly at: SourcePosition;
}

/** A custom command, or a group of them. */
export interface CustomCommand {
  readonly name: string;
  readonly at: SourcePosition;
  readonly description: string;
  readonly aliases: readonly string[];
  /** Not shown in help. */
  readonly isInternal: boolean;
  readonly arguments: readonly Argument[];
  readonly flags: readonly CustomFlag[];
  readonly env: readonly CustomVariable[];
  /** Templates in place of texts. Empty: only a group. */
  readonly steps: readonly Step[];
  /** Its own, else that of the command above. */
  readonly workingDirectory: string | undefined;
  readonly identity: string | undefined;
  /** `component_config`: templates of a component's name and of its stack. */
  readonly component:
    | { readonly name: string; readonly stack: string; readonly at: SourcePosition }
    | undefined;
  readonly isVerbose: boolean;
  /** The command below that runs when none is named. */
  readonly byDefault: string | undefined;
  readonly below: readonly CustomCommand[];
  readonly faults: readonly Fault[];
}

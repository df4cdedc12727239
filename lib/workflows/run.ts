/**
 * The order of steps: which are due, which are tried again, and what becomes of a failure.
 *
 * @module
 */
import { isCi } from "../ci.ts";
import { AuthError, isFailure } from "../errors.ts";
import type { Host, Stopped } from "../host.ts";
import { holds, isDue, type State } from "./condition.ts";
import { attempt, INTERRUPTED, type StepEnd } from "./retry.ts";
import type { Condition, Step } from "./types.ts";

/** What happens on the way, for a person to read. */
export type StepEvent =
  | { readonly type: "skipped"; readonly step: Step; readonly why: Condition | undefined }
  | {
    readonly type: "pause";
    readonly step: Step;
    readonly code: number;
    readonly attempt: number;
    readonly millis: number;
  }
  | { readonly type: "went-on"; readonly step: Step; readonly code: number };

/** How it ended. */
export interface Outcome {
  /** 0, or that of the first step that failed. */
  readonly code: number;
  /** The first step that failed. */
  readonly failed: Step | undefined;
}

/** What carries steps out. */
export interface Runner {
  readonly run: (step: Step) => Promise<StepEnd>;
  readonly onEvent: (event: StepEvent) => void;
  /** Tells why a step could not even be started. */
  readonly onError: (error: AuthError) => void;
}

/**
 * Runs steps one after the other. A step that fails ends it, but for steps whose condition says otherwise.
 *
 * @throws AuthError `interrupted`
 */
export async function runSteps(
  host: Pick<Host, "now" | "sleep" | "random" | "env">,
  steps: readonly Step[],
  runner: Runner,
): Promise<Outcome> {
  const ci = () => isCi(host.env);
  let outcome: Outcome = { code: 0, failed: undefined };
  for (const step of steps) {
    const state: State = { failed: outcome.failed !== undefined, ci };
    if (!isDue(step.when, state)) {
      if (!state.failed || step.when !== undefined) runner.onEvent({ type: "skipped", step, why: step.when });
      continue;
    }
    const { code, stopped } = await attempt(
      host,
      step.retry,
      () => started(step, runner),
      ({ code, attempts }, millis) =>
        runner.onEvent({ type: "pause", step, code, attempt: attempts, millis }),
    );
    // Whoever asked this program to end wants nothing that comes next, not even what is always due.
    if (stopped !== undefined) return stoppedOutcome(outcome, step, code, stopped, step === steps.at(-1));
    if (code === 0) continue;
    if (code !== INTERRUPTED && step.goOn !== undefined && holds(step.goOn, { failed: true, ci })) {
      runner.onEvent({ type: "went-on", step, code });
    } else if (outcome.failed === undefined) outcome = { code, failed: step };
  }
  return outcome;
}

function stoppedOutcome(
  before: Outcome,
  step: Step,
  code: number,
  stopped: Stopped,
  isLast: boolean,
): Outcome {
  if (before.failed !== undefined || (code === 0 && isLast)) return before;
  return { code: code === 0 ? stopped.code : code, failed: step };
}

/** What keeps a step from starting is its failure. */
async function started(step: Step, { run, onError }: Runner): Promise<StepEnd> {
  try {
    return await run(step);
  } catch (error) {
    if (!isFailure(error)) throw error;
    onError(error);
    return { code: error.exitCode };
  }
}

/**
 * The steps from a named one on.
 *
 * @throws AuthError `not-found` with the names of all steps
 */
export function stepsFrom(steps: readonly Step[], name: string | undefined): readonly Step[] {
  if (name === undefined || name === "") return steps;
  const exact = steps.findIndex((step) => step.name === name);
  const index = exact >= 0
    ? exact
    : steps.findIndex((step) => step.name.toLowerCase() === name.toLowerCase());
  if (index >= 0) return steps.slice(index);
  throw new AuthError(
    "not-found",
    `Cannot start from the step ${JSON.stringify(name)}: there is no such step`,
    {
      hints: [`The steps are ${steps.map((step) => step.name).join(", ")}`],
    },
  );
}

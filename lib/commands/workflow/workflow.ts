/**
 * `atmos workflow`: steps that were written down, each with the session of its identity.
 *
 * @module
 */
import type { ChainPlan } from "../../chain/types.ts";
import { AuthError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { errorReport, warningText } from "../../output/problem.ts";
import { styleOf } from "../../output/style.ts";
import { executingText, oddText, plannedText, resumeLine, stepText } from "../../output/workflow.ts";
import { conditionText } from "../../workflows/condition.ts";
import type { Found } from "../../workflows/find.ts";
import { nested, TRAIL } from "../../workflows/nesting.ts";
import { runSteps, stepsFrom } from "../../workflows/run.ts";
import type { Step } from "../../workflows/types.ts";
import { assertUsableWorkflow } from "../../workflows/workflow.ts";
import { disabledWords } from "../../cli/run/choose.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { text, toggle, type Values } from "../../cli/line/flags.ts";
import { findWorkflow } from "../../cli/run/workflow_files.ts";
import { openProject } from "../../cli/run/project.ts";
import {
  directoryOf,
  eventText,
  planSteps,
  runStep,
  sessionInHand,
  stepLine,
  type Surroundings,
  wishedIdentity,
} from "../../cli/run/steps.ts";

const FLAGS = {
  file: text("FILE", "The file that the workflow stands in", { short: "f", variable: "ATMOS_WORKFLOW_FILE" }),
  stack: text("STACK", "The stack of every atmos step", { short: "s", variable: "ATMOS_STACK" }),
  dryRun: toggle("Show what would be run", { variable: "ATMOS_WORKFLOW_DRY_RUN" }),
  fromStep: text("STEP", "Start at this step", { variable: "ATMOS_WORKFLOW_FROM_STEP" }),
} as const;

export const workflow = command({
  description: "Run the steps of a workflow, one after the other.\n" +
    "Workflows stand below `workflows:` in atmos.yaml, and in the files below `workflows.base_path`. A step is for\n" +
    "its own identity, else for that of --identity, else for none. The exit code of the step that fails is ours.",
  word: "[NAME]",
  strayHint: "Name one workflow, and quote a name that holds blanks",
  examples: [
    ["Choose one", "atmos workflow"],
    ["Show what it would run", "atmos workflow deploy --dry-run"],
    ["Go on where it stopped", "atmos workflow deploy --from-step deploy-prod"],
  ],
  flags: FLAGS,
  run: runWorkflow,
});

async function runWorkflow({ host, globals, input, word }: Call<Values<typeof FLAGS>>): Promise<number> {
  const project = await openProject(host, globals);
  await using context = project.context;
  const found = await findWorkflow(project, word, input.file);
  const { workflow } = found;
  assertUsableWorkflow(workflow);
  for (const { at, reason } of workflow.faults) {
    context.host.tell(warningText(oddText(`The workflow ${workflow.name}`, reason, at), host.screen));
  }
  const steps = stepsFrom(workflow.steps, input.fromStep);
  // An atmos step reads the variable itself, and may know identities of its component.
  const isWished = globals.identity !== undefined || steps.some(isForNobody);
  const wished = isWished ? await wishedIdentity(project, globals) : undefined;
  const around: Surroundings = {
    project,
    globals,
    workingDirectory: workflow.workingDirectory,
    env: workflow.env,
    trail: nested(host.env(TRAIL), `atmos workflow ${workflow.name}`, workflow.at),
    off: disabledWords(host, globals),
    identities: { atmos: globals.identity === undefined ? undefined : wished, shell: wished },
    stack: input.stack,
    defaultStack: workflow.stack,
  };
  const plans = await planSteps(around, steps);
  return input.dryRun === true
    ? await showPlan(around, steps, plans)
    : await runAll(context.host, around, found, steps, plans);
}

const isForNobody = ({ type, identity }: Step): boolean => type === "shell" && identity === undefined;

type Plans = ReadonlyMap<Step, ChainPlan | undefined>;

async function showPlan(around: Surroundings, steps: readonly Step[], plans: Plans): Promise<number> {
  const { host } = around.project.context;
  const planned = await Promise.all(steps.map(async (step) => {
    const plan = plans.get(step);
    return {
      name: step.name,
      type: step.type,
      command: stepLine(around, step),
      directory: directoryOf(around, step),
      identity: plan === undefined ? undefined : await sessionInHand(around, plan),
      condition: step.when === undefined ? undefined : conditionText(step.when),
    };
  }));
  host.write(plannedText(planned, styleOf(host.output), host.now()));
  return 0;
}

async function runAll(
  host: Host,
  around: Surroundings,
  { workflow, label }: Found,
  steps: readonly Step[],
  plans: Plans,
): Promise<number> {
  const style = styleOf(host.screen);
  const state = { isTold: false };
  const { code, failed } = await runSteps(host, steps, {
    run: async (step) => {
      host.tell(executingText(stepLine(around, step), style));
      return await runStep(around, step, plans.get(step));
    },
    onEvent: (event) => host.tell(eventText(event, style)),
    onError: (error) => {
      state.isTold = true;
      host.tell(errorReport(error, style, false));
    },
  });
  if (failed === undefined) return code;
  const { stack, identities, globals } = around;
  // An off-word is worth repeating as it was written.
  const identity = identities.atmos ?? (typeof globals.identity === "string" ? globals.identity : undefined);
  const line = resumeLine({ workflow: workflow.name, label, step: failed.name, stack, identity });
  host.tell(
    state.isTold
      ? stepText(failed.name, `the workflow stopped here; go on with ${line}`, style)
      : errorReport(failure(workflow.name, failed, stepLine(around, failed), code, line), style, false),
  );
  return code;
}

function failure(workflow: string, step: Step, line: string, code: number, resume: string): AuthError {
  const [name, stepName] = [JSON.stringify(workflow), JSON.stringify(step.name)];
  const message = `The workflow ${name} stopped: the step ${stepName} ended with exit code ${code}`;
  return new AuthError("failed", message, {
    where: line.split("\n")[0] ?? "",
    at: step.at,
    hints: [`Go on from there: ${resume}`],
  });
}

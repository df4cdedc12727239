/**
 * Running a custom command: its variables, its identity, its steps.
 *
 * @module
 */
import { AuthError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { errorReport, warningText } from "../../output/problem.ts";
import { styleOf } from "../../output/style.ts";
import { executingText, oddText } from "../../output/workflow.ts";
import { parentOf } from "../../paths.ts";
import type { Component } from "../../stacks/types.ts";
import { assertUsableCommand } from "../../workflows/custom.ts";
import {
  customValues,
  filled,
  filledStep,
  templateData,
  type Typed,
  valueOf,
} from "../../workflows/custom_values.ts";
import { nested, TRAIL } from "../../workflows/nesting.ts";
import { runSteps } from "../../workflows/run.ts";
import type { Members, Value } from "../../workflows/template_value.ts";
import type { CustomCommand, Variables } from "../../workflows/types.ts";
import { disabledWords } from "../../cli/run/choose.ts";
import { openContext } from "../../cli/run/context.ts";
import type { GlobalInput } from "../../cli/line/globals.ts";
import { type OpenedProject, openProject } from "../../cli/run/project.ts";
import {
  captureScript,
  eventText,
  planSteps,
  runStep,
  stepLine,
  type Surroundings,
  wishedIdentity,
} from "../../cli/run/steps.ts";

/**
 * Runs the steps of a command.
 *
 * @param path the command's words: `atmos ansible run`
 * @returns the exit code of the first step that fails, else 0
 */
export async function runCustom(
  world: Host,
  globals: GlobalInput,
  path: string,
  command: CustomCommand,
  typed: Typed,
): Promise<number> {
  assertUsableCommand(path, command);
  const values = customValues(path, command, typed);
  const trail = nested(world.env(TRAIL), path, command.at);
  const project = await openProject(world, globals);
  await using context = project.context;
  const { host } = context;
  for (const { at, reason } of command.faults) {
    host.tell(warningText(oddText(`The command ${path}`, reason, at), host.screen));
  }
  const around = { values, rest: typed.rest, workingDirectory: host.workingDirectory(), env: host.env };
  const bare = templateData({ ...around, component: undefined });
  const component = await componentOf(world, globals, command, bare);
  const data = templateData({ ...around, component });
  return await carryOut(
    host,
    await surroundings(project, globals, trail, command, data),
    path,
    command,
    data,
  );
}

async function carryOut(
  host: Host,
  around: Surroundings,
  path: string,
  command: CustomCommand,
  data: Members,
): Promise<number> {
  const steps = command.steps.map((step) => filledStep(step, data));
  const plans = await planSteps(around, steps);
  const style = styleOf(host.screen);
  const state = { isTold: false };
  const { code, failed } = await runSteps(host, steps, {
    run: async (step) => {
      if (command.isVerbose) host.tell(executingText(stepLine(around, step), style));
      return await runStep(around, step, plans.get(step));
    },
    onEvent: (event) => host.tell(eventText(event, style)),
    onError: (error) => {
      state.isTold = true;
      host.tell(errorReport(error, style, false));
    },
  });
  // With one step its own words say it all.
  if (failed !== undefined && steps.length > 1 && !state.isTold) {
    const message = `The command \`${path}\` stopped: the step ${
      JSON.stringify(failed.name)
    } ended with exit code ${code}`;
    // As it is written: what templates put in may be a secret.
    const written = command.steps[steps.indexOf(failed)] ?? failed;
    const where = stepLine(around, written).split("\n")[0] ?? "";
    host.tell(errorReport(new AuthError("failed", message, { where, at: failed.at }), style, false));
  }
  return code;
}

/** The sections of the component that the command names. */
async function componentOf(
  host: Host,
  globals: GlobalInput,
  { component }: CustomCommand,
  data: Members,
): Promise<Value> {
  if (component === undefined) return undefined;
  const name = filled(component.name, data, component.at);
  const stack = filled(component.stack, data, component.at);
  const wanted = { name, stack, type: undefined };
  await using context = await openContext(host, globals, { evenBroken: true, component: wanted });
  return componentValue(context.component());
}

/** What templates know of a component: its sections, and what follows from them, by the names that Atmos gives it. */
function componentValue({ sections, folder, workspace, name, stack }: Component): Value {
  const members = [...sections.entries.values()].map(({ key, value }) => [key, valueOf(value)] as const);
  return new Map<string, Value>([
    ...members,
    ["component", folder],
    ["workspace", workspace ?? ""],
    ["atmos_component", name],
    ["atmos_stack", stack],
  ]);
}

async function surroundings(
  project: OpenedProject,
  globals: GlobalInput,
  trail: string,
  command: CustomCommand,
  data: Members,
): Promise<Surroundings> {
  const { host } = project.context;
  const around: Surroundings = {
    project,
    globals,
    workingDirectory: command.workingDirectory === undefined
      ? undefined
      : filled(command.workingDirectory, data, command.at),
    env: ownProgram(host, project.settings.env),
    trail,
    off: disabledWords(host, globals),
    identities: { atmos: undefined, shell: undefined },
    stack: undefined,
    defaultStack: undefined,
  };
  const env = await variablesOf(around, command, data);
  const configured = command.identity === undefined ? undefined : filled(command.identity, data, command.at);
  const identity = await wishedIdentity(project, globals, configured);
  return { ...around, env, identities: { atmos: identity, shell: identity } };
}

/** One after the other: a command may use what stands before it. */
async function variablesOf(around: Surroundings, command: CustomCommand, data: Members): Promise<Variables> {
  let env = around.env;
  for (const { name, source, text, at } of command.env) {
    const value = filled(text, data, at);
    env = {
      ...env,
      [name]: source === "value" ? value : await captureScript({ ...around, env }, name, value, at),
    };
  }
  return env;
}

/** Where this program is one file, its steps find it by its path and by its name. */
function ownProgram({ self, os, env }: Host, inherited: Variables): Variables {
  const [program, ...more] = self();
  if (more.length > 0) return {};
  const [separator, path] = [os === "windows" ? ";" : ":", inherited["PATH"] ?? env("PATH") ?? ""];
  const directory = parentOf(os, program);
  return { ATMOS_CLI_PATH: program, PATH: path === "" ? directory : `${directory}${separator}${path}` };
}

/**
 * Terraform for a component, from files to the last line: what is planned as values, done.
 *
 * @module
 */
import { mapAt, textAt } from "../../config/raw.ts";
import type { EnvironmentEdits, Host } from "../../host.ts";
import { dryRunText } from "../../output/component_run.ts";
import { warningText } from "../../output/problem.ts";
import { PLAIN } from "../../output/style.ts";
import { joinPath, resolvePath } from "../../paths.ts";
import { softVariable } from "../../session/config_object.ts";
import { assertAllowed } from "../../stacks/allowed.ts";
import {
  componentEnvironment,
  layered,
  meddlingVariables,
  shellVariables,
} from "../../stacks/program_environment.ts";
import {
  changesTerraform,
  mayTakeLong,
  planSequence,
  type TerraformSequence,
  type TerraformStep,
} from "../../stacks/terraform_sequence.ts";
import type { ProgramWords } from "../../stacks/program_words.ts";
import type { Component, TerraformSettings } from "../../stacks/types.ts";
import { printable } from "../../terminal/escape.ts";
import {
  assertReady,
  generateFiles,
  type Opened,
  programOf,
  runProgram,
  withComponent,
  writeFiles,
} from "./component.ts";
import { identityWords, whileAuthenticated } from "./session.ts";
import type { CommandTarget } from "./target.ts";
import { usage } from "../../cli/line/flags.ts";
import { DEPTH, depthOf, runFirst, shellPrograms } from "../../cli/run/shells.ts";
import type { TerraformCall, TerraformInput } from "./terraform_flags.ts";

/** What is to be run, and for what. */
export interface TerraformTarget extends CommandTarget {
  /** What was typed, and names the program when nothing else does. */
  readonly word: "terraform" | "tofu";
  readonly words: ProgramWords;
}

/** A run with all that it needs. */
interface Run extends Opened {
  readonly target: TerraformTarget;
  readonly program: string;
  readonly sequence: TerraformSequence;
  /** Where Terraform keeps what belongs to the directory: `.terraform`. */
  readonly dataDirectory: string;
}

/**
 * Runs one command of Terraform.
 *
 * @returns its exit code
 * @throws AuthError for whatever stands in its way
 */
export async function runTerraform(call: TerraformCall, target: TerraformTarget): Promise<number> {
  return await withComponent(call, target, async (opened) => {
    const run = planned(call, opened, target);
    const { context: { host }, component, sequence } = run;
    await assertReady(opened, sequence.files);
    if (call.input.dryRun === true) {
      call.host.write(dryRun(call, run));
      return 0;
    }
    await assertPlanned(host, run);
    warnOfMeddling(host, component, target.command);
    if (target.command.startsWith("generate ")) return await generateFiles(host, component, sequence.files);
    const lasting = {
      long: mayTakeLong(target.command),
      changes: target.command === "shell" || changesTerraform(target.command),
    };
    return await whileAuthenticated(call, opened, lasting, (session) => perform(call, run, session));
  });
}

function planned(call: TerraformCall, opened: Opened, target: TerraformTarget): Run {
  const { component, settings, context } = opened;
  const { input } = call;
  assertAllowed(component, target.command, changesTerraform(target.command));
  const variable = (name: string) => {
    const own = component.env[name];
    return (own === undefined ? context.host.env(name) : own) || undefined;
  };
  const sequence = planSequence(component, withFlags(settings.terraform, input), {
    command: target.command,
    args: target.words.args,
    skipInit: input.skipInit === true,
    fromPlan: input.fromPlan === true,
    planfile: input.planfile,
    noColor: call.globals.noColor === true,
    hasWorkspaceVariable: variable("TF_WORKSPACE") !== undefined,
  });
  return {
    ...opened,
    target,
    program: programOf(component, settings, target.word),
    sequence,
    dataDirectory: variable("TF_DATA_DIR") ?? ".terraform",
  };
}

/** Flags beat the settings. */
function withFlags(settings: TerraformSettings, input: TerraformInput): TerraformSettings {
  return {
    ...settings,
    initRunReconfigure: input.initRunReconfigure ?? settings.initRunReconfigure,
    initPassVars: input.initPassVars ?? settings.initPassVars,
    autoGenerateBackendFile: input.autoGenerateBackendFile ?? settings.autoGenerateBackendFile,
    planSkipPlanfile: input.skipPlanfile ?? settings.planSkipPlanfile,
  };
}

/** @throws AuthError `usage` when the plan that is to be applied is not there */
async function assertPlanned(
  { os, files }: Pick<Host, "os" | "files">,
  { component: { directory, name, stack }, sequence: { planfile }, target }: Run,
): Promise<void> {
  if (planfile === undefined) return;
  const path = resolvePath(os, directory, planfile);
  if (await files.status(path) !== undefined) return;
  throw usage(
    `No saved plan to ${target.command}: there is no ${path}`,
    `Run \`atmos ${target.word} plan ${name} -s ${stack}\``,
  );
}

function warnOfMeddling(
  host: Pick<Host, "env" | "tell" | "screen">,
  component: Component,
  command: string,
): void {
  for (const { name, effect } of meddlingVariables(component, command)) {
    if ((softVariable(host, name) ?? "") === "") continue;
    host.tell(warningText(`${name} is set in the environment: ${effect}`, host.screen));
  }
}

const environmentFile = ({ dataDirectory }: Run, { os }: Pick<Host, "os">) =>
  joinPath(os, dataDirectory, "environment");

async function perform(call: TerraformCall, run: Run, session: EnvironmentEdits): Promise<number> {
  const { context: { host }, component, sequence, target } = run;
  const { os, files } = host;
  const environment = layered(terraformVariables(call, run), session);
  await writeFiles(host, component, sequence.files);
  const inDirectory = (name: string) => resolvePath(os, component.directory, name);
  if (sequence.forgetsWorkspace) await files.remove(inDirectory(environmentFile(run, host)));
  for (const step of sequence.steps) {
    const code = await runStep(host, run, step, environment);
    if (code !== 0) return code;
  }
  const code = target.command === "shell" ? await openShell(host, run, environment) : 0;
  for (const name of sequence.leftovers) await files.remove(inDirectory(name));
  return code;
}

async function runStep(
  host: Pick<Host, "run" | "tell">,
  run: Run,
  { args, quiet, otherwise }: TerraformStep,
  environment: EnvironmentEdits,
): Promise<number> {
  const { program, component: { directory, type } } = run;
  const stdio = quiet ? "quiet" : "inherit";
  const exit = await runProgram(host, { program, args, environment, directory, stdio }, type);
  const { code, stdout, stopped } = exit;
  if (code === 1 && otherwise !== undefined && stopped === undefined) {
    return await runStep(host, run, { args: otherwise, quiet }, environment);
  }
  if (code !== 0 && quiet) host.tell(stdout);
  return code;
}

/** What Terraform itself is told; what the stacks or the person say counts above it. */
function terraformVariables({ input }: TerraformCall, { context }: Run): EnvironmentEdits {
  const { raw } = context.loaded();
  const agent = input.appendUserAgent ?? textAt(mapAt(raw, "components", "terraform"), "append_user_agent");
  return {
    set: { TF_IN_AUTOMATION: "true", ...(agent ? { TF_APPEND_USER_AGENT: agent } : {}) },
    unset: [],
  };
}

async function openShell(
  host: Host,
  { component, target }: Run,
  environment: EnvironmentEdits,
): Promise<number> {
  const { directory, name, stack } = component;
  const { set, unset } = layered(environment, shellVariables(component));
  host.tell(printable(`Entering a shell for ${name} in ${stack}, at ${directory}; exit leaves it`) + "\n");
  const inDirectory: Pick<Host, "run"> = { run: (command) => host.run({ ...command, directory }) };
  const nested = { set: { ...set, [DEPTH]: String(depthOf(host) + 1) }, unset };
  return await runFirst(inDirectory, shellPrograms(host, host.env("ATMOS_SHELL")), target.words.args, nested);
}

function dryRun(call: TerraformCall, run: Run): string {
  const { component, sequence, program, context, target } = run;
  const { set, unset } = componentEnvironment(component);
  return dryRunText({
    identity: identityWords(call, context.auth()),
    directory: component.directory,
    writes: sequence.files.map(({ name }) => name),
    forgets: sequence.forgetsWorkspace ? [environmentFile(run, context.host)] : [],
    lines: [
      ...sequence.steps.map(({ args }) => [program, ...args]),
      ...(target.command === "shell"
        ? [[shellPrograms(context.host, context.host.env("ATMOS_SHELL"))[0], ...target.words.args]]
        : []),
    ],
    removes: sequence.leftovers,
    sets: Object.keys(set),
    unsets: unset,
  }, PLAIN);
}

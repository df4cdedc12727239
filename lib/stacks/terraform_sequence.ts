/**
 * What running Terraform for a component comes to: which files, which lines, what is cleaned up. Pure; the order is
 * that of Atmos.
 *
 * @module
 */
import {
  backendFile,
  type GeneratedFile,
  planfileName,
  providersFile,
  terraformVarfile,
} from "./program_files.ts";
import { TERRAFORM_GRAMMAR, wordsAmong } from "./program_words.ts";
import type { Component, TerraformSettings } from "./types.ts";

/** What is asked for. */
export interface TerraformRequest {
  /** `plan`, `deploy`, `state list`, `shell`, ... */
  readonly command: string;
  /** What goes to Terraform as it is. */
  readonly args: readonly string[];
  readonly skipInit: boolean;
  readonly fromPlan: boolean;
  /** `--planfile`: a plan of another name, as Terraform finds it from the component's directory. */
  readonly planfile: string | undefined;
  /** Terraform knows no `NO_COLOR`. */
  readonly noColor: boolean;
  /** `TF_WORKSPACE` is set for the child: it decides, and `workspace select` would fail. */
  readonly hasWorkspaceVariable: boolean;
}

/** One run of Terraform. */
export interface TerraformStep {
  readonly args: readonly string[];
  /** What it says is nobody's business unless it fails: stdout belongs to the command that was typed. */
  readonly quiet: boolean;
  /** What to try when it ends with 1: older versions have no `-or-create`. */
  readonly otherwise?: readonly string[];
}

/** All of it; paths are names in the component's directory. */
export interface TerraformSequence {
  readonly files: readonly GeneratedFile[];
  /** Whether `.terraform/environment` goes first: with another backend, it names a workspace that is not there. */
  readonly forgetsWorkspace: boolean;
  readonly steps: readonly TerraformStep[];
  /** What goes when all steps went well. */
  readonly leftovers: readonly string[];
  /** The saved plan that is needed. */
  readonly planfile: string | undefined;
}

/** Commands that need neither modules nor state. */
const UNPREPARED: ReadonlySet<string> = new Set(["fmt", "generate backend", "generate varfile", "version"]);
/** Commands that choose the workspace themselves, or need none. */
const WITHOUT_WORKSPACE: ReadonlySet<string> = new Set([
  ...["init", "providers", "providers lock", "providers mirror", "providers schema"],
  ...["workspace delete", "workspace new", "workspace select"],
]);
/** Commands whose output is read by programs. */
const PRINTING: ReadonlySet<string> = new Set([
  ...["graph", "metadata functions", "output", "providers", "providers schema", "show", "state list"],
  ...["state pull", "state show", "validate", "version", "workspace list", "workspace show"],
]);
/** Commands that read variables beside `plan`, `apply` and `deploy`. */
const WITH_VARIABLES: ReadonlySet<string> = new Set(["console", "destroy", "import", "refresh"]);
/** Commands that change the state, or what it stands for: no plan made before them can be applied behind them. */
const CHANGING: ReadonlySet<string> = new Set([
  ...["apply", "deploy", "destroy", "import", "refresh", "state mv", "state push", "state replace-provider"],
  ...["state rm", "taint", "untaint"],
]);

/** Commands that talk to the backend alone, if to anybody: they end long before a session does. */
const BRIEF: ReadonlySet<string> = new Set([
  ...UNPREPARED,
  ...PRINTING,
  ...["force-unlock", "get", "init", "providers lock", "providers mirror", "state mv", "state push"],
  ...["state replace-provider", "state rm", "taint", "untaint"],
  ...["workspace", "workspace delete", "workspace new", "workspace select"],
]);

/** Whether a command may run for longer than a session lasts. */
export function mayTakeLong(command: string): boolean {
  return !BRIEF.has(command);
}

/** Whether a command changes the world: refused for a locked component. */
export function changesTerraform(command: string): boolean {
  return CHANGING.has(command) || command === "workspace delete";
}

/**
 * Plans a run.
 *
 * @throws AuthError `config-invalid` when the backend's file is to be written and no backend is configured
 */
export function planSequence(
  component: Component,
  settings: TerraformSettings,
  request: TerraformRequest,
): TerraformSequence {
  const { command } = request;
  const initializes = !UNPREPARED.has(command) && command !== "init" && !request.skipInit &&
    !(command === "deploy" && !settings.deployRunInit);
  const prepared = [
    ...(initializes ? [initStep(component, settings, request)] : []),
    ...workspaceSteps(component, request),
  ];
  const own = ownArgs(component, settings, request);
  const planfile = request.planfile ?? planfileName(component);
  return {
    files: filesOf(component, settings, request),
    forgetsWorkspace: initializes || command === "init",
    steps: [...prepared, ...(own === undefined ? [] : [{ args: own, quiet: false }])]
      .map((step) => request.noColor ? withoutColor(step) : step),
    leftovers: leftoversOf(component, request),
    planfile: isFromPlan(request) ? planfile : undefined,
  };
}

/** Every command takes the flag, wherever it stands. */
function withoutColor({ args, quiet, otherwise }: TerraformStep): TerraformStep {
  const plain = (words: readonly string[]) => [...words, "-no-color"];
  return { args: plain(args), quiet, ...(otherwise === undefined ? {} : { otherwise: plain(otherwise) }) };
}

const isFromPlan = ({ command, fromPlan, planfile }: TerraformRequest): boolean =>
  ["apply", "deploy", "show"].includes(command) && (fromPlan || planfile !== undefined);

function filesOf(
  component: Component,
  { autoGenerateBackendFile }: TerraformSettings,
  { command }: TerraformRequest,
): readonly GeneratedFile[] {
  if (command === "generate varfile") return [terraformVarfile(component)];
  if (command === "generate backend") return [backendFile(component)];
  if (UNPREPARED.has(command)) return [];
  const providers = providersFile(component);
  return [
    terraformVarfile(component),
    ...(autoGenerateBackendFile ? [backendFile(component)] : []),
    ...(providers === undefined ? [] : [providers]),
  ];
}

/** `-var-file`, as the commands that read variables take it. */
export function variablesFlag(component: Component): readonly [string, string] {
  return ["-var-file", terraformVarfile(component).name];
}

function initStep(
  component: Component,
  settings: TerraformSettings,
  { command, args }: TerraformRequest,
): TerraformStep {
  const quiet = PRINTING.has(command) || args.some((arg) => /^--?json(?:=|$)/.test(arg));
  return { args: initArgs(component, settings), quiet };
}

function initArgs(
  component: Component,
  { initRunReconfigure, initPassVars }: TerraformSettings,
): readonly string[] {
  return [
    "init",
    ...(initRunReconfigure ? ["-reconfigure"] : []),
    ...(initPassVars ? variablesFlag(component) : []),
  ];
}

function workspaceSteps(
  { workspace }: Component,
  { command, hasWorkspaceVariable }: TerraformRequest,
): readonly TerraformStep[] {
  const isNeeded = workspace !== undefined && !hasWorkspaceVariable && !UNPREPARED.has(command) &&
    !WITHOUT_WORKSPACE.has(command);
  if (!isNeeded) return [];
  return [{
    args: ["workspace", "select", "-or-create", workspace],
    quiet: true,
    otherwise: ["workspace", "new", workspace],
  }];
}

/** The command that was typed; `undefined`: all is done without it. */
function ownArgs(
  component: Component,
  settings: TerraformSettings,
  request: TerraformRequest,
): readonly string[] | undefined {
  const { command, args } = request;
  switch (command) {
    case "generate backend":
    case "generate varfile":
    case "shell":
    case "workspace":
      return undefined;
    case "init":
      return [...initArgs(component, settings), ...args];
    case "plan":
      return ["plan", ...variablesFlag(component), ...outFlag(component, settings, request), ...args];
    case "apply":
      return applyArgs(component, settings.applyAutoApprove, request);
    case "deploy":
      return applyArgs(component, true, request);
    case "show":
      return ["show", ...args, ...(isFromPlan(request) ? [request.planfile ?? planfileName(component)] : [])];
    default:
      return [
        ...command.split(" "),
        ...(WITH_VARIABLES.has(command) ? variablesFlag(component) : []),
        ...args,
      ];
  }
}

/** Where the plan goes, unless somebody says so or wants none. */
function outFlag(
  component: Component,
  { planSkipPlanfile }: TerraformSettings,
  { args, planfile }: TerraformRequest,
): readonly string[] {
  const isSaid = args.some((arg) => /^--?out(?:=|$)/.test(arg));
  return isSaid || planSkipPlanfile ? [] : ["-out", planfile ?? planfileName(component)];
}

/** A saved plan holds its variables. */
function applyArgs(component: Component, approves: boolean, request: TerraformRequest): readonly string[] {
  const { args, planfile } = request;
  const isApproved = args.some((arg) => /^--?auto-approve(?:=|$)/.test(arg));
  const approval = approves && !isApproved ? ["-auto-approve"] : [];
  if (isFromPlan(request)) return ["apply", ...approval, ...args, planfile ?? planfileName(component)];
  const hasPlan = wordsAmong(args, TERRAFORM_GRAMMAR).length > 0;
  return ["apply", ...(hasPlan ? [] : variablesFlag(component)), ...approval, ...args];
}

function leftoversOf(component: Component, { command, planfile }: TerraformRequest): readonly string[] {
  const isApplied = command === "apply" || command === "deploy";
  return [
    ...(isApplied ? [terraformVarfile(component).name] : []),
    ...(CHANGING.has(command) && planfile === undefined ? [planfileName(component)] : []),
  ];
}

/**
 * Carrying out steps: what each of them runs, where, and with whose session.
 *
 * @module
 */
import { assertUsable } from "../../chain/check.ts";
import { forecast } from "../../chain/forecast.ts";
import { targetOf } from "../../chain/plan.ts";
import { resolveName } from "../../chain/select.ts";
import type { ChainPlan } from "../../chain/types.ts";
import { AuthError, isAuthError, type SourcePosition } from "../../errors.ts";
import type { Command, EnvironmentEdits, Exit, Host } from "../../host.ts";
import { childEnvironment, ownSecretVariables } from "../../output/environment.ts";
import { resolvePath } from "../../paths.ts";
import type { Style } from "../../output/style.ts";
import { pauseText, type PlannedStep, stepText } from "../../output/workflow.ts";
import { conditionText } from "../../workflows/condition.ts";
import { TRAIL } from "../../workflows/nesting.ts";
import type { StepEnd } from "../../workflows/retry.ts";
import type { StepEvent } from "../../workflows/run.ts";
import { AS_IT_CAME } from "../../stacks/program_environment.ts";
import type { Step, Variables } from "../../workflows/types.ts";
import { quoteWord } from "../../shell_word.ts";
import { ownWords, shownWithStack, splitCommand, withStack } from "../../workflows/words.ts";
import { chooseIdentity, disabledWords, wishOf } from "./choose.ts";
import { configurationWords, type GlobalInput } from "../line/globals.ts";
import { obtainSession, sessionEnvironment } from "./session.ts";
import type { OpenedProject } from "./project.ts";
import type { Context } from "./context.ts";

/** What the steps of one workflow or custom command have in common. */
export interface Surroundings {
  readonly project: OpenedProject;
  readonly globals: GlobalInput;
  /** `working_directory` around the steps, as written. */
  readonly workingDirectory: string | undefined;
  /** Beside those of the step, which win. */
  readonly env: Variables;
  /** What this runs in, for runs in its steps. */
  readonly trail: string;
  /** For steps that name none, by type; `undefined`: none. */
  readonly identities: Readonly<Record<Step["type"], string | undefined>>;
  /** Why nobody is authenticated at all, in the person's words; `undefined`: somebody may be. */
  readonly off: string | undefined;
  /** `--stack`, which beats that of a step. */
  readonly stack: string | undefined;
  /** For steps that name none. */
  readonly defaultStack: string | undefined;
}

/** The identity of the flag, else of the variable, else the configured one; `undefined`: none, or switched off. */
export async function wishedIdentity(
  { context }: OpenedProject,
  globals: GlobalInput,
  configured?: string,
): Promise<string | undefined> {
  const { host } = context;
  const wish = wishOf(host, globals);
  const isNamed = wish.flag !== undefined || (wish.variable ?? "") !== "";
  if (disabledWords(host, globals) !== undefined || (!isNamed && configured === undefined)) return undefined;
  assertUsable(context.loaded());
  return await chooseIdentity(
    host,
    context.auth(),
    isNamed ? wish : { flag: configured, variable: undefined },
  );
}

/** The identity of a step as it is configured. */
export function identityOf(
  { project, identities, off }: Pick<Surroundings, "identities" | "off"> & {
    readonly project: { readonly context: Pick<Context, "auth" | "loaded"> };
  },
  step: Pick<Step, "name" | "type" | "identity" | "at">,
): string | undefined {
  if (off !== undefined) return undefined;
  if (step.identity === undefined) return identities[step.type];
  const { context } = project;
  assertUsable(context.loaded());
  try {
    return resolveName(context.auth().identities, step.identity, "identity");
  } catch (error) {
    if (!isAuthError(error)) throw error;
    const where = `the step ${JSON.stringify(step.name)}`;
    throw error.with({ where, at: step.at });
  }
}

/**
 * Plans the chains of all steps, so that a name that is not known stops everything before anything is done.
 *
 * @throws AuthError as `planChain`, and for words that cannot be read
 */
export async function planSteps(
  around: Surroundings,
  steps: readonly Step[],
): Promise<ReadonlyMap<Step, ChainPlan | undefined>> {
  const plans = new Map<Step, ChainPlan | undefined>();
  for (const step of steps) {
    const name = identityOf(around, step);
    plans.set(step, name === undefined ? undefined : await around.project.context.plan(name));
    if (step.type === "atmos") stepWords(around, step);
  }
  return plans;
}

/** Runs a step to its end. */
export async function runStep(
  around: Surroundings,
  step: Step,
  plan: ChainPlan | undefined,
): Promise<StepEnd> {
  const { host } = around.project.context;
  const environment = await environmentOf(around, step, plan);
  const directory = directoryOf(around, step);
  const timeout = step.timeoutMillis === undefined ? {} : { timeoutMillis: step.timeoutMillis };
  const common = { environment, directory, stdio: "inherit", ...timeout } as const;
  if (step.type === "shell") return await runScript(host, withSelf(host, step.command), common);
  const [program, ...before] = host.self();
  const words = [...configurationWords(host, around.globals), ...stepWords(around, step)];
  return await host.run({ program, args: [...before, ...words], ...common });
}

/** What a person would type for a step. */
export function stepLine(around: Surroundings, step: Step): string {
  return step.type === "shell" ? step.command : shownWithStack(step.command, stackFor(around, step));
}

/** The words of an atmos step, the stack's included. */
function stepWords(around: Surroundings, step: Step): readonly string[] {
  const { project: { context: { host }, settings }, env } = around;
  const all = { ...settings.env, ...env, ...step.env };
  const split = splitCommand(step.command, (name) => Object.hasOwn(all, name) ? all[name] : host.env(name));
  if ("words" in split) return withStack(ownWords(split.words), stackFor(around, step));
  throw new AuthError(
    "config-invalid",
    `Cannot run the step ${JSON.stringify(step.name)}: ${split.refused}`,
    {
      at: step.at,
    },
  );
}

/** The stack that a step is given. */
function stackFor({ stack, defaultStack }: Surroundings, step: Step): string | undefined {
  const [, first = "", second = ""] = /^\s*(?:atmos\s+)?(\S*)\s*(\S*)/.exec(step.command) ?? [];
  const isStackless = STACKLESS.includes(first) || STACKLESS.includes(`${first} ${second}`);
  return isStackless ? undefined : stack ?? step.stack ?? defaultStack;
}

/** Commands that work on no stack: to give them one all the same, as Atmos does, would only make them fail. */
const STACKLESS = [
  ...["auth", "completion", "help", "version"],
  ...["describe workflows", "list stacks", "list workflows"],
];

/**
 * Where a step runs: its own `working_directory`, else the one around it, from the project's base path; else a script in
 * the base path, and this program where we are.
 */
export function directoryOf({ project, workingDirectory }: Surroundings, step: Step): string {
  const { context: { host }, settings: { basePath } } = project;
  const wanted = step.workingDirectory ?? workingDirectory;
  if (wanted !== undefined && wanted !== "") return resolvePath(host.os, basePath, wanted);
  return step.type === "shell" ? basePath : host.workingDirectory();
}

/** `env` of the configuration, of what is around the step and of the step, and over all the session. */
async function environmentOf(
  around: Surroundings,
  step: Step,
  plan: ChainPlan | undefined,
): Promise<EnvironmentEdits> {
  const own = { ...around.project.settings.env, ...around.env, ...step.env };
  const switchedOff = around.off === undefined ? {} : { ATMOS_IDENTITY: "false" };
  const { set, unset } = plan === undefined ? AS_IT_CAME : await sessionEdits(around, step, plan);
  const kept = Object.entries(own).filter(([name]) => !unset.includes(name));
  return { set: { ...Object.fromEntries(kept), ...set, ...switchedOff, [TRAIL]: around.trail }, unset };
}

/** This program may need its own secrets, to renew the session; nobody else gets them. */
async function sessionEdits(
  { project: { context } }: Surroundings,
  step: Step,
  plan: ChainPlan,
): Promise<EnvironmentEdits> {
  const credentials = sessionEnvironment(context, plan, await obtainSession(context, plan), true);
  const secrets = step.type === "atmos" ? [] : ownSecretVariables(context.auth().keyring.passwordVariable);
  return childEnvironment(credentials, targetOf(plan).name, secrets);
}

/** What happens to a step, for a person to read. */
export function eventText(event: StepEvent, style: Style): string {
  const { step } = event;
  switch (event.type) {
    case "skipped":
      return stepText(
        step.name,
        `skipped, it is for ${event.why === undefined ? "success" : conditionText(event.why)}`,
        style,
      );
    case "pause":
      return stepText(
        step.name,
        `exit code ${event.code} at attempt ${event.attempt}, tried again in ${pauseText(event.millis)}`,
        style,
      );
    case "went-on":
      return stepText(step.name, `exit code ${event.code}, going on as its \`continue\` says`, style);
  }
}

/** What is in hand of a session, and what it takes to make it; nothing is made. */
export async function sessionInHand(
  { project: { context } }: Surroundings,
  plan: ChainPlan,
): Promise<NonNullable<PlannedStep["identity"]>> {
  const { storedLinks } = await import("../../chain/run.ts");
  const sessions = (await storedLinks(context.host, plan, context.sessions(plan))).map(({ session }) =>
    session
  );
  const { isReady, needsProvider } = forecast(plan, sessions, context.host.now());
  return {
    name: targetOf(plan).name,
    readyUntil: isReady ? sessions.at(-1)?.expiresAt : undefined,
    provider: needsProvider ? plan.provider?.name : undefined,
  };
}

/** What a script prints, without the line breaks at its end. */
export async function captureScript(
  around: Surroundings,
  name: string,
  script: string,
  at: SourcePosition,
): Promise<string> {
  const { host } = around.project.context;
  const { basePath, env } = around.project.settings;
  const { workingDirectory } = around;
  const directory = workingDirectory === undefined
    ? basePath
    : resolvePath(host.os, basePath, workingDirectory);
  const environment = { set: { ...env, ...around.env, [TRAIL]: around.trail }, unset: [] };
  const { code, stdout } = await runScript(host, withSelf(host, script), {
    environment,
    directory,
    stdio: "capture",
  });
  if (code === 0) return stdout.replace(/(?:\r?\n)+$/, "");
  throw new AuthError(
    "failed",
    `Cannot tell the variable ${name}: its command ended with exit code ${code}`,
    { at },
  );
}

/** From source this program is several words, and a file may have any name: a script finds it as `atmos` all the same. */
function withSelf({ self, os }: Pick<Host, "self" | "os">, script: string): string {
  const words = self();
  const isFound = words.length === 1 && /(?:^|[\\/])atmos$/.test(words[0]);
  return isFound || os === "windows"
    ? script
    : `atmos() { ${words.map(quoteWord).join(" ")} "$@"; }; ${script}`;
}

type Common = Omit<Command, "program" | "args">;

/** A script in the shell that there is. Atmos has one built in, which understands what bash does. */
async function runScript(
  host: Pick<Host, "run" | "os" | "env">,
  script: string,
  common: Common,
): Promise<Exit> {
  if (host.os === "windows") {
    // cmd reads its line by rules of its own, which no quoting survives: it takes the script from a variable.
    const environment = { ...common.environment, set: { ...common.environment.set, ATMOS_STEP: script } };
    const program = host.env("COMSPEC") || "cmd.exe";
    return await host.run({ ...common, program, args: ["/d", "/s", "/c", "%ATMOS_STEP%"], environment });
  }
  const shell = { ...common, args: ["-c", script], isScript: true };
  try {
    return await host.run({ ...shell, program: "bash" });
  } catch (error) {
    if (!isAuthError(error, "command-not-found")) throw error;
    return await host.run({ ...shell, program: "sh" });
  }
}

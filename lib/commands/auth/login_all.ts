/**
 * `atmos auth login --all`: every identity, each provider once, and each link that several chains share once.
 *
 * What may need a person comes first, one after the other; the rest runs side by side, the links of a chain in their
 * order, so that no chain waits for another one's lock.
 *
 * @module
 */
import { runChain, type SharedRun } from "../../chain/run.ts";
import { targetOf } from "../../chain/plan.ts";
import type { ChainPlan, IdentityStep } from "../../chain/types.ts";
import { AuthError, isFailure } from "../../errors.ts";
import { type LoginLine, loginLine } from "../../output/login_all.ts";
import { warningText } from "../../output/problem.ts";
import { styleOf } from "../../output/style.ts";
import type { LoginWish } from "../../providers/types.ts";
import { derived } from "../../session/derive.ts";
import { type Say, whileWaiting } from "../../terminal/status.ts";
import type { Context } from "../../cli/run/context.ts";
import { identityView } from "./login_view.ts";
import { provisionIdentities } from "../../cli/run/provision.ts";
import { noteRenewal } from "../../cli/run/session.ts";
import { atOnce, CALLS_AT_ONCE } from "../../at_once.ts";

/** How everything is logged in to. */
export interface LoginAllOptions extends LoginWish {
  /** Whether the providers' own sessions and shared links are made anew, too. */
  readonly force: boolean;
}

/** One link to make: the chain that ends in it. */
interface Task {
  readonly plan: ChainPlan;
  /** Whether it was asked for, and gets a line; else it is only a base of what was. */
  readonly wanted: boolean;
}

interface Run {
  readonly context: Context;
  readonly options: LoginAllOptions;
  readonly shared: SharedRun;
  readonly width: number;
  /** What failed so far, by the name of the identity. */
  readonly failures: Map<string, AuthError>;
  /** Those of them that failed only since what they start from did. */
  readonly orphans: Set<string>;
}

/**
 * Logs in to these identities, with one line for each on standard error.
 *
 * @throws AuthError when any failed, with the code that they have in common
 */
export async function logInToAll(
  context: Context,
  names: readonly string[],
  options: LoginAllOptions,
): Promise<void> {
  const { host } = context;
  const run: Run = {
    context,
    options,
    shared: { startedAt: host.now(), providers: new Map() },
    width: Math.max(...names.map((name) => name.length)),
    failures: new Map(),
    orphans: new Set(),
  };
  const say: Say = (line) => host.tell(`${line}\n`);
  const plans = await plansOf(run, names, say);
  const tasks = tasksOf(plans);
  const first = firstOfEachRoot(tasks);
  for (const task of first) await perform(run, task, host, say);
  await inRounds(run, tasks.filter((task) => !first.includes(task)));
  await provisionIdentities(context, plans.map(({ provider }) => provider?.name));
  const failed = names.filter((name) => run.failures.has(name));
  if (failed.length > 0) throw someFailed(run, failed, names.length);
}

/** What can be planned; what cannot be gets its line at once. Kinds that we do not know are no failure. */
async function plansOf(run: Run, names: readonly string[], say: Say): Promise<readonly ChainPlan[]> {
  const plans: ChainPlan[] = [];
  for (const name of names) {
    try {
      plans.push(await run.context.plan(name));
    } catch (error) {
      if (!isFailure(error)) throw error;
      if (error.code !== "unsupported") run.failures.set(name, error);
      say(
        textOf(run, {
          name,
          type: error.code === "unsupported" ? "skipped" : "failed",
          reason: error.message,
        }),
      );
    }
  }
  return plans;
}

/** Every link once, the shorter chains first. */
function tasksOf(plans: readonly ChainPlan[]): readonly Task[] {
  const wanted = new Set(plans.map((plan) => targetOf(plan).name));
  const tasks = new Map<string, Task>();
  for (const plan of plans) {
    const [root, ...more] = plan.identities;
    for (const count of plan.identities.keys()) {
      const identities: ChainPlan["identities"] = [root, ...more.slice(0, count)];
      const { name } = identities.at(-1) ?? root;
      if (!tasks.has(name)) {
        tasks.set(name, { plan: { provider: plan.provider, identities }, wanted: wanted.has(name) });
      }
    }
  }
  return [...tasks.values()].sort((a, b) => lengthOf(a) - lengthOf(b));
}

const lengthOf = ({ plan }: Task): number => plan.identities.length;
const isUser = ({ config }: IdentityStep): boolean => config.kind === "aws/user";

/** What may ask a person: the first use of each provider, and every user, who may have an MFA device. */
function firstOfEachRoot(tasks: readonly Task[]): readonly Task[] {
  const seen = new Set<string>();
  return tasks.filter((task) => {
    if (lengthOf(task) > 1) return false;
    const provider = task.plan.provider?.name;
    if (provider === undefined) return isUser(targetOf(task.plan));
    return !seen.has(provider) && seen.add(provider).size > 0;
  });
}

/** Side by side, one length of chains after the other. Nobody is asked here: several questions at once are none. */
async function inRounds(run: Run, tasks: readonly Task[]): Promise<void> {
  if (tasks.length === 0) return;
  const { host } = run.context;
  const running = new Set<string>();
  const progress = { done: 0 };
  const text = () => `${progress.done} of ${tasks.length} done; ${[...running].join(", ")}`;
  await whileWaiting(host, { text }, async (say) => {
    const quiet = derived(host, { prompt: undefined, tell: (words) => say(words.replace(/\n$/, "")) });
    for (const round of Map.groupBy(tasks, lengthOf).values()) {
      const inOrder = orderedLines(round, say);
      await atOnce(CALLS_AT_ONCE, round, async (task) => {
        const { name } = targetOf(task.plan);
        const lines: string[] = [];
        running.add(name);
        await perform(run, task, quiet, (line) => lines.push(line));
        running.delete(name);
        progress.done += 1;
        inOrder(task, lines);
      });
    }
  });
}

/** Says the lines of each task when those of all tasks before it are said: the order of names, not of answers. */
function orderedLines(tasks: readonly Task[], say: Say): (task: Task, lines: readonly string[]) => void {
  const ready = new Map<Task, readonly string[]>();
  const waiting = [...tasks];
  return (task, lines) => {
    ready.set(task, lines);
    for (let next = waiting[0]; next !== undefined && ready.has(next); next = waiting[0]) {
      for (const line of ready.get(next) ?? []) say(line);
      waiting.shift();
    }
  };
}

async function perform(run: Run, { plan, wanted }: Task, host: Context["host"], say: Say): Promise<void> {
  const { context, options, failures } = run;
  const step = targetOf(plan);
  const line = (shown: LoginLine) => {
    if (wanted) say(textOf(run, shown));
  };
  const base = plan.identities.at(-2);
  const broken = base === undefined ? undefined : failures.get(base.name);
  if (base !== undefined && broken !== undefined) {
    failures.set(step.name, broken);
    run.orphans.add(step.name);
    return line({ name: step.name, type: "failed", reason: `there is no session of "${base.name}"` });
  }
  try {
    const renew = options.force ? "everything" : wanted ? "target" : "nothing";
    noteRenewal(context, plan, renew);
    const { target, notices } = await runChain(host, plan, context.stores(plan), {
      ...options,
      renew,
      shared: run.shared,
    });
    for (const notice of notices) say(warningText(notice, host.screen).replace(/\n$/, ""));
    const { account, role, expiresAt } = identityView(context, plan, target);
    line({ name: step.name, type: "done", account, role, expiresAt });
  } catch (error) {
    if (!isFailure(error)) throw error;
    failures.set(step.name, error);
    line({ name: step.name, type: "failed", reason: error.message });
  }
}

function textOf({ context: { host }, width }: Run, line: LoginLine): string {
  return loginLine(line, width, styleOf(host.screen), host.now());
}

/** The code is the one that all failures share, so that a script can tell "nobody was there" from "refused". */
function someFailed(run: Run, failed: readonly string[], count: number): AuthError {
  const codes = new Set([...run.failures.values()].map(({ code }) => code));
  const [code] = codes.size === 1 ? codes : [];
  const first = failed.find((name) => !run.orphans.has(name)) ?? failed[0];
  return new AuthError(code ?? "failed", `Cannot log in to ${failed.length} of ${count} identities`, {
    hints: [`Run \`atmos auth login --identity ${first}\` to see all there is to say about it`],
  });
}

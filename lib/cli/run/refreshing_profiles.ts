/**
 * The profiles of a child: each is this very program, with all that leads it to the same identity from wherever an SDK
 * starts it.
 *
 * @module
 */
import { planChain, targetOf } from "../../chain/plan.ts";
import type { ChainPlan } from "../../chain/types.ts";
import { isAuthError } from "../../errors.ts";
import { listSessions } from "../../files/aws_sessions.ts";
import { sectionName } from "../../files/names.ts";
import { processLine, type ProcessProfile } from "../../output/process_profile.ts";
import type { Wanted } from "../../stacks/find.ts";
import type { Context } from "./context.ts";
import { configurationWords, type GlobalInput } from "../line/globals.ts";
import type { Held } from "./refreshing_loop.ts";
import { surroundings } from "./session.ts";

/** Where the line leads. */
export interface ProfilesFor {
  readonly globals: GlobalInput;
  readonly component: Wanted | undefined;
}

/**
 * A profile for each session that is held, and for every other identity whose session rests in the files that a child
 * of `exec` is pointed to: whoever names a profile finds it, as there.
 *
 * @returns `undefined` when a line cannot be written
 */
export async function profilesOf(
  context: Context,
  place: ProfilesFor,
  [main, ...beside]: readonly [Held, ...Held[]],
): Promise<readonly ProcessProfile[] | undefined> {
  const held = [main, ...beside].map(({ plan, first }) =>
    profile(context, place, plan, [`--chain=${first.link.digest}`])
  );
  const taken = new Set([main, ...beside].map(({ plan }) => targetOf(plan).name));
  const others = (await plansBeside(context, main, taken)).map((plan) => profile(context, place, plan, []));
  const all = [...held, ...others];
  return all.every((one) => one !== undefined) ? all : undefined;
}

async function plansBeside(
  context: Context,
  { plan }: Held,
  taken: ReadonlySet<string>,
): Promise<readonly ChainPlan[]> {
  const found = await listSessions(context.host, await context.filesIn(context.directory(plan)));
  const ours = found.filter(({ session }) => session !== undefined);
  const sections = new Set(ours.map(({ section }) => section));
  const names = [...context.auth().identities.keys()].filter((name) =>
    sections.has(sectionName(name)) && !taken.has(name)
  );
  return names.flatMap((name) => planned(context, name));
}

/** An identity that cannot be used has no profile, and is nobody's affair here. */
function planned(context: Context, name: string): readonly ChainPlan[] {
  try {
    return [planChain(context.auth(), name)];
  } catch (error) {
    if (isAuthError(error)) return [];
    throw error;
  }
}

function profile(
  { host }: Context,
  { globals, component }: ProfilesFor,
  plan: ChainPlan,
  more: readonly string[],
): ProcessProfile | undefined {
  const { name: identity } = targetOf(plan);
  const words = [
    ...host.self(),
    "auth",
    "credential-process",
    `--identity=${identity}`,
    ...more,
    ...component === undefined ? [] : componentWords(component),
    // What is found from here is found from elsewhere.
    `--chdir=${host.workingDirectory()}`,
    ...configurationWords(host, globals),
  ];
  const process = processLine(host.os, words);
  return process === undefined ? undefined : {
    name: sectionName(identity),
    region: surroundings(plan).region,
    process,
  };
}

function componentWords({ type, name, stack }: Wanted): readonly string[] {
  return [`--component=${name}`, `--stack=${stack}`, ...type === undefined ? [] : [`--type=${type}`]];
}

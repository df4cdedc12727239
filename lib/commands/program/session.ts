/**
 * The session that a component's program gets: the identity that is meant, kept fresh while the program runs, with
 * those beside it that the configuration requires.
 *
 * @module
 */
import { selectIdentity } from "../../chain/select.ts";
import type { ChainPlan } from "../../chain/types.ts";
import type { AuthConfig } from "../../config/types.ts";
import { type AuthError, isAuthError, isFailure, messageOf } from "../../errors.ts";
import type { EnvironmentEdits } from "../../host.ts";
import { loginLine } from "../../output/login_line.ts";
import { warningText } from "../../output/problem.ts";
import { componentEnvironment, layered, projectVariables } from "../../stacks/program_environment.ts";
import type { Component } from "../../stacks/types.ts";
import { chooseIdentity, disabledWords, wishOf } from "../../cli/run/choose.ts";
import type { Opened } from "./component.ts";
import type { ComponentCall } from "./target.ts";
import type { Context } from "../../cli/run/context.ts";
import { identityEnvironment } from "../../cli/run/child.ts";
import { type Refreshed, whileRefreshed } from "../../cli/run/refreshing.ts";
import { obtainSession } from "../../cli/run/session.ts";

/** Whether the component's program runs with the environment as it came. */
function isOff({ host, globals }: ComponentCall, auth: AuthConfig): boolean {
  if (disabledWords(host, globals) !== undefined) return true;
  const { providers, identities } = auth;
  const { flag, variable = "" } = wishOf(host, globals);
  // Who names an identity is told that there is none.
  return providers.size === 0 && identities.size === 0 && flag === undefined && variable === "";
}

/** How long a session is needed. */
export interface Lasting {
  /** Whether the work may take longer than a session lasts: it is renewed then, where that takes no person. */
  readonly long: boolean;
  /** Whether it must not be cut off: the keyring's password may be asked for ahead. */
  readonly changes: boolean;
}

/**
 * Does something with the component's environment, which holds the session of the identity that is meant. The session
 * counts above what the stacks set.
 */
export async function whileAuthenticated(
  call: ComponentCall,
  opened: Opened,
  { long, changes }: Lasting,
  work: (environment: EnvironmentEdits) => Promise<number>,
): Promise<number> {
  const { context, component } = opened;
  const own = ownEnvironment(opened);
  if (isOff(call, context.auth())) return await work(own);
  const name = await chooseIdentity(context.host, context.auth(), wishOf(call.host, call.globals));
  const plan = await context.plan(name);
  try {
    const beside = await requiredBeside(context, plan, name);
    if (!long) return await work(layered(own, await identityEnvironment(context, plan)));
    const wish = { component, beside, mayAsk: changes };
    const inside = ({ environment }: Refreshed) => work(layered(own, environment));
    return await whileRefreshed(context, call.globals, plan, wish, inside);
  } catch (error) {
    throw isAuthError(error, "person-needed") ? withLoginLine(error, name, component) : error;
  }
}

/** What the component alone defines is nothing that a login without it would find. */
function withLoginLine(error: AuthError, identity: string, component: Component): AuthError {
  return error.with({ remedy: `Run \`${loginLine(identity, component)}\` in a terminal` });
}

/** What the stacks set, and where the project is. */
export function ownEnvironment({ context, component, settings }: Opened): EnvironmentEdits {
  const { directory, files } = context.loaded();
  const place = projectVariables(settings, files.length > 0 ? directory : undefined);
  return layered(componentEnvironment(component), place);
}

/**
 * The plans of `required` identities that a session could be had for; the others are told of. The chosen one comes
 * first: a person is asked for it before anything else.
 */
async function requiredBeside(
  context: Context,
  plan: ChainPlan,
  chosen: string,
): Promise<readonly ChainPlan[]> {
  const required = [...context.auth().identities.values()].filter(({ name, config }) =>
    name !== chosen && config !== undefined && "required" in config && config.required
  );
  if (required.length > 0) await obtainSession(context, plan);
  const plans: ChainPlan[] = [];
  for (const { name } of required) {
    try {
      const beside = await context.plan(name);
      await obtainSession(context, beside);
      plans.push(beside);
    } catch (error) {
      if (!isFailure(error)) throw error;
      const reason = `The identity ${name} is required, and is not there: ${messageOf(error)}`;
      context.host.tell(warningText(reason, context.host.screen));
    }
  }
  return plans;
}

/** Whose session a run would have, in words; nobody is asked. */
export function identityWords(call: ComponentCall, auth: AuthConfig): string {
  if (isOff(call, auth)) return "none: the environment as it came";
  const selection = selectIdentity(auth, wishOf(call.host, call.globals));
  return selection.type === "named" ? selection.name : "one that you are asked for";
}

/**
 * What a child that runs with a session has in its environment.
 *
 * @module
 */
import { targetOf } from "../../chain/plan.ts";
import type { ChainPlan, LinkSession } from "../../chain/types.ts";
import type { Variable } from "../../config/types.ts";
import type { EnvironmentEdits } from "../../host.ts";
import { childEnvironment, ownSecretVariables } from "../../output/environment.ts";
import type { Keeper } from "../recall/remember.ts";
import type { Making } from "../recall/use.ts";
import { sessionVariables } from "./session_use.ts";
import type { Context } from "./context.ts";
import { obtainSession, surroundings } from "./session.ts";

/** Variables below what a child gets. */
export function withVariables(variables: readonly Variable[], edits: EnvironmentEdits): EnvironmentEdits {
  const set = { ...Object.fromEntries(variables.map(({ key, value }) => [key, value])), ...edits.set };
  return { set, unset: edits.unset.filter((name) => !Object.hasOwn(set, name)) };
}

/**
 * What a child gets that will not outlive the session of a plan.
 *
 * @param common variables below the identity's own
 */
export async function identityEnvironment(
  context: Context,
  plan: ChainPlan,
  keeper?: Keeper,
  common: readonly Variable[] = [],
): Promise<EnvironmentEdits> {
  const ownSecrets = ownSecretVariables(context.auth().keyring.passwordVariable);
  const own = surroundings(plan);
  const around = { ...own, env: [...common, ...own.env] };
  const environmentOf = (session: LinkSession) => {
    const credentials = sessionVariables(context.host, context.directory(plan), session, around, true);
    return childEnvironment(credentials, targetOf(plan).name, ownSecrets);
  };
  const making: Making = (session) => ({ as: "child", environment: environmentOf(session) });
  return environmentOf(await obtainSession(context, plan, { keeper, making }));
}

/**
 * What a login made, as the value that is shown.
 *
 * @module
 */
import { targetOf } from "../../chain/plan.ts";
import type { ChainPlan, LinkOutcome } from "../../chain/types.ts";
import { awsFilePaths } from "../../files/aws_sessions.ts";
import type { LoginView } from "../../output/login.ts";
import { roleOf, stepNames } from "../../cli/run/chain_names.ts";
import type { Context } from "../../cli/run/context.ts";
import { shortPath } from "../../paths.ts";

/** An identity that was logged in to. */
export function identityView(context: Context, plan: ChainPlan, target: LinkOutcome): LoginView {
  const step = targetOf(plan);
  const inFiles = target.section !== undefined;
  const { credentials, config } = awsFilePaths(context.host, context.directory(plan));
  return {
    provider: plan.provider?.name,
    identity: step.name,
    chain: stepNames(plan),
    realm: context.auth().realm,
    account: target.session.accountId,
    role: roleOf(step.config),
    region: step.regionKnown ? step.region : undefined,
    expiresAt: target.session.expiresAt,
    files: inFiles ? [credentials, config].map((path) => shortPath(context.host, path)) : [],
    section: target.section === step.name ? undefined : target.section,
    kept: inFiles ? undefined : "nowhere: with a memory keyring the session ends with this command",
  };
}

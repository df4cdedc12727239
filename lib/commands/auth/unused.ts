/**
 * The section of the AWS files that has the name and the chain of a link, and is not used.
 *
 * @module
 */
import { isPersistent } from "../../config/types.ts";
import type { ChainPlan, Link } from "../../chain/types.ts";
import { byName, listSessions, unusedSession } from "../../files/aws_sessions.ts";
import type { Context } from "../../cli/run/context.ts";

/** A section that is not used, and why. */
export type Unused = NonNullable<ReturnType<typeof unusedSession>>;

/** What is stored of a link in vain. */
export async function unusedSection(
  context: Context,
  plan: ChainPlan,
  { step, digest }: Pick<Link, "step" | "digest">,
): Promise<Unused | undefined> {
  if (!isPersistent(context.auth().keyring.type)) return undefined;
  const found = await listSessions(context.host, await context.filesIn(context.directory(plan)));
  return unusedSession(byName(found), step.name, digest);
}

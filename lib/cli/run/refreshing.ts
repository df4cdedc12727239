/**
 * Children that outlive a session: what they get is a profile that asks this program for credentials, while this
 * process, with its keyring open, makes a new session whenever the one in hand is about to end.
 *
 * @module
 */
import { targetOf } from "../../chain/plan.ts";
import type { ChainPlan } from "../../chain/types.ts";
import type { AwsSession } from "../../credentials.ts";
import { sectionName } from "../../files/names.ts";
import type { EnvironmentEdits, Host } from "../../host.ts";
import { childEnvironment, ownSecretVariables, pointersEnvironment } from "../../output/environment.ts";
import { warningText } from "../../output/problem.ts";
import { profilesText } from "../../output/process_profile.ts";
import { notRenewedText } from "../../output/renewal.ts";
import { keepProfileFiles } from "../../session/renewal_files.ts";
import type { Wanted } from "../../stacks/find.ts";
import type { Context } from "./context.ts";
import type { GlobalInput } from "../line/globals.ts";
import { type Held, holdSession, renewals } from "./refreshing_loop.ts";
import { obstacleTo } from "./refreshing_obstacle.ts";
import { profilesOf } from "./refreshing_profiles.ts";
import { sessionEnvironment, surroundings } from "./session.ts";

/** What is to be refreshed. */
export interface RefreshWish {
  /** Whose `auth:` the plan comes from: the child's own call must find the same. */
  readonly component?: Wanted | undefined;
  /** Identities beside it: each has its profile, of its own name, in the same files. */
  readonly beside?: readonly ChainPlan[];
  /**
   * Whether the keyring's password may be asked for ahead, since nobody can be asked while the child has the
   * terminal: for what is opened once a day, not for what is run every minute. `false` when left out.
   */
  readonly mayAsk?: boolean;
}

/** What the child is given. */
export interface Refreshed {
  /** All that a child needs and must lose, as `childEnvironment` makes it. */
  readonly environment: EnvironmentEdits;
  /** The session as of now. */
  readonly session: () => AwsSession;
  /** Whether it is made anew before it ends. */
  readonly isRefreshed: boolean;
}

/**
 * Gets a session and keeps it fresh for as long as the work lasts: several children one after the other, if need be.
 * Where that cannot be done it says so once, and the child is given what `atmos auth exec` gives.
 *
 * @throws AuthError whatever getting the session, and the work, throws
 */
export async function whileRefreshed<Result>(
  context: Context,
  globals: GlobalInput,
  plan: ChainPlan,
  wish: RefreshWish,
  work: (given: Refreshed) => Promise<Result>,
): Promise<Result> {
  const main = await holdSession(context, plan);
  const beside = await Promise.all((wish.beside ?? []).map((one) => holdSession(context, one)));
  const place = { globals, component: wish.component };
  const obstacle = await obstacleTo(context, plan, wish.mayAsk ?? false);
  const profiles = obstacle === undefined ? await profilesOf(context, place, [main, ...beside]) : undefined;
  const { session } = main;
  if (profiles === undefined) {
    tellObstacle(context, main, obstacle ?? unwritable(context.host));
    const credentials = sessionEnvironment(context, plan, main.first, true);
    return await work({ environment: ofChild(context, plan, credentials), session, isRefreshed: false });
  }
  await using files = await keepProfileFiles(context.host, profilesText(profiles));
  const { configFile, credentialsFile } = files;
  const pointers = { configFile, credentialsFile, profile: sectionName(targetOf(plan).name) };
  const environment = ofChild(context, plan, pointersEnvironment(pointers, surroundings(plan)));
  const lasting = await unhindered(context, beside, wish.mayAsk ?? false);
  await using _renewals = renewals(context, [main, ...lasting], wish.component);
  return await work({ environment, session, isRefreshed: true });
}

/** Those among sessions that nothing is known to stand in the way of; of the others it is said why. */
async function unhindered(context: Context, all: readonly Held[], mayAsk: boolean): Promise<readonly Held[]> {
  const found: Held[] = [];
  for (const held of all) {
    const obstacle = await obstacleTo(context, held.plan, mayAsk);
    if (obstacle === undefined) found.push(held);
    else tellObstacle(context, held, obstacle);
  }
  return found;
}

/** See `processLine`. */
const unwritable = ({ os }: Pick<Host, "os">): string =>
  os === "windows"
    ? "on Windows no profile can hold a path or a name with a blank or a special character"
    : "no profile can hold a path or a name with a control character";

function ofChild(context: Context, plan: ChainPlan, credentials: EnvironmentEdits): EnvironmentEdits {
  const secrets = ownSecretVariables(context.auth().keyring.passwordVariable);
  return childEnvironment(credentials, targetOf(plan).name, secrets);
}

function tellObstacle({ host }: Context, { plan, session }: Held, reason: string): void {
  const text = notRenewedText(targetOf(plan).name, reason, session().expiresAt, host.now());
  host.tell(warningText(text, host.screen));
}

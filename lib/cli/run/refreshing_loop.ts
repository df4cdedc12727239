/**
 * The sessions of a child, each with the loop that renews it while the child runs.
 *
 * @module
 */
import { targetOf } from "../../chain/plan.ts";
import type { ChainPlan, Link, LinkOutcome, SessionStore } from "../../chain/types.ts";
import type { AwsSession } from "../../credentials.ts";
import type { Host } from "../../host.ts";
import { loginLine } from "../../output/login_line.ts";
import { warningText } from "../../output/problem.ts";
import { newsText } from "../../output/renewal.ts";
import { derived } from "../../session/derive.ts";
import type { RenewalNews } from "../../output/renewal.ts";
import { keepFresh, type Renewable } from "../../session/renewal.ts";
import { printable } from "../../terminal/escape.ts";
import type { Wanted } from "../../stacks/find.ts";
import { type EpochMillis, isFresh } from "../../time.ts";
import type { Context } from "./context.ts";
import { obtainSession, unattended } from "./session.ts";
import { within } from "../../deadline.ts";

/** A session that is replaced by newer ones. */
export interface Held {
  readonly plan: ChainPlan;
  /** As it was at the start. */
  readonly first: LinkOutcome;
  /** As it is now. */
  readonly session: () => AwsSession;
  readonly replace: (session: AwsSession) => void;
}

/** Gets the session of a plan, as `exec` does. */
export async function holdSession(context: Context, plan: ChainPlan): Promise<Held> {
  const first = await obtainSession(context, plan);
  const state = { session: first.session };
  return {
    plan,
    first,
    session: () => state.session,
    replace: (session) => void (state.session = session),
  };
}

/** What is under way when the child ends, such as a token that AWS has exchanged already, is let come to its end. */
const GRACE_MILLIS = 3000;

/**
 * Renews sessions until disposal.
 *
 * @param component whose `auth:` their plans come from
 */
export function renewals(
  context: Context,
  all: readonly Held[],
  component: Wanted | undefined,
): AsyncDisposable {
  const stop = new AbortController();
  const running = Promise.allSettled(all.map((held) => renew(context, held, component, stop.signal)));
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await within(context.host, GRACE_MILLIS, running, () => {});
    },
  };
}

async function renew(
  opened: Context,
  held: Held,
  component: Wanted | undefined,
  stop: AbortSignal,
): Promise<void> {
  const { host } = opened;
  const name = targetOf(held.plan).name;
  const tell = (news: RenewalNews) => {
    if (stop.aborted) return;
    const text = newsText(name, loginLine(name, component), news, host.now());
    host.tell(news.type === "recovered" ? `${printable(text)}\n` : warningText(text, host.screen));
  };
  await keepFresh(host, held.session(), renewable(behind(opened, stop), held), tell, stop);
}

/** Nobody is there, nothing is told, and no pause outlasts the child. */
function behind(opened: Context, stop: AbortSignal): Context {
  const context = unattended(opened);
  const sleep: Host["sleep"] = (millis, signal) =>
    opened.host.sleep(millis, signal === undefined ? stop : AbortSignal.any([signal, stop]));
  return derived(context, { host: derived(context.host, { tell: () => {}, sleep }) });
}

function renewable(context: Context, { plan, first: { link }, replace }: Held): Renewable {
  const taken = (session: AwsSession) => {
    replace(session);
    return session;
  };
  return {
    read: async () => {
      const kept = await context.sessions(plan).read(link);
      return kept && taken(kept.session);
    },
    make: async () => {
      const { runChain } = await import("../../chain/run.ts");
      const stores = context.stores(plan);
      const sessions = withoutStale(stores.sessions, link, context.host.now);
      const options = { renew: "nothing", deviceCode: false } as const;
      return taken((await runChain(context.host, plan, { ...stores, sessions }, options)).target.session);
    },
  };
}

/** A stale session must not stand in for the one that is to be made: why that fails is what must be known. */
function withoutStale(store: SessionStore, { digest }: Link, now: () => EpochMillis): SessionStore {
  return {
    ...store,
    read: async (link) => {
      const kept = await store.read(link);
      const isStale = link.digest === digest && kept !== undefined && !isFresh(kept.session, now());
      return isStale ? undefined : kept;
    },
  };
}

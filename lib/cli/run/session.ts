/**
 * The session of an identity and the environment that it makes: what `env` and `exec` have in common. A fresh
 * session is found without any of the machinery that makes one.
 *
 * @module
 */
import { isPersistent, KEYRINGS } from "../../config/types.ts";
import { chainDigest } from "../../chain/digest.ts";
import { targetOf } from "../../chain/plan.ts";
import { isUsable } from "../../chain/resume.ts";
import type { ChainPlan, LinkOutcome, LinkSession, Renewal } from "../../chain/types.ts";
import type { ChainOptions } from "../../chain/run.ts";
import type { EnvironmentEdits } from "../../host.ts";
import type { Pointers, Surroundings } from "../../output/environment.ts";
import { derived, observed } from "../../session/derive.ts";
import { keyringOpener, locks } from "../../session/stores.ts";
import type { Host } from "../../host.ts";
import type { Context } from "./context.ts";
import type { Keeper } from "../recall/remember.ts";
import type { Making, SessionPlace } from "../recall/use.ts";
import { pointersTo, sessionVariables } from "./session_use.ts";

/** How what a command line comes to is kept for the next time, and what is made of the session. */
export interface Keeping {
  readonly keeper: Keeper | undefined;
  readonly making: Making;
}

/** The target's session: the stored one while it is fresh, else what running the chain gives. */
export async function obtainSession(
  context: Context,
  plan: ChainPlan,
  keeping?: Keeping,
): Promise<LinkOutcome> {
  const link = { step: targetOf(plan), digest: await chainDigest(context.host, plan) };
  const keep = aimed(context, plan, keeping, { chain: link.digest, until: "fresh" });
  const stored = await context.sessions(plan).read(link);
  const target: LinkOutcome = stored !== undefined && isUsable(stored.session, context.host.now(), undefined)
    ? { ...stored, link, source: "stored" }
    : await makeSession(context, plan, { renew: "nothing", deviceCode: false });
  await keep();
  return target;
}

/**
 * Tells the keeper which session is wanted; the function that is returned keeps it. With a memory keyring nothing is
 * written anywhere, and of what is logged, nothing is to be missed.
 */
export function aimed(
  context: Context,
  plan: ChainPlan,
  keeping: Keeping | undefined,
  wanted: Pick<SessionPlace, "chain" | "until">,
): () => Promise<void> {
  const isKept = isPersistent(context.auth().keyring.type) && !context.isWatched;
  if (keeping?.keeper === undefined || !isKept) return () => Promise.resolve();
  const { keeper, making } = keeping;
  const { realm } = context.auth();
  const place = { directory: context.directory(plan), realm, identity: targetOf(plan).name, ...wanted };
  const keep = keeper(place, making, context.auth());
  return async () => {
    const key = await context.keys.toRead();
    if (key !== undefined) await keep(key);
  };
}

/** An AWS SDK gives a program a minute, and then says nothing of why. */
const UNATTENDED_LOCK_MILLIS = 50_000;

/** What needs no person. */
type Unattended =
  | ("os" | "env" | "workingDirectory" | "self" | "calledBy" | "now" | "sleep" | "random" | "fetch" | "files")
  | ("run" | "listen" | "screen" | "output" | "readInput" | "write" | "tell" | "giveUp" | "interrupted");

/**
 * The same surroundings where nobody is: for what runs behind a program, or behind an SDK. Nobody is asked, not for the
 * keyring's password either; no browser is opened, and waiting for another process is not told of.
 */
export function unattended(context: Context): Context {
  const host = observed<Host, Unattended>(context.host, {
    prompt: undefined,
    browse: undefined,
    openUrl: () => Promise.resolve(false),
  });
  const unasked = keyringOpener(host, context.auth(), context.loaded().directory, undefined);
  const isOpenedAsking = () =>
    KEYRINGS[context.auth().keyring.type].hasPassword && context.host.prompt !== undefined &&
    !context.isKeyringOpen();
  return derived(context, {
    host,
    stores: (plan) => {
      const stores = context.stores(plan);
      if (!isPersistent(context.auth().keyring.type)) return stores;
      const wait = { deadlineMillis: UNATTENDED_LOCK_MILLIS };
      return {
        ...stores,
        keyring: () => isOpenedAsking() ? unasked() : stores.keyring(),
        ...locks(host, context.auth(), context.keys, () => Promise.resolve(wait)),
      };
    },
  });
}

/** Runs the chain and tells its notices. */
export async function makeSession(
  context: Context,
  plan: ChainPlan,
  options: ChainOptions,
): Promise<LinkOutcome> {
  const { runChain } = await import("../../chain/run.ts");
  noteRenewal(context, plan, options.renew);
  const { target, notices } = await runChain(context.host, plan, context.stores(plan), options);
  if (notices.length > 0) {
    const { warningText } = await import("../../output/problem.ts");
    for (const notice of notices) context.host.tell(warningText(notice, context.host.screen));
  }
  return target;
}

/** Why what is fresh is not used. */
export function noteRenewal(context: Context, plan: ChainPlan, renew: Renewal): void {
  if (renew === "nothing") return;
  const reason = renew === "target"
    ? "a login makes the identity's own session anew"
    : "--force makes everything anew, the provider's session too";
  context.log("debug", "a new session is wanted", { identity: targetOf(plan).name, reason });
}

/** The variables of a session; `files`: where it rests, without secrets. A session in memory has only its keys. */
export function sessionEnvironment(
  context: Context,
  plan: ChainPlan,
  target: LinkSession,
  files: boolean,
): EnvironmentEdits {
  return sessionVariables(context.host, context.directory(plan), target, surroundings(plan), files);
}

/** What an identity sets besides its credentials. */
export function surroundings(plan: ChainPlan): Surroundings {
  const { region, regionKnown, config } = targetOf(plan);
  return { region: regionKnown ? region : undefined, env: config.env };
}

/** The files and the section that a child is pointed to. */
export function pointersOf(context: Context, plan: ChainPlan, section: string): Pointers {
  return pointersTo(context.host, context.directory(plan), section);
}

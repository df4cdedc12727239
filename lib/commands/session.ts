/**
 * The session of an identity and the environment that it makes: what `env` and `exec` have in common. A fresh
 * session is found without any of the machinery that makes one.
 *
 * @module
 */
import { linksOf } from "../chain/digest.ts";
import { targetOf } from "../chain/plan.ts";
import { isUsable } from "../chain/resume.ts";
import type { ChainPlan, LinkOutcome, Renewal } from "../chain/types.ts";
import { awsFilePaths } from "../files/aws_sessions.ts";
import { lockPath } from "../files/lock.ts";
import type { ChainOptions } from "../chain/run.ts";
import type { EnvironmentEdits } from "../host.ts";
import { keysEnvironment, pointersEnvironment, type Surroundings } from "../output/environment.ts";
import { derived } from "../session/derive.ts";
import { keyringOpener } from "../session/stores.ts";
import type { Context } from "./context.ts";

/** The target's session: the stored one while it is fresh, else what running the chain gives. */
export async function obtainSession(context: Context, plan: ChainPlan): Promise<LinkOutcome> {
  const target = await findOrMakeSession(context, plan);
  await context.keep();
  return target;
}

async function findOrMakeSession(context: Context, plan: ChainPlan): Promise<LinkOutcome> {
  const sessions = context.sessions(plan);
  const link = (await linksOf(context.host, plan)).at(-1);
  const stored = link === undefined ? undefined : await sessions.read(link);
  if (link !== undefined && stored !== undefined && isUsable(stored.session, context.host.now(), undefined)) {
    return { ...stored, link, source: "stored" };
  }
  return await makeSession(context, plan, { renew: "nothing", deviceCode: false });
}

/** An AWS SDK gives a program a minute, and then says nothing of why. */
const UNATTENDED_LOCK_MILLIS = 50_000;

/**
 * The same surroundings where nobody is: for what runs behind a program, or behind an SDK. Nobody is asked, not for the
 * keyring's password either; no browser is opened, and waiting for another process is not told of.
 */
export function unattended(context: Context): Context {
  const host = derived(context.host, {
    prompt: undefined,
    browse: undefined,
    openUrl: () => Promise.resolve(false),
  });
  const unasked = keyringOpener(host, context.auth(), context.loaded().directory, undefined);
  const isOpenedAsking = () =>
    context.auth().keyring.type === "file" && context.host.prompt !== undefined && !context.isKeyringOpen();
  return derived(context, {
    host,
    stores: (plan) => {
      const stores = context.stores(plan);
      if (context.auth().keyring.type === "memory") return stores;
      const wait = { deadlineMillis: UNATTENDED_LOCK_MILLIS };
      return {
        ...stores,
        keyring: () => isOpenedAsking() ? unasked() : stores.keyring(),
        lock: async (thing) => await host.files.lock(await lockPath(host, thing), wait),
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
  const { runChain } = await import("../chain/run.ts");
  noteRenewal(context, plan, options.renew);
  const { target, notices } = await runChain(context.host, plan, context.stores(plan), options);
  if (notices.length > 0) {
    const { warningText } = await import("../output/problem.ts");
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
  target: LinkOutcome,
  files: boolean,
): EnvironmentEdits {
  const around = surroundings(plan);
  return files && target.section !== undefined
    ? pointersEnvironment(pointersOf(context, plan, target.section), around)
    : keysEnvironment(target.session, around);
}

/** What an identity sets besides its credentials. */
export function surroundings(plan: ChainPlan): Surroundings {
  const { region, regionKnown, config } = targetOf(plan);
  return { region: regionKnown ? region : undefined, env: config.env };
}

/** The files and the section that a child is pointed to. */
export function pointersOf(context: Context, plan: ChainPlan, section: string) {
  const { credentials, config } = awsFilePaths(context.host, context.directory(plan));
  return { credentialsFile: credentials, configFile: config, profile: section };
}

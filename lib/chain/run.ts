/**
 * Running a chain: what is stored and fresh is used, the rest is made, from the target to the root and back. The
 * only effectful file of the room.
 *
 * Every link's session is kept, so that ten roles behind one permission set ask AWS for that permission set once.
 * One lock per thing that is made keeps a hundred processes from making it a hundred times: after acquiring it,
 * what is stored is read again. Locks are taken from the target to the root, so two chains cannot wait for each other.
 *
 * @module
 */
import { serviceEndpoint } from "../aws/endpoints.ts";
import type { AwsSession, Credentials } from "../credentials.ts";
import { isAuthError } from "../errors.ts";
import type { Host, Lock } from "../host.ts";
import { type IdentityHost, takeIdentity } from "../identities/mod.ts";
import type { EntryKey, Keyring } from "../keyring/types.ts";
import { authenticateProvider } from "../providers/mod.ts";
import type { LoginWish, ProviderHost, ProviderOptions, Saved } from "../providers/types.ts";
import { sha256Hex } from "../sha256.ts";
import { formatDuration } from "../duration.ts";
import { type EpochMillis, isAlive } from "../time.ts";
import { linksOf } from "./digest.ts";
import { shorteningNotice } from "./duration.ts";
import { isUsable, mayStandIn, mustRenew } from "./resume.ts";
import type {
  ChainOutcome,
  ChainPlan,
  IdentityStep,
  Link,
  LinkOutcome,
  LinkSession,
  ProviderStep,
  Renewal,
  SessionStore,
} from "./types.ts";

/** The world of a chain. */
export type ChainHost = ProviderHost & IdentityHost;

/** Where a chain keeps things, and how it keeps others out. */
export interface ChainStores {
  readonly sessions: SessionStore;
  /** Opened only when an entry is needed; the same one at every call. */
  readonly keyring: () => Promise<Keyring>;
  /** Takes the lock of a thing; `what` names it for whoever waits. */
  readonly lock: (thing: string, what: string) => Promise<Lock>;
  /** The same for what needs no file: where nothing can be written, no session is shared with other processes either. */
  readonly lockSession: (thing: string, what: string) => Promise<Lock>;
}

/** How a chain is run. */
export interface ChainOptions extends LoginWish {
  readonly renew: Renewal;
  /** Set when this is one of several chains of one command. */
  readonly shared?: SharedRun;
}

/** What several chains of one command have in common, so that nothing is made twice. */
export interface SharedRun {
  /** What was made since then is new. */
  readonly startedAt: EpochMillis;
  /** What each provider gave, or failed with, by its name. */
  readonly providers: Map<string, Promise<ProviderCredentials>>;
}

function loginWish({ deviceCode, browser, qr }: LoginWish): LoginWish {
  return { deviceCode, browser, qr };
}

/** One run: what its parts share. */
interface Run {
  readonly host: ChainHost;
  readonly plan: ChainPlan;
  readonly links: readonly Link[];
  readonly stores: ChainStores;
  readonly options: ChainOptions;
  readonly startedAt: EpochMillis;
  readonly notices: Set<string>;
}

/** The provider's answer, when there is a provider. */
type ProviderCredentials = Exclude<Credentials, AwsSession>;

/**
 * Runs a chain to its target.
 *
 * @throws AuthError as the steps document it; a failure to reach or to ask is no failure while what is stored still
 *   lives and was not asked to be renewed: then it is used, with a notice
 */
export async function runChain(
  host: ChainHost,
  plan: ChainPlan,
  stores: ChainStores,
  options: ChainOptions,
): Promise<ChainOutcome> {
  const links = await linksOf(host, plan);
  const startedAt = options.shared?.startedAt ?? host.now();
  const run: Run = { host, plan, links, stores, options, startedAt, notices: new Set() };
  const target = await obtain(run, links.length - 1, undefined);
  return { target, notices: [...run.notices] };
}

/** What is stored of each link of a chain, from the root to the target, touching nothing else. */
export async function storedLinks(
  host: Pick<Host, "env">,
  plan: ChainPlan,
  sessions: SessionStore,
): Promise<
  readonly {
    readonly link: Link;
    readonly session: AwsSession | undefined;
    readonly section: string | undefined;
  }[]
> {
  const links = await linksOf(host, plan);
  return await Promise.all(links.map(async (link) => {
    const stored = await readStored(sessions, link);
    return { link, session: stored?.session, section: stored?.section };
  }));
}

/** What is stored of a link, no longer than the configuration of today lets it live. */
async function readStored(sessions: SessionStore, link: Link): Promise<LinkSession | undefined> {
  const found = await sessions.read(link);
  return found === undefined
    ? undefined
    : { ...found, session: withinOwnBound(found.session, link.step.duration.seconds) };
}

/**
 * Logs in to a provider alone.
 *
 * @returns when its session ends
 */
export async function runProvider(
  host: ChainHost,
  provider: ProviderStep,
  stores: ChainStores,
  options: ChainOptions,
): Promise<{ readonly expiresAt: EpochMillis }> {
  const { expiresAt } = await runProviderStep(host, provider, stores, {
    renewSince: options.renew === "everything" ? host.now() : undefined,
    rejected: undefined,
    ...loginWish(options),
    onStandIn: undefined,
  });
  return { expiresAt };
}

/**
 * What a provider gives, for those who ask it something else than a chain does.
 *
 * @param use is called again, once, with credentials made anew when it says that they were refused
 */
export async function withProvider<Answer>(
  host: ChainHost,
  provider: ProviderStep,
  stores: ChainStores,
  options: ChainOptions,
  use: (credentials: ProviderCredentials) => Promise<Answer>,
): Promise<Answer> {
  const get = (rejected: ProviderCredentials | undefined) =>
    runProviderStep(host, provider, stores, {
      renewSince: options.renew === "everything" ? host.now() : undefined,
      rejected: rejected?.type === "sso-token" ? rejected.accessToken : undefined,
      ...loginWish(options),
      onStandIn: undefined,
    });
  const credentials = await get(undefined);
  return await use(credentials).catch(async (error: unknown) => {
    if (!isAuthError(error, "session-rejected")) throw error;
    return await use(await get(credentials));
  });
}

/** @param rejected the session that AWS has just refused: it is not used again, whatever its expiry says */
async function obtain(run: Run, index: number, rejected: AwsSession | undefined): Promise<LinkOutcome> {
  const link = linkAt(run, index);
  const stored = await usable(run, link, index, rejected);
  if (stored !== undefined) return stored;
  await using _lock = await run.stores.lockSession(
    `chain ${link.digest}`,
    `the session of "${link.step.name}"`,
  );
  const meanwhile = await usable(run, link, index, rejected);
  if (meanwhile !== undefined) return meanwhile;
  try {
    return await make(run, index);
  } catch (error) {
    return await standIn(run, link, rejected, error);
  }
}

async function usable(
  run: Run,
  link: Link,
  index: number,
  rejected: AwsSession | undefined,
): Promise<LinkOutcome | undefined> {
  const found = await readStored(run.stores.sessions, link);
  if (found === undefined || isSame(found.session, rejected)) return undefined;
  const isTarget = index === run.links.length - 1;
  const renewal = mustRenew(run.options.renew, isTarget) ? { since: run.startedAt } : undefined;
  return isUsable(found.session, run.host.now(), renewal) ? { ...found, link, source: "stored" } : undefined;
}

function isSame(session: AwsSession, other: AwsSession | undefined): boolean {
  return other !== undefined && session.accessKeyId === other.accessKeyId;
}

/** What is in hand, when renewing it failed for a reason that says nothing against it. */
async function standIn(
  run: Run,
  link: Link,
  rejected: AwsSession | undefined,
  error: unknown,
): Promise<LinkOutcome> {
  if (!isAuthError(error) || run.options.renew !== "nothing") throw error;
  const found = await readStored(run.stores.sessions, link);
  const now = run.host.now();
  if (found === undefined || isSame(found.session, rejected) || !mayStandIn(found.session, now, error)) {
    throw error;
  }
  const left = formatDuration((found.session.expiresAt - now) / 1000);
  run.notices.add(
    `Could not renew the session of "${link.step.name}", using the one that lasts ${left} more: ${error.message}`,
  );
  return { ...found, link, source: "stored" };
}

/** Makes a link's session from what the step before gives; a base that turns out to be refused is renewed once. */
async function make(run: Run, index: number): Promise<LinkOutcome> {
  const link = linkAt(run, index);
  const base = await baseOf(run, index, undefined);
  const session = await take(run, link, base).catch(async (error: unknown) => {
    if (base === undefined || !isAuthError(error, "session-rejected")) throw error;
    return await take(run, link, await baseOf(run, index, base));
  });
  const notice = shorteningNotice(link.step, session);
  if (notice !== undefined) run.notices.add(notice);
  const kept = await run.stores.sessions.write(link, session);
  return { ...kept, link, source: "made" };
}

async function baseOf(
  run: Run,
  index: number,
  rejected: Credentials | undefined,
): Promise<Credentials | undefined> {
  if (index > 0) {
    return (await obtain(run, index - 1, rejected?.type === "aws-session" ? rejected : undefined)).session;
  }
  const { provider } = run.plan;
  return provider === undefined ? undefined : await providerCredentials(run, provider, rejected);
}

/** Several chains of one command ask a provider once, whatever comes of it. */
async function providerCredentials(
  run: Run,
  provider: ProviderStep,
  rejected: Credentials | undefined,
): Promise<ProviderCredentials> {
  const { shared } = run.options;
  const known = rejected === undefined ? await shared?.providers.get(provider.name) : undefined;
  if (known !== undefined && isAlive(known, run.host.now())) return known;
  const made = runProviderStep(run.host, provider, run.stores, {
    renewSince: run.options.renew === "everything" ? run.startedAt : undefined,
    rejected: rejected?.type === "sso-token" ? rejected.accessToken : undefined,
    ...loginWish(run.options),
    onStandIn: run.options.renew === "nothing" ? (notice) => run.notices.add(notice) : undefined,
  });
  shared?.providers.set(provider.name, made);
  return await made;
}

async function take(run: Run, link: Link, base: Credentials | undefined): Promise<AwsSession> {
  const key: EntryKey = { purpose: "user-keys", name: link.step.name };
  const stored = async () => await (await run.stores.keyring()).get(key);
  const task = { ...link.step, region: callRegion(run.plan, link.step) };
  const session = await takeIdentity(run.host, task, base, stored);
  return withinOwnBound(session, link.step.duration.seconds);
}

/** The portal answers in its own region only, wherever its credentials are meant to be used. */
function callRegion({ provider }: ChainPlan, { config, region }: IdentityStep): string {
  return config.kind === "aws/permission-set" ? provider?.config.region ?? region : region;
}

/** Where AWS decides alone how long a session lives, a shorter wish is kept by us. */
function withinOwnBound(session: AwsSession, seconds: number | undefined): AwsSession {
  if (seconds === undefined) return session;
  return { ...session, expiresAt: Math.min(session.expiresAt, session.issuedAt + seconds * 1000) };
}

async function runProviderStep(
  host: ChainHost,
  provider: ProviderStep,
  stores: ChainStores,
  options: ProviderOptions,
): Promise<ProviderCredentials> {
  const key = await providerKey(host, provider);
  const saved = savedEntry(stores.keyring, key);
  if (key === undefined) {
    return await authenticateProvider(host, provider.name, provider.config, saved, options);
  }
  // Opened first: nobody is asked to log in for something that could not be kept.
  await stores.keyring();
  await using _lock = await stores.lock(`${key.purpose} ${key.name}`, `the session of "${provider.name}"`);
  return await authenticateProvider(host, provider.name, provider.config, saved, options);
}

/**
 * The keyring entry of a provider's session: one for a portal, however many providers or repositories name it.
 *
 * @returns `undefined` for a provider that keeps nothing
 */
export async function providerKey(
  host: Pick<Host, "env">,
  provider: ProviderStep,
): Promise<EntryKey | undefined> {
  const { config } = provider;
  if (config.kind !== "aws/iam-identity-center") return undefined;
  // Both services see the token: one that was got from AWS is not sent to an override, nor the reverse.
  const origins = (["SSO_OIDC", "SSO"] as const).map((service) =>
    serviceEndpoint(host.env, service, config.endpointUrl)?.origin ?? "aws"
  );
  return {
    purpose: "sso-session",
    name: await sha256Hex(JSON.stringify([config.startUrl, config.region, ...origins])),
  };
}

function savedEntry(keyring: ChainStores["keyring"], key: EntryKey | undefined): Saved {
  if (key === undefined) {
    return {
      read: () => Promise.resolve(undefined),
      write: () => Promise.resolve(),
      remove: () => Promise.resolve(),
    };
  }
  return {
    read: async () => await (await keyring()).get(key),
    write: async (text) => await (await keyring()).set(key, text),
    remove: async () => {
      await (await keyring()).remove(key);
    },
  };
}

function linkAt(run: Run, index: number): Link {
  const link = run.links[index];
  if (link === undefined) throw new RangeError(`A chain of ${run.links.length} links has no link ${index}`);
  return link;
}

/**
 * Where sessions, keyring entries and locks rest, for this configuration on this machine.
 *
 * @module
 */
import type { ChainStores } from "../chain/run.ts";
import type { ChainPlan, Link, SessionStore } from "../chain/types.ts";
import { type AuthConfig, isPersistent } from "../config/types.ts";
import { TRUST_HINT } from "../config/untrusted.ts";
import { AuthError } from "../errors.ts";
import { readSession } from "../files/aws_sessions.ts";
import { writeSession } from "../files/aws_files.ts";
import { lockPath } from "../files/lock.ts";
import { awsBase, awsDirectory } from "../files/names.ts";
import type { SessionFiles } from "../files/seal.ts";
import { dataHome, expandHome, joinPath, resolvePath, stateHome } from "../paths.ts";
import type { Host, LockWait } from "../host.ts";
import { guardedSessions } from "./exposed_sessions.ts";
import type { Ask, KeyringPlace } from "../keyring/mod.ts";
import type { Keyring } from "../keyring/types.ts";
import { isNoPlace, type SessionKeys } from "./session_keys.ts";

/** A plan as far as it decides where its sessions rest. */
export type Rooted = Pick<ChainPlan, "provider">;

/** Provider name of the files of identities that are their own root. */
const STANDALONE = "aws-user";

/** The directory of the AWS files that a chain's sessions are in. */
export function sessionDirectory(
  host: Pick<Host, "env" | "os">,
  auth: Pick<AuthConfig, "realm">,
  { provider }: Rooted,
): string {
  const basePath = provider?.config.filesBasePath;
  return awsDirectory(host, {
    provider: provider?.name ?? STANDALONE,
    ...(auth.realm === undefined ? {} : { realm: auth.realm }),
    ...(basePath === undefined ? {} : { basePath }),
  });
}

/** The directory that is configured for the AWS files, or the usual one. */
const baseDirectory = (host: Pick<Host, "env" | "os">, { provider }: Rooted): string =>
  awsBase(host, provider?.config.filesBasePath);

/** Sessions in AWS's files; in memory where there is no key to sign them with. */
function awsFilesStore(
  host: Host,
  place: Omit<SessionFiles, "key">,
  keys: SessionKeys,
  memory: SessionStore,
): SessionStore {
  return {
    read: async (link) =>
      await readSession(host, { ...place, key: await keys.toRead() }, link.step.name, link.digest) ??
        await memory.read(link),
    write: async (link, session) => {
      const key = await keys.toWrite();
      if (key === undefined) return await memory.write(link, session);
      const { step: { name, region }, digest } = link;
      return await writeSession(host, { ...place, key }, name, digest, session, { region });
    },
  };
}

/** The store of each plan: AWS's files, or with a memory keyring, which keeps nothing on disk, one store of this process. */
export function sessionStores(
  host: Host,
  auth: Pick<AuthConfig, "keyring" | "realm">,
  keys: SessionKeys,
): (plan: Rooted) => SessionStore {
  const memory = memoryStore();
  if (!isPersistent(auth.keyring.type)) return () => memory;
  const { realm } = auth;
  const told = new Set<string>();
  return (plan) => {
    const directory = sessionDirectory(host, auth, plan);
    return guardedSessions(
      host,
      directory,
      awsFilesStore(host, { directory, realm, base: baseDirectory(host, plan) }, keys, memory),
      told,
    );
  };
}

/** Sessions of this process alone. */
function memoryStore(): SessionStore {
  const sessions = new Map<string, Awaited<ReturnType<SessionStore["write"]>>>();
  return {
    read: (link) => Promise.resolve(sessions.get(memoryKey(link))),
    write: (link, session) => {
      const kept = { session, section: undefined };
      sessions.set(memoryKey(link), kept);
      return Promise.resolve(kept);
    },
  };
}

/** As in the files: two names of one chain may differ in their durations. */
function memoryKey({ step, digest }: Link): string {
  return JSON.stringify([step.name, digest]);
}

/** Asks for the keyring's password; `undefined`: nobody can be asked. */
export function passwordAsker(host: Pick<Host, "prompt" | "tell" | "screen">): Ask {
  const { prompt, tell, screen } = host;
  if (prompt === undefined) return undefined;
  return async (question) => {
    const { secret } = await import("../terminal/question.ts");
    return (await secret({ prompt, tell, screen }, { question })).reveal();
  };
}

/** A device code lives for ten minutes: whoever waits for somebody else's login outlasts it. */
const LOCK_MILLIS = 11 * 60_000;

/** How a chain keeps others out. */
export type Locks = Pick<ChainStores, "lock" | "lockSession">;

/** Locks that say on whom and until when one waits. */
export function waitingLocks(
  host: Host,
  auth: Pick<AuthConfig, "keyring">,
  keys: SessionKeys,
): Locks {
  return locks(host, auth, keys, async (what) => {
    const { waitingText } = await import("../output/waiting.ts");
    const until = host.now() + LOCK_MILLIS;
    return {
      deadlineMillis: LOCK_MILLIS,
      onWait: (holder) => host.tell(waitingText(holder, what, until)),
    };
  });
}

/**
 * Locks of things that processes share. With a memory keyring nothing is shared and nothing written, and where there is
 * neither a place for locks nor a session key, no session can be: callers of this process take turns.
 *
 * @param wait how long a lock is waited for
 */
export function locks(
  host: Host,
  auth: Pick<AuthConfig, "keyring">,
  keys: SessionKeys,
  wait: (what: string) => Promise<LockWait>,
): Locks {
  const alone = turns();
  if (!isPersistent(auth.keyring.type)) return { lock: alone, lockSession: alone };
  const lock: Locks["lock"] = async (thing, what) =>
    await host.files.lock(await lockPath(host, thing), await wait(what));
  return {
    lock,
    lockSession: async (thing, what) => {
      try {
        return await lock(thing, what);
      } catch (error) {
        if (!isNoPlace(error) || await keys.toWrite() !== undefined) throw error;
        return await alone(thing, what);
      }
    },
  };
}

function turns(): ChainStores["lock"] {
  const last = new Map<string, Promise<void>>();
  return async (thing) => {
    const before = last.get(thing);
    const { promise, resolve } = Promise.withResolvers<void>();
    last.set(thing, promise);
    await before;
    return {
      [Symbol.asyncDispose]: () => {
        if (last.get(thing) === promise) last.delete(thing);
        resolve();
        return Promise.resolve();
      },
    };
  };
}

/**
 * Opens the configured keyring, once.
 *
 * @param ask asks for its password; `undefined`: nobody can be asked
 */
export function keyringOpener(
  host: Host,
  auth: Pick<AuthConfig, "keyring" | "realm">,
  directory: string,
  ask: Ask,
): () => Promise<Keyring> {
  const opened: { keyring?: Promise<Keyring> } = {};
  return () => opened.keyring ??= openConfigured(host, auth, directory, ask);
}

/** @param directory of the configuration, for a relative `spec.path` */
async function openConfigured(
  host: Host,
  { keyring, realm }: Pick<AuthConfig, "keyring" | "realm">,
  directory: string,
  ask: Ask,
): Promise<Keyring> {
  if (keyring.isUntrusted === true) {
    throw new AuthError("untrusted", "Cannot open the keyring: its settings are not trusted", {
      where: "auth.keyring",
      hints: [TRUST_HINT],
    });
  }
  if (keyring.type === "memory") return (await import("../keyring/memory.ts")).memoryKeyring();
  const { openKeyring } = await import("../keyring/mod.ts");
  return await openKeyring(host, keyring, await keyringPlace(host, { keyring, realm }, directory), ask);
}

/** @param directory of the configuration, for a relative `spec.path` */
export async function keyringPlace(
  host: Pick<Host, "env" | "os">,
  { keyring, realm }: Pick<AuthConfig, "keyring" | "realm">,
  directory: string,
): Promise<KeyringPlace> {
  const place = keyring.path === undefined
    ? joinPath(host.os, dataHome(host), "atmos", "keyring")
    : resolvePath(host.os, directory, expandHome(host, keyring.path));
  // One lock for all that happens in one directory of stores.
  const lock = await lockPath(host, `keyring ${place}`);
  const stateDirectory = joinPath(host.os, stateHome(host), "atmos");
  return { directory: place, realm, lockPath: () => lock, stateDirectory };
}

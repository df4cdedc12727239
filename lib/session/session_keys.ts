/**
 * The session key of this machine for everything but a recalled start: it is made where there is none, and where there
 * can be none, sessions are neither used nor stored.
 *
 * @module
 */
import type { ForeignHome } from "../config/ownership.ts";
import { type AuthError, isAuthError } from "../errors.ts";
import { lockPath } from "../files/lock.ts";
import {
  type KeyFile,
  readSessionKey,
  type SessionKey,
  sessionKeyPath,
  sessionKeyText,
} from "../files/session_key.ts";
import type { Host } from "../host.ts";

/** The key, as it is asked for. */
export interface SessionKeys {
  /** For sessions that are there; `undefined`: none of them can be used. */
  readonly toRead: () => Promise<SessionKey | undefined>;
  /** For a session that is about to be made; `undefined`: it is kept in memory alone, which was told once. */
  readonly toWrite: () => Promise<SessionKey | undefined>;
}

type KeysHost = Pick<Host, "files" | "env" | "os" | "random" | "tell" | "screen">;

const FILE_MODE = 0o600;
const LOCK_MILLIS = 30_000;

/** Why there is no key, and what to do about it. */
interface Obstacle {
  readonly reason: string;
  readonly remedy: string;
  /** The state home may not be used. */
  readonly isForeign?: boolean;
}

/**
 * @param homes the homes that may not be used, as they are now
 * @param isTold whether the person knows of them
 */
export function sessionKeys(
  host: KeysHost,
  homes: () => readonly ForeignHome[],
  isTold = false,
): SessionKeys {
  const found: { key?: SessionKey; telling?: Promise<void> } = {};
  const distrust = () => distrusted(homes().find(({ home }) => home === "state"));
  const known = async (answer: SessionKey | Obstacle | undefined): Promise<SessionKey | undefined> => {
    if (answer === undefined) return undefined;
    if ("macOf" in answer) return found.key = answer;
    const isKnown = isTold && answer.isForeign === true;
    await (found.telling ??= isKnown ? Promise.resolve() : tellObstacle(host, answer));
    return undefined;
  };
  return {
    toRead: async () => found.key ?? await known(distrust() ?? await presentKey(host)),
    toWrite: async () => found.key ?? await known(distrust() ?? await keyOrNew(host)),
  };
}

async function tellObstacle({ tell, screen }: KeysHost, { reason, remedy }: Obstacle): Promise<void> {
  const { warningText } = await import("../output/problem.ts");
  tell(warningText(`Sessions are neither reused nor stored: ${reason}. ${remedy}`, screen));
}

function distrusted(home: ForeignHome | undefined): Obstacle | undefined {
  if (home === undefined) return undefined;
  return {
    reason: `${home.path} is inside ${home.tree}, which is not trusted`,
    remedy: "Set ATMOS_XDG_STATE_HOME to a directory outside it",
    isForeign: true,
  };
}

/** The key that is there; where it cannot be looked for, there is none, which is told when one is needed. */
async function presentKey(host: KeysHost): Promise<SessionKey | Obstacle | undefined> {
  try {
    return keyIn(host, await readSessionKey(host));
  } catch (error) {
    if (isNoPlace(error)) return undefined;
    throw error;
  }
}

async function keyOrNew(host: KeysHost): Promise<SessionKey | Obstacle> {
  try {
    return keyIn(host, await readSessionKey(host)) ?? await newKey(host);
  } catch (error) {
    if (!isNoPlace(error)) throw error;
    return {
      reason: error.message,
      remedy: error.hints[0] ?? elsewhere(host),
    };
  }
}

/** A state home that cannot be read, written or found. A grant that is missing is told instead, since it can be given. */
export const isNoPlace = (error: unknown): error is AuthError =>
  isAuthError(error, "file-failed", "config-invalid");

function keyIn(host: KeysHost, file: KeyFile): SessionKey | Obstacle | undefined {
  switch (file.state) {
    case "good":
      return file.key;
    case "absent":
      return undefined;
    case "unusable":
      return {
        reason: file.reason,
        remedy: `Remove ${sessionKeyPath(host)}; the next login creates a new key`,
      };
  }
}

/** One process makes it; the others, which waited for the lock, find it. */
async function newKey(host: KeysHost): Promise<SessionKey | Obstacle> {
  const path = sessionKeyPath(host);
  await using _lock = await host.files.lock(await lockPath(host, `session-key ${path}`), {
    deadlineMillis: LOCK_MILLIS,
  });
  const meanwhile = keyIn(host, await readSessionKey(host));
  if (meanwhile !== undefined) return meanwhile;
  await host.files.writeText(path, sessionKeyText(host.random), FILE_MODE);
  const made = keyIn(host, await readSessionKey(host));
  if (made !== undefined && "macOf" in made) return made;
  // As on a file system without modes: what others can read is no key, and would stand in the way of the next one.
  await host.files.remove(path);
  return {
    reason: `${made?.reason ?? `${path} is absent`}, although it was created for you alone`,
    remedy: elsewhere(host),
  };
}

const elsewhere = (host: KeysHost): string =>
  `Set ${stateVariable(host)} to a directory that only you can read and write`;

/** The variable that moves the state home. */
export function stateVariable({ env, os }: Pick<Host, "env" | "os">): string {
  const [own, common] = ["ATMOS_XDG_STATE_HOME", "XDG_STATE_HOME"];
  return env(own) || os === "windows" ? own : common;
}

/**
 * What was found in the stores of sessions and in the keyring, as log lines: why a login happened can be read from
 * them. What is found twice is told once.
 *
 * @module
 */
import type { Link, SessionStore } from "../../chain/types.ts";
import { isAuthError } from "../../errors.ts";
import { type AwsFilesReader, byName, listSessions, unusedSession } from "../../files/aws_sessions.ts";
import { sectionName } from "../../files/names.ts";
import type { SessionFiles } from "../../files/seal.ts";
import type { Host } from "../../host.ts";
import type { EntryKey, Keyring } from "../../keyring/types.ts";
import { unusedReason } from "../../output/unused.ts";
import { formatInstant, isAlive, isFresh, type Lifetime } from "../../time.ts";
import type { Facts, Log } from "./log.ts";

/** One watch over all stores of a run. */
export interface Watch {
  readonly log: Log;
  readonly now: Host["now"];
  /** Tells of a thing when that is not what was told of it last. */
  readonly tell: (thing: string, message: string, facts: Facts) => void;
}

export function newWatch(log: Log, now: Host["now"]): Watch {
  const told = new Map<string, string>();
  return {
    log,
    now,
    tell: (thing, message, facts) => {
      const all = JSON.stringify([message, facts]);
      if (told.get(thing) !== all) log("debug", message, facts);
      told.set(thing, all);
    },
  };
}

/**
 * The same sessions, with what is found and what is made told.
 *
 * @param reason why there is none of a link
 */
export function tracedSessions(
  store: SessionStore,
  { log, now, tell }: Watch,
  reason: (link: Link) => Promise<string | undefined>,
): SessionStore {
  return {
    read: async (link) => {
      const identity = link.step.name;
      try {
        const found = await store.read(link);
        if (found === undefined) tell(link.digest, "no session", { identity, reason: await reason(link) });
        else {tell(link.digest, `session is ${stateOf(found.session, now())}`, {
            identity,
            ...endOf(found.session),
          });}
        return found;
      } catch (error) {
        log("debug", "session not readable", { identity, code: isAuthError(error) ? error.code : undefined });
        throw error;
      }
    },
    write: async (link, session) => {
      const kept = await store.write(link, session);
      log("info", "session made", { identity: link.step.name, ...endOf(session) });
      return kept;
    },
  };
}

function stateOf(life: Lifetime, now: number): string {
  return isFresh(life, now) ? "fresh" : isAlive(life, now) ? "about to end" : "expired";
}

const endOf = ({ expiresAt }: Lifetime) => ({ expires: formatInstant(expiresAt) });

/** Why the files of a directory have no session of a link. */
export async function whyAbsent(
  host: AwsFilesReader,
  files: SessionFiles,
  { step, digest }: Link,
): Promise<string> {
  const name = sectionName(step.name);
  const found = (await listSessions(host, files)).filter(({ section }) =>
    section === name || section.startsWith(`${name}@`)
  );
  if (found.length === 0) return "none was made yet";
  const unused = unusedSession(byName(found), step.name, digest);
  return unused !== undefined
    ? unusedReason(unused.flaw)
    : "the one of this name is of another chain: the configuration or an endpoint was another";
}

/** The same keyring, with its opening and what is found in it told; of an entry its purpose and its lifetime. */
export function tracedKeyring(open: () => Promise<Keyring>, watch: Watch): () => Promise<Keyring> {
  const opened: { keyring?: Promise<Keyring> } = {};
  return () => opened.keyring ??= openTraced(open, watch);
}

async function openTraced(open: () => Promise<Keyring>, { log, now, tell }: Watch): Promise<Keyring> {
  const started = now();
  const keyring = await open();
  log("debug", "keyring opened", { type: keyring.type, millis: now() - started });
  return {
    ...keyring,
    get: async (key) => {
      const text = await keyring.get(key);
      tell(`${key.purpose} ${key.name}`, text === undefined ? "no keyring entry" : "keyring entry read", {
        purpose: key.purpose,
        ...(text === undefined ? {} : await lifeOf(key, text, now())),
      });
      return text;
    },
    set: async (key, text) => {
      await keyring.set(key, text);
      log("debug", "keyring entry written", { purpose: key.purpose, ...await lifeOf(key, text, now()) });
    },
    swap: async (key, before, after) => {
      const swapped = await keyring.swap(key, before, after);
      if (swapped && before !== after) {
        log("debug", `keyring entry ${after === undefined ? "removed" : "written"}`, {
          purpose: key.purpose,
        });
      }
      return swapped;
    },
    remove: async (key) => {
      const removed = await keyring.remove(key);
      if (removed) log("debug", "keyring entry removed", { purpose: key.purpose });
      return removed;
    },
  };
}

/** Of a portal's session: whether there is a token, until when, and whether it can be refreshed. */
async function lifeOf({ purpose }: EntryKey, text: string, now: number): Promise<Facts> {
  if (purpose !== "sso-session") return {};
  const { parseSsoRecord } = await import("../../providers/sso_record.ts");
  const { token } = parseSsoRecord(text);
  if (token === undefined) return { token: "none" };
  const refresh = token.refreshToken === undefined ? "no" : "yes";
  return { token: stateOf(token, now), ...endOf(token), refresh };
}

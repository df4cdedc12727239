/**
 * The files of profiles for one child: in a directory of their own, since static keys in a section of the same name
 * would win over a `credential_process`, and gone with the child.
 *
 * @module
 */
import { isAuthError } from "../errors.ts";
import { lockPath } from "../files/lock.ts";
import type { Host, Lock } from "../host.ts";
import { toHex } from "../keyring/bytes.ts";
import { joinPath, stateHome } from "../paths.ts";

/** What keeping such files needs of the world. */
export type ProfileFilesHost = Pick<Host, "files" | "os" | "env" | "random">;

/** The files; disposal removes them. */
export interface ProfileFiles extends AsyncDisposable {
  readonly configFile: string;
  /** Empty: an SDK that is pointed to no such file would look into the person's own. */
  readonly credentialsFile: string;
}

const FILE_MODE = 0o600;
const LOCK_MILLIS = 30_000;
/** Deno 2.4 cannot try a lock without waiting for it. */
const LOOK_MILLIS = 50;

/** Where they are: `<state home>/atmos/refreshing`, with a directory for each child. */
export function profileFilesHome(host: Pick<Host, "os" | "env">): string {
  return joinPath(host.os, stateHome(host), "atmos", "refreshing");
}

/**
 * Writes a config file for a child, and removes those whose makers were killed.
 *
 * A lock in the directory says that its maker lives. Unlike other locks it is removed, under the lock of all of them.
 *
 * @throws AuthError `file-failed`, `lock-timeout`
 */
export async function keepProfileFiles(host: ProfileFilesHost, config: string): Promise<ProfileFiles> {
  const home = profileFilesHome(host);
  const directory = joinPath(host.os, home, toHex(host.random(8)));
  const [configFile, credentialsFile] = [
    joinPath(host.os, directory, "config"),
    joinPath(host.os, directory, "credentials"),
  ];
  await using _all = await lockAll(host);
  await removeForsaken(host, home);
  await host.files.writeText(configFile, config, FILE_MODE);
  await host.files.writeText(credentialsFile, "", FILE_MODE);
  const alive = await host.files.lock(ownLock(host, directory), { deadlineMillis: LOCK_MILLIS });
  return {
    configFile,
    credentialsFile,
    [Symbol.asyncDispose]: async () => {
      await alive[Symbol.asyncDispose]();
      await removeQuietly(host, home, directory);
    },
  };
}

const ownLock = (host: ProfileFilesHost, directory: string): string => joinPath(host.os, directory, "lock");

async function lockAll(host: ProfileFilesHost): Promise<Lock> {
  return await host.files.lock(await lockPath(host, "profiles of children"), { deadlineMillis: LOCK_MILLIS });
}

async function removeQuietly(host: ProfileFilesHost, home: string, directory: string): Promise<void> {
  await quietly(async () => {
    await using _all = await lockAll(host);
    await host.files.removeTree(directory);
    await host.files.removeIfEmpty(home);
  });
}

/** What cannot be removed now, as when root left it, stays; the child, and its exit code, are worth more. */
async function quietly(remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!isAuthError(error)) throw error;
  }
}

async function removeForsaken(host: ProfileFilesHost, home: string): Promise<void> {
  const directories = (await host.files.list(home) ?? []).filter(({ kind }) => kind === "directory");
  await Promise.all(directories.map(({ name }) =>
    quietly(async () => {
      const directory = joinPath(host.os, home, name);
      if (!await isHeld(host, directory)) await host.files.removeTree(directory);
    })
  ));
}

async function isHeld(host: ProfileFilesHost, directory: string): Promise<boolean> {
  try {
    await using _lock = await host.files.lock(ownLock(host, directory), { deadlineMillis: LOOK_MILLIS });
    return false;
  } catch (error) {
    if (isAuthError(error, "lock-timeout")) return true;
    throw error;
  }
}

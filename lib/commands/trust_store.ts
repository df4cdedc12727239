/**
 * The configuration files that a person vouched for, by path and content, as direnv does it.
 *
 * @module
 */
import type { ConfigFile } from "../config/types.ts";
import { isAuthError } from "../errors.ts";
import { lockPath } from "../files/lock.ts";
import { joinPath, stateHome } from "../paths.ts";
import type { Host } from "../host.ts";

/** What was trusted: a file as it was. */
export type TrustedFile = Pick<ConfigFile, "path" | "sha256">;

type TrustHost = Pick<Host, "files" | "env" | "os">;

const LOCK_MILLIS = 10_000;
const FILE_MODE = 0o600;

/** `<state home>/atmos/trust`: one line for each, `SHA-256 PATH`. */
export function trustPath(host: Pick<Host, "env" | "os">): string {
  return joinPath(host.os, stateHome(host), "atmos", "trust");
}

/** Everything that is trusted on this machine, in the order it was; nothing where we may not look or have no home. */
export async function trustedFiles(host: TrustHost): Promise<readonly TrustedFile[]> {
  try {
    return parseTrust(await host.files.readText(trustPath(host)) ?? "");
  } catch (error) {
    if (isAuthError(error, "config-invalid", "permission-missing")) return [];
    throw error;
  }
}

/** Whether a file is trusted as it is now: another content is another file. */
export function isTrusted(trusted: readonly TrustedFile[], file: TrustedFile): boolean {
  return trusted.some(({ path, sha256 }) => path === file.path && sha256 === file.sha256);
}

/** Trusts files as they are; what was trusted of them before no longer is. */
export async function trustFiles(host: TrustHost, files: readonly TrustedFile[]): Promise<void> {
  await changeTrust(host, (before) => [...withoutPaths(before, files), ...files]);
}

/** @returns the files that were trusted and no longer are */
export async function distrustFiles(
  host: TrustHost,
  files: readonly Pick<TrustedFile, "path">[],
): Promise<readonly TrustedFile[]> {
  const removed = (await trustedFiles(host)).filter(({ path }) => files.some((file) => file.path === path));
  if (removed.length > 0) await changeTrust(host, (before) => withoutPaths(before, files));
  return removed;
}

function withoutPaths(
  trusted: readonly TrustedFile[],
  files: readonly Pick<TrustedFile, "path">[],
): readonly TrustedFile[] {
  return trusted.filter(({ path }) => files.every((file) => file.path !== path));
}

async function changeTrust(
  host: TrustHost,
  change: (before: readonly TrustedFile[]) => readonly TrustedFile[],
): Promise<void> {
  const path = trustPath(host);
  await using _lock = await host.files.lock(await lockPath(host, `trust ${path}`), {
    deadlineMillis: LOCK_MILLIS,
  });
  const lines = change(await trustedFiles(host)).map((file) => `${file.sha256} ${encodedPath(file.path)}\n`);
  await host.files.writeText(path, lines.join(""), FILE_MODE);
}

function parseTrust(text: string): readonly TrustedFile[] {
  return text.split("\n").flatMap((line) => {
    const [, sha256, path] = /^([0-9a-f]{64}) (.+)$/.exec(line) ?? [];
    return sha256 === undefined || path === undefined ? [] : [{ sha256, path: decodedPath(path) }];
  });
}

/** A path on one line, whatever it holds. */
const encodedPath = (path: string): string => path.replaceAll("%", "%25").replaceAll("\n", "%0A");
const decodedPath = (text: string): string => text.replaceAll("%0A", "\n").replaceAll("%25", "%");

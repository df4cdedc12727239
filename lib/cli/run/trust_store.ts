/**
 * What a person trusts on this machine: for each file its units as they were decoded, in as many versions as were
 * trusted, so that switching branches does not ask again.
 *
 * @module
 */
import type { TrustRecord } from "../../config/need.ts";
import { isAuthError } from "../../errors.ts";
import { lockPath } from "../../files/lock.ts";
import type { Host } from "../../host.ts";
import { parsedJson } from "../../parsed_json.ts";
import { joinPath, stateHome } from "../../paths.ts";

type TrustHost = Pick<Host, "files" | "env" | "os">;

const LOCK_MILLIS = 10_000;
const FILE_MODE = 0o600;
/** Versions of one unit that are kept: the latest ones. */
const MAX_VERSIONS = 50;

/** `<state home>/atmos/trust`: a JSON object a line. */
export function trustPath(host: Pick<Host, "env" | "os">): string {
  return joinPath(host.os, stateHome(host), "atmos", "trust");
}

/**
 * Everything that is trusted on this machine, in the order it was; nothing where we may not look or have no home, and
 * where others could have written it.
 */
export async function trustRecords(host: TrustHost): Promise<readonly TrustRecord[]> {
  try {
    const path = trustPath(host);
    const status = await host.files.status(path);
    if (status?.kind !== "file" || status.owned === false || status.writableByOthers === true) return [];
    return parseRecords(await host.files.readText(path) ?? "");
  } catch (error) {
    if (isAuthError(error, "config-invalid", "permission-missing")) return [];
    throw error;
  }
}

/** Trusts what is not trusted yet. */
export async function addTrust(host: TrustHost, added: readonly TrustRecord[]): Promise<void> {
  await changeTrust(host, (before) => {
    const kept = before.filter((one) => !added.some((other) => isSame(one, other)));
    const all = [...kept, ...added];
    const later = (index: number, { path, unit }: TrustRecord) =>
      all.slice(index + 1).filter((other) => other.path === path && other.unit === unit).length;
    return all.filter((one, index) => later(index, one) < MAX_VERSIONS);
  });
}

/** @returns what was trusted of these files and no longer is */
export async function revokeTrust(
  host: TrustHost,
  paths: readonly string[],
): Promise<readonly TrustRecord[]> {
  const removed = (await trustRecords(host)).filter(({ path }) => paths.includes(path));
  if (removed.length > 0) {
    await changeTrust(host, (before) => before.filter(({ path }) => !paths.includes(path)));
  }
  return removed;
}

const isSame = (one: TrustRecord, other: TrustRecord) =>
  one.path === other.path && one.unit === other.unit && one.digest === other.digest;

async function changeTrust(
  host: TrustHost,
  change: (before: readonly TrustRecord[]) => readonly TrustRecord[],
): Promise<void> {
  const path = trustPath(host);
  await using _lock = await host.files.lock(await lockPath(host, `trust ${path}`), {
    deadlineMillis: LOCK_MILLIS,
  });
  const lines = change(await trustRecords(host)).map(({ path, unit, digest }) =>
    `${JSON.stringify({ path, unit, digest })}\n`
  );
  await host.files.writeText(path, lines.join(""), FILE_MODE);
}

/** Lines of earlier versions, which trusted files by their whole content, say nothing any more. */
function parseRecords(text: string): readonly TrustRecord[] {
  return text.split("\n").flatMap((line) => {
    const value = line.startsWith("{") ? parsedJson(line) : undefined;
    return isRecord(value) ? [value] : [];
  });
}

function isRecord(value: unknown): value is TrustRecord {
  return typeof value === "object" && value !== null && "path" in value && typeof value.path === "string" &&
    "unit" in value && typeof value.unit === "string" && "digest" in value &&
    typeof value.digest === "string";
}

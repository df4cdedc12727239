/**
 * Remembers the last generation of each store seen on this machine, outside the store, to detect an old copy,
 * which passes every other check. Best effort: anyone who can write to the state directory can erase this
 * record.
 *
 * @module
 */
import { AuthError, isAuthError } from "../errors.ts";
import type { Files } from "../host.ts";
import { toHex } from "./bytes.ts";
import type { StoreContent, StoreHeader } from "./store.ts";

type Identified = Pick<StoreHeader, "store" | "generation">;

function memoryPath(stateDirectory: string, { store }: Identified): string {
  return `${stateDirectory}/keyring/${toHex(store)}.generation`;
}

/** Returns 0 when no generation is remembered or the file does not contain a number. */
async function lastSeen(files: Files, path: string): Promise<number> {
  const text = await files.readText(path);
  return text !== undefined && /^[0-9]{1,15}\n$/.test(text) ? Number(text) : 0;
}

/**
 * Remembers a store's generation.
 *
 * @returns the error if writing failed; the caller's work can go on
 */
export async function rememberGeneration(
  files: Files,
  stateDirectory: string,
  header: Identified,
): Promise<AuthError | undefined> {
  try {
    await files.writeText(memoryPath(stateDirectory, header), `${header.generation}\n`, 0o600);
    return undefined;
  } catch (error) {
    if (isAuthError(error)) return error;
    throw error;
  }
}

/** Returns the generation last seen here if it is newer than the store's; otherwise remembers the store's. */
export async function newerSeen(
  files: Files,
  stateDirectory: string,
  { header }: StoreContent,
): Promise<number | undefined> {
  const seen = await lastSeen(files, memoryPath(stateDirectory, header));
  if (header.generation > seen) await rememberGeneration(files, stateDirectory, header);
  return seen > header.generation ? seen : undefined;
}

/**
 * Rejects writing to an old copy, because that would lose the newer copy's entries for good.
 *
 * @throws AuthError `keyring-damaged`
 */
export async function refuseOlder(
  files: Files,
  stateDirectory: string,
  content: StoreContent,
): Promise<void> {
  const newer = await newerSeen(files, stateDirectory, content);
  if (newer === undefined) return;
  throw new AuthError("keyring-damaged", `Cannot write: ${olderThan(content, newer)}`, {
    reason: "rolled-back",
    hints: [
      "Put the newer file back; or, to go on with the older one, run: atmos auth keyring accept-rollback",
    ],
  });
}

/** Describes the problem with an old copy. */
export function olderThan({ path, header }: StoreContent, newer: number): string {
  return `keyring ${path} is an older copy (generation ${header.generation}) than the last one seen here (${newer})`;
}

/**
 * The last generation of a store that this machine saw, kept outside of the store: an old copy put in its place
 * passes every other check. Best effort: who can write the state directory can make us forget.
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

/** 0 when none is remembered, or what is there is no number. */
async function lastSeen(files: Files, path: string): Promise<number> {
  const text = await files.readText(path);
  return text !== undefined && /^[0-9]{1,15}\n$/.test(text) ? Number(text) : 0;
}

/**
 * Remembers a store's generation.
 *
 * @returns why it could not be: that makes the memory shorter, and nobody's work fail
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

/** The generation that was seen here, when it is newer than the store's. A store that is newer is remembered. */
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
 * Keeps an old copy from being written to: whatever was in the newer one would be lost for good.
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

/** What is wrong with an old copy, in words. */
export function olderThan({ path, header }: StoreContent, newer: number): string {
  return `keyring ${path} is an older copy (generation ${header.generation}) than the last one seen here (${newer})`;
}

/**
 * The Credential Manager of Windows. Not tested where this project is built.
 *
 * @module
 */
import type { OsStore, OsStoreHost } from "./os_store.ts";
import { nativeStore } from "./system_native.ts";

/** Our secrets as generic credentials of the user, of at most 2,560 bytes each: ours have 44. */
export function credentialManager(host: OsStoreHost, canAsk: boolean): OsStore {
  const hint = "Log in to the desktop as the same user: a network logon has no credentials.";
  return nativeStore(host, { name: "the Credential Manager", hint }, canAsk);
}

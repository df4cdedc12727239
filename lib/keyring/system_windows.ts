/**
 * The Credential Manager of Windows. Not tested on Windows.
 *
 * @module
 */
import type { OsStore, OsStoreHost } from "./os_store.ts";
import { nativeStore } from "./system_native.ts";

/** Stores our secrets as the user's generic credentials. Windows limits each to 2,560 bytes; ours have 44. */
export function credentialManager(host: OsStoreHost, canAsk: boolean): OsStore {
  const hint = "Log in to the desktop as the same user: a network logon has no credentials.";
  return nativeStore(host, { name: "the Credential Manager", hint }, canAsk);
}

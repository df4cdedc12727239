/**
 * The login keychain of macOS. Not tested on macOS.
 *
 * @module
 */
import type { OsStore, OsStoreHost } from "./os_store.ts";
import { nativeStore } from "./system_native.ts";

/** Stores our secrets in the login keychain. macOS prompts the user when another program reads them. */
export function keychain(host: OsStoreHost, canAsk: boolean): OsStore {
  const hint = "Unlock it: security unlock-keychain ~/Library/Keychains/login.keychain-db";
  return nativeStore(host, { name: "the login keychain", hint }, canAsk);
}

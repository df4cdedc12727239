/**
 * The login keychain of macOS. Not tested where this project is built.
 *
 * @module
 */
import type { OsStore, OsStoreHost } from "./os_store.ts";
import { nativeStore } from "./system_native.ts";

/** Our secrets in the login keychain; macOS asks the person when another program than the one that wrote them reads. */
export function keychain(host: OsStoreHost, canAsk: boolean): OsStore {
  const hint = "Unlock it: security unlock-keychain ~/Library/Keychains/login.keychain-db";
  return nativeStore(host, { name: "the login keychain", hint }, canAsk);
}

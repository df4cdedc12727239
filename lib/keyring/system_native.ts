/**
 * The stores of macOS and Windows, through `@napi-rs/keyring`, the Node binding of the `keyring` crate. It is
 * a native addon and needs the grant `ffi`. Never loaded on Linux, where it would silently use the kernel's
 * keyring when no Secret Service answers.
 *
 * NOT TESTED on macOS or Windows.
 *
 * @module
 */
import { type AuthError, isAuthError, messageOf } from "../errors.ts";
import {
  DEADLINE_MILLIS,
  type OsStore,
  type OsStoreHost,
  PERSON_MILLIS,
  SERVICE,
  unavailable,
} from "./os_store.ts";
import { within } from "../deadline.ts";

/** The name of a system's store, and the hint for when it fails. */
export interface NativeStore {
  readonly name: string;
  readonly hint: string;
}

/** Creates access to the store, which may prompt the user for up to `PERSON_MILLIS` if one is present. */
export function nativeStore(host: OsStoreHost, { name, hint }: NativeStore, canAsk: boolean): OsStore {
  const patience = canAsk ? PERSON_MILLIS : DEADLINE_MILLIS;

  async function using<Result>(account: string, work: (entry: Entry) => Promise<Result>): Promise<Result> {
    const late = () => unavailable(`${name} did not answer within ${patience / 1000} s`, hint);
    const { AsyncEntry } = await import("@napi-rs/keyring");
    try {
      return await within(host, patience, work(new AsyncEntry(SERVICE, account)), () => {
        throw late();
      });
    } catch (error) {
      throw explained(error);
    }
  }

  function explained(error: unknown): AuthError {
    return isAuthError(error) ? error : unavailable(`${name}: ${messageOf(error)}`, hint, error);
  }

  const get = (account: string) => using(account, async (entry) => await entry.getPassword() ?? undefined);
  return {
    ready: async () => void await get("ready"),
    get,
    set: (account, text) => using(account, (entry) => entry.setPassword(text)),
    remove: (account) => using(account, (entry) => entry.deletePassword()),
  };
}

/** The methods of an item that we use. */
interface Entry {
  getPassword(): Promise<string | null>;
  setPassword(text: string): Promise<void>;
  deletePassword(): Promise<boolean>;
}

/**
 * The stores of macOS and Windows, through `@napi-rs/keyring`, the Node binding of the `keyring` crate. It is a native
 * addon and needs the grant `ffi`; it is never loaded on Linux, where it would quietly use the kernel's keyring when no
 * Secret Service answers.
 *
 * NOT TESTED where this project is built: there is neither macOS nor Windows.
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

/** How one system's store is called, and what to do when it refuses. */
export interface NativeStore {
  readonly name: string;
  readonly hint: string;
}

/** Our secrets in the store, which asks the person itself, when somebody is there, and may take as long for it. */
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

/** What we use of an item. */
interface Entry {
  getPassword(): Promise<string | null>;
  setPassword(text: string): Promise<void>;
  deletePassword(): Promise<boolean>;
}

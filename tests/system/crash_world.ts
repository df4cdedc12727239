/**
 * What a process that dies and the one that looks at its remains have in common: a directory with a keyring and AWS
 * files. The keyring is the real one but for its password: the data key is wrapped by a secret that both know, so
 * that no time goes into deriving it.
 */
import { denoHost } from "../../lib/host_deno.ts";
import type { OsStore } from "../../lib/keyring/os_store.ts";
import { type SealedKeyring, sealedKeyring } from "../../lib/keyring/sealed.ts";
import type { KeySource } from "../../lib/keyring/store_file.ts";
import { osSource } from "../../lib/keyring/system.ts";

/** The directory of the AWS files. */
export const DIRECTORY = "aws/my-sso";
export const IDENTITY = "prod-admin";
export const CHAIN = "c".repeat(64);
/** The keyring's file. */
export const STORE = "keyring/default.system.store";

/** The keyring of a directory. */
export function crashKeyring(directory: string): SealedKeyring {
  const host = denoHost();
  return sealedKeyring(host, "system", {
    path: `${directory}/${STORE}`,
    realm: undefined,
    lockPath: `${directory}/locks/keyring.lock`,
    stateDirectory: `${directory}/state`,
  }, sharedSource(host, directory));
}

/** An operating system's store that outlives its process: a file per account, in place before any crash. */
function sharedSource(host: ReturnType<typeof denoHost>, directory: string): KeySource {
  const path = (account: string) => `${directory}/os-store/${encodeURIComponent(account)}`;
  const store: OsStore = {
    ready: () => Promise.resolve(),
    get: (account) => host.files.readText(path(account)),
    set: (account, text) => {
      // Synchronous: the operating system's own writes are not what is tried here.
      Deno.mkdirSync(`${directory}/os-store`, { recursive: true });
      Deno.writeTextFileSync(path(account), text);
      return Promise.resolve();
    },
    remove: (account) => host.files.remove(path(account)),
  };
  return osSource(host, undefined, store);
}

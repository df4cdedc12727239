/**
 * One store on disk: read and verified each time, changed under a lock. Never overwrites a file that fails a
 * check.
 *
 * @module
 */
import { AuthError, isAuthError } from "../errors.ts";
import { type Exposure, exposureOf, exposureWarning, exposureWithin } from "../files/exposure.ts";
import type { FileStatus, Host } from "../host.ts";
import { LIMITS, overLimit } from "../limits.ts";
import { printable } from "../terminal/escape.ts";
import { type Bytes, toHex } from "./bytes.ts";
import { newerSeen, olderThan, refuseOlder, rememberGeneration } from "./generation.ts";
import { type DataKey, importDataKey } from "./seal.ts";
import type { Slot } from "./slot.ts";
import {
  damaged,
  formatStore,
  parseStore,
  type SealedEntries,
  type Store,
  type StoreContent,
  verifyStore,
} from "./store.ts";

/** The parts of the host that a store uses. */
export type StoreHost = Pick<Host, "files" | "random" | "tell">;

/** The paths of one store. */
export interface StorePlace {
  readonly path: string;
  readonly realm: string | undefined;
  /** The lock that protects changes. */
  readonly lockPath: string;
  /** The directory whose `keyring/` holds the last generations seen. */
  readonly stateDirectory: string;
}

/** Where a store's data key comes from. */
export interface KeySource {
  /**
   * Fetches the data key of an existing store.
   *
   * @throws AuthError `keyring-password` and the like
   */
  readonly unlock: (store: StoreContent) => Promise<Bytes>;
  /** Creates the slot of a new store. */
  readonly enclose: (store: Bytes, dataKey: Bytes) => Promise<Slot>;
  /** Deletes what `enclose` stored elsewhere, when the store could not be written. */
  readonly discard: (store: Bytes) => Promise<void>;
}

/** A store's content and its data key, after all checks passed. */
export interface OpenedStore {
  readonly content: StoreContent;
  readonly dataKey: DataKey;
}

/** The parts of a store to replace. */
export interface StoreChange {
  readonly entries?: SealedEntries;
  readonly slots?: readonly Slot[];
}

type Change = (opened: OpenedStore) => Promise<StoreChange | undefined>;

/** A store that may not exist yet. */
export interface StoreFile {
  /** Returns `undefined` when there is no store. */
  readonly open: () => Promise<OpenedStore | undefined>;
  /** Like `open`, but warns, once, about a copy older than the last one seen. */
  readonly read: () => Promise<OpenedStore | undefined>;
  /**
   * Changes the store under its lock. Leaves it alone when `change` returns `undefined`.
   *
   * @param absent what to do when there is no store
   * @throws AuthError `keyring-damaged` when it is older than the last copy seen
   */
  readonly update: (change: Change, absent: "create" | "leave") => Promise<void>;
}

const LOCK_DEADLINE_MILLIS = 30_000;

/** Returns the store at a place. Fetches its data key once and caches it. */
export function storeFile(host: StoreHost, place: StorePlace, source: KeySource): StoreFile {
  const keys = new Map<string, Promise<DataKey>>();
  const warned = new Set<string>();

  function keyOf(store: Store): Promise<DataKey> {
    const id = toHex(store.header.store);
    const known = keys.get(id);
    if (known) return known;
    const key = source.unlock(store).then((raw) => importDataKey(store.header.store, raw));
    keys.set(id, key);
    // Do not cache a failure: the user may unlock the operating system's store later.
    key.then(undefined, () => keys.delete(id));
    return key;
  }

  async function open(): Promise<OpenedStore | undefined> {
    const store = await readStore(host, place.path);
    if (!store) return undefined;
    const dataKey = await keyOf(store);
    await verifyStore(store, dataKey);
    refuseOtherRealm(store, place.realm);
    await warnOfReaders();
    return { content: store, dataKey };
  }

  /** Anyone who can read the file can guess its password. */
  async function warnOfReaders(): Promise<void> {
    const exposure = await exposureOf(host, place.path);
    if (exposure === undefined || warned.has(exposure.path)) return;
    warned.add(exposure.path);
    host.tell(`Warning: ${printable(exposureWarning(exposure))}\n`);
  }

  async function create(): Promise<OpenedStore> {
    const [store, raw] = [host.random(16), host.random(32)];
    const slots = [await source.enclose(store, raw)];
    const dataKey = await importDataKey(store, raw);
    keys.set(toHex(store), Promise.resolve(dataKey));
    const header = { store, realm: place.realm, generation: 0, slots };
    return { content: { path: place.path, header, entries: new Map() }, dataKey };
  }

  async function read(): Promise<OpenedStore | undefined> {
    const opened = await open();
    if (!opened || await newerSeen(host.files, place.stateDirectory, opened.content) === undefined) {
      return opened;
    }
    // A writer may have finished between the two reads.
    const again = await open();
    const newer = again && await newerSeen(host.files, place.stateDirectory, again.content);
    if (again && newer !== undefined && !warned.has("older")) {
      warned.add("older");
      host.tell(`Warning: ${printable(olderThan(again.content, newer))}.\n`);
    }
    return again;
  }

  async function write({ content, dataKey }: OpenedStore, change: StoreChange): Promise<void> {
    const generation = content.header.generation + 1;
    const header = { ...content.header, slots: change.slots ?? content.header.slots, generation };
    const text = await formatStore(header, change.entries ?? content.entries, dataKey);
    if (text.length > LIMITS.fileBytes.most) {
      throw new AuthError(
        "keyring-unavailable",
        `Cannot write keyring ${place.path}: ${overLimit("fileBytes")}`,
      );
    }
    await host.files.writeText(place.path, text, 0o600);
    await rememberGeneration(host.files, place.stateDirectory, header);
  }

  async function writeNew(change: Change): Promise<void> {
    const created = await create();
    try {
      await write(created, await change(created) ?? {});
    } catch (error) {
      const left = await host.files.status(place.path);
      if (!left) await source.discard(created.content.header.store);
      throw error;
    }
  }

  async function update(
    change: Change,
    absent: "create" | "leave",
  ): Promise<void> {
    await using _lock = await host.files.lock(place.lockPath, { deadlineMillis: LOCK_DEADLINE_MILLIS });
    const opened = await open();
    if (!opened) return absent === "create" ? await writeNew(change) : undefined;
    await refuseOlder(host.files, place.stateDirectory, opened.content);
    const changed = await change(opened);
    if (changed) await write(opened, changed);
  }

  return { open, read, update };
}

/**
 * Reads a store and verifies its checksum; `undefined` when there is no file.
 *
 * @throws AuthError `keyring-damaged`, `keyring-version`, `keyring-unavailable`
 */
export async function readStore(host: Pick<Host, "files">, path: string): Promise<Store | undefined> {
  const bytes = await readBytes(host, path).catch((error: unknown) => {
    if (!isAuthError(error, "file-failed")) throw error;
    const message = `Cannot open keyring ${path}: ${error.message}`;
    throw error.with({ code: "keyring-unavailable", message, cause: error });
  });
  return bytes && await parseStore(path, new Uint8Array(bytes));
}

async function readBytes(host: Pick<Host, "files">, path: string): Promise<Uint8Array | undefined> {
  const status = await host.files.status(path);
  if (status) refuseOddFile(path, status);
  const exposure = await exposureWithin(host, path.slice(0, path.lastIndexOf("/")), path);
  if (exposure?.isWritable) throw exposed(path, exposure);
  if (!status) return undefined;
  return await host.files.readBytes(path);
}

function refuseOddFile(path: string, status: FileStatus): void {
  const refuse = (reason: string) =>
    new AuthError("keyring-unavailable", `Cannot open keyring ${path}: ${reason}`);
  if (status.kind === "symlink") throw refuse("it is a symbolic link, and writing would replace it");
  if (status.kind !== "file") throw refuse("it is not a file");
  if (status.size > LIMITS.fileBytes.most) throw damaged(path, overLimit("fileBytes"));
}

/** Also refuses to create a store where others could replace it. */
function exposed(path: string, { reason, remedy }: Exposure): AuthError {
  return new AuthError(
    "keyring-unavailable",
    `Cannot use keyring ${path}: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`,
    { hints: [`Run: ${remedy}`, "If somebody may have changed it, move it away and log in again instead"] },
  );
}

function refuseOtherRealm(store: Store, realm: string | undefined): void {
  const made = store.header.realm;
  if (made === realm) return;
  const name = (one: string | undefined) => one === undefined ? "no realm" : `realm ${JSON.stringify(one)}`;
  throw damaged(
    store.path,
    `it was made for ${name(made)}, and stands where the one for ${name(realm)} belongs`,
  );
}

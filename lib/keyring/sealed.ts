/**
 * A keyring backed by one encrypted store.
 *
 * @module
 */
import { rememberGeneration } from "./generation.ts";
import { entryId, sealEntry } from "./seal.ts";
import type { Slot } from "./slot.ts";
import { readEntries, readEntry, type SealedEntries, type StoreContent } from "./store.ts";
import { type KeySource, storeFile, type StoreHost, type StorePlace } from "./store_file.ts";
import { type EntryKey, type Keyring, PURPOSES } from "./types.ts";

/** A keyring backed by a file. */
export interface SealedKeyring extends Keyring {
  /** Fetches the data key early, so failures surface now; `false` when there is no store. */
  readonly unlock: () => Promise<boolean>;
  /**
   * Accepts the store even though a newer generation was seen. Returns its generation if there is a store.
   */
  readonly acceptRollback: () => Promise<number | undefined>;
  /** Replaces the store's slots. */
  readonly replaceSlots: (make: (content: StoreContent) => Promise<readonly Slot[]>) => Promise<void>;
}

/** Creates a keyring for the store at a place; the first `set` creates the store. */
export function sealedKeyring(
  host: StoreHost,
  type: SealedKeyring["type"],
  place: StorePlace,
  source: KeySource,
): SealedKeyring {
  const file = storeFile(host, place, source);

  async function set({ purpose, name }: EntryKey, text: string): Promise<void> {
    await file.update(async ({ content, dataKey }) => {
      const id = await entryId(dataKey, { purpose, name });
      const sealed = await sealEntry(host.random, dataKey, id, { purpose, name, text });
      return { entries: new Map([...content.entries, [id, sealed]]) };
    }, "create");
  }

  async function swap(
    key: EntryKey,
    before: string | undefined,
    after: string | undefined,
  ): Promise<boolean> {
    // Without a store there are no entries.
    const outcome = { isSwapped: before === undefined && after === undefined };
    await file.update(async ({ content, dataKey }) => {
      outcome.isSwapped = await readEntry(content, dataKey, key) === before;
      if (!outcome.isSwapped || before === after) return undefined;
      const id = await entryId(dataKey, key);
      if (after === undefined) return { entries: without(content.entries, id) };
      const sealed = await sealEntry(host.random, dataKey, id, { ...key, text: after });
      return { entries: new Map([...content.entries, [id, sealed]]) };
    }, before === undefined && after !== undefined ? "create" : "leave");
    return outcome.isSwapped;
  }

  async function remove(key: EntryKey): Promise<boolean> {
    const found = { any: false };
    await file.update(async ({ content, dataKey }) => {
      const id = await entryId(dataKey, key);
      found.any = content.entries.has(id);
      return found.any ? { entries: without(content.entries, id) } : undefined;
    }, "leave");
    return found.any;
  }

  async function list(): Promise<readonly EntryKey[]> {
    const opened = await file.read();
    const entries = opened ? await readEntries(opened.content, opened.dataKey) : [];
    return entries.flatMap(({ purpose, name }) => {
      // Keep an entry written by a newer program, but do not list it.
      const known = PURPOSES.find((one) => one === purpose);
      return known ? [{ purpose: known, name }] : [];
    });
  }

  async function acceptRollback(): Promise<number | undefined> {
    const opened = await file.open();
    if (!opened) return undefined;
    const { header } = opened.content;
    const failure = await rememberGeneration(host.files, place.stateDirectory, header);
    if (failure) throw failure;
    return header.generation;
  }

  return {
    type,
    get: async (key) => {
      const opened = await file.read();
      return opened && await readEntry(opened.content, opened.dataKey, key);
    },
    set,
    swap,
    remove,
    list,
    unlock: async () => await file.open() !== undefined,
    acceptRollback,
    replaceSlots: (make) => file.update(async ({ content }) => ({ slots: await make(content) }), "leave"),
  };
}

function without(entries: SealedEntries, id: string): SealedEntries {
  return new Map(Array.from(entries).filter(([other]) => other !== id));
}

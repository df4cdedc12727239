/**
 * A keyring over one encrypted store.
 *
 * @module
 */
import { rememberGeneration } from "./generation.ts";
import { entryId, sealEntry } from "./seal.ts";
import type { Slot } from "./slot.ts";
import { readEntries, readEntry, type SealedEntries, type StoreContent } from "./store.ts";
import { type KeySource, storeFile, type StoreHost, type StorePlace } from "./store_file.ts";
import { type EntryKey, type Keyring, PURPOSES } from "./types.ts";

/** A keyring over a file. */
export interface SealedKeyring extends Keyring {
  /** Gets the data key, so that what would fail later fails now; `false` when there is no store. */
  readonly unlock: () => Promise<boolean>;
  /** Takes the store as it is for the newest one, although a newer one was seen; its generation, if there is a store. */
  readonly acceptRollback: () => Promise<number | undefined>;
  /** Puts other slots in the place of those that the store has. */
  readonly replaceSlots: (make: (content: StoreContent) => Promise<readonly Slot[]>) => Promise<void>;
}

/** A keyring over the store at a place; the store is made by the first `set`. */
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
    // Where there is no store there is no entry.
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
      // An entry of a newer program stays, and is not ours to show.
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

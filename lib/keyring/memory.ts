/**
 * The keyring that lasts as long as the process.
 *
 * @module
 */
import type { EntryKey, Keyring } from "./types.ts";

/** Creates an empty keyring; nothing is written to disk. */
export function memoryKeyring(): Keyring {
  const entries = new Map<string, { readonly key: EntryKey; readonly text: string }>();
  return {
    type: "memory",
    get: (key) => Promise.resolve(entries.get(address(key))?.text),
    set: (key, text) => {
      entries.set(address(key), { key: { purpose: key.purpose, name: key.name }, text });
      return Promise.resolve();
    },
    swap: (key, before, after) => {
      if (entries.get(address(key))?.text !== before) return Promise.resolve(false);
      if (after === undefined) entries.delete(address(key));
      else entries.set(address(key), { key: { purpose: key.purpose, name: key.name }, text: after });
      return Promise.resolve(true);
    },
    remove: (key) => Promise.resolve(entries.delete(address(key))),
    list: () => Promise.resolve(Array.from(entries.values(), ({ key }) => key)),
  };
}

function address(key: EntryKey): string {
  return JSON.stringify([key.purpose, key.name]);
}

/**
 * The store's file as text: one header line, one line per sealed entry, and two lines that authenticate them
 * (docs/keyring-format.md). This module does not access files.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import { type Bytes, fromBase64, toBase64, utf8 } from "./bytes.ts";
import { type DataKey, entryId, type OpenedEntry, openEntry } from "./seal.ts";
import { at, bytesAt, MAGIC, numberAt, type Slot, slotFromJson, slotToJson } from "./slot.ts";
import type { EntryKey } from "./types.ts";

/** A store's header. The file's MAC covers every byte of it. */
export interface StoreHeader {
  /** The store's id: 16 random bytes that never change. */
  readonly store: Bytes;
  readonly realm: string | undefined;
  /** Counts the writes, from 1; 0 for a store that has not been written yet. */
  readonly generation: number;
  readonly slots: readonly Slot[];
}

/** Sealed entries by id; both in base64. */
export type SealedEntries = ReadonlyMap<string, string>;

/** What a store holds. */
export interface StoreContent {
  /** For messages. */
  readonly path: string;
  readonly header: StoreHeader;
  readonly entries: SealedEntries;
}

/** A parsed store: its checksum matched, but its MAC is not verified yet. */
export interface Store extends StoreContent {
  /** SHA-256 of header and entries, and the MAC over it. */
  readonly digest: Bytes;
  readonly mac: Bytes;
}

/** `check `, `mac `, 44 characters of base64 each, and line ends. */
const TAIL_SIZE = 100;
const TAIL = /^check ([A-Za-z0-9+/]{43}=)\nmac ([A-Za-z0-9+/]{43}=)\n$/;
/** The start of an entry's line. Matching the rest, which may be megabytes, would take most of the time. */
const ENTRY_ID = /^[A-Za-z0-9+/]{22}== /;
const ID_SIZE = 24;

/**
 * Parses a store and verifies its checksum, so damage is reported before anyone is prompted for a password.
 *
 * @throws AuthError `keyring-version`, `keyring-damaged`
 */
export async function parseStore(path: string, bytes: Bytes): Promise<Store> {
  refuseOtherVersions(path, bytes);
  const [, check, macText = ""] = TAIL.exec(latin1(bytes.subarray(-TAIL_SIZE))) ?? [];
  const mac = fromBase64(macText);
  if (check === undefined || mac?.length !== 32) throw damaged(path, "its end is missing or changed");
  const body = bytes.subarray(0, -TAIL_SIZE);
  const digest = await sha256(body);
  if (check !== toBase64(digest)) throw damaged(path, "its content does not match its checksum");
  const [magic, header, ...entries] = latin1(body).split("\n");
  if (magic !== MAGIC || header === undefined || entries.pop() !== "") throw damaged(path, "it is not whole");
  return { path, header: parseHeader(path, header), entries: parseEntries(path, entries), digest, mac };
}

function refuseOtherVersions(path: string, bytes: Bytes): void {
  const version = /^atmos-keyring\/([0-9]{1,6})\n/.exec(latin1(bytes.subarray(0, 24)))?.[1];
  if (version === undefined) throw damaged(path, "it does not begin as a keyring does");
  if (version === "1") return;
  throw new AuthError(
    "keyring-version",
    `Cannot open keyring ${path}: its format is version ${version}, and this program knows 1`,
    {
      hints: ["Use the newer version of this program that wrote it. The file was left as it is."],
    },
  );
}

function parseHeader(path: string, line: string): StoreHeader {
  const header = headerFromJson(parseJson(path, line));
  // Accept one spelling only: this version did not write a header with unknown or repeated members.
  if (!header || formatHeader(header) !== line) {
    throw damaged(path, "its header is not as this version writes it");
  }
  return header;
}

function parseJson(path: string, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw damaged(path, "its header is not JSON", cause);
  }
}

function headerFromJson(value: unknown): StoreHeader | undefined {
  const [store, realm, generation] = [
    bytesAt(value, "store"),
    at(value, "realm"),
    numberAt(value, "generation"),
  ];
  const listed = at(value, "slots");
  const slots = Array.isArray(listed) ? listed.map(slotFromJson).filter((slot) => slot !== undefined) : [];
  if (store?.length !== 16 || !Number.isSafeInteger(generation) || generation < 1) return undefined;
  if (realm !== null && typeof realm !== "string") return undefined;
  // At least one slot, and at most one of each type.
  if (slots.length < 1 || new Set(slots.map(({ lock }) => lock.type)).size < slots.length) return undefined;
  return { store, realm: realm ?? undefined, generation, slots };
}

/** Escapes non-ASCII characters (of a realm) to keep the file ASCII. */
function formatHeader({ store, realm, generation, slots }: StoreHeader): string {
  const header = { store: toBase64(store), realm: realm ?? null, generation, slots: slots.map(slotToJson) };
  return JSON.stringify(header).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function parseEntries(path: string, lines: readonly string[]): SealedEntries {
  const entries = new Map<string, string>();
  for (const line of lines) {
    const id = line.slice(0, ID_SIZE);
    if (!ENTRY_ID.test(line) || entries.has(id)) throw damaged(path, "its entries are not whole");
    entries.set(id, line.slice(ID_SIZE + 1));
  }
  return entries;
}

/**
 * Formats a store.
 *
 * @throws RangeError when the generation is not a count
 */
export async function formatStore(
  header: StoreHeader,
  entries: SealedEntries,
  dataKey: DataKey,
): Promise<string> {
  if (!Number.isSafeInteger(header.generation) || header.generation < 1) {
    throw new RangeError("No such generation");
  }
  const lines = [MAGIC, formatHeader(header), ...Array.from(entries, ([id, sealed]) => `${id} ${sealed}`)];
  const body = lines.map((line) => `${line}\n`).join("");
  const digest = await sha256(utf8(body));
  const mac = await crypto.subtle.sign("HMAC", dataKey.mac, digest);
  return `${body}check ${toBase64(digest)}\nmac ${toBase64(new Uint8Array(mac))}\n`;
}

/**
 * Verifies a store's MAC with its data key.
 *
 * @throws AuthError `keyring-damaged`
 */
export async function verifyStore(store: Store, dataKey: DataKey): Promise<void> {
  if (!await crypto.subtle.verify("HMAC", dataKey.mac, store.mac, store.digest)) {
    throw damaged(store.path, "somebody without its key has changed it");
  }
}

/**
 * Decrypts the text under a key of a verified store.
 *
 * @throws AuthError `keyring-damaged` when the entry cannot be decrypted or belongs to another id
 */
export async function readEntry(
  store: StoreContent,
  dataKey: DataKey,
  key: EntryKey,
): Promise<string | undefined> {
  const id = await entryId(dataKey, key);
  const sealed = store.entries.get(id);
  if (sealed === undefined) return undefined;
  const entry = await openOrRefuse(store, dataKey, id, sealed);
  if (entry.purpose !== key.purpose || entry.name !== key.name) {
    throw damaged(store.path, "an entry is out of place");
  }
  return entry.text;
}

/** Decrypts every entry of a verified store. */
export function readEntries(store: StoreContent, dataKey: DataKey): Promise<readonly OpenedEntry[]> {
  return Promise.all(Array.from(store.entries, ([id, sealed]) => openOrRefuse(store, dataKey, id, sealed)));
}

async function openOrRefuse(
  store: StoreContent,
  dataKey: DataKey,
  id: string,
  sealed: string,
): Promise<OpenedEntry> {
  try {
    return await openEntry(dataKey, id, sealed);
  } catch (cause) {
    throw damaged(store.path, "an entry does not open", cause);
  }
}

/** Creates the error for a file that fails its checks. */
export function damaged(path: string, reason: string, cause?: unknown): AuthError {
  return new AuthError("keyring-damaged", `Cannot open keyring ${path}: ${reason}`, {
    hints: [
      "The file was left as it is. Put a good copy in its place,",
      "or move it away and log in (or store the keys) again: a new keyring is made then.",
    ],
    cause,
  });
}

async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** Decodes one byte per character. Never fails, and non-ASCII characters match none of our patterns. */
function latin1(bytes: Bytes): string {
  return new TextDecoder("latin1").decode(bytes);
}

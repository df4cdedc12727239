import assert from "node:assert/strict";
import { concat, toBase64, utf8 } from "../../lib/keyring/bytes.ts";
import { type DataKey, entryId, importDataKey, sealEntry } from "../../lib/keyring/seal.ts";
import {
  formatStore,
  parseStore,
  readEntries,
  readEntry,
  type StoreHeader,
  verifyStore,
} from "../../lib/keyring/store.ts";
import { wrap } from "../../lib/keyring/slot.ts";
import type { EntryKey } from "../../lib/keyring/types.ts";
import { fakeHost } from "../fake_host.ts";
import { codeOf, countedBytes, quickKeyring, storePlace, userKeys } from "./support.ts";

const STORE = Uint8Array.from({ length: 16 }, (_, index) => index);
const A: EntryKey = userKeys("a");
const B: EntryKey = userKeys("b");

const dataKey = () => importDataKey(STORE, new Uint8Array(32).fill(9));

async function osHeader(): Promise<StoreHeader> {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const slots = [await wrap(key, STORE, { type: "os" }, new Uint8Array(12), new Uint8Array(32))];
  return { store: STORE, realm: undefined, generation: 1, slots };
}

async function sealedPair(key: DataKey): Promise<{ ids: [string, string]; sealed: [string, string] }> {
  const random = countedBytes();
  const ids: [string, string] = [await entryId(key, A), await entryId(key, B)];
  const seal = (index: 0 | 1, name: string) =>
    sealEntry(random, key, ids[index], { ...userKeys(name), text: `text of ${name}` });
  return { ids, sealed: [await seal(0, "a"), await seal(1, "b")] };
}

/** An attack without the key: changes the text, and recomputes its checksum. */
async function tamper(text: string, change: (body: readonly string[]) => readonly string[]): Promise<string> {
  const lines = text.trimEnd().split("\n");
  const body = change(lines.slice(0, -2)).map((line) => `${line}\n`).join("");
  const digest = await crypto.subtle.digest("SHA-256", utf8(body));
  return `${body}check ${toBase64(new Uint8Array(digest))}\n${lines.at(-1)}\n`;
}

async function parseAndVerify(text: string, key: DataKey): Promise<void> {
  await verifyStore(await parseStore("/store", utf8(text)), key);
}

async function smallStore(): Promise<{ text: string; key: DataKey }> {
  const key = await dataKey();
  const { ids, sealed } = await sealedPair(key);
  return {
    text: await formatStore(await osHeader(), new Map([[ids[0], sealed[0]], [ids[1], sealed[1]]]), key),
    key,
  };
}

Deno.test("parseStore() reads what formatStore() wrote", async () => {
  const { text, key } = await smallStore();
  const store = await parseStore("/store", utf8(text));
  await verifyStore(store, key);
  assert.deepEqual(await readEntries(store, key), [{ ...A, text: "text of a" }, { ...B, text: "text of b" }]);
  assert.equal(await readEntry(store, key, B), "text of b");
  assert.equal(await readEntry(store, key, userKeys("c")), undefined);
});

Deno.test("a store reveals no name and no text", async () => {
  const host = fakeHost();
  const keyring = quickKeyring(host, new Map());
  await keyring.set(userKeys("name-marker"), "text-marker");
  const text = host.tree()[storePlace().path] ?? "";
  const decoded = text.split(/\s/).map((word) => /^[A-Za-z0-9+/=]+$/.test(word) ? safeAtob(word) : word)
    .join();
  for (const marker of ["marker", "user-keys"]) assert.ok(!(text + decoded).includes(marker));
});

function safeAtob(word: string): string {
  return word.length % 4 === 0 ? atob(word) : word;
}

/** The expected error of a damaged file: a version error only if the version changed. */
function expectedCode(bytes: Uint8Array): string {
  const version = /^atmos-keyring\/([0-9]{1,6})\n/.exec(new TextDecoder("latin1").decode(bytes))?.[1];
  return version === undefined || version === "1" ? "keyring-damaged" : "keyring-version";
}

Deno.test("a store with a single flipped bit is reported as damaged, not read and not overwritten", async () => {
  const items = new Map<string, string>();
  const host = fakeHost();
  await quickKeyring(host, items).set(A, "text of a");
  await quickKeyring(host, items).set(B, "text of b");
  const path = storePlace().path;
  const whole = utf8(host.tree()[path] ?? "");
  assert.ok(whole.length > 1000);
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const flipped = whole.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    await assertRefused(path, flipped, items, `bit ${bit}`);
  }
});

Deno.test("every prefix of a store is reported as damaged, not read and not overwritten", async () => {
  const items = new Map<string, string>();
  const host = fakeHost();
  await quickKeyring(host, items).set(A, "text of a");
  const path = storePlace().path;
  const whole = utf8(host.tree()[path] ?? "");
  for (let size = 0; size < whole.length; size++) {
    await assertRefused(path, whole.slice(0, size), items, `${size} bytes`);
  }
  await assertRefused(path, concat(whole, utf8("\n")), items, "a byte more");
  await assertRefused(path, concat(utf8("\ufeff"), whole), items, "a byte order mark");
  await assertRefused(path, utf8((host.tree()[path] ?? "").replaceAll("\n", "\r\n")), items, "CRLF");
});

async function assertRefused(
  path: string,
  bytes: Uint8Array,
  items: Map<string, string>,
  what: string,
): Promise<void> {
  const host = fakeHost({ files: { [path]: bytes } });
  const keyring = quickKeyring(host, items);
  const code = expectedCode(bytes);
  assert.equal(await codeOf(keyring.get(A)), code, what);
  assert.equal(await codeOf(keyring.set(A, "new")), code, what);
  assert.equal(await codeOf(keyring.remove(B)), code, what);
  assert.deepEqual(host.changes, [], what);
}

Deno.test("verifyStore() detects swapped, repeated, removed, reordered and added entries", async () => {
  const { text, key } = await smallStore();
  await parseAndVerify(await tamper(text, (lines) => lines), key);
  const changes: Record<string, (lines: readonly string[]) => readonly string[]> = {
    reordered: ([magic = "", header = "", a = "", b = ""]) => [magic, header, b, a],
    removed: ([magic = "", header = "", a = ""]) => [magic, header, a],
    "all removed": ([magic = "", header = ""]) => [magic, header],
    repeated: ([magic = "", header = "", a = "", b = ""]) => [magic, header, a, b, a],
    "repeated in place": ([magic = "", header = "", a = ""]) => [magic, header, a, a],
    exchanged: ([magic = "", header = "", a = "", b = ""]) => {
      const [[idA, sealedA], [idB, sealedB]] = [a.split(" "), b.split(" ")];
      return [magic, header, `${idA} ${sealedB}`, `${idB} ${sealedA}`];
    },
    added: (
      [magic = "", header = "", a = "", b = ""],
    ) => [magic, header, a, b, `${toBase64(new Uint8Array(16))} AAAA`],
    "an older generation": ([magic = "", header = "", ...entries]) => [
      magic,
      header.replace('"generation":1', '"generation":2'),
      ...entries,
    ],
    "another realm": ([magic = "", header = "", ...entries]) => [
      magic,
      header.replace('"realm":null', '"realm":"prod"'),
      ...entries,
    ],
  };
  for (const [name, change] of Object.entries(changes)) {
    const changed = await tamper(text, change);
    assert.notEqual(changed, text);
    assert.equal(await codeOf(parseAndVerify(changed, key)), "keyring-damaged", name);
  }
});

Deno.test("readEntry() rejects a swapped entry even in an authenticated file", async () => {
  const key = await dataKey();
  const { ids, sealed } = await sealedPair(key);
  const text = await formatStore(await osHeader(), new Map([[ids[0], sealed[1]], [ids[1], sealed[0]]]), key);
  const store = await parseStore("/store", utf8(text));
  await verifyStore(store, key);
  assert.equal(await codeOf(readEntry(store, key, A)), "keyring-damaged");
});

Deno.test("readEntry() rejects another entry's content sealed under its id", async () => {
  const key = await dataKey();
  const id = await entryId(key, A);
  const sealed = await sealEntry(countedBytes(), key, id, { ...B, text: "text of b" });
  const store = await parseStore(
    "/store",
    utf8(await formatStore(await osHeader(), new Map([[id, sealed]]), key)),
  );
  assert.equal(await codeOf(readEntry(store, key, A)), "keyring-damaged");
});

Deno.test("parseStore() rejects a header that this version would not write", async () => {
  const { text, key } = await smallStore();
  const header = text.split("\n")[1] ?? "";
  const slot = /"slots":\[(.*)\]/.exec(header)?.[1] ?? "";
  const headers = {
    "no JSON": "{",
    "another JSON": "[]",
    null: "null",
    "a space": header.replace(":", ": "),
    "an unknown member": header.replace("{", '{"more":1,'),
    "a member twice": header.replace("{", '{"realm":null,'),
    "a short id": header.replace(/"store":"[^"]*"/, '"store":"AAAA"'),
    "no realm": header.replace('"realm":null,', ""),
    "a number as realm": header.replace("null", "1"),
    "generation 0": header.replace('"generation":1', '"generation":0'),
    "generation 1.5": header.replace('"generation":1', '"generation":1.5'),
    "a huge generation": header.replace('"generation":1', '"generation":9007199254740992'),
    "no slot": header.replace(slot, ""),
    "a slot twice": header.replace(slot, `${slot},${slot}`),
    "an unknown slot": header.replace('"os"', '"age"'),
    "a short nonce": header.replace(/"nonce":"[^"]*"/, '"nonce":"AAAA"'),
    "a short key": header.replace(/"wrapped":"[^"]*"/, '"wrapped":"AAAA"'),
  };
  for (const [name, changed] of Object.entries(headers)) {
    assert.notEqual(changed, header, name);
    const file = await tamper(text, ([magic = "", , ...entries]) => [magic, changed, ...entries]);
    assert.equal(await codeOf(parseAndVerify(file, key)), "keyring-damaged", name);
  }
});

Deno.test("parseStore() rejects planted KDF parameters without deriving a key", async () => {
  const { text } = await smallStore();
  const sealed = `"nonce":"${toBase64(new Uint8Array(12))}","wrapped":"${toBase64(new Uint8Array(48))}"`;
  const salt = `"salt":"${toBase64(new Uint8Array(16))}"`;
  const argon2id = (cost: string) => `{"type":"passphrase","kdf":"argon2id",${cost},${salt},${sealed}}`;
  const pbkdf2 = (rounds: string) =>
    `{"type":"passphrase","kdf":"pbkdf2-sha256","iterations":${rounds},${salt},${sealed}}`;
  const parse = async (slot: string) => {
    const file = await tamper(text, ([magic = "", header = ""]) => [
      magic,
      header.replace(/"slots":.*/, `"slots":[${slot}]}`),
    ]);
    return await codeOf(parseStore("/store", utf8(file)));
  };
  assert.equal(await parse(argon2id('"memoryKib":19456,"passes":2,"lanes":1')), "no error");
  assert.equal(await parse(pbkdf2("600000")), "no error");
  for (
    const slot of [
      argon2id('"memoryKib":1048577,"passes":1,"lanes":1'),
      argon2id('"memoryKib":8,"passes":1,"lanes":1'),
      argon2id('"memoryKib":65536,"passes":17,"lanes":1'),
      argon2id('"memoryKib":65536,"passes":3,"lanes":17'),
      argon2id('"memoryKib":"65536","passes":3,"lanes":1'),
      pbkdf2("599999"),
      pbkdf2("10000001"),
      pbkdf2("1"),
      pbkdf2("null"),
      pbkdf2("600000").replace("pbkdf2-sha256", "scrypt"),
      pbkdf2("600000").replace(salt, '"salt":"AAAA"'),
      pbkdf2("600000").replace(salt, `"salt":"${toBase64(new Uint8Array(65))}"`),
    ]
  ) assert.equal(await parse(slot), "keyring-damaged", slot);
});

Deno.test("parseStore() reports an unknown version, whatever follows it", async () => {
  for (const text of ["atmos-keyring/2\n", "atmos-keyring/10\nanything", "atmos-keyring/0\n"]) {
    await assert.rejects(parseStore("/home/dev/default.file.store", utf8(text)), {
      code: "keyring-version",
      message: `Cannot open keyring /home/dev/default.file.store: its format is version ${
        /\/(\d+)/.exec(text)?.[1]
      }, and this program knows 1`,
    });
  }
});

Deno.test("formatStore() rejects a generation that is not a count", async () => {
  const header = await osHeader();
  for (const generation of [0, -1, 1.5, NaN, Number.MAX_SAFE_INTEGER + 1]) {
    await assert.rejects(formatStore({ ...header, generation }, new Map(), await dataKey()), RangeError);
  }
});

Deno.test("formatStore() keeps any characters of a realm, in ASCII", async () => {
  const key = await dataKey();
  for (const realm of ["prod", "größe 𝄞", 'a"\\\n\u0000\u007f', "\ud800", ""]) {
    const text = await formatStore({ ...await osHeader(), realm }, new Map(), key);
    assert.match(text, /^[\n\x20-\x7e]+$/);
    assert.equal((await parseStore("/store", utf8(text))).header.realm, realm);
  }
});

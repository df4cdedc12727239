// A second reader of keyring files, made from docs/keyring-format.md alone: Node's own crypto, and Argon2id from
// @noble/hashes. Usage: node read_store.mjs FILE, with {"password": "..."} or {"key": "<base64>"} on standard input.
// Prints {"realm", "generation", "entries": [...]} or fails with a word on standard error.
import { argon2id } from "@noble/hashes/argon2.js";
import { createDecipheriv, createHash, createHmac, hkdfSync, pbkdf2Sync, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

const M = "atmos-keyring/1";

function u32(n) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  return bytes;
}

function fields(...values) {
  return Buffer.concat(values.flatMap((value) => {
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from(String(value), "utf8");
    return [u32(bytes.length), bytes];
  }));
}

function base64(text) {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text) throw new Error("damaged: base64");
  return bytes;
}

function open(key, nonce, sealed, aad) {
  const decipher = createDecipheriv("aes-256-gcm", key, nonce);
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}

const hkdf = (key, salt, info) => Buffer.from(hkdfSync("sha256", key, salt, info, 32));
const hmac = (key, bytes) => createHmac("sha256", key).update(bytes).digest();
const sha256 = (bytes) => createHash("sha256").update(bytes).digest();
const utf16be = (text) => Buffer.from(text, "utf16le").swap16();

function slotKey(slot, secret) {
  if (slot.type === "os") return { key: base64(secret.key), parameters: ["os"] };
  const password = Buffer.from(secret.password.normalize("NFC"), "utf8");
  const salt = base64(slot.salt);
  if (slot.kdf === "pbkdf2-sha256") {
    const key = pbkdf2Sync(password, salt, slot.iterations, 32, "sha256");
    return { key, parameters: ["passphrase", slot.kdf, slot.iterations, salt] };
  }
  const cost = { m: slot.memoryKib, t: slot.passes, p: slot.lanes, dkLen: 32, version: 0x13 };
  const key = Buffer.from(argon2id(password, salt, cost));
  return { key, parameters: ["passphrase", slot.kdf, slot.memoryKib, slot.passes, slot.lanes, salt] };
}

function dataKeyOf(header, store, secret) {
  const slot = header.slots.find(({ type }) => type === (secret.key === undefined ? "passphrase" : "os"));
  const { key, parameters } = slotKey(slot, secret);
  try {
    return open(key, base64(slot.nonce), base64(slot.wrapped), fields(M, "slot", store, ...parameters));
  } catch (cause) {
    throw new Error("wrong password", { cause });
  }
}

function readEntry(line, store, dataKey) {
  const [id, sealed] = line.split(" ").map(base64);
  const key = hkdf(dataKey, sealed.subarray(0, 16), `${M} entry`);
  const padded = open(key, sealed.subarray(16, 28), sealed.subarray(28), fields(M, "entry", store, id));
  const length = padded.readUInt32BE(0);
  if (padded.length % 256 !== 0 || padded.subarray(4 + length).some((byte) => byte !== 0)) throw new Error("damaged: padding");
  const entry = JSON.parse(padded.toString("utf8", 4, 4 + length));
  const expected = hmac(hkdf(dataKey, store, `${M} id`), fields(entry.purpose, utf16be(entry.name))).subarray(0, 16);
  if (!expected.equals(id)) throw new Error("damaged: an entry is out of place");
  return entry;
}

function read(file, secret) {
  const text = file.toString("latin1");
  if (!text.startsWith(`${M}\n`)) throw new Error(/^atmos-keyring\/[0-9]{1,6}\n/.test(text) ? "other version" : "damaged: beginning");
  const end = /^check (\S+)\nmac (\S+)\n$/m.exec(text);
  if (!end) throw new Error("damaged: end");
  const check = sha256(file.subarray(0, end.index));
  if (!check.equals(base64(end[1]))) throw new Error("damaged: check");
  const [, headerLine, ...lines] = text.slice(0, end.index).split("\n").slice(0, -1);
  const header = JSON.parse(headerLine);
  const store = base64(header.store);
  const dataKey = dataKeyOf(header, store, secret);
  const mac = hmac(hkdf(dataKey, store, `${M} mac`), check);
  if (!timingSafeEqual(mac, base64(end[2]))) throw new Error("damaged: mac");
  const entries = lines.map((line) => readEntry(line, store, dataKey));
  return { realm: header.realm, generation: header.generation, entries };
}

try {
  const secret = JSON.parse(readFileSync(0, "utf8"));
  process.stdout.write(`${JSON.stringify(read(readFileSync(process.argv[2]), secret))}\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

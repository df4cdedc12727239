import assert from "node:assert/strict";
import { AuthError } from "../../lib/errors.ts";
import { toHex } from "../../lib/keyring/bytes.ts";
import { sealedKeyring } from "../../lib/keyring/sealed.ts";
import { osSource } from "../../lib/keyring/system.ts";
import { LIMITS } from "../../lib/limits.ts";
import { fakeHost } from "../fake_host.ts";
import { testKeyring } from "./contract.ts";
import { codeOf, countedBytes, mapStore, quickKeyring, STATE, storePlace, userKeys } from "./support.ts";

const PATH = storePlace().path;
const A = userKeys("a");
const B = userKeys("b");

testKeyring("a keyring over a store", () => {
  const host = fakeHost();
  const items = new Map<string, string>();
  const open = () => quickKeyring(host, items);
  return Promise.resolve({ keyring: open(), again: () => Promise.resolve(open()) });
});

Deno.test("only the first set creates a store", async () => {
  const host = fakeHost();
  const keyring = quickKeyring(host, new Map());
  await keyring.get(A);
  await keyring.list();
  await keyring.remove(A);
  assert.equal(await keyring.unlock(), false);
  assert.equal(host.node(PATH), undefined);
  await keyring.set(A, "text");
  const node = host.node(PATH);
  assert.ok(node?.kind === "file" && node.mode === 0o600);
  const directory = host.node(PATH.slice(0, PATH.lastIndexOf("/")));
  assert.ok(directory?.kind === "directory" && directory.mode === 0o700);
});

Deno.test("removing a missing entry writes nothing", async () => {
  const host = fakeHost();
  const keyring = quickKeyring(host, new Map());
  await keyring.set(A, "text");
  const changes = host.changes.length;
  assert.equal(await keyring.remove(B), false);
  assert.equal(host.changes.length, changes);
});

Deno.test("the data key is fetched once, however many reads and writes follow", async () => {
  const host = fakeHost();
  const source = osSource(host, undefined, mapStore());
  const counted = { unlocks: 0 };
  const items = sealedKeyring(host, "system", storePlace(), source);
  await items.set(A, "text");
  const keyring = sealedKeyring(host, "system", storePlace(), {
    ...source,
    unlock: (store) => {
      counted.unlocks++;
      return source.unlock(store);
    },
  });
  await Promise.all([
    keyring.get(A),
    keyring.get(A),
    keyring.list(),
    keyring.set(B, "text"),
    keyring.remove(A),
  ]);
  assert.equal(await keyring.get(B), "text");
  assert.equal(counted.unlocks, 1);
});

Deno.test("a data key that could not be fetched is fetched again", async () => {
  const host = fakeHost();
  const source = osSource(host, undefined, mapStore());
  await sealedKeyring(host, "system", storePlace(), source).set(A, "text");
  const failures = [new AuthError("keyring-locked", "Cannot use the system keyring: it is locked")];
  const keyring = sealedKeyring(host, "system", storePlace(), {
    ...source,
    unlock: (store) => {
      const failure = failures.pop();
      return failure ? Promise.reject(failure) : source.unlock(store);
    },
  });
  assert.equal(await codeOf(keyring.get(A)), "keyring-locked");
  assert.equal(await keyring.get(A), "text");
});

Deno.test("a store that another process created meanwhile is used, not replaced", async () => {
  const items = new Map<string, string>();
  const host = fakeHost();
  const [first, second] = [quickKeyring(host, items), quickKeyring(host, items)];
  assert.equal(await second.unlock(), false);
  await first.set(A, "first");
  await second.set(B, "second");
  assert.equal(await first.get(B), "second");
  assert.equal(await second.get(A), "first");
  assert.equal(items.size, 1);
});

Deno.test("a store recreated with another id is unlocked again", async () => {
  const items = new Map<string, string>();
  const host = fakeHost();
  const keyring = quickKeyring(host, items);
  await keyring.set(A, "old store");
  await host.files.remove(PATH);
  assert.equal(await keyring.get(A), undefined);
  await quickKeyring(host, items).set(A, "new store");
  assert.equal(await keyring.get(A), "new store");
});

Deno.test("changes happen under the store's lock", async () => {
  const host = fakeHost();
  const keyring = quickKeyring(host, new Map());
  await keyring.get(A);
  assert.deepEqual(host.locks, []);
  await keyring.set(A, "text");
  await keyring.remove(A);
  assert.deepEqual(host.locks, [storePlace().lockPath, storePlace().lockPath]);
});

Deno.test("a change applies to the content on disk once the lock is acquired", async () => {
  const items = new Map<string, string>();
  const maker = fakeHost();
  await quickKeyring(maker, items).set(A, "before");
  const before = maker.tree()[PATH] ?? "";
  await quickKeyring(maker, items).set(B, "meanwhile");
  const meanwhile = maker.tree()[PATH] ?? "";
  const host = fakeHost({
    files: { [PATH]: before },
    heldLocks: {
      [storePlace().lockPath]: { heldMillis: 50, meanwhile: () => host.put(PATH, meanwhile) },
    },
  });
  const keyring = quickKeyring(host, items);
  await keyring.set(A, "after");
  assert.equal(await keyring.get(A), "after");
  assert.equal(await keyring.get(B), "meanwhile");
});

Deno.test("a lock that is never released fails the change, and leaves the store unchanged", async () => {
  const host = fakeHost({ heldLocks: { [storePlace().lockPath]: { holder: "atmos 4711" } } });
  assert.equal(await codeOf(quickKeyring(host, new Map()).set(A, "text")), "lock-timeout");
  assert.equal(host.node(PATH), undefined);
});

Deno.test("a symbolic link, a directory or a huge file in the store's place is rejected", async () => {
  const linked = fakeHost({
    links: { [PATH]: "/home/dev/elsewhere" },
    files: { "/home/dev/elsewhere": "text" },
  });
  const occupied = fakeHost({ directories: [PATH] });
  for (const host of [linked, occupied]) {
    assert.equal(await codeOf(quickKeyring(host, new Map()).get(A)), "keyring-unavailable");
    assert.equal(await codeOf(quickKeyring(host, new Map()).set(A, "text")), "keyring-unavailable");
    assert.deepEqual(host.changes, []);
  }
  const giant = fakeHost({ files: { [PATH]: new Uint8Array(LIMITS.fileBytes.most + 1) } });
  assert.equal(await codeOf(quickKeyring(giant, new Map()).get(A)), "keyring-damaged");
});

Deno.test("another user's file in the store's place is rejected", async () => {
  const host = fakeHost();
  await quickKeyring(host, new Map()).set(A, "text");
  const status = async (path: string) => {
    const own = await host.files.status(path);
    return own && { ...own, owned: path !== PATH };
  };
  const theirs = { ...host, files: { ...host.files, status } };
  assert.equal(await codeOf(quickKeyring(theirs, new Map()).get(A)), "keyring-unavailable");
});

Deno.test("two stores share no key, and one in the other's place is detected", async () => {
  const items = new Map<string, string>();
  const host = fakeHost();
  const [prod, dev] = [storePlace("prod", "prod"), storePlace("dev", "dev")];
  await quickKeyring(host, items, prod).set(A, "of prod");
  await quickKeyring(host, items, dev).set(A, "of dev");
  assert.equal(items.size, 2);
  assert.equal(await quickKeyring(host, items, prod).get(A), "of prod");
  // An attacker who can write files replaces dev's store with prod's, and stores prod's key under dev's name.
  host.put(dev.path, host.tree()[prod.path] ?? "");
  for (const [account, key] of [...items]) items.set(account.replace(/^prod/, "dev"), key);
  assert.equal(await codeOf(quickKeyring(host, items, dev).get(A)), "keyring-damaged");
  assert.equal(await codeOf(quickKeyring(host, items, dev).set(A, "x")), "keyring-damaged");
});

Deno.test("a moved store still opens", async () => {
  const items = new Map<string, string>();
  const host = fakeHost();
  await quickKeyring(host, items).set(A, "text");
  const moved = { ...storePlace(), path: "/mnt/other/default.system.store" };
  host.put(moved.path, host.tree()[PATH] ?? "");
  await host.files.remove(PATH);
  assert.equal(await quickKeyring(host, items, moved).get(A), "text");
});

Deno.test("an entry with an unknown purpose is kept, but not listed", async () => {
  const host = fakeHost();
  const items = new Map<string, string>();
  const keyring = quickKeyring(host, items);
  // As a newer program would write it.
  await Reflect.apply(keyring.set, undefined, [{ purpose: "passkey", name: "a" }, "text"]);
  await keyring.set(A, "text");
  assert.deepEqual(await keyring.list(), [A]);
  assert.equal(await Reflect.apply(keyring.get, undefined, [{ purpose: "passkey", name: "a" }]), "text");
});

/** A store at generation 2 replaced with its copy from generation 1. */
async function rolledBack() {
  const items = new Map<string, string>();
  const host = fakeHost({ seed: 3 });
  await quickKeyring(host, items).set(A, "old");
  const old = host.tree()[PATH] ?? "";
  await quickKeyring(host, items).set(A, "new");
  host.put(PATH, old, 0o600);
  return { host, items, old };
}

Deno.test("reading an older copy of a store warns once", async () => {
  const { host, items } = await rolledBack();
  const keyring = quickKeyring(host, items);
  assert.equal(await keyring.get(A), "old");
  assert.equal(await keyring.get(A), "old");
  assert.equal(
    host.told,
    `Warning: keyring ${PATH} is an older copy (generation 1) than the last one seen here (2).\n`,
  );
});

Deno.test("an older copy of a store is not written to until it is accepted", async () => {
  const { host, items, old } = await rolledBack();
  const keyring = quickKeyring(host, items);
  assert.equal(await codeOf(keyring.set(B, "text")), "keyring-damaged");
  assert.equal(await codeOf(keyring.remove(A)), "keyring-damaged");
  assert.equal(host.tree()[PATH], old);
  assert.equal(await keyring.acceptRollback(), 1);
  await keyring.set(B, "text");
  assert.equal(await keyring.get(A), "old");
  assert.equal(host.told, "");
});

Deno.test("reading a store that another machine wrote records its generation", async () => {
  const items = new Map<string, string>();
  const elsewhere = fakeHost();
  await quickKeyring(elsewhere, items).set(A, "1");
  const old = elsewhere.tree()[PATH] ?? "";
  await quickKeyring(elsewhere, items).set(A, "2");
  const host = fakeHost({ files: { [PATH]: elsewhere.tree()[PATH] ?? "" } });
  await quickKeyring(host, items).get(A);
  host.put(PATH, old);
  assert.equal(await codeOf(quickKeyring(host, items).set(A, "3")), "keyring-damaged");
});

Deno.test("the keyring works when the recorded generation is damaged or cannot be written", async () => {
  const items = new Map<string, string>();
  const host = fakeHost({ unwritable: [`${STATE}/keyring`] });
  const keyring = quickKeyring(host, items);
  await keyring.set(A, "text");
  assert.equal(await keyring.get(A), "text");
  const [account = ""] = [...items.keys()];
  const memory = `${STATE}/keyring/${account.split("/")[1]}.generation`;
  const damaged = fakeHost({ files: { [PATH]: host.tree()[PATH] ?? "", [memory]: "not a number" } });
  assert.equal(await quickKeyring(damaged, items).get(A), "text");
  assert.equal(damaged.tree()[memory], "1\n");
});

Deno.test("acceptRollback() reports that it cannot record the generation", async () => {
  const host = fakeHost({ unwritable: [`${STATE}/keyring`] });
  const keyring = quickKeyring(host, new Map());
  assert.equal(await keyring.acceptRollback(), undefined);
  await keyring.set(A, "text");
  assert.equal(await codeOf(keyring.acceptRollback()), "file-failed");
});

Deno.test("a write between a reader's two reads is not mistaken for an older copy", async () => {
  const items = new Map<string, string>();
  const host = fakeHost();
  await quickKeyring(host, items).set(A, "old");
  const old = host.tree()[PATH] ?? "";
  await quickKeyring(host, items).set(A, "new");
  const reads = { count: 0 };
  const readBytes = async (path: string) =>
    path === PATH && reads.count++ === 0 ? new TextEncoder().encode(old) : await host.files.readBytes(path);
  const reader = quickKeyring({ ...host, files: { ...host.files, readBytes } }, items);
  assert.equal(await reader.get(A), "new");
  assert.equal(host.told, "");
});

Deno.test("a new store that cannot be written leaves no key behind", async () => {
  const items = new Map<string, string>();
  const host = fakeHost({ unwritable: [PATH] });
  assert.equal(await codeOf(quickKeyring(host, items).set(A, "text")), "file-failed");
  assert.equal(items.size, 0);
});

Deno.test("a new store keeps its key when its write failed after creating the file", async () => {
  const items = new Map<string, string>();
  const host = fakeHost();
  const writeText = async (path: string, text: string, mode: number) => {
    await host.files.writeText(path, text, mode);
    throw new AuthError("file-failed", "Cannot sync the directory");
  };
  const failing = { ...host, files: { ...host.files, writeText } };
  assert.equal(await codeOf(quickKeyring(failing, items).set(A, "text")), "file-failed");
  assert.equal(await quickKeyring(host, items).get(A), "text");
});

Deno.test("a store's id and keys are random", async () => {
  const [one, other] = [fakeHost({ seed: 1 }), fakeHost({ seed: 2 })];
  for (const host of [one, other]) await quickKeyring(host, new Map()).set(A, "text");
  assert.notEqual(one.tree()[PATH], other.tree()[PATH]);
  assert.equal(toHex(countedBytes()(4)), "00010203");
});

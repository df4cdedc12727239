/** The contract of every type of keyring. */
import assert from "node:assert/strict";
import type { EntryKey, Keyring } from "../../lib/keyring/types.ts";

const SESSION: EntryKey = { purpose: "sso-session", name: "https://example.awsapps.com/start" };
const KEYS: EntryKey = { purpose: "user-keys", name: "https://example.awsapps.com/start" };

const sorted = (keys: readonly EntryKey[]) =>
  keys.map(({ purpose, name }) => `${purpose} ${name}`).toSorted();

/**
 * Registers the tests.
 *
 * @param open opens an empty keyring, and the same one as another process would (the same object where
 * processes share nothing)
 */
export function testKeyring(
  name: string,
  open: () => Promise<{ readonly keyring: Keyring; readonly again: () => Promise<Keyring> }>,
): void {
  Deno.test(`${name} is empty at first`, async () => {
    const { keyring } = await open();
    assert.equal(await keyring.get(SESSION), undefined);
    assert.deepEqual(await keyring.list(), []);
    assert.equal(await keyring.remove(SESSION), false);
  });

  Deno.test(`${name} returns the exact text that was set`, async () => {
    const { keyring, again } = await open();
    const texts = ["", "a", '{"quoted":"\\n"}', "ä 𝄞 \u0000 \ud800", "x".repeat(100_000)];
    const other = await again();
    for (const text of texts) {
      await keyring.set(SESSION, text);
      assert.equal(await keyring.get(SESSION), text);
      assert.equal(await other.get(SESSION), text);
    }
  });

  Deno.test(`${name} replaces only the given entry`, async () => {
    const { keyring, again } = await open();
    await keyring.set(SESSION, "old");
    await keyring.set(KEYS, "keys");
    await (await again()).set(SESSION, "new");
    assert.equal(await keyring.get(SESSION), "new");
    assert.equal(await keyring.get(KEYS), "keys");
    assert.deepEqual(sorted(await keyring.list()), sorted([SESSION, KEYS]));
  });

  Deno.test(`${name} removes only the given entry`, async () => {
    const { keyring, again } = await open();
    await keyring.set(SESSION, "session");
    await keyring.set(KEYS, "keys");
    assert.equal(await (await again()).remove(SESSION), true);
    assert.equal(await keyring.remove(SESSION), false);
    assert.equal(await keyring.get(SESSION), undefined);
    assert.deepEqual(await keyring.list(), [KEYS]);
  });

  Deno.test(`${name} swaps an entry only if it holds the expected text`, async () => {
    const { keyring, again } = await open();
    const other = await again();
    assert.equal(await keyring.swap(KEYS, "old", "new"), false);
    assert.equal(await keyring.swap(KEYS, undefined, undefined), true);
    assert.equal(await keyring.get(KEYS), undefined);
    assert.equal(await keyring.swap(KEYS, undefined, "one"), true);
    assert.equal(await other.swap(KEYS, undefined, "another"), false);
    assert.equal(await other.swap(KEYS, "one", "two"), true);
    assert.equal(await keyring.swap(KEYS, "one", "three"), false);
    assert.equal(await keyring.swap(KEYS, "one", undefined), false);
    assert.equal(await keyring.get(KEYS), "two");
    assert.equal(await keyring.swap(KEYS, "two", undefined), true);
    assert.equal(await keyring.get(KEYS), undefined);
    assert.equal(await keyring.get(SESSION), undefined);
  });

  Deno.test(`${name} lets exactly one of several concurrent swaps of an entry succeed`, async () => {
    const { keyring, again } = await open();
    const other = await again();
    await keyring.set(KEYS, "old");
    const won = await Promise.all(
      Array.from(
        { length: 10 },
        (_, index) => (index % 2 ? keyring : other).swap(KEYS, "old", `new ${index}`),
      ),
    );
    assert.equal(won.filter((one) => one).length, 1);
    assert.equal(await keyring.get(KEYS), `new ${won.indexOf(true)}`);
  });

  Deno.test(`${name} keeps entries apart whatever their names contain`, async () => {
    const { keyring } = await open();
    const names = [
      "",
      "a",
      "A",
      "a ",
      "a/b",
      "a\u0000b",
      '"',
      "ä",
      "a\u0308",
      "\ud800",
      "\udc00",
      "\ufffd",
      "__proto__",
    ];
    for (const one of names) {
      await keyring.set({ purpose: "user-keys", name: one }, `text of ${JSON.stringify(one)}`);
    }
    for (const one of names) {
      assert.equal(await keyring.get({ purpose: "user-keys", name: one }), `text of ${JSON.stringify(one)}`);
      assert.equal(await keyring.get({ purpose: "saml-username", name: one }), undefined);
    }
    assert.equal((await keyring.list()).length, names.length);
  });

  Deno.test(`${name} keeps all of 60 entries that are set concurrently`, async () => {
    const { keyring, again } = await open();
    const other = await again();
    const keys = Array.from(
      { length: 60 },
      (_, index): EntryKey => ({ purpose: "user-keys", name: `user-${index}` }),
    );
    await Promise.all(keys.map((key, index) => (index % 2 ? keyring : other).set(key, `text ${index}`)));
    assert.deepEqual(sorted(await keyring.list()), sorted(keys));
    for (const [index, key] of keys.entries()) assert.equal(await keyring.get(key), `text ${index}`);
  });
}

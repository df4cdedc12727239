import assert from "node:assert/strict";
import { acceptRollback, changePassword, openKeyring } from "../../lib/keyring/mod.ts";
import { Secret } from "../../lib/credentials.ts";
import { passphraseSource } from "../../lib/keyring/file.ts";
import { PBKDF2 } from "../../lib/keyring/kdf.ts";
import { sealedKeyring } from "../../lib/keyring/sealed.ts";
import { fakeHost, type FakeHostInit } from "../fake_host.ts";
import { testKeyring } from "./contract.ts";
import { codeOf, DIRECTORY, FILE, PASSWORD, place, storePlace, userKeys, VARIABLE } from "./support.ts";

const PATH = `${DIRECTORY}/default.file.store`;
const A = userKeys("a");
const withVariable = (init: FakeHostInit = {}) => fakeHost({ ...init, env: { [VARIABLE]: PASSWORD } });

/** Answers questions in order, and remembers them. */
function asking(...answers: readonly string[]) {
  const questions: string[] = [];
  const left = [...answers];
  const ask = (question: string) => {
    questions.push(question);
    const answer = left.shift();
    return answer === undefined ? Promise.reject(new TypeError("Asked too often")) : Promise.resolve(answer);
  };
  return { ask, questions };
}

async function storeText(): Promise<string> {
  const host = withVariable();
  await (await openKeyring(host, FILE, place(), undefined)).set(A, "text");
  return host.tree()[PATH] ?? "";
}

testKeyring("a file keyring", async () => {
  const host = withVariable();
  const open = () => openKeyring(host, FILE, place(), undefined);
  return { keyring: await open(), again: open };
});

Deno.test("openKeyring() takes the password from the variable, and asks nobody", async () => {
  const host = withVariable();
  const { ask, questions } = asking();
  const keyring = await openKeyring(host, FILE, place(), ask);
  await keyring.set(A, "text");
  assert.equal(keyring.type, "file");
  assert.equal(await (await openKeyring(host, FILE, place(), ask)).get(A), "text");
  assert.deepEqual(questions, []);
});

Deno.test("openKeyring() takes the password from the variable that the configuration names", async () => {
  const host = fakeHost({ env: { MY_PASSWORD: PASSWORD, [VARIABLE]: "another, wrong one" } });
  const config = { ...FILE, passwordVariable: "MY_PASSWORD" };
  await (await openKeyring(host, config, place(), undefined)).set(A, "text");
  assert.equal(await (await openKeyring(host, config, place(), undefined)).get(A), "text");
  assert.equal(await codeOf(openKeyring(host, FILE, place(), undefined)), "keyring-password");
});

Deno.test("openKeyring() asks once for the password of a store that is there, twice for a new one", async () => {
  const host = fakeHost();
  const creation = asking(PASSWORD, PASSWORD);
  await (await openKeyring(host, FILE, place(), creation.ask)).set(A, "text");
  assert.deepEqual(creation.questions, [
    "New password:",
    "The same password again:",
  ]);
  const opening = asking(PASSWORD);
  assert.equal(await (await openKeyring(host, FILE, place(), opening.ask)).get(A), "text");
  assert.deepEqual(opening.questions, ["Password:"]);
});

Deno.test("openKeyring() asks again for a new password that is short or mistyped, three times in all", async () => {
  const host = fakeHost();
  const { ask } = asking("short", PASSWORD, "mistyped", PASSWORD, PASSWORD);
  await (await openKeyring(host, FILE, place(), ask)).set(A, "text");
  assert.equal(
    host.told,
    `A new password for keyring ${PATH}: at least 8 characters\n` +
      "Cannot set the keyring's password: what was typed has fewer than 8 characters\n" +
      "Cannot set the keyring's password: the two differ\n",
  );
  assert.equal(
    await codeOf(openKeyring(fakeHost(), FILE, place(), asking("", "", "").ask)),
    "keyring-password",
  );
});

Deno.test("openKeyring() asks again for a wrong password, three times in all", async () => {
  const files = { [PATH]: await storeText() };
  const host = fakeHost({ files, modes: { [PATH]: 0o600 } });
  const keyring = await openKeyring(host, FILE, place(), asking("wrong", PASSWORD).ask);
  assert.equal(await keyring.get(A), "text");
  assert.equal(host.told, `Keyring ${PATH}\nCannot open keyring ${PATH}: the password is wrong\n`);
  const wrong = asking("wrong", "wrong", "wrong", PASSWORD);
  assert.equal(await codeOf(openKeyring(fakeHost({ files }), FILE, place(), wrong.ask)), "keyring-password");
  assert.equal(wrong.questions.length, 3);
});

Deno.test("openKeyring() fails at once for a wrong password in the variable, and leaves the store", async () => {
  const files = { [PATH]: await storeText() };
  const host = fakeHost({ files, env: { [VARIABLE]: "wrong-password" } });
  const { ask, questions } = asking(PASSWORD);
  await assert.rejects(openKeyring(host, FILE, place(), ask), {
    code: "keyring-password",
    exitCode: 6,
    message: `Cannot open keyring ${PATH}: the password in ATMOS_KEYRING_PASSWORD is wrong`,
  });
  assert.deepEqual(questions, []);
  assert.deepEqual(host.changes, []);
});

Deno.test("openKeyring() names the variable when nobody can be asked, for a new store and an old one", async () => {
  for (const files of [{}, { [PATH]: await storeText() }]) {
    await assert.rejects(openKeyring(fakeHost({ files }), FILE, place(), undefined), {
      code: "person-needed",
      exitCode: 3,
      hints: ["Set ATMOS_KEYRING_PASSWORD to the password, or run this in a terminal."],
    });
  }
});

Deno.test("openKeyring() takes an empty variable for none", async () => {
  const host = fakeHost({ env: { [VARIABLE]: "" } });
  assert.equal(await codeOf(openKeyring(host, FILE, place(), undefined)), "person-needed");
  await openKeyring(host, FILE, place(), asking(PASSWORD, PASSWORD).ask);
});

Deno.test("openKeyring() refuses a short password in the variable for a new store", async () => {
  const host = fakeHost({ env: { [VARIABLE]: "1234567" } });
  await assert.rejects(openKeyring(host, FILE, place(), undefined), {
    code: "keyring-password",
    message: "Cannot set the keyring's password: ATMOS_KEYRING_PASSWORD has fewer than 8 characters",
  });
  await openKeyring(fakeHost({ env: { [VARIABLE]: "𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞" } }), FILE, place(), undefined);
});

Deno.test("openKeyring() tells damage and other versions before it asks for a password", async () => {
  for (
    const [text, code] of [["", "keyring-damaged"], ["atmos-keyring/2\n", "keyring-version"], [
      (await storeText()).replace('"generation":1', '"generation":2'),
      "keyring-damaged",
    ]] as const
  ) {
    const host = fakeHost({ files: { [PATH]: text } });
    assert.equal(await codeOf(openKeyring(host, FILE, place(), asking().ask)), code);
  }
});

Deno.test("openKeyring() opens a PBKDF2 store where Argon2id would be written", async () => {
  const host = withVariable();
  const at = { ...storePlace(), path: PATH };
  const source = passphraseSource(host, new Secret(PASSWORD), { parameters: PBKDF2 });
  await sealedKeyring(host, "file", at, source).set(A, "text");
  assert.match(host.tree()[PATH] ?? "", /"kdf":"pbkdf2-sha256","iterations":1000000/);
  assert.equal(await (await openKeyring(host, FILE, place(), undefined)).get(A), "text");
});

Deno.test("passphraseSource() refuses to write below the floor", async () => {
  const weak = { kdf: "argon2id", memoryKib: 19_456, passes: 1, lanes: 1 } as const;
  const source = passphraseSource(fakeHost(), new Secret(PASSWORD), { parameters: weak });
  await assert.rejects(source.enclose(new Uint8Array(16), new Uint8Array(32)), RangeError);
});

Deno.test("openKeyring() refuses a store that no password locks", async () => {
  const host = withVariable();
  const made = await import("./support.ts");
  await made.quickKeyring(host, new Map(), { ...storePlace(), path: PATH }).set(A, "text");
  assert.equal(await codeOf(openKeyring(host, FILE, place(), undefined)), "keyring-unavailable");
});

Deno.test("two processes that make the same store at once end with one, whatever the order", async () => {
  const host = withVariable();
  const [one, other] = await Promise.all([1, 2].map(() => openKeyring(host, FILE, place(), undefined)));
  await Promise.all([one?.set(A, "one"), other?.set(userKeys("b"), "other")]);
  assert.equal(await one?.get(userKeys("b")), "other");
  assert.equal(await other?.get(A), "one");
});

Deno.test("a store made meanwhile with another password is refused, not replaced", async () => {
  const host = fakeHost();
  const keyring = await openKeyring(host, FILE, place(), asking("first-password", "first-password").ask);
  host.put(PATH, await storeText());
  assert.equal(await codeOf(keyring.set(A, "new")), "keyring-password");
  assert.equal(
    await (await openKeyring(withVariable({ files: host.tree() }), FILE, place(), undefined)).get(A),
    "text",
  );
});

Deno.test("changePassword() replaces the slot and no entry, and keeps open keyrings working", async () => {
  const host = withVariable();
  const keyring = await openKeyring(host, FILE, place(), undefined);
  await keyring.set(A, "text");
  const before = (host.tree()[PATH] ?? "").split("\n");
  await changePassword(host, FILE, place(), undefined, new Secret("another-fake-password"));
  const after = (host.tree()[PATH] ?? "").split("\n");
  assert.deepEqual(after.slice(2, -3), before.slice(2, -3));
  assert.equal(await codeOf(openKeyring(host, FILE, place(), undefined)), "keyring-password");
  const renewed = fakeHost({ files: host.tree(), env: { [VARIABLE]: "another-fake-password" } });
  assert.equal(await (await openKeyring(renewed, FILE, place(), undefined)).get(A), "text");
  await keyring.set(A, "still open");
  assert.equal(await keyring.get(A), "still open");
});

Deno.test("changePassword() asks for the old password, then twice for the new one", async () => {
  const host = fakeHost({ files: { [PATH]: await storeText() } });
  const { ask, questions } = asking("wrong", PASSWORD, "another-fake-password", "another-fake-password");
  await changePassword(host, FILE, place(), ask);
  assert.deepEqual(questions, [
    "Password:",
    "Password:",
    "New password:",
    "The same password again:",
  ]);
  assert.equal(
    await (await openKeyring(host, FILE, place(), asking("another-fake-password").ask)).get(A),
    "text",
  );
});

Deno.test("changePassword() refuses what cannot be, and leaves the store", async () => {
  const text = await storeText();
  const change = (init: FakeHostInit, type: "file" | "memory" | "system", next?: string) =>
    codeOf(
      changePassword(
        fakeHost(init),
        { ...FILE, type },
        place(),
        undefined,
        next ? new Secret(next) : undefined,
      ),
    );
  const env = { [VARIABLE]: PASSWORD };
  assert.equal(await change({ env }, "memory"), "usage");
  assert.equal(await change({ env }, "system"), "usage");
  assert.equal(await change({ env }, "file", "another-fake-password"), "keyring-unavailable");
  assert.equal(await change({ files: { [PATH]: text } }, "file"), "person-needed");
  assert.equal(await change({ env, files: { [PATH]: text } }, "file"), "person-needed");
  assert.equal(await change({ env, files: { [PATH]: text } }, "file", "short"), "keyring-password");
  const wrong = { [VARIABLE]: "wrong-password" };
  assert.equal(
    await change({ env: wrong, files: { [PATH]: text } }, "file", "long-enough"),
    "keyring-password",
  );
});

Deno.test("acceptRollback() accepts what is there, once it opens", async () => {
  const host = withVariable();
  const keyring = await openKeyring(host, FILE, place(), undefined);
  assert.equal(await acceptRollback(host, FILE, place(), undefined), undefined);
  await keyring.set(A, "old");
  const old = host.tree()[PATH] ?? "";
  await keyring.set(A, "new");
  host.put(PATH, old);
  assert.equal(await codeOf(keyring.set(A, "newer")), "keyring-damaged");
  assert.equal(await acceptRollback(host, FILE, place(), undefined), 1);
  await keyring.set(A, "newer");
  assert.equal(await codeOf(acceptRollback(host, { ...FILE, type: "memory" }, place(), undefined)), "usage");
});

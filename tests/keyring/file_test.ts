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

/** Answers prompts in order, and records them. */
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

Deno.test("openKeyring() takes the password from the variable without prompting", async () => {
  const host = withVariable();
  const { ask, questions } = asking();
  const keyring = await openKeyring(host, FILE, place(), ask);
  await keyring.set(A, "text");
  assert.equal(keyring.type, "file");
  assert.equal(await (await openKeyring(host, FILE, place(), ask)).get(A), "text");
  assert.deepEqual(questions, []);
});

Deno.test("openKeyring() takes the password from the configured variable", async () => {
  const host = fakeHost({ env: { MY_PASSWORD: PASSWORD, [VARIABLE]: "another, wrong one" } });
  const config = { ...FILE, passwordVariable: "MY_PASSWORD" };
  await (await openKeyring(host, config, place(), undefined)).set(A, "text");
  assert.equal(await (await openKeyring(host, config, place(), undefined)).get(A), "text");
  assert.equal(await codeOf(openKeyring(host, FILE, place(), undefined)), "keyring-password");
});

Deno.test("openKeyring() prompts once for an existing store's password, twice for a new one", async () => {
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

Deno.test("openKeyring() prompts up to three times for a new password that is too short or does not match", async () => {
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

Deno.test("openKeyring() prompts up to three times after a wrong password", async () => {
  const files = { [PATH]: await storeText() };
  const host = fakeHost({ files, modes: { [PATH]: 0o600 } });
  const keyring = await openKeyring(host, FILE, place(), asking("wrong", PASSWORD).ask);
  assert.equal(await keyring.get(A), "text");
  assert.equal(host.told, `Keyring ${PATH}\nCannot open keyring ${PATH}: the password is wrong\n`);
  const wrong = asking("wrong", "wrong", "wrong", PASSWORD);
  assert.equal(await codeOf(openKeyring(fakeHost({ files }), FILE, place(), wrong.ask)), "keyring-password");
  assert.equal(wrong.questions.length, 3);
});

Deno.test("openKeyring() fails at once for a wrong password in the variable, and leaves the store unchanged", async () => {
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

Deno.test("openKeyring() names the variable when it cannot prompt, for a new store and an existing one", async () => {
  for (const files of [{}, { [PATH]: await storeText() }]) {
    await assert.rejects(openKeyring(fakeHost({ files }), FILE, place(), undefined), {
      code: "person-needed",
      exitCode: 3,
      hints: ["Set ATMOS_KEYRING_PASSWORD to the password, or run this in a terminal."],
    });
  }
});

Deno.test("openKeyring() ignores an empty password variable", async () => {
  const host = fakeHost({ env: { [VARIABLE]: "" } });
  assert.equal(await codeOf(openKeyring(host, FILE, place(), undefined)), "person-needed");
  await openKeyring(host, FILE, place(), asking(PASSWORD, PASSWORD).ask);
});

Deno.test("openKeyring() rejects a short password in the variable for a new store", async () => {
  const host = fakeHost({ env: { [VARIABLE]: "1234567" } });
  await assert.rejects(openKeyring(host, FILE, place(), undefined), {
    code: "keyring-password",
    message: "Cannot set the keyring's password: ATMOS_KEYRING_PASSWORD has fewer than 8 characters",
  });
  await openKeyring(fakeHost({ env: { [VARIABLE]: "𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞" } }), FILE, place(), undefined);
});

Deno.test("openKeyring() reports damage and unknown versions before it prompts for a password", async () => {
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

Deno.test("openKeyring() opens a PBKDF2 store where it would write Argon2id", async () => {
  const host = withVariable();
  const at = { ...storePlace(), path: PATH };
  const source = passphraseSource(host, new Secret(PASSWORD), { parameters: PBKDF2 });
  await sealedKeyring(host, "file", at, source).set(A, "text");
  assert.match(host.tree()[PATH] ?? "", /"kdf":"pbkdf2-sha256","iterations":1000000/);
  assert.equal(await (await openKeyring(host, FILE, place(), undefined)).get(A), "text");
});

Deno.test("passphraseSource() rejects KDF parameters below the floor", async () => {
  const weak = { kdf: "argon2id", memoryKib: 19_456, passes: 1, lanes: 1 } as const;
  const source = passphraseSource(fakeHost(), new Secret(PASSWORD), { parameters: weak });
  await assert.rejects(source.enclose(new Uint8Array(16), new Uint8Array(32)), RangeError);
});

Deno.test("openKeyring() rejects a store without a password slot", async () => {
  const host = withVariable();
  const made = await import("./support.ts");
  await made.quickKeyring(host, new Map(), { ...storePlace(), path: PATH }).set(A, "text");
  assert.equal(await codeOf(openKeyring(host, FILE, place(), undefined)), "keyring-unavailable");
});

Deno.test("two processes that create the same store at once end up with one, in either order", async () => {
  const host = withVariable();
  const [one, other] = await Promise.all([1, 2].map(() => openKeyring(host, FILE, place(), undefined)));
  await Promise.all([one?.set(A, "one"), other?.set(userKeys("b"), "other")]);
  assert.equal(await one?.get(userKeys("b")), "other");
  assert.equal(await other?.get(A), "one");
});

Deno.test("openKeyring() rejects, and does not replace, a store created meanwhile with another password", async () => {
  const host = fakeHost();
  const keyring = await openKeyring(host, FILE, place(), asking("first-password", "first-password").ask);
  host.put(PATH, await storeText());
  assert.equal(await codeOf(keyring.set(A, "new")), "keyring-password");
  assert.equal(
    await (await openKeyring(withVariable({ files: host.tree() }), FILE, place(), undefined)).get(A),
    "text",
  );
});

Deno.test("changePassword() replaces only the slot, and keeps open keyrings working", async () => {
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

Deno.test("changePassword() prompts for the old password, then twice for the new one", async () => {
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

Deno.test("changePassword() rejects invalid requests, and leaves the store unchanged", async () => {
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

Deno.test("acceptRollback() accepts the store once it is unlocked", async () => {
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

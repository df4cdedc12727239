/** The `system` keyring against a real GNOME Keyring on a private D-Bus session, and against services that misbehave. */
import assert from "node:assert/strict";
import type { AuthError } from "../../lib/errors.ts";
import { openKeyring } from "../../lib/keyring/mod.ts";
import type { OsStoreHost } from "../../lib/keyring/os_store.ts";
import { secretService } from "../../lib/keyring/system_linux.ts";
import { fakeHost } from "../fake_host.ts";
import { FILE, place, userKeys } from "../keyring/support.ts";
import {
  fakeService,
  lockCollection,
  missingPrograms,
  realClock,
  type Replies,
  startSession,
} from "./secret_service.ts";

const missing = await missingPrograms("dbus-daemon", "gnome-keyring-daemon", "secret-tool");
const ignore = missing.length > 0;
const why = ignore ? ` (skipped: no ${missing.join(", ")} on this machine)` : "";

function test(name: string, work: () => Promise<void>): void {
  Deno.test({ name: name + why, ignore, fn: work });
}

/** The error of work that must fail, and how long it took. */
async function failure(work: () => Promise<unknown>): Promise<{ error: AuthError; millis: number }> {
  const start = performance.now();
  const error = await work().then(() => assert.fail("It did not fail"), (one) => one);
  return { error, millis: performance.now() - start };
}

const OPERATIONS = ["ready", "get", "set", "remove"] as const;

/** Every operation of the store, as work to be done. */
function operations(
  host: OsStoreHost,
  canAsk = false,
): Record<typeof OPERATIONS[number], () => Promise<unknown>> {
  const store = secretService(host, canAsk);
  return {
    ready: () => store.ready(),
    get: () => store.get("default/a"),
    set: () => store.set("default/a", "text"),
    remove: () => store.remove("default/a"),
  };
}

test("the Secret Service keeps, replaces and removes a secret, and other programs see it", async () => {
  await using session = await startSession();
  await session.startKeyring();
  const store = secretService(session.host, false);
  const lookup = () => session.secretTool(["lookup", "service", "atmos-auth", "account", "default/a"]);
  await store.ready();
  assert.equal(await store.get("default/a"), undefined);
  await store.set("default/a", "bm90IGEgcmVhbCBrZXk=");
  assert.equal(await store.get("default/a"), "bm90IGEgcmVhbCBrZXk=");
  assert.equal(await lookup(), "bm90IGEgcmVhbCBrZXk=");
  await store.set("default/a", "another");
  await store.set("default/b", "of b");
  assert.equal(await lookup(), "another");
  assert.equal(await store.remove("default/a"), true);
  assert.equal(await store.remove("default/a"), false);
  assert.equal(await lookup(), "");
  assert.equal(await store.get("default/b"), "of b");
});

test("a secret that another program stored is read", async () => {
  await using session = await startSession();
  await session.startKeyring();
  await session.secretTool(
    ["store", "--label=x", "service", "atmos-auth", "account", "prod/1"],
    "not-a-real-secret",
  );
  assert.equal(await secretService(session.host, false).get("prod/1"), "not-a-real-secret");
});

test("a system keyring keeps entries of 30 kB, and opens in another process", async () => {
  await using session = await startSession();
  await session.startKeyring();
  const host = { ...fakeHost(), env: session.host.env, now: session.host.now, sleep: session.host.sleep };
  const open = () => openKeyring(host, { ...FILE, type: "system" }, place("prod"), undefined);
  const keyring = await open();
  await keyring.set(userKeys("a"), "x".repeat(30_000));
  assert.equal(keyring.type, "system");
  assert.equal(await (await open()).get(userKeys("a")), "x".repeat(30_000));
  const found = await session.secretTool(["search", "--all", "service", "atmos-auth"]);
  assert.match(found, /^label = Atmos keyring \(prod\/[0-9a-f]{32}\)$/m);
  assert.match(found, /^secret = [A-Za-z0-9+/]{43}=$/m);
});

test("a locked Secret Service is told as locked, with how to unlock it", async () => {
  await using session = await startSession();
  await session.startKeyring();
  await secretService(session.host, false).set("default/a", "text");
  await lockCollection(session.host);
  const work = operations(session.host);
  for (const name of OPERATIONS) {
    const { error, millis } = await failure(work[name]);
    assert.equal(error.code, "keyring-locked", name);
    assert.equal(error.exitCode, 6);
    assert.equal(
      error.message,
      "Cannot use the system keyring: it is locked, and nobody can be asked to unlock it",
    );
    assert.match(error.hints.join("\n"), /gnome-keyring-daemon .*--unlock.*\n.*ATMOS_KEYRING_TYPE=file/s);
    assert.ok(millis < 5_000);
  }
});

test("a locked Secret Service whose question cannot be shown is told as locked", async () => {
  await using session = await startSession();
  await session.startKeyring();
  await lockCollection(session.host);
  const { error } = await failure(operations(session.host, true).set);
  assert.equal(error.code, "keyring-locked");
  assert.match(error.message, /question was dismissed or could not be shown$/);
});

test("a bus without a Secret Service is told as unavailable, and names the file keyring", async () => {
  await using session = await startSession();
  const work = operations(session.host);
  for (const name of OPERATIONS) {
    const { error, millis } = await failure(work[name]);
    assert.equal(error.code, "keyring-unavailable", name);
    assert.equal(error.message, "Cannot use the system keyring: no Secret Service is running");
    assert.match(error.hints.join("\n"), /auth\.keyring\.type: file, or ATMOS_KEYRING_TYPE=file/);
    assert.ok(millis < 5_000);
  }
});

test("a Secret Service that hangs is given up after 5 s, in every operation", async () => {
  await using session = await startSession();
  const daemon = await session.startKeyring();
  daemon.kill("SIGSTOP");
  const work = operations(session.host);
  const failures = await Promise.all(OPERATIONS.map((name) => failure(work[name])));
  for (const { error, millis } of failures) {
    assert.equal(error.code, "keyring-unavailable");
    assert.equal(
      error.message,
      "Cannot use the system keyring: the Secret Service did not answer within 5 s",
    );
    assert.ok(millis >= 4_900 && millis < 10_000, `${millis} ms`);
  }
});

test("a bus that accepts and says nothing is given up after 5 s", async () => {
  const path = await Deno.makeTempFile();
  await Deno.remove(path);
  using listener = Deno.listen({ transport: "unix", path });
  const accepted = listener.accept();
  const { error, millis } = await failure(
    operations(realClock({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` })).get,
  );
  assert.equal(error.code, "keyring-unavailable");
  assert.match(error.message, /did not answer within 5 s$/);
  assert.ok(millis >= 4_900 && millis < 10_000, `${millis} ms`);
  (await accepted).close();
  await Deno.remove(path);
});

test("a bus that hangs up is told as unavailable at once", async () => {
  const path = await Deno.makeTempFile();
  await Deno.remove(path);
  using listener = Deno.listen({ transport: "unix", path });
  const hungUp = listener.accept().then((connection) => connection.close());
  const { error, millis } = await failure(
    operations(realClock({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` })).get,
  );
  await hungUp;
  assert.equal(error.code, "keyring-unavailable");
  assert.ok(millis < 4_000, `${millis} ms`);
  await Deno.remove(path);
});

const COLLECTION = "/org/freedesktop/secrets/collection/kdewallet";
const ITEM = `${COLLECTION}/1`;
const PROMPT = "/org/freedesktop/secrets/prompt/p1";

/** A service in KWallet's manner: it finds nothing while it is locked, and unlocks by a prompt. */
function walletReplies(state: { locked: boolean; alias: string; onPrompt: () => void }): Replies {
  return ({ member, body }) => {
    switch (member) {
      case "OpenSession":
        return ["vo", [["s", ""], "/org/freedesktop/secrets/session/s1"]];
      case "ReadAlias":
        return ["o", [state.alias]];
      case "Get":
        return ["v", [["b", state.locked]]];
      case "SearchItems":
        return ["aoao", [state.locked ? [] : [ITEM], []]];
      case "Unlock":
        return ["aoo", [[], PROMPT]];
      case "CreateCollection":
        return ["oo", ["/", PROMPT]];
      case "Prompt":
        queueMicrotask(state.onPrompt);
        return ["", []];
      case "GetSecret":
        return ["(oayays)", [[body?.[0], [], [...new TextEncoder().encode("kept")], "text/plain"]]];
      default:
        return undefined;
    }
  };
}

test("a locked Secret Service is unlocked by the person, when somebody is there", async () => {
  await using session = await startSession();
  const state = { locked: true, alias: COLLECTION, onPrompt: () => {} };
  await using service = await fakeService(session, walletReplies(state));
  state.onPrompt = () => {
    state.locked = false;
    service.complete(PROMPT, false);
  };
  const { error } = await failure(() => secretService(session.host, false).get("default/a"));
  assert.equal(error.code, "keyring-locked");
  assert.equal(await secretService(session.host, true).get("default/a"), "kept");
});

test("a person who dismisses the question leaves the keyring locked", async () => {
  await using session = await startSession();
  const state = { locked: true, alias: COLLECTION, onPrompt: () => {} };
  await using service = await fakeService(session, walletReplies(state));
  state.onPrompt = () => service.complete(PROMPT, true);
  const { error } = await failure(() => secretService(session.host, true).get("default/a"));
  assert.equal(error.code, "keyring-locked");
});

test("a service that goes away during its question is told as unavailable", async () => {
  await using session = await startSession();
  const state = { locked: true, alias: COLLECTION, onPrompt: () => {} };
  await using _service = await fakeService(session, walletReplies(state));
  state.onPrompt = () => void session.endBus();
  const { error } = await failure(() => secretService(session.host, true).get("default/a"));
  assert.equal(error.code, "keyring-unavailable");
});

test("a missing default collection is made when somebody is there, and told when not", async () => {
  await using session = await startSession();
  const state = { locked: false, alias: "/", onPrompt: () => {} };
  await using service = await fakeService(session, walletReplies(state));
  state.onPrompt = () => {
    state.alias = COLLECTION;
    service.complete(PROMPT, false);
  };
  const { error } = await failure(() => secretService(session.host, false).ready());
  assert.equal(error.code, "keyring-unavailable");
  assert.match(error.message, /no default collection$/);
  await secretService(session.host, true).ready();
});

test("an answer that is not in the specification is told as such", async () => {
  await using session = await startSession();
  await using _service = await fakeService(session, ({ member }) => {
    if (member === "ReadAlias") return ["u", [7]];
    return member === "SearchItems" ? ["s", ["nothing"]] : undefined;
  });
  const work = operations(session.host);
  for (const name of OPERATIONS) {
    const { error } = await failure(work[name]);
    assert.equal(error.code, "keyring-unavailable", name);
    assert.match(error.message, /not in its specification$/);
  }
});

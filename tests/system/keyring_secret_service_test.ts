/** The `system` keyring against a real GNOME Keyring on a private D-Bus session, and against services that misbehave. */
import assert from "node:assert/strict";
import { openKeyring } from "../../lib/keyring/mod.ts";
import type { OsStoreHost } from "../../lib/keyring/os_store.ts";
import { secretService } from "../../lib/keyring/system_linux.ts";
import { failureOf } from "../failing.ts";
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

/** A clock that stands still, and never wakes anybody: whatever comes to an end does so without a deadline. */
const timeless = <Of extends OsStoreHost>(host: Of): Of => ({
  ...host,
  now: () => 0,
  sleep: (_millis: number, signal?: AbortSignal) =>
    new Promise<void>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
});

/** A clock that stands still and lets only one sleeper wake, the n-th, when it is told; and what everybody slept for. */
function hasty<Of extends OsStoreHost>(
  host: Of,
  nth: number,
  told: Promise<unknown> = Promise.resolve(),
): { readonly host: Of; readonly slept: readonly number[] } {
  const slept: number[] = [];
  const still = timeless(host);
  const sleep = (millis: number, signal?: AbortSignal) =>
    slept.push(millis) === nth ? told.then(() => {}) : still.sleep(millis, signal);
  return { host: { ...still, sleep }, slept };
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
  const work = operations(timeless(session.host));
  for (const name of OPERATIONS) {
    const error = await failureOf(work[name]());
    assert.equal(error.code, "keyring-locked", name);
    assert.equal(error.exitCode, 6);
    assert.equal(
      error.message,
      "Cannot use the system keyring: it is locked, and nobody can be asked to unlock it",
    );
    assert.match(error.hints.join("\n"), /gnome-keyring-daemon .*--unlock.*\n.*ATMOS_KEYRING_TYPE=file/s);
  }
});

test("a locked Secret Service whose question cannot be shown is told as locked", async () => {
  await using session = await startSession();
  await session.startKeyring();
  await lockCollection(session.host);
  const error = await failureOf(operations(session.host, true).set());
  assert.equal(error.code, "keyring-locked");
  assert.match(error.message, /question was dismissed or could not be shown$/);
});

test("a bus without a Secret Service is told as unavailable, and names the file keyring", async () => {
  await using session = await startSession();
  const work = operations(timeless(session.host));
  for (const name of OPERATIONS) {
    const error = await failureOf(work[name]());
    assert.equal(error.code, "keyring-unavailable", name);
    assert.equal(error.message, "Cannot use the system keyring: no Secret Service is running");
    assert.match(error.hints.join("\n"), /auth\.keyring\.type: file, or ATMOS_KEYRING_TYPE=file/);
  }
});

test("a Secret Service that hangs is given up after 5 s, in every operation", async () => {
  await using session = await startSession();
  const daemon = await session.startKeyring();
  daemon.kill("SIGSTOP");
  for (const name of OPERATIONS) {
    // The bus answers the first call; the second one is for the service.
    const { host, slept } = hasty(session.host, 2);
    const error = await failureOf(operations(host)[name]());
    assert.equal(error.code, "keyring-unavailable");
    assert.equal(
      error.message,
      "Cannot use the system keyring: the Secret Service did not answer within 5 s",
    );
    assert.deepEqual(slept, [5_000, 5_000]);
  }
});

test("a bus that accepts and says nothing is given up after 5 s", async () => {
  const path = await Deno.makeTempFile();
  await Deno.remove(path);
  using listener = Deno.listen({ transport: "unix", path });
  const accepted = listener.accept();
  const { host, slept } = hasty(realClock({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` }), 1, accepted);
  const error = await failureOf(operations(host).get());
  assert.equal(error.code, "keyring-unavailable");
  assert.match(error.message, /did not answer within 5 s$/);
  assert.deepEqual(slept, [5_000]);
  (await accepted).close();
  await Deno.remove(path);
});

test("a bus that hangs up is told as unavailable at once", async () => {
  const path = await Deno.makeTempFile();
  await Deno.remove(path);
  using listener = Deno.listen({ transport: "unix", path });
  const hungUp = listener.accept().then((connection) => connection.close());
  const host = timeless(realClock({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` }));
  const error = await failureOf(operations(host).get());
  await hungUp;
  assert.equal(error.code, "keyring-unavailable");
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
  const error = await failureOf(secretService(session.host, false).get("default/a"));
  assert.equal(error.code, "keyring-locked");
  assert.equal(await secretService(session.host, true).get("default/a"), "kept");
});

test("a person who dismisses the question leaves the keyring locked", async () => {
  await using session = await startSession();
  const state = { locked: true, alias: COLLECTION, onPrompt: () => {} };
  await using service = await fakeService(session, walletReplies(state));
  state.onPrompt = () => service.complete(PROMPT, true);
  const error = await failureOf(secretService(session.host, true).get("default/a"));
  assert.equal(error.code, "keyring-locked");
});

test("a service that goes away during its question is told as unavailable", async () => {
  await using session = await startSession();
  const state = { locked: true, alias: COLLECTION, onPrompt: () => {} };
  await using _service = await fakeService(session, walletReplies(state));
  state.onPrompt = () => void session.endBus();
  const error = await failureOf(secretService(session.host, true).get("default/a"));
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
  const error = await failureOf(secretService(session.host, false).ready());
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
    const error = await failureOf(work[name]());
    assert.equal(error.code, "keyring-unavailable", name);
    assert.match(error.message, /not in its specification$/);
  }
});

import assert from "node:assert/strict";
import { linksOf } from "../../lib/chain/digest.ts";
import { planChain } from "../../lib/chain/plan.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { Secret } from "../../lib/credentials.ts";
import { isAuthError } from "../../lib/errors.ts";
import { lockPath } from "../../lib/files/lock.ts";
import { keyringOpener, sessionDirectory, sessionStores, waitingLocks } from "../../lib/session/stores.ts";
import type { Host } from "../../lib/host.ts";
import { sessionKeys } from "../../lib/session/session_keys.ts";
import { threeLinks } from "../chain/samples.ts";
import { keptSession } from "../chain/world.ts";
import { fakeHost } from "../fake_host.ts";

const ENV = { HOME: "/home/ana" };
const MEMORY = {
  keyring: { type: "memory", path: undefined, passwordVariable: "ATMOS_KEYRING_PASSWORD" },
} as const;
const FILE = { keyring: { ...MEMORY.keyring, type: "file" } } as const;

const keysOf = (host: Host) => sessionKeys(host, () => []);

Deno.test("whoever waits is told on whom and until when", async () => {
  const path = await lockPath(fakeHost({ env: ENV }), "chain x");
  const host = fakeHost({
    env: ENV,
    heldLocks: { [path]: { holder: "atmos (process 42)", heldMillis: 60_000 } },
  });
  await using _lock = await waitingLocks(host, FILE, keysOf(host)).lock("chain x", 'the session of "prod"');
  assert.equal(
    host.told,
    'Waiting for atmos (process 42), which is busy with the session of "prod", until 2026-11-23 12:11:00 UTC\n',
  );
});

Deno.test("waiting ends", async () => {
  const path = await lockPath(fakeHost({ env: ENV }), "chain x");
  const host = fakeHost({ env: ENV, heldLocks: { [path]: {} } });
  await assert.rejects(
    waitingLocks(host, FILE, keysOf(host)).lock("chain x", "x"),
    (error) => isAuthError(error, "lock-timeout"),
  );
});

Deno.test("lockSession() takes turns in this process where nothing can be written, and lock() fails", async () => {
  const host = fakeHost({ env: ENV, unwritable: ["/home/ana/.local"] });
  const { lock, lockSession } = waitingLocks(host, FILE, keysOf(host));
  await assert.rejects(lock("entry x", "x"), (error) => isAuthError(error, "file-failed"));
  const order: string[] = [];
  const enter = async (name: string) => {
    await using _lock = await lockSession("chain x", "x");
    order.push(`${name} in`);
    await Promise.resolve();
    order.push(`${name} out`);
  };
  await Promise.all([enter("one"), enter("two")]);
  // Who comes first is left open; nobody comes in before the other is out.
  const turns = ["one in,one out,two in,two out", "two in,two out,one in,one out"];
  assert.ok(turns.includes(order.join(",")), order.join(","));
  assert.match(host.told, /^Warning: Sessions are neither reused nor stored: [^\n]*\n$/);
});

Deno.test("a memory keyring takes no lock and leaves no file", async () => {
  const host = fakeHost();
  await using _lock = await waitingLocks(host, MEMORY, keysOf(host)).lock("chain x", "x");
  assert.deepEqual(host.locks, []);
});

Deno.test("a keyring is opened once, however often it is asked for", async () => {
  const open = keyringOpener(fakeHost(), { ...MEMORY, realm: undefined }, "/work", undefined);
  assert.equal(await open(), await open());
});

Deno.test("sessions rest by provider, realm and base path; those of standalone users under aws-user", async () => {
  const text =
    "auth:\n  realm: acme\n  providers:\n    my-sso:\n      kind: aws/iam-identity-center\n      region: us-east-1\n" +
    "      start_url: https://x.awsapps.com/start\n      spec: { files: { base_path: ~/keys } }\n";
  const host = fakeHost({ env: ENV, files: { "/work/atmos.yaml": text } });
  const { auth } = await loadConfig(host, { vouched: true });
  const config = auth.providers.get("my-sso")?.config;
  assert.ok(config !== undefined && config.kind !== "unsupported");
  assert.equal(
    sessionDirectory(host, auth, { provider: { name: "my-sso", config } }),
    "/home/ana/keys/acme/my-sso",
  );
  assert.equal(
    sessionDirectory(host, auth, { provider: undefined }),
    "/home/ana/.config/atmos/acme/aws/aws-user",
  );
});

Deno.test("sessionStores() writes nothing through a link below the directory that is configured", async () => {
  const text =
    "auth:\n  providers:\n    my-sso:\n      kind: aws/iam-identity-center\n      region: us-east-1\n" +
    "      start_url: https://x.awsapps.com/start\n      spec: { files: { base_path: ~/keys } }\n" +
    "  identities:\n    a:\n      kind: aws/permission-set\n      via: { provider: my-sso }\n" +
    "      principal: { name: A, account: { id: '123456789012' } }\n";
  const host = fakeHost({
    env: ENV,
    files: { "/work/atmos.yaml": text, "/home/ana/.config/git/config": "[user]\n" },
    links: { "/home/ana/keys/my-sso": "/home/ana/.config/git" },
  });
  const { auth } = await loadConfig(host, { vouched: true });
  const plan = planChain(auth, "a");
  const [link] = await linksOf(host, plan);
  assert.ok(link !== undefined);
  const session = {
    type: "aws-session" as const,
    accessKeyId: "ASIANOTAREALKEY",
    secretAccessKey: new Secret("not-a-real-secret"),
    sessionToken: new Secret("not-a-real-token"),
    issuedAt: host.now(),
    expiresAt: host.now() + 3_600_000,
  };
  await assert.rejects(
    sessionStores(host, auth, keysOf(host))(plan).write(link, session),
    (error) => isAuthError(error, "file-failed") && error.where === "/home/ana/keys/my-sso",
  );
  assert.equal(host.tree()["/home/ana/.config/git/config"], "[user]\n");
});

Deno.test("sessionStores() neither reads nor writes files where the state home gives no trust, and keeps what it made", async () => {
  const host = fakeHost({ env: ENV });
  const auth = threeLinks();
  const link = (await linksOf(host, planChain(auth, [...auth.identities.keys()][0] ?? ""))).at(-1);
  assert.ok(link !== undefined);
  const plan = { provider: undefined };
  const stored = keptSession(link, host.now() + 3_600_000);
  const trusted = () => sessionStores(host, { ...FILE, realm: undefined }, keysOf(host))(plan);
  assert.equal((await trusted().write(link, stored)).section, link.step.name);
  assert.equal((await trusted().read(link))?.section, link.step.name);
  const before = host.tree();
  const homes = [{ home: "state", path: "/home/ana/.local/state/atmos", tree: "/home/ana" }] as const;
  const untrusted = sessionStores(host, { ...FILE, realm: undefined }, sessionKeys(host, () => homes))(
    plan,
  );
  assert.equal(await untrusted.read(link), undefined);
  assert.equal((await untrusted.write(link, stored)).section, undefined);
  assert.deepEqual(await untrusted.read(link), { session: stored, section: undefined });
  assert.deepEqual(host.tree(), before);
});

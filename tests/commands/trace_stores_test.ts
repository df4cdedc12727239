import assert from "node:assert/strict";
import { linksOf } from "../../lib/chain/digest.ts";
import { planChain } from "../../lib/chain/plan.ts";
import type { Link, LinkSession } from "../../lib/chain/types.ts";
import type { Facts } from "../../lib/cli/run/log.ts";
import { newWatch, tracedKeyring, tracedSessions, whyAbsent } from "../../lib/cli/run/trace_stores.ts";
import { AuthError } from "../../lib/errors.ts";
import { writeSession } from "../../lib/files/aws_files.ts";
import { memoryKeyring } from "../../lib/keyring/memory.ts";
import { threeLinks } from "../chain/samples.ts";
import { keptSession } from "../chain/world.ts";
import { FAKE_NOW, fakeHost } from "../fake_host.ts";
import { sessionFiles } from "../session_files.ts";

const HOUR = 3_600_000;
const KEY = { purpose: "sso-session", name: "portal" } as const;

function watching() {
  const lines: (readonly [string, Facts])[] = [];
  const watch = newWatch((_, message, facts = {}) => void lines.push([message, facts]), () => FAKE_NOW);
  return { lines, watch };
}

async function someLink(): Promise<Link> {
  const auth = threeLinks();
  const [name = ""] = [...auth.identities.keys()];
  const [link] = await linksOf({ env: () => undefined }, planChain(auth, name));
  return link ?? assert.fail();
}

Deno.test("tracedSessions() says of each link once what was found, and again when that changes", async () => {
  const { lines, watch } = watching();
  const link = await someLink();
  const kept: { session?: LinkSession } = {};
  const traced = tracedSessions(
    {
      read: () => Promise.resolve(kept.session),
      write: (_, session) => Promise.resolve({ session, section: "x" }),
    },
    watch,
    () => Promise.resolve("none was made yet"),
  );
  await traced.read(link);
  await traced.read(link);
  for (const life of [-1, 60_000, HOUR]) {
    kept.session = { session: keptSession(link, FAKE_NOW + life), section: "x" };
    assert.equal(await traced.read(link), kept.session);
  }
  await traced.write(link, keptSession(link, FAKE_NOW + HOUR));
  const identity = link.step.name;
  assert.deepEqual(lines, [
    ["no session", { identity, reason: "none was made yet" }],
    ["session is expired", { identity, expires: "2026-11-23T11:59:59Z" }],
    ["session is about to end", { identity, expires: "2026-11-23T12:01:00Z" }],
    ["session is fresh", { identity, expires: "2026-11-23T13:00:00Z" }],
    ["session made", { identity, expires: "2026-11-23T13:00:00Z" }],
  ]);
});

Deno.test("tracedSessions() fails as the store does, and says so", async () => {
  const { lines, watch } = watching();
  const link = await someLink();
  const failure = new AuthError("file-failed", "Cannot read it");
  const broken = { read: () => Promise.reject(failure), write: () => Promise.reject(failure) };
  await assert.rejects(tracedSessions(broken, watch, () => assert.fail()).read(link), failure);
  assert.deepEqual(lines, [["session not readable", { identity: link.step.name, code: "file-failed" }]]);
});

Deno.test("whyAbsent() tells a chain of another configuration from none at all and from a damaged session", async () => {
  const host = fakeHost({ env: { HOME: "/home/ana" } });
  const link = await someLink();
  const files = await sessionFiles(host, "/aws");
  const why = () => whyAbsent(host, files, link);
  assert.equal(await why(), "none was made yet");
  const session = keptSession(link, FAKE_NOW + HOUR);
  await writeSession(host, files, link.step.name, "0".repeat(64), session, { region: "us-east-1" });
  assert.match(await why(), /another chain/);
  await writeSession(host, files, link.step.name, link.digest, session, { region: "us-east-1" });
  host.put(
    "/aws/credentials",
    (host.tree()["/aws/credentials"] ?? "").replaceAll(/expiration=\S+/g, "expiration=?"),
  );
  assert.match(await why(), /this machine's session key/);
});

Deno.test("tracedKeyring() says when it opens and what it holds of a portal, and no text of an entry", async () => {
  const { lines, watch } = watching();
  const open = tracedKeyring(() => Promise.resolve(memoryKeyring()), watch);
  assert.deepEqual(lines, []);
  const keyring = await open();
  assert.equal(await open(), keyring);
  assert.equal(await keyring.get(KEY), undefined);
  const token = {
    accessToken: "not-a-real-token",
    refreshToken: "not-a-real-refresh-token",
    flow: "device",
    issuedAt: FAKE_NOW - HOUR,
    expiresAt: FAKE_NOW - 1000,
  };
  const text = JSON.stringify({ version: 2, registrations: {}, token });
  await keyring.set(KEY, text);
  assert.equal(await keyring.get(KEY), text);
  assert.equal(await keyring.remove(KEY), true);
  await keyring.set({ purpose: "user-keys", name: "bot" }, "not-a-real-secret");
  const life = { purpose: "sso-session", token: "expired", expires: "2026-11-23T11:59:59Z", refresh: "yes" };
  assert.deepEqual(lines, [
    ["keyring opened", { type: "memory", millis: 0 }],
    ["no keyring entry", { purpose: "sso-session" }],
    ["keyring entry written", life],
    ["keyring entry read", life],
    ["keyring entry removed", { purpose: "sso-session" }],
    ["keyring entry written", { purpose: "user-keys" }],
  ]);
});

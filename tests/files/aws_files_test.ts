import assert from "node:assert/strict";
import { type AwsSession, Secret } from "../../lib/credentials.ts";
import { isAuthError } from "../../lib/errors.ts";
import {
  awsFilePaths,
  byName,
  candidates,
  findSession,
  listSessions,
  readSession,
} from "../../lib/files/aws_sessions.ts";
import { removeSession, removeSessions, writeSession } from "../../lib/files/aws_files.ts";
import { FAKE_NOW, fakeHost, type FakeHostInit } from "../fake_host.ts";
import { someKey } from "../session_files.ts";

const DIRECTORY = "/home/me/.config/atmos/aws/my-sso";
const { credentials: CREDENTIALS, config: CONFIG } = awsFilePaths({ os: "linux" }, DIRECTORY);
const CHAIN = "0123456789abcdef".repeat(4);
const OTHER = "fedcba9876543210".repeat(4);
const REGION = { region: "us-east-1" };
const FILES = { directory: DIRECTORY, realm: undefined, key: await someKey() };

const world = (init: FakeHostInit = {}) => fakeHost({ env: { HOME: "/home/me" }, ...init });

function session(more: Partial<AwsSession> = {}): AwsSession {
  return {
    type: "aws-session",
    accessKeyId: "ASIAEXAMPLE",
    secretAccessKey: new Secret("not-a-real-secret;#="),
    sessionToken: new Secret("not-a-real-token=="),
    issuedAt: FAKE_NOW,
    expiresAt: FAKE_NOW + 3_600_000,
    accountId: "111122223333",
    principalArn: "arn:aws:sts::111122223333:assumed-role/Admin/me",
    ...more,
  };
}

/** A session with its secrets in sight, to compare whole values. */
const plain = (found: AwsSession | undefined) =>
  found &&
  { ...found, secretAccessKey: found.secretAccessKey.reveal(), sessionToken: found.sessionToken.reveal() };

Deno.test("writeSession() writes the section of the seed with whose it is and until when, 0600 in 0700", async () => {
  const host = world();
  const { section } = await writeSession(host, FILES, "admin", CHAIN, session(), REGION);
  assert.equal(section, "admin");
  const text = (path: string) => host.tree()[path]?.replace(/ mac=[0-9a-f]{64}$/m, " mac=(HEX)");
  assert.deepEqual(
    text(CREDENTIALS),
    [
      `; atmos: expiration=2026-11-23T13:00:00Z issued=2026-11-23T12:00:00Z chain=${CHAIN} mac=(HEX)`,
      "[admin]",
      "aws_access_key_id = ASIAEXAMPLE",
      "aws_secret_access_key = not-a-real-secret;#=",
      "aws_session_token = not-a-real-token==",
      "aws_account_id = 111122223333",
      "",
    ].join("\n"),
  );
  assert.deepEqual(
    text(CONFIG),
    [
      `; atmos: principal=arn:aws:sts::111122223333:assumed-role/Admin/me chain=${CHAIN} mac=(HEX)`,
      "[profile admin]",
      "region = us-east-1",
      "",
    ].join("\n"),
  );
  const modes = await Promise.all([CREDENTIALS, CONFIG, DIRECTORY].map((path) => host.files.status(path)));
  assert.deepEqual(modes.map((status) => status?.mode), [0o600, 0o600, 0o700]);
  assert.deepEqual(host.changes, [`write ${CREDENTIALS}`, `write ${CONFIG}`]);
  assert.equal(host.locks.length, 1);
  assert.ok(host.locks[0]?.startsWith("/home/me/.local/state/atmos/locks/"));
});

Deno.test("readSession() gives back what was written; its end to the second, never later", async () => {
  const host = world();
  for (const written of [session(), session({ issuedAt: FAKE_NOW + 1, expiresAt: FAKE_NOW + 999 })]) {
    await writeSession(host, FILES, "admin", CHAIN, written, REGION);
    const found = await readSession(host, FILES, "admin", CHAIN);
    assert.deepEqual([found?.section, found?.chain], ["admin", CHAIN]);
    const cut = (at: number) => Math.floor(at / 1000) * 1000;
    assert.deepEqual(
      plain(found?.session),
      plain({ ...written, expiresAt: cut(written.expiresAt) }),
    );
  }
  assert.equal(await readSession(host, { ...FILES, directory: "/nowhere" }, "admin", CHAIN), undefined);
});

Deno.test("writeSession() keeps nothing of an older session: account and principal go when they are not known", async () => {
  const host = world();
  await writeSession(host, FILES, "admin", CHAIN, session(), REGION);
  const { accountId: _1, principalArn: _2, ...bare } = session();
  await writeSession(host, FILES, "admin", CHAIN, bare, REGION);
  assert.deepEqual(plain((await readSession(host, FILES, "admin", CHAIN))?.session), plain(bare));
});

Deno.test("a section of another chain is neither used nor touched: the second one lives under NAME@<8 hex>", async () => {
  const host = world();
  await writeSession(host, FILES, "admin", CHAIN, session(), REGION);
  const first = host.tree();
  assert.equal(await readSession(host, FILES, "admin", OTHER), undefined);
  const second = session({ accessKeyId: "ASIAOTHER", accountId: "999999999999" });
  const { section } = await writeSession(host, FILES, "admin", OTHER, second, { region: "eu-west-1" });
  assert.equal(section, "admin@fedcba98");
  assert.deepEqual(plain((await readSession(host, FILES, "admin", CHAIN))?.session), plain(session()));
  assert.deepEqual(plain((await readSession(host, FILES, "admin", OTHER))?.session), plain(second));
  for (const path of [CREDENTIALS, CONFIG]) assert.ok(host.tree()[path]?.startsWith(first[path] ?? "none"));
});

Deno.test("a section without our comment is not ours, in either file, and stays byte for byte", async () => {
  for (
    const [path, theirs] of [
      [CREDENTIALS, "# mine\r\n[admin]\r\naws_access_key_id=AKIDEXAMPLE ; kept\r\n"],
      [CONFIG, "[profile admin]\nrole_arn = x\n"],
    ] as const
  ) {
    const host = world({ files: { [path]: theirs } });
    assert.equal(await readSession(host, FILES, "admin", CHAIN), undefined);
    const { section } = await writeSession(host, FILES, "admin", CHAIN, session(), REGION);
    assert.equal(section, "admin@01234567");
    assert.ok(host.tree()[path]?.startsWith(theirs));
    assert.equal((await readSession(host, FILES, "admin", CHAIN))?.section, "admin@01234567");
  }
});

Deno.test("writeSession() finds its own config section again when the credentials file was deleted", async () => {
  const host = world();
  await writeSession(host, FILES, "admin", CHAIN, session(), REGION);
  await host.files.remove(CREDENTIALS);
  assert.equal((await writeSession(host, FILES, "admin", CHAIN, session(), REGION)).section, "admin");
});

Deno.test("readSession() and writeSession() leave a section alone that somebody added a key to", async () => {
  for (const path of [CREDENTIALS, CONFIG]) {
    const host = world();
    await writeSession(host, FILES, "admin", CHAIN, session(), REGION);
    const theirs = `${host.tree()[path]}output = json\n`;
    host.put(path, theirs);
    assert.equal(await readSession(host, FILES, "admin", CHAIN), undefined);
    const { section } = await writeSession(host, FILES, "admin", CHAIN, session(), REGION);
    assert.equal(section, "admin@01234567");
    assert.ok(host.tree()[path]?.startsWith(theirs));
    assert.equal((await readSession(host, FILES, "admin", CHAIN))?.section, section);
  }
});

Deno.test("writeSession() fails when all names are somebody else's, and changes nothing", async () => {
  const names = await candidates("admin", CHAIN, FILES.key);
  assert.equal(names.length, 3);
  const theirs = names.map((name) => `[${name}]\na = 1\n`).join("");
  const host = world({ files: { [CREDENTIALS]: theirs } });
  await assert.rejects(
    writeSession(host, FILES, "admin", CHAIN, session(), REGION),
    (error) => isAuthError(error, "file-failed"),
  );
  assert.deepEqual([host.tree()[CREDENTIALS], host.changes], [theirs, []]);
});

Deno.test("the identity named default has the section [default] in both files", async () => {
  const host = world();
  await writeSession(host, FILES, "default", CHAIN, session(), REGION);
  assert.ok(host.tree()[CONFIG]?.includes("\n[default]\n"));
  assert.equal(
    (await readSession(host, FILES, "default", CHAIN))?.session.principalArn,
    session().principalArn,
  );
});

Deno.test("a name that SDKs would not read back is percent-encoded", async () => {
  const host = world();
  const { section } = await writeSession(host, FILES, "prod admin", CHAIN, session(), REGION);
  assert.equal(section, "prod%20admin");
  assert.ok(await readSession(host, FILES, "prod admin", CHAIN));
});

Deno.test("a session whose lifetime, chain or keys cannot be read is not there", async () => {
  const host = world();
  await writeSession(host, FILES, "admin", CHAIN, session(), REGION);
  const good = host.tree()[CREDENTIALS] ?? "";
  for (
    const [from, to] of [
      ["2026-11-23T13:00:00Z", "soon"],
      ["2026-11-23T13:00:00Z", "2026-11-23"],
      ["issued=", "since="],
      [CHAIN, CHAIN.slice(0, 8)],
      ["; atmos:", "; comet:"],
      ["[admin]\n", "\n[admin]\n"],
      ["aws_secret_access_key =", "aws_secret_access_keys ="],
      [" = not-a-real-token==", " ="],
      ["[admin]", "[admin]\n[admin]"],
    ] as const
  ) {
    assert.ok(good.includes(from), from);
    host.put(CREDENTIALS, good.replace(from, to));
    assert.equal(await readSession(host, FILES, "admin", CHAIN), undefined, to);
  }
  host.put(CREDENTIALS, good);
  assert.ok(await readSession(host, FILES, "admin", CHAIN));
});

Deno.test("a section of ours that was written twice is made one again", async () => {
  const host = world();
  await writeSession(host, FILES, "admin", CHAIN, session(), REGION);
  const twice = `${host.tree()[CREDENTIALS]}\n${host.tree()[CREDENTIALS]}`;
  host.put(CREDENTIALS, twice);
  await writeSession(host, FILES, "admin", CHAIN, session(), REGION);
  assert.ok(await readSession(host, FILES, "admin", CHAIN));
  assert.equal(host.tree()[CREDENTIALS]?.split("[admin]").length, 2);
});

Deno.test("files that are no INI files are never overwritten", async () => {
  for (const path of [CREDENTIALS, CONFIG]) {
    const host = world({ files: { [path]: '{ "json": true }\n' } });
    await assert.rejects(
      writeSession(host, FILES, "admin", CHAIN, session(), REGION),
      (error) => isAuthError(error, "file-failed") && error.message.includes(path),
    );
    assert.deepEqual(host.changes, []);
  }
  const binary = world({ files: { [CREDENTIALS]: new Uint8Array([0xff, 0xfe, 0x5b]) } });
  await assert.rejects(
    readSession(binary, FILES, "admin", CHAIN),
    (error) => isAuthError(error, "file-failed"),
  );
});

Deno.test("a value that an INI file cannot hold leaves both files as they were", async () => {
  const host = world();
  await writeSession(host, FILES, "admin", CHAIN, session(), REGION);
  const before = host.tree();
  const evil = session({ sessionToken: new Secret("not-a-real-token\n[default]") });
  await assert.rejects(
    writeSession(host, FILES, "admin", CHAIN, evil, REGION),
    (error) => isAuthError(error, "failed") && !error.message.includes("not-a-real"),
  );
  await assert.rejects(
    writeSession(host, FILES, "admin", CHAIN, session(), { region: "x\ny" }),
    (error) => isAuthError(error, "failed"),
  );
  assert.deepEqual(host.tree(), before);
});

Deno.test("writeSession() refuses a directory below ~/.aws", async () => {
  const host = world();
  for (const directory of ["/home/me/.aws", "/home/me/.aws/atmos", "/home/me/x/../.aws/y"]) {
    await assert.rejects(
      writeSession(host, { ...FILES, directory }, "admin", CHAIN, session(), REGION),
      (error) => isAuthError(error, "file-failed") && error.message.includes("/home/me/.aws"),
    );
  }
  assert.deepEqual([host.changes, host.locks], [[], []]);
});

Deno.test("writeSession() reads again under the lock: what another process wrote meanwhile is kept", async () => {
  const first = world();
  await writeSession(first, FILES, "admin", CHAIN, session(), REGION);
  const lock = first.locks[0] ?? "";
  const host: ReturnType<typeof world> = world({
    heldLocks: { [lock]: { heldMillis: 10, meanwhile: () => host.put(CREDENTIALS, "[theirs]\nk = v\n") } },
  });
  await writeSession(host, FILES, "admin", CHAIN, session(), REGION);
  assert.ok(host.tree()[CREDENTIALS]?.startsWith("[theirs]\nk = v\n\n; atmos:"));
});

Deno.test("many sessions written at once are all there", async () => {
  const host = world();
  const names = Array.from({ length: 20 }, (_, n) => `role-${n}`);
  await Promise.all(names.map((name) => writeSession(host, FILES, name, CHAIN, session(), REGION)));
  const found = (await listSessions(host, FILES)).map(({ section }) => section);
  assert.deepEqual(found.toSorted(), names.toSorted());
});

Deno.test("listSessions() lists what is ours, usable or not", async () => {
  const host = world({
    files: { [CREDENTIALS]: "[theirs]\nk = v\n\n; atmos: expiration=never\n[broken]\n" },
  });
  await writeSession(host, FILES, "admin", CHAIN, session(), REGION);
  const found = await listSessions(host, FILES);
  assert.deepEqual(found.map(({ session, ...each }) => ({ ...each, session: session !== undefined })), [
    {
      section: "broken",
      chain: "",
      issuedAt: undefined,
      expiresAt: undefined,
      standing: "unsealed",
      flaw: "unsealed",
      session: false,
    },
    {
      section: "admin",
      chain: CHAIN,
      issuedAt: FAKE_NOW,
      expiresAt: FAKE_NOW + 3_600_000,
      standing: "ours",
      flaw: undefined,
      session: true,
    },
  ]);
  assert.deepEqual(await listSessions(host, { ...FILES, directory: "/nowhere" }), []);
});

Deno.test("findSession() finds in what was read once what readSession() finds", async () => {
  const host = world();
  await writeSession(host, FILES, "admin", CHAIN, session(), REGION);
  await writeSession(host, FILES, "admin", OTHER, session({ accessKeyId: "ASIAOTHER" }), REGION);
  const found = byName(await listSessions(host, FILES));
  for (const chain of [CHAIN, OTHER, "00".repeat(32)]) {
    assert.deepEqual(
      await findSession(found, FILES.key, "admin", chain),
      await readSession(host, FILES, "admin", chain),
    );
  }
  assert.equal((await findSession(found, FILES.key, "admin", OTHER))?.section, `admin@${OTHER.slice(0, 8)}`);
});

Deno.test("removeSession() removes the session of this chain only, and the files with the last one", async () => {
  const host = world();
  await writeSession(host, FILES, "admin", CHAIN, session(), REGION);
  await writeSession(host, FILES, "admin", OTHER, session(), REGION);
  assert.equal(await removeSession(host, FILES, "admin", CHAIN), true);
  assert.equal(await removeSession(host, FILES, "admin", CHAIN), false);
  assert.deepEqual((await listSessions(host, FILES)).map(({ section }) => section), ["admin@fedcba98"]);
  assert.equal(await removeSession(host, FILES, "admin", OTHER), true);
  assert.deepEqual(await host.files.status(DIRECTORY), undefined);
});

Deno.test("removeSessions() keeps what others wrote, and clears config sections of ours that nothing goes with", async () => {
  const theirs = "# kept\n[theirs]\nk = v\n";
  const host = world({ files: { [CREDENTIALS]: theirs, [CONFIG]: "[profile theirs]\nregion = x\n" } });
  const before = host.tree();
  for (const name of ["a", "b"]) await writeSession(host, FILES, name, CHAIN, session(), REGION);
  host.put(CREDENTIALS, host.tree()[CREDENTIALS]?.replace(/; atmos: .*\n\[b\][\s\S]*$/, "") ?? "");
  const removed = await removeSessions(host, FILES, () => true);
  assert.deepEqual(removed.map(({ section }) => section), ["a"]);
  const trimmed = Object.entries(host.tree()).filter(([path]) => path.startsWith(DIRECTORY))
    .map(([path, text]) => [path, text.trimEnd()]);
  assert.deepEqual(trimmed, Object.entries(before).map(([path, text]) => [path, text.trimEnd()]));
});

Deno.test("writeSession() works without HOME when the state directory is known otherwise", async () => {
  const host = fakeHost({ env: { XDG_STATE_HOME: "/state" } });
  await writeSession(host, { ...FILES, directory: "/creds/p" }, "admin", CHAIN, session(), REGION);
  assert.ok(await readSession(host, { ...FILES, directory: "/creds/p" }, "admin", CHAIN));
});

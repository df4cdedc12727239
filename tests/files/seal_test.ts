/** Only what this user's program wrote is used: MACs of sections, and what is credible of their times. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type AwsSession, Secret } from "../../lib/credentials.ts";
import { isAuthError } from "../../lib/errors.ts";
import { removeSession, type WritableFiles, writeSession } from "../../lib/files/aws_files.ts";
import {
  awsFilePaths,
  byName,
  candidates,
  listSessions,
  readSession,
  unusedSession,
} from "../../lib/files/aws_sessions.ts";
import { parseIni, sectionsOf } from "../../lib/files/ini.ts";
import { sealOf } from "../../lib/files/seal.ts";
import { FAKE_NOW, type FakeHost, fakeHost } from "../fake_host.ts";
import { someKey } from "../session_files.ts";

const DIRECTORY = "/home/me/.config/atmos/aws/my-sso";
const { credentials: CREDENTIALS, config: CONFIG } = awsFilePaths({ os: "linux" }, DIRECTORY);
const CHAIN = "0123456789abcdef".repeat(4);
const REGION = { region: "us-east-1" };
const FILES: WritableFiles = { directory: DIRECTORY, realm: undefined, key: await someKey() };
const STRANGER: WritableFiles = { ...FILES, key: await someKey("cd") };
const HOUR = 3_600_000;

const SESSION: AwsSession = {
  type: "aws-session",
  accessKeyId: "ASIAEXAMPLE",
  secretAccessKey: new Secret("not-a-real-secret;#="),
  sessionToken: new Secret("not-a-real-token=="),
  issuedAt: FAKE_NOW,
  expiresAt: FAKE_NOW + HOUR,
  accountId: "111122223333",
  principalArn: "arn:aws:sts::111122223333:assumed-role/Admin/me",
};

const world = () => fakeHost({ env: { HOME: "/home/me" } });
const textOf = (host: FakeHost, path: string) => host.tree()[path] ?? "";

async function written(files = FILES, session = SESSION, chain = CHAIN): Promise<FakeHost> {
  const host = world();
  await writeSession(host, files, "admin", chain, session, REGION);
  return host;
}

/** The accesss key of the session that is used of these files; a file that is no INI file is not used either. */
async function used(host: FakeHost, files = FILES): Promise<string | undefined> {
  try {
    return (await readSession(host, files, "admin", CHAIN))?.session.accessKeyId;
  } catch (error) {
    if (isAuthError(error, "file-failed")) return undefined;
    throw error;
  }
}

async function flawOf(host: FakeHost, files = FILES): Promise<string | undefined> {
  return unusedSession(byName(await listSessions(host, files)), "admin", CHAIN)?.flaw;
}

/** A section as older versions wrote it, and as anybody can, since the digest is no secret. */
const unsealed = (text: string) => text.replaceAll(/ mac=[0-9a-f]{64}$/gm, "");

Deno.test("readSession() uses a session no more when any one byte of its section or its profile is another", async () => {
  const host = await written();
  for (const path of [CREDENTIALS, CONFIG]) {
    const good = textOf(host, path);
    const at = fc.nat(good.length - 1);
    const byte = fc.integer({ min: 0, max: 0x7f }).map((code) => String.fromCharCode(code));
    const check = async (index: number, other: string) => {
      if (good[index] === other) return;
      const changed = good.slice(0, index) + other + good.slice(index + 1);
      // What stands behind the last line is nobody's, as long as it adds nothing to it.
      if (index === good.length - 1 && other === "\n") return;
      host.put(path, changed);
      assert.equal(await used(host), undefined, `${path} at ${index}: ${JSON.stringify(other)}`);
    };
    for (let index = 0; index < good.length; index++) {
      await check(index, good[index] === "x" ? "y" : "x");
      await check(index, " ");
      await check(index, good[index]?.toUpperCase() ?? "");
    }
    await fc.assert(fc.asyncProperty(at, byte, check), { numRuns: 500 });
    host.put(path, good);
    assert.equal(await used(host), "ASIAEXAMPLE");
  }
});

Deno.test("readSession() uses a session no more when a line is added to its section, its profile or its comment", async () => {
  const host = await written();
  for (const path of [CREDENTIALS, CONFIG]) {
    const good = textOf(host, path);
    for (
      const [from, to] of [
        ["]\n", "]\ncredential_process = evil\n"],
        ["]\n", "]\n# a comment in it\n"],
        [/$/, "endpoint_url = https://evil.example\n"],
        [/$/, "  more of the last value\n"],
        [/^/, "; atmos: mac=\n"],
        [/^/, "; atmos: note\n"],
        ["\n[", "\n; atmos: expiration=2099-01-01T00:00:00Z\n["],
        ["[", "[ "],
      ] as const
    ) {
      host.put(path, good.replace(from, to));
      assert.equal(await used(host), undefined, `${path}: ${to}`);
    }
    host.put(path, good);
  }
  for (const path of [CREDENTIALS, CONFIG]) {
    const good = textOf(host, path);
    for (const name of ['profile "admin"', "profile ad\\min", "'admin'", "admin", "profile admin"]) {
      host.put(path, `${good}[${name}]\ncredential_process = evil\n`);
      assert.equal(await used(host), undefined, `some SDK reads [${name}] of ${path} as the same profile`);
    }
    host.put(path, good);
  }
});

Deno.test("readSession() goes on using a session when what is around its section changes", async () => {
  const host = await written();
  for (const path of [CREDENTIALS, CONFIG]) {
    const good = textOf(host, path);
    host.put(path, `# mine\n[mine]\nk = v\n\n${good}\n# behind\n\n[other]\nk = v\n`);
    assert.equal(await used(host), "ASIAEXAMPLE");
    host.put(path, good.replaceAll("\n", "\r\n"));
    assert.equal(await used(host), "ASIAEXAMPLE", "the same lines as Windows ends them");
  }
});

Deno.test("readSession() uses no session of another realm, directory, name, file or key, and none without a key", async () => {
  const host = await written({ ...FILES, realm: "acme" });
  assert.equal(await used(host, { ...FILES, realm: "acme" }), "ASIAEXAMPLE");
  for (const realm of [undefined, "", "acme2"]) {
    assert.equal(await used(host, { ...FILES, realm }), undefined);
  }
  assert.equal(await used(host, { ...STRANGER, realm: "acme" }), undefined);
  assert.equal(
    await readSession(host, { ...FILES, realm: "acme", key: undefined }, "admin", CHAIN),
    undefined,
  );
  const moved = world();
  const elsewhere = { ...FILES, directory: "/home/me/.config/atmos/aws/other-sso" };
  for (const [path, text] of Object.entries((await written()).tree())) {
    moved.put(path.replace("my-sso", "other-sso"), text);
  }
  assert.equal(await used(moved, elsewhere), undefined);
  const renamed = await written();
  for (const path of [CREDENTIALS, CONFIG]) {
    renamed.put(path, textOf(renamed, path).replace("admin]", "root]"));
  }
  assert.equal(await readSession(renamed, FILES, "root", CHAIN), undefined);
  const lines = sectionsOf(parseIni(unsealed(textOf(host, CREDENTIALS)), "x"))[0]?.lines ?? [];
  const [one, other] = await Promise.all(
    (["credentials", "config"] as const).map((file) => sealOf("linux", FILES, file, lines)),
  );
  assert.notEqual(one, other);
});

Deno.test("a section without a MAC counts as absent, and the next write takes its name and nothing else of it", async () => {
  const host = await written();
  for (const path of [CREDENTIALS, CONFIG]) {
    host.put(path, `${unsealed(textOf(host, path))}credential_process = evil\n`);
  }
  assert.deepEqual([await used(host), await flawOf(host)], [undefined, "unsealed"]);
  const { section } = await writeSession(host, FILES, "admin", CHAIN, SESSION, REGION);
  assert.deepEqual([section, await used(host)], ["admin", "ASIAEXAMPLE"]);
  for (const path of [CREDENTIALS, CONFIG]) {
    assert.doesNotMatch(textOf(host, path), /evil/);
    assert.equal(sectionsOf(parseIni(textOf(host, path), path)).length, 1);
  }
});

Deno.test("writeSession() leaves no section without a MAC under the other names of the same chain", async () => {
  const host = await written();
  const old = [CREDENTIALS, CONFIG].map((path) => {
    const text = unsealed(textOf(host, path));
    return [path, text + text.replace("admin]", `admin@${CHAIN.slice(0, 8)}]`)] as const;
  });
  for (const [path, text] of old) host.put(path, text);
  await writeSession(host, FILES, "admin", CHAIN, SESSION, REGION);
  for (const [path] of old) assert.equal(sectionsOf(parseIni(textOf(host, path), path)).length, 1);
});

Deno.test("a section with a foreign MAC stays byte for byte; ours is found under NAME@<8 hex>, at every write", async () => {
  const host = await written(STRANGER, { ...SESSION, accessKeyId: "ASIASTRANGER" });
  const theirs = host.tree();
  assert.deepEqual([await used(host), await flawOf(host)], [undefined, "foreign"]);
  for (const accessKeyId of ["ASIAONE", "ASIATWO"]) {
    const { section } = await writeSession(host, FILES, "admin", CHAIN, { ...SESSION, accessKeyId }, REGION);
    assert.deepEqual([section, await used(host)], ["admin@01234567", accessKeyId]);
    for (const path of [CREDENTIALS, CONFIG]) {
      assert.ok(textOf(host, path).startsWith(theirs[path] ?? "none"));
    }
  }
  assert.equal(await used(host, STRANGER), "ASIASTRANGER");
});

Deno.test("writeSession() has a name that nobody else can take, and keeps it when a better one becomes free", async () => {
  const host = await written(STRANGER);
  for (const path of [CREDENTIALS, CONFIG]) {
    const text = textOf(host, path);
    host.put(path, text + text.replace("admin]", "admin@01234567]"));
  }
  const [, , own = ""] = await candidates("admin", CHAIN, FILES.key);
  assert.match(own, /^admin@[0-9a-f]{8}$/);
  assert.notEqual(own, (await candidates("admin", CHAIN, STRANGER.key))[2]);
  for (let time = 0; time < 2; time++) {
    const { section } = await writeSession(host, FILES, "admin", CHAIN, SESSION, REGION);
    assert.deepEqual([section, (await readSession(host, FILES, "admin", CHAIN))?.section], [own, own]);
  }
  assert.equal(sectionsOf(parseIni(textOf(host, CREDENTIALS), "x")).length, 3);
  assert.equal(await removeSession(host, FILES, "admin", CHAIN), true);
  assert.equal(sectionsOf(parseIni(textOf(host, CREDENTIALS), "x")).length, 2);
});

Deno.test("writeSession() is not deceived by a profile that others put beside the name", async () => {
  for (const name of ['profile "admin"', "admin", "profile admin"]) {
    const host = world();
    host.put(CONFIG, `[${name}]\ncredential_process = evil\n`);
    const { section } = await writeSession(host, FILES, "admin", CHAIN, SESSION, REGION);
    assert.deepEqual([section, await used(host)], ["admin@01234567", "ASIAEXAMPLE"]);
  }
});

Deno.test("neither readSession() nor writeSession() uses a config file that has the AWS CLI load code", async () => {
  const host = await written();
  host.put(
    CONFIG,
    `${textOf(host, CONFIG)}\n[plugins]\ncli_legacy_plugin_path = /work/repo/evil\nevil = evil\n`,
  );
  const before = host.tree();
  assert.deepEqual([await used(host), await flawOf(host)], [undefined, "plugins"]);
  await assert.rejects(
    writeSession(host, FILES, "admin", CHAIN, SESSION, REGION),
    (error) => isAuthError(error, "file-failed") && /\[plugins\]/.test(error.message),
  );
  for (const path of [CREDENTIALS, CONFIG]) assert.equal(textOf(host, path), before[path]);
  assert.equal(await removeSession(host, FILES, "admin", CHAIN), true);
});

Deno.test("readSession() uses no session that claims more than 36 hours or to be of the future", async () => {
  const longest = 36 * HOUR;
  const cases: readonly (readonly [issued: number, expires: number, isUsed: boolean])[] = [
    [0, longest, true],
    [-HOUR, longest - HOUR, true],
    [0, longest + 1000, false],
    [-longest, HOUR, false],
    [5 * 60_000, HOUR, true],
    [5 * 60_000 + 1, HOUR, false],
    [24 * HOUR, 25 * HOUR, false],
  ];
  for (const [issued, expires, isUsed] of cases) {
    const host = await written();
    const instant = (millis: number) => new Date(FAKE_NOW + millis).toISOString();
    const times = `expiration=${instant(expires)} issued=${instant(issued)}`;
    const text = unsealed(textOf(host, CREDENTIALS)).replace(/expiration=\S+ issued=\S+/, times);
    const lines = sectionsOf(parseIni(text, CREDENTIALS))[0]?.lines ?? [];
    host.put(CREDENTIALS, text.replace("\n[", ` ${await sealOf("linux", FILES, "credentials", lines)}\n[`));
    assert.deepEqual([await used(host) !== undefined, await flawOf(host)], [
      isUsed,
      isUsed ? undefined : "lifetime",
    ]);
  }
});

Deno.test("readSession() uses no session of ours whose times cannot be read", async () => {
  for (const times of ["expiration=soon issued=2026-11-23T12:00:00Z", "expiration=2026-11-23T13:00:00Z"]) {
    const host = await written();
    const text = unsealed(textOf(host, CREDENTIALS)).replace(/expiration=\S+ issued=\S+/, times);
    const lines = sectionsOf(parseIni(text, CREDENTIALS))[0]?.lines ?? [];
    host.put(CREDENTIALS, text.replace("\n[", ` ${await sealOf("linux", FILES, "credentials", lines)}\n[`));
    assert.deepEqual([await used(host), await flawOf(host)], [undefined, "lifetime"]);
  }
});

Deno.test("writeSession() never claims more than 36 hours, though AWS's clock is ahead of ours", async () => {
  const host = await written(FILES, { ...SESSION, expiresAt: FAKE_NOW + 36 * HOUR + 90_000 });
  const found = await readSession(host, FILES, "admin", CHAIN);
  assert.equal(found?.session.expiresAt, FAKE_NOW + 36 * HOUR);
});

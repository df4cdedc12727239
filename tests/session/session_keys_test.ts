/** The key of sessions: made once, never replaced, and none where others could know it. */
import assert from "node:assert/strict";
import { readSessionKey, sessionKeyPath } from "../../lib/files/session_key.ts";
import type { Host } from "../../lib/host.ts";
import { derived } from "../../lib/session/derive.ts";
import { sessionKeys, stateVariable } from "../../lib/session/session_keys.ts";
import { fakeHost, type FakeHostInit } from "../fake_host.ts";

const HOME = "/home/me";
const PATH = `${HOME}/.local/state/atmos/session-key`;
const world = (init: FakeHostInit = {}) => fakeHost({ env: { HOME }, ...init });
const keysOf = (host: Host) => sessionKeys(host, () => []);
const PARTS = ["a part", ["and", "another"]];
const GOOD = `${"ab".repeat(32)}\n`;

Deno.test("sessionKeys() makes a key of 32 random bytes, 0600, when one is first needed, and finds it from then on", async () => {
  const host = world();
  assert.equal(await keysOf(host).toRead(), undefined);
  assert.deepEqual([host.changes, host.told], [[], ""]);
  const made = await keysOf(host).toWrite();
  assert.equal(sessionKeyPath(host), PATH);
  assert.match(host.tree()[PATH] ?? "", /^[0-9a-f]{64}\n$/);
  assert.deepEqual((await host.files.status(PATH))?.mode, 0o600);
  const mac = await made?.macOf(PARTS) ?? "";
  for (const again of [await keysOf(host).toRead(), await keysOf(host).toWrite()]) {
    assert.equal(await again?.verifies(PARTS, mac), true);
  }
  assert.deepEqual([host.changes, host.told], [[`write ${PATH}`], ""]);
});

Deno.test("sessionKeys() takes 32 bytes from a world whose random bytes are a part of a larger buffer", async () => {
  const host = world();
  const pooled = derived<Host>(host, {
    random: (count) => new Uint8Array(64).fill(0xcd).subarray(8, 8 + count).fill(0xab),
  });
  assert.ok(await keysOf(pooled).toWrite());
  assert.equal(host.tree()[PATH], GOOD);
});

Deno.test("sessionKeys() of many callers at once make one key", async () => {
  const host = world();
  const all = await Promise.all(Array.from({ length: 100 }, () => keysOf(host).toWrite()));
  const macs = await Promise.all(all.map((key) => key?.macOf(PARTS)));
  assert.equal(new Set(macs).size, 1);
  assert.deepEqual(host.changes, [`write ${PATH}`]);
});

Deno.test("SessionKey.verifies() takes exactly what macOf() gave for exactly these parts", async () => {
  const key = await keysOf(world()).toWrite();
  const mac = await key?.macOf(["ab", "c"]) ?? "";
  const wrong = [["a", "bc"], ["abc"], ["ab", "c", ""], [["ab", "c"]], ["ab", "c", null]];
  for (const parts of wrong) assert.equal(await key?.verifies(parts, mac), false);
  for (
    const other of [
      "",
      mac.toUpperCase(),
      mac.slice(2),
      `${mac}00`,
      mac.replace(/^./, (d) => d === "0" ? "1" : "0"),
    ]
  ) {
    assert.equal(await key?.verifies(["ab", "c"], other), other === mac);
  }
  assert.equal(await key?.verifies(["ab", "c"], mac), true);
});

for (
  const [what, text, mode, link] of [
    ["others can read", GOOD, 0o640, false],
    ["others can write", GOOD, 0o602, false],
    ["is too short", GOOD.slice(2), 0o600, false],
    ["is too long", `00${GOOD}`, 0o600, false],
    ["is empty", "", 0o600, false],
    ["is no hex", `${"zz".repeat(32)}\n`, 0o600, false],
    ["is a symbolic link", GOOD, 0o600, true],
  ] as const
) {
  Deno.test(`sessionKeys() counts a key file that ${what} as no key, says so once, and leaves it alone`, async () => {
    const host = link
      ? world({
        files: { "/elsewhere": text },
        modes: { "/elsewhere": mode },
        links: { [PATH]: "/elsewhere" },
      })
      : world({ files: { [PATH]: text }, modes: { [PATH]: mode } });
    const keys = keysOf(host);
    for (let time = 0; time < 2; time++) {
      assert.deepEqual([await keys.toRead(), await keys.toWrite()], [undefined, undefined]);
    }
    assert.match(
      host.told,
      /^Warning: Sessions are neither reused nor stored: [^\n]*\/session-key[^\n]*\. Remove \/home\/me\/[^\n]*\n$/,
    );
    assert.deepEqual([host.changes, host.tree()[link ? "/elsewhere" : PATH]], [[], text]);
  });
}

Deno.test("readSessionKey() takes no key of another user", async () => {
  const host = world({ files: { [PATH]: GOOD }, modes: { [PATH]: 0o600 } });
  const theirs = derived<Host>(host, {
    files: derived(host.files, {
      status: async (path) => {
        const status = await host.files.status(path);
        return status && { ...status, owned: false };
      },
    }),
  });
  assert.deepEqual([(await readSessionKey(host)).state, (await readSessionKey(theirs)).state], [
    "good",
    "unusable",
  ]);
});

Deno.test("sessionKeys() has no key where the state home gives no trust, whatever lies there, and names the variable", async () => {
  const host = world({ files: { [PATH]: GOOD }, modes: { [PATH]: 0o600 } });
  const homes = [{ home: "state", path: "/work/.state/atmos", tree: "/work" }] as const;
  const keys = sessionKeys(host, () => homes);
  assert.deepEqual([await keys.toRead(), await keys.toWrite(), await keys.toRead()], [
    undefined,
    undefined,
    undefined,
  ]);
  assert.equal(
    host.told,
    "Warning: Sessions are neither reused nor stored: /work/.state/atmos is inside /work, which is not trusted. " +
      "Set ATMOS_XDG_STATE_HOME to a directory outside it\n",
  );
  assert.deepEqual(host.changes, []);
});

Deno.test("sessionKeys() finds a key where nothing can be written, and says what to set where there is none", async () => {
  const unwritable = [`${HOME}/.local/state`];
  const full = world({ unwritable, files: { [PATH]: GOOD }, modes: { [PATH]: 0o600 } });
  assert.ok(await keysOf(full).toWrite());
  assert.equal(full.told, "");
  const empty = world({ unwritable });
  assert.equal(await keysOf(empty).toRead(), undefined);
  assert.equal(empty.told, "");
  assert.equal(await keysOf(empty).toWrite(), undefined);
  assert.match(
    empty.told,
    /^Warning: Sessions are neither reused nor stored: .*permission denied.*XDG_STATE_HOME/,
  );
});

Deno.test("sessionKeys() says what to set without a home, and where files keep no modes", async () => {
  const homeless = fakeHost();
  assert.equal(await keysOf(homeless).toWrite(), undefined);
  assert.match(homeless.told, /neither reused nor stored: .*HOME is not set/);
  const host = world();
  const { files } = host;
  const modeless = derived<Host>(host, {
    files: derived(files, { writeText: (path, text) => files.writeText(path, text, 0o777) }),
  });
  assert.equal(await keysOf(modeless).toWrite(), undefined);
  assert.match(host.told, /others have access .* although it was created for you alone\. Set XDG_STATE_HOME/);
  assert.equal(host.tree()[PATH], undefined);
});

Deno.test("stateVariable() names the variable that counts", () => {
  const named = (env: Record<string, string>, os: "linux" | "windows" = "linux") =>
    stateVariable(fakeHost({ env, os }));
  assert.equal(named({}), "XDG_STATE_HOME");
  assert.equal(named({ ATMOS_XDG_STATE_HOME: "/x" }), "ATMOS_XDG_STATE_HOME");
  assert.equal(named({}, "windows"), "ATMOS_XDG_STATE_HOME");
});

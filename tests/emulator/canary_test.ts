import assert from "node:assert/strict";
import fc from "fast-check";
import { findSecrets, type Leak } from "./canary.ts";
import { startEmulator } from "./mod.ts";
import { login } from "./test_client.ts";

const SECRET = { kind: "session token", value: `EMULATOR${"abcdefghij/KLMNOP+0123456789".repeat(4)}` };

const find = async (text: string): Promise<Leak[]> =>
  await findSecrets([SECRET], { texts: { stdout: text } });

Deno.test("findSecrets() finds a secret as it is, encoded, and in part, and says where without repeating it", async () => {
  assert.deepEqual(await find(`one\ntwo ${SECRET.value}\n`), [
    { kind: "session token", where: "stdout", form: "as is", line: 2 },
  ]);
  const forms = [
    encodeURIComponent(SECRET.value),
    new TextEncoder().encode(SECRET.value).reduce(
      (hex, byte) => hex + byte.toString(16).padStart(2, "0"),
      "",
    ),
    `log: ...${SECRET.value.slice(40, 100)}...`,
    `log: ...${SECRET.value.slice(-24)}`,
  ];
  for (const text of forms) assert.equal((await find(text)).length, 1, text);
  assert.deepEqual(await find(SECRET.value.slice(0, 16)), [], "the beginning is no secret");
});

Deno.test("findSecrets() finds a secret in base64 wherever it stands in the encoded text", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: "grapheme-ascii" }),
      fc.string({ unit: "grapheme-ascii" }),
      async (before, after) => {
        assert.equal((await find(btoa(before + SECRET.value + after))).length, 1);
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("findSecrets() walks directories, skips what is allowed to hold secrets, and reads binary files", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${dir}/a/b`, { recursive: true });
    await Deno.writeTextFile(`${dir}/a/credentials`, SECRET.value);
    const noise = Uint8Array.of(0, 255, 254, 10, ...new TextEncoder().encode(SECRET.value), 200);
    await Deno.writeFile(`${dir}/a/b/cache`, noise);
    const isAllowed = (path: string) => path.endsWith("/credentials");
    assert.deepEqual(await findSecrets([SECRET], { dirs: [dir], isAllowed }), [
      { kind: "session token", where: `${dir}/a/b/cache`, form: "as is", line: 2 },
    ]);
    assert.equal((await findSecrets([SECRET], { dirs: [dir] })).length, 2);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("findSecrets() refuses to search for nothing", async () => {
  await assert.rejects(findSecrets([], { texts: { stdout: "anything" } }), RangeError);
});

Deno.test("the emulator records every secret that it hands out", async () => {
  await using emulator = await startEmulator();
  const { client, deviceCode, tokens } = await login(emulator);
  const issued = { ...client, deviceCode, ...tokens };
  const leaks = await findSecrets(emulator.secrets(), { texts: { issued: JSON.stringify(issued) } });
  assert.deepEqual(leaks.map(({ kind }) => kind).sort(), [
    "access token",
    "client secret",
    "device code",
    "refresh token",
  ]);
});

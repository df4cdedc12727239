/** The format is what docs/keyring-format.md says: the vectors come out byte for byte, and another reader reads them. */
import assert from "node:assert/strict";
import { toBase64 } from "../../lib/keyring/bytes.ts";
import { countedBytes, PASSWORD } from "../keyring/support.ts";
import { makeVector, type Vector, VECTORS } from "../keyring/vectors.ts";

const DIRECTORY = new URL("../testdata/keyring/", import.meta.url);

/** What the operating system would keep: the 32 bytes after the store's id and the data key. */
const OS_KEY = toBase64(countedBytes()(80).slice(48));

async function readByNode(
  file: string,
  secret: unknown,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = new Deno.Command("node", {
    args: [new URL("read_store.mjs", DIRECTORY).pathname, new URL(file, DIRECTORY).pathname],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(JSON.stringify(secret)));
  await input.close();
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** What a vector's file holds: the last text under each address. */
function contentOf({ realm, writes }: Vector) {
  const entries = new Map(writes.map((entry) => [`${entry.purpose} ${entry.name}`, entry]));
  return { realm: realm ?? null, generation: writes.length, entries: [...entries.values()] };
}

for (const vector of VECTORS) {
  Deno.test(`the program writes ${vector.file} byte for byte`, async () => {
    assert.equal(await makeVector(vector), await Deno.readTextFile(new URL(vector.file, DIRECTORY)));
  });

  Deno.test(`a reader in Node reads ${vector.file}`, async () => {
    const secret = vector.file === "os.store" ? { key: OS_KEY } : { password: PASSWORD };
    const { code, stdout, stderr } = await readByNode(vector.file, secret);
    assert.equal(`${code} ${stderr}`, "0 ");
    assert.deepEqual(JSON.parse(stdout), contentOf(vector));
  });
}

Deno.test("vectors.json says what the vectors hold", async () => {
  const listed: unknown = JSON.parse(await Deno.readTextFile(new URL("vectors.json", DIRECTORY)));
  assert.deepEqual(listed, JSON.parse(JSON.stringify(VECTORS)));
});

Deno.test("the reader in Node refuses another password", async () => {
  const { code, stdout, stderr } = await readByNode("pbkdf2.store", { password: "another" });
  assert.deepEqual({ code, stdout, stderr }, { code: 1, stdout: "", stderr: "wrong password\n" });
});

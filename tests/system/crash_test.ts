/**
 * Processes that die in the middle of a write: what they leave is the old or the new, never neither.
 */
import assert from "node:assert/strict";
import { readSession } from "../../lib/files/aws_sessions.ts";
import { denoHost } from "../../lib/host_deno.ts";
import { derived } from "../../lib/session/derive.ts";
import { sessionKeys } from "../../lib/session/session_keys.ts";
import { CHAIN, crashKeyring, DIRECTORY, IDENTITY, STORE } from "./crash_world.ts";
import { helper, type Ran, start } from "./program.ts";

type What = "keyring" | "aws";

const LAST = 0;

/** Runs one write that dies at a moment; `LAST` is never reached. */
function write(directory: string, what: What, moment: number, ...words: readonly string[]): Promise<Ran> {
  const env = { HOME: directory, PATH: Deno.env.get("PATH") ?? "", DENO_DIR: denoDirectory() };
  const [program, ...rest] = helper("crash_child.ts");
  return start([program, ...rest, what, String(moment), ...words], { directory, env }).ended;
}

const denoDirectory = () => Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME") ?? ""}/.cache/deno`;

/** What is there, in one word: `absent`, or the value of the only thing that is written. */
function look(directory: string, what: What): Promise<string> {
  return what === "keyring" ? lookAtKeyring(directory) : lookAtFiles(directory);
}

async function lookAtKeyring(directory: string): Promise<string> {
  return await crashKeyring(directory).get({ purpose: "user-keys", name: "one" }) ?? "absent";
}

async function lookAtFiles(directory: string): Promise<string> {
  const host = derived(denoHost(), { env: (name) => name === "HOME" ? directory : undefined });
  const key = await sessionKeys(host, () => []).toRead();
  const files = { directory: `${directory}/${DIRECTORY}`, realm: undefined, key };
  const found = await readSession(host, files, IDENTITY, CHAIN);
  if (found === undefined) return "absent";
  const { accessKeyId, secretAccessKey, sessionToken } = found.session;
  // Not one part of one session and one part of another.
  assert.equal(secretAccessKey.reveal(), `not-a-real-secret-${accessKeyId}`);
  assert.equal(sessionToken.reveal(), `not-a-real-token-${accessKeyId}`);
  return accessKeyId;
}

const words = (what: What, value: string) => what === "keyring" ? ["one", value] : [value];

async function withDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "atmos-crash-" });
  try {
    await work(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Names of the files and of the moments of a write that nobody disturbs. */
async function momentsOf(what: What, before: "absent" | "OLD"): Promise<readonly string[]> {
  const found: string[] = [];
  await withDirectory(async (directory) => {
    if (before === "OLD") await write(directory, what, LAST, ...words(what, "OLD"));
    const { stdout, stderr } = await write(directory, what, LAST, ...words(what, "NEW"));
    found.push(...JSON.parse(stdout || `["${stderr}"]`));
  });
  return found;
}

/** One crash, what it left, and a write after it. */
async function crashAt(what: What, before: "absent" | "OLD", moment: number, name: string): Promise<string> {
  const seen: string[] = [];
  await withDirectory(async (directory) => {
    if (before === "OLD") assert.equal((await write(directory, what, LAST, ...words(what, "OLD"))).code, 0);
    const { code } = await write(directory, what, moment, ...words(what, "NEW"));
    assert.equal(code, 137, `${name} was not reached`);
    const left = await look(directory, what);
    assert.ok([before, "NEW"].includes(left), `${name} left ${left}`);
    // The lock died with its process; the next one writes at once, and nothing of the crash is in its way.
    const next = await write(directory, what, LAST, ...words(what, "NEXT"));
    assert.equal(next.code, 0, `after ${name}: ${next.stderr}`);
    assert.equal(next.stderr, "");
    assert.equal(await look(directory, what), "NEXT");
    seen.push(left);
  });
  return seen[0] ?? "";
}

for (const what of ["keyring", "aws"] as const) {
  for (const before of ["absent", "OLD"] as const) {
    const thing = what === "keyring" ? "keyring" : "AWS files";
    const state = before === "OLD" ? "that is there" : "that is to be made";
    Deno.test(`SIGKILL before, in and after every step of writing the ${thing} ${state}: old or new, and no stale lock`, async () => {
      const moments = await momentsOf(what, before);
      for (const step of ["open", "write", "sync", "rename", "tryLock"]) {
        assert.ok(
          moments.includes(`before ${step}`) && moments.includes(`after ${step}`),
          moments.join(", "),
        );
      }
      const left: string[] = [];
      // Two at a time: one waits for the disk while the other computes.
      for (let first = 0; first < moments.length; first += 2) {
        const pair = moments.slice(first, first + 2);
        left.push(...await Promise.all(pair.map((name, at) => crashAt(what, before, first + at + 1, name))));
      }
      // Old until some step, new from it on: the rename of the file that counts.
      const turn = left.indexOf("NEW");
      assert.equal(moments[turn], "after rename");
      assert.deepEqual(left, left.map((_, at) => at < turn ? before : "NEW"));
    });
  }
}

for (const [what, path] of [["keyring", STORE], ["aws", `${DIRECTORY}/credentials`]] as const) {
  Deno.test(`fifty crashes in a row leave no more than one of them would, beside ${path}`, async () => {
    await withDirectory(async (directory) => {
      await write(directory, what, LAST, ...words(what, "OLD"));
      const moment = (await momentsOf(what, "OLD")).indexOf("before rename") + 1;
      const place = `${directory}/${path.slice(0, path.lastIndexOf("/"))}`;
      for (let crash = 0; crash < 50; crash++) {
        const { code } = await write(directory, what, moment, ...words(what, `NEW${crash}`));
        assert.equal(code, 137);
        const left = (await names(place)).filter((name) => name.endsWith(".tmp"));
        assert.equal(left.length, 1, left.join(", "));
        // A leftover is known by its age: no write takes ten minutes.
        const old = new Date(Date.now() - 11 * 60_000);
        for (const name of left) await Deno.utime(`${place}/${name}`, old, old);
      }
      assert.equal(await look(directory, what), "OLD");
      assert.equal((await write(directory, what, LAST, ...words(what, "NEW"))).code, 0);
      assert.deepEqual((await names(place)).filter((name) => name.endsWith(".tmp")), []);
      assert.equal(await look(directory, what), "NEW");
    });
  });
}

const names = (directory: string) => Array.fromAsync(Deno.readDir(directory), ({ name }) => name);

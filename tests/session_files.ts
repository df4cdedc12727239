/** AWS files with a session key, for tests that write sessions themselves. */
import assert from "node:assert/strict";
import type { WritableFiles } from "../lib/files/aws_files.ts";
import { readSessionKey, type SessionKey } from "../lib/files/session_key.ts";
import type { Host } from "../lib/host.ts";
import { sessionKeys } from "../lib/session/session_keys.ts";
import { fakeHost } from "./fake_host.ts";

/** A key that is in no file. */
export async function someKey(byte = "ab"): Promise<SessionKey> {
  const path = "/home/me/.local/state/atmos/session-key";
  const file = await readSessionKey(fakeHost({
    env: { HOME: "/home/me" },
    files: { [path]: `${byte.repeat(32)}\n` },
    modes: { [path]: 0o600 },
  }));
  assert.ok(file.state === "good");
  return file.key;
}

/** The files of a directory with the key of a world, which is made where there is none. */
export async function sessionFiles(host: Host, directory: string, realm?: string): Promise<WritableFiles> {
  const key = await sessionKeys(host, () => []).toWrite();
  assert.ok(key !== undefined, "the state home can be written");
  return { directory, realm, key };
}

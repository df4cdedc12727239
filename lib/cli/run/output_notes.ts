/**
 * Notes of files that are being written where a person wanted them, `-o FILE`: a writer that is killed leaves its note
 * behind, and by that what it left beside the file is found.
 *
 * @module
 */
import { isAuthError } from "../../errors.ts";
import { lockPath } from "../../files/lock.ts";
import { temporaryFor } from "../../files/temporary.ts";
import type { Host, Lock } from "../../host.ts";
import { baseName, joinPath, parentOf, stateHome } from "../../paths.ts";
import { shortDigest } from "../../sha256.ts";

type NotesHost = Pick<Host, "env" | "os" | "files">;

const FILE_MODE = 0o600;
const LOCK_MILLIS = 30_000;

const notesDirectory = (host: NotesHost) => joinPath(host.os, stateHome(host), "atmos", "outputs");

async function lockOutput(host: NotesHost, path: string): Promise<Lock> {
  return await host.files.lock(await lockPath(host, `output ${path}`), { deadlineMillis: LOCK_MILLIS });
}

/** Writes a file of a person's under its lock, with a note meanwhile. Where no note can be kept it is written without. */
export async function withNote(host: NotesHost, path: string, write: () => Promise<void>): Promise<void> {
  const note = await kindly(async () => {
    const lock = await lockOutput(host, path);
    const file = joinPath(host.os, notesDirectory(host), await shortDigest(path));
    try {
      await host.files.writeText(file, `${JSON.stringify(path)}\n`, FILE_MODE);
      return { lock, file };
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  });
  try {
    await write();
  } finally {
    if (note !== undefined) {
      await kindly(() => removeNote(host, note.file));
      await note.lock[Symbol.asyncDispose]();
    }
  }
}

async function removeNote(host: NotesHost, file: string): Promise<void> {
  await host.files.remove(file);
  await host.files.removeIfEmpty(notesDirectory(host));
}

/** A read-only home, or one that the sandbox withholds, is no reason not to write what was asked for. */
async function kindly<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isAuthError(error, "file-failed", "permission-missing", "config-invalid", "usage")) return undefined;
    throw error;
  }
}

/** A file that was being written. */
export interface NotedOutput {
  readonly path: string;
  /** The file of its note. */
  readonly note: string;
}

/** Files whose writers were killed, or still write. */
export async function notedOutputs(host: NotesHost): Promise<readonly NotedOutput[]> {
  const directory = notesDirectory(host);
  const entries = await host.files.list(directory) ?? [];
  const files = entries.flatMap(({ name, kind }) =>
    kind === "file" && temporaryFor(name) === undefined ? [joinPath(host.os, directory, name)] : []
  );
  return (await Promise.all(files.map(async (note): Promise<readonly NotedOutput[]> => {
    const { parsedJson } = await import("../../parsed_json.ts");
    const path = parsedJson(await host.files.readText(note) ?? "");
    return typeof path === "string" ? [{ path, note }] : [];
  }))).flat();
}

/** What killed writers left beside a file. */
export async function leftoversBeside(
  { files, os }: Pick<Host, "files" | "os">,
  { path }: NotedOutput,
): Promise<readonly string[]> {
  const name = baseName(os, path);
  return (await files.leftovers(parentOf(os, path))).filter((left) =>
    temporaryFor(baseName(os, left)) === name
  );
}

/**
 * Removes that, and the note. Waits for a writer that lives.
 *
 * @throws AuthError `lock-timeout`, `file-failed`
 */
export async function clearOutput(host: NotesHost, output: NotedOutput): Promise<readonly string[]> {
  await using _lock = await lockOutput(host, output.path);
  const left = await leftoversBeside(host, output);
  for (const path of left) await host.files.remove(path);
  await removeNote(host, output.note);
  return left;
}

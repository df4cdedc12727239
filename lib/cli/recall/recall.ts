/**
 * Recalls the last outcome of a command line, stored with everything that determined it: each variable and
 * file that was read, including the session's files. If none has changed, the outcome is the same while the
 * session is valid. This makes no decisions and stores no keys of a session; it saves the compiled program
 * most of its startup.
 *
 * Every start loads all imports of this file, and compiles each function that runs.
 *
 * @module
 */
import { readSessionKey, type SessionKey } from "../../files/session_key.ts";
import { isOnForeignGround } from "../../files/state_ground.ts";
import type { EnvironmentEdits, Host, StartHost } from "../../host.ts";
import { parsedJson } from "../../parsed_json.ts";
import { joinPath, stateHome } from "../../paths.ts";
import { sha256Hex } from "../../sha256.ts";
import type { EpochMillis } from "../../time.ts";

/** The outcome of a command line. */
export type Outcome =
  /** A text to print, in pieces: a pair is a range of the file's text, from start index to end index. */
  | { readonly as: "text"; readonly file: string; readonly pieces: readonly Piece[] }
  /** The environment of a child: where the session is stored, and no secret. */
  | { readonly as: "child"; readonly environment: EnvironmentEdits };

/** A piece of a printed text. */
export type Piece = string | readonly [start: number, end: number];

/** An outcome, ready for use. */
export type Recalled =
  | { readonly as: "text"; readonly text: string }
  | { readonly as: "child"; readonly environment: EnvironmentEdits };

/** The parts of the host that determine an outcome. */
export type AskedHost = Pick<StartHost, "files" | "env" | "os" | "workingDirectory" | "calledBy">;

/** The kinds of questions. */
export type Ask = "env" | "isSet" | "status" | "realPath" | "bytes" | "list";

/** A question about a variable or path, and its answer as a text to compare. */
export type Question = readonly [ask: Ask, of: string, answer: string | null];

/** The content of a memory file: JSON after its MAC. */
export interface Memory {
  /** Identifies the program and its arguments. */
  readonly key: string;
  /** When the session becomes valid. */
  readonly from: EpochMillis;
  /** When it stops being valid. */
  readonly until: EpochMillis;
  readonly questions: readonly Question[];
  readonly outcome: Outcome;
}

/** Longer texts are not stored. */
export const MEMORY_BYTES = 16 * 1024 * 1024;

/** Commands that run again and again. */
const RECALLED: ReadonlySet<string> = new Set(["env", "exec", "credential-process"]);

/** The maximum number of stored command lines. */
const SLOTS = 256;

/**
 * Where a command line is stored.
 *
 * @param build the digest of this program; `undefined`: it may change at any time
 * @returns `undefined` for a command line that is not stored
 */
export function memoryPlace(
  host: AskedHost,
  argv: readonly string[],
  build: string | undefined,
): { readonly path: string; readonly key: string } | undefined {
  const end = argv.indexOf("--");
  const own = end < 0 ? argv : argv.slice(0, end + 1);
  if (build === undefined || !own.some((word) => RECALLED.has(word))) return undefined;
  // Under another name it is called without `auth`.
  const calledBy = own[0] === "auth" ? undefined : host.calledBy();
  const line = JSON.stringify([host.workingDirectory(), calledBy, own]);
  const path = joinPath(host.os, recallDirectory(host), `${slotOf(line)}.json`);
  return { path, key: `${build} ${line}` };
}

/**
 * Where command lines are stored.
 *
 * @throws AuthError `config-invalid` when there is no place for state, as without a home directory
 */
export function recallDirectory(host: Pick<AskedHost, "os" | "env">): string {
  return joinPath(host.os, stateHome(host), "atmos", "recall");
}

/** FNV-1a: collisions do not matter, because the whole key is compared. */
function slotOf(line: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < line.length; index++) {
    hash = Math.imul(hash ^ line.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % SLOTS;
}

/**
 * Recalls the outcome of a command line, if nothing that determined it has changed.
 *
 * @param build the digest of this program; `undefined`: nothing is recalled
 * @returns `undefined` when the whole program must run
 * @throws Error for a file that cannot be read
 */
export async function recall(
  host: AskedHost & Pick<Host, "now">,
  argv: readonly string[],
  build: string | undefined,
): Promise<Recalled | undefined> {
  const place = memoryPlace(host, argv, build);
  if (place === undefined || await isOnForeignGround(host)) return undefined;
  const file = await readSessionKey(host);
  if (file.state !== "good") return undefined;
  const memory = await readMemory(host, place.path, file.key);
  if (memory === undefined || memory.key !== place.key) return undefined;
  const now = host.now();
  if (now < memory.from || now >= memory.until) return undefined;
  const { questions, outcome } = memory;
  const contents = new Map<string, Uint8Array>();
  if (!await areSame(host, questions, contents)) return undefined;
  if (outcome.as === "child") return outcome;
  const bytes = contents.get(outcome.file);
  return { as: "text", text: filled(outcome.pieces, bytes === undefined ? "" : textOf(bytes)) };
}

/** Assembles a text from its pieces. */
export function filled(pieces: readonly Piece[], from: string): string {
  let text = "";
  for (const piece of pieces) text += typeof piece === "string" ? piece : from.slice(...piece);
  return text;
}

/** @throws TypeError for bytes that are not UTF-8 */
const textOf = (bytes: Uint8Array) =>
  new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

/** The text of a memory file. */
export async function memoryText(memory: Memory, key: SessionKey): Promise<string> {
  const json = JSON.stringify(memory);
  return `${await key.macOf(signedParts(json))}\n${json}`;
}

const signedParts = (json: string): readonly string[] => ["atmos recalled line", json];

/** Reads a memory whose MAC proves that we wrote it; `undefined` for anything else. */
async function readMemory(host: AskedHost, path: string, key: SessionKey): Promise<Memory | undefined> {
  const status = await host.files.status(path);
  const isOurs = status?.kind === "file" && status.owned !== false && ((status.mode ?? 0) & 0o077) === 0;
  if (!isOurs || status.size > MEMORY_BYTES) return undefined;
  const bytes = await host.files.readBytes(path, status.size);
  if (bytes === undefined) return undefined;
  const text = textOf(bytes);
  const [mac, json] = [text.slice(0, text.indexOf("\n")), text.slice(text.indexOf("\n") + 1)];
  if (!await key.verifies(signedParts(json), mac)) return undefined;
  const value = parsedJson(json);
  return isMemory(value) ? value : undefined;
}

/** The key names the exact program that wrote it, which guarantees the rest. */
function isMemory(value: unknown): value is Memory {
  return typeof value === "object" && value !== null && "key" in value && "outcome" in value &&
    "questions" in value && Array.isArray(value.questions);
}

/**
 * Whether all answers are unchanged; a failed question counts as changed.
 *
 * @param contents receives the contents that were read
 */
async function areSame(
  host: AskedHost,
  questions: readonly Question[],
  contents: Map<string, Uint8Array>,
): Promise<boolean> {
  // Digests are computed while the other questions are asked.
  const digests: Promise<boolean>[] = [];
  for (const [ask, of, answer] of questions) {
    if (ask === "bytes") digests.push(isContent(host, of, answer, contents));
    else if (await answerTo(host, ask, of) !== answer) return false;
  }
  return (await Promise.all(digests)).every((isSame) => isSame);
}

/** Never throws, because nobody may await it any more. */
async function isContent(
  { files }: AskedHost,
  path: string,
  answer: string | null,
  contents: Map<string, Uint8Array>,
): Promise<boolean> {
  try {
    if (answer === null) return await files.status(path) === undefined;
    const bytes = await files.readBytes(path, Number.parseInt(answer));
    if (bytes === undefined) return false;
    contents.set(path, bytes);
    return await contentAnswer(bytes) === answer;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

/** Asks a question again. */
export async function answerTo(
  host: AskedHost,
  ask: Exclude<Ask, "bytes">,
  of: string,
): Promise<string | null> {
  switch (ask) {
    case "env":
      return host.env(of) ?? null;
    case "isSet":
      return host.env(of) === undefined ? null : "set";
    default:
      return answerOf(await host.files[ask](of));
  }
}

/** An answer as a text to compare. */
export function answerOf(answer: unknown): string | null {
  if (answer === undefined) return null;
  if (typeof answer === "string") return answer;
  const isStatus = typeof answer === "object" && answer !== null && "kind" in answer;
  // The size of a directory changes with its contents.
  return JSON.stringify(isStatus && answer.kind !== "file" ? { ...answer, size: undefined } : answer);
}

/** The length and SHA-256 of a content, which may be long or secret. */
export async function contentAnswer(content: Uint8Array | string): Promise<string> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return `${bytes.length} ${await sha256Hex(new Uint8Array(bytes))}`;
}

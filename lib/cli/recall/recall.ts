/**
 * What a command line came to the last time, kept with every question that finding it out asked of the world, the files
 * with the session included. That follows from the answers alone, so where all answers are the same today, so is what it
 * comes to, for as long as the session can be used. Nothing is decided here, and no key of a session is kept; it saves
 * the compiled program most of its start.
 *
 * Everything that this imports is read at every start, and each function that runs is compiled then.
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

/** What a command line comes to. */
export type Outcome =
  /** A text to print, in pieces: a pair is a part of the file, from one index of its text to another. */
  | { readonly as: "text"; readonly file: string; readonly pieces: readonly Piece[] }
  /** What a child gets: where the session rests, and no secret. */
  | { readonly as: "child"; readonly environment: EnvironmentEdits };

/** A part of a text that is printed. */
export type Piece = string | readonly [start: number, end: number];

/** What a command line comes to, ready for use. */
export type Recalled =
  | { readonly as: "text"; readonly text: string }
  | { readonly as: "child"; readonly environment: EnvironmentEdits };

/** What is asked of the world to find out what a command line comes to. */
export type AskedHost = Pick<StartHost, "files" | "env" | "os" | "workingDirectory" | "calledBy">;

/** The ways to ask. */
export type Ask = "env" | "isSet" | "status" | "realPath" | "bytes" | "list";

/** A question with its answer: a variable or a path, and a text that differs when the answer does. */
export type Question = readonly [ask: Ask, of: string, answer: string | null];

/** What is kept in a file, as JSON below its MAC. */
export interface Memory {
  /** The program, and what it was told. */
  readonly key: string;
  /** From when on the session may be used. */
  readonly from: EpochMillis;
  /** From when on it may not. */
  readonly until: EpochMillis;
  readonly questions: readonly Question[];
  readonly outcome: Outcome;
}

/** A longer text is not kept. */
export const MEMORY_BYTES = 1024 * 1024;

/** Commands that are run again and again. */
const RECALLED: ReadonlySet<string> = new Set(["env", "exec", "credential-process"]);

/** Command lines that are kept at most. */
const SLOTS = 256;

/**
 * Where a command line is kept.
 *
 * @param build the digest of this program; `undefined`: it may change at any moment
 * @returns `undefined` for one that is not kept
 */
export function memoryPlace(
  host: AskedHost,
  argv: readonly string[],
  build: string | undefined,
): { readonly path: string; readonly key: string } | undefined {
  const end = argv.indexOf("--");
  const own = end < 0 ? argv : argv.slice(0, end + 1);
  if (build === undefined || !own.some((word) => RECALLED.has(word))) return undefined;
  // By another name it goes without `auth`.
  const calledBy = own[0] === "auth" ? undefined : host.calledBy();
  const line = JSON.stringify([host.workingDirectory(), calledBy, own]);
  const path = joinPath(host.os, recallDirectory(host), `${slotOf(line)}.json`);
  return { path, key: `${build} ${line}` };
}

/**
 * Where command lines are kept.
 *
 * @throws AuthError `config-invalid` where there is no place for state, as without a home
 */
export function recallDirectory(host: Pick<AskedHost, "os" | "env">): string {
  return joinPath(host.os, stateHome(host), "atmos", "recall");
}

/** FNV-1a: who gets whose place does not matter, since the whole key is compared. */
function slotOf(line: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < line.length; index++) {
    hash = Math.imul(hash ^ line.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % SLOTS;
}

/**
 * What a command line comes to, as long as it comes to the same as the last time.
 *
 * @param build the digest of this program; `undefined`: nothing is recalled
 * @returns `undefined` where the whole program has to find out, or to make a session
 * @throws Error for what cannot be looked at
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

/** A text of pieces. */
export function filled(pieces: readonly Piece[], from: string): string {
  let text = "";
  for (const piece of pieces) text += typeof piece === "string" ? piece : from.slice(...piece);
  return text;
}

/** @throws TypeError for what is no text */
const textOf = (bytes: Uint8Array) =>
  new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

/** The text of a file that keeps a memory. */
export async function memoryText(memory: Memory, key: SessionKey): Promise<string> {
  const json = JSON.stringify(memory);
  return `${await key.macOf(signedParts(json))}\n${json}`;
}

const signedParts = (json: string): readonly string[] => ["atmos recalled line", json];

/** What only we could have written; anything else is nothing. */
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

/** The rest follows from the key: it names the very program that wrote it. */
function isMemory(value: unknown): value is Memory {
  return typeof value === "object" && value !== null && "key" in value && "outcome" in value &&
    "questions" in value && Array.isArray(value.questions);
}

/**
 * Whether everything is as it was; what cannot be asked is not.
 *
 * @param contents gets what is read
 */
async function areSame(
  host: AskedHost,
  questions: readonly Question[],
  contents: Map<string, Uint8Array>,
): Promise<boolean> {
  // Digests are made while the rest is asked.
  const digests: Promise<boolean>[] = [];
  for (const [ask, of, answer] of questions) {
    if (ask === "bytes") digests.push(isContent(host, of, answer, contents));
    else if (await answerTo(host, ask, of) !== answer) return false;
  }
  return (await Promise.all(digests)).every((isSame) => isSame);
}

/** It never throws: nobody may be there any more to see it. */
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

async function answerTo(
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
  // The size of a directory changes with what is in it.
  return JSON.stringify(isStatus && answer.kind !== "file" ? { ...answer, size: undefined } : answer);
}

/** Contents as their length and SHA-256, since they may be long, and secret. */
export async function contentAnswer(bytes: Uint8Array): Promise<string> {
  return `${bytes.length} ${await sha256Hex(new Uint8Array(bytes))}`;
}

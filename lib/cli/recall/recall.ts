/**
 * What a command line came to the last time, kept with every question that finding out asked of the world: which
 * session it wanted, and what for. That follows from the answers alone, so where all answers are the same today, so is
 * what it comes to. Nothing is decided here, and nothing is kept of the session itself; it saves the compiled program
 * most of its start.
 *
 * Everything that this imports is read at every start.
 *
 * @module
 */
import { isUsable } from "../../chain/resume.ts";
import { isAuthError } from "../../errors.ts";
import { awsFilePaths, readSession, type StoredSession } from "../../files/aws_sessions.ts";
import { exposureWithin } from "../../files/exposure.ts";
import { readSessionKey, type SessionKey } from "../../files/session_key.ts";
import { isOnForeignGround } from "../../files/state_ground.ts";
import type { Host, StartHost } from "../../host.ts";
import type { Surroundings } from "../../output/environment.ts";
import type { EnvironmentFormat } from "../../output/format.ts";
import { parsedJson } from "../../parsed_json.ts";
import { joinPath, stateHome } from "../../paths.ts";
import { sha256Hex } from "../../sha256.ts";
import { isAlive } from "../../time.ts";

/** What a command line comes to. */
export interface Aim {
  readonly session: SessionPlace;
  readonly use: Use;
}

/** Which session is wanted, and where it rests. */
export interface SessionPlace {
  /** Of the AWS files; absolute. */
  readonly directory: string;
  readonly realm?: string | undefined;
  readonly identity: string;
  /** The digest of its chain: 64 hex digits. */
  readonly chain: string;
  /** Until when it can be used: while it is fresh, or, where somebody else renews it, while it lasts. */
  readonly until: "fresh" | "end";
}

/** What a session is wanted for. */
export type Use =
  /** It is printed as variables; `files`: only where it rests. */
  | {
    readonly as: "variables";
    readonly format: EnvironmentFormat;
    readonly files: boolean;
    readonly around: Surroundings;
  }
  /** It is printed for an AWS SDK. */
  | { readonly as: "credentials" }
  /** A child gets it, and none of our own secrets: the names of their variables. */
  | { readonly as: "child"; readonly around: Surroundings; readonly ownSecrets: readonly string[] };

/** What a command line comes to, and the session that it wants. */
export interface Recalled {
  readonly aim: Aim;
  readonly stored: StoredSession;
}

/** What is asked of the world to find out what a command line comes to. */
export type AskedHost = Pick<StartHost, "files" | "env" | "os" | "workingDirectory" | "calledBy">;

/** The ways to ask. */
export type Ask = "env" | "status" | "realPath" | "bytes" | "text" | "list";

/** A question with its answer: a variable or a path, and a text that differs when the answer does. */
export type Question = readonly [ask: Ask, of: string, answer: string | null];

/** What is kept in a file, as JSON below its MAC. */
export interface Memory {
  /** The program, and what it was told. */
  readonly key: string;
  readonly questions: readonly Question[];
  readonly aim: Aim;
}

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
 * What a command line comes to, as long as it comes to the same as the last time, with the session that it wants.
 *
 * @param build the digest of this program; `undefined`: nothing is recalled
 * @returns `undefined` where the whole program has to find out, or to make a session
 * @throws AuthError for what cannot be read
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
  const { key } = file;
  const memory = await readMemory(host, place.path, key);
  if (memory === undefined || memory.key !== place.key) return undefined;
  const { directory, realm, identity, chain, until } = memory.aim.session;
  // The session is read while a digest of the configuration is made.
  const [isSame, stored, exposure] = await Promise.all([
    areSame(host, memory.questions),
    readSession(host, { directory, realm, key }, identity, chain),
    exposureWithin(host, directory, awsFilePaths(host, directory).credentials),
  ]);
  // The whole program tells of files that others can read or write.
  if (!isSame || stored === undefined || exposure !== undefined) return undefined;
  const { session } = stored;
  const now = host.now();
  return (until === "end" ? isAlive(session, now) : isUsable(session, now, undefined))
    ? { aim: memory.aim, stored }
    : undefined;
}

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
  if (!isOurs) return undefined;
  const text = await host.files.readText(path) ?? "";
  const [mac, json] = [text.slice(0, text.indexOf("\n")), text.slice(text.indexOf("\n") + 1)];
  if (!await key.verifies(signedParts(json), mac)) return undefined;
  const value = parsedJson(json);
  return isMemory(value) ? value : undefined;
}

/** The rest follows from the key: it names the very program that wrote it. */
function isMemory(value: unknown): value is Memory {
  return typeof value === "object" && value !== null && "key" in value && "aim" in value &&
    "questions" in value && Array.isArray(value.questions);
}

/** Whether everything is as it was; what cannot be asked is not. */
async function areSame(host: AskedHost, questions: readonly Question[]): Promise<boolean> {
  try {
    const all = questions.map(async ([ask, of, answer]) =>
      (ask === "env" ? host.env(of) ?? null : await answerOf(ask, await askAgain(host, ask, of))) === answer
    );
    return (await Promise.all(all)).every((isSame) => isSame);
  } catch (error) {
    if (isAuthError(error)) return false;
    throw error;
  }
}

function askAgain({ files }: AskedHost, ask: Exclude<Ask, "env">, of: string): unknown {
  switch (ask) {
    case "status":
      return files.status(of);
    case "realPath":
      return files.realPath(of);
    case "bytes":
      return files.readBytes(of);
    case "text":
      return files.readText(of);
    case "list":
      return files.list(of);
  }
}

/** An answer as a text to compare; contents as their SHA-256, since they may be long, and secret. */
export async function answerOf(ask: Ask, answer: unknown): Promise<string | null> {
  if (answer === undefined) return null;
  if (ask === "bytes" && answer instanceof Uint8Array) return await sha256Hex(new Uint8Array(answer));
  if (ask === "text") return await sha256Hex(String(answer));
  if (typeof answer === "string") return answer;
  const isStatus = typeof answer === "object" && answer !== null && "kind" in answer;
  // The size of a directory changes with what is in it.
  return JSON.stringify(isStatus && answer.kind !== "file" ? { ...answer, size: undefined } : answer);
}

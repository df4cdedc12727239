/**
 * The configuration as it was read last time, kept with every question that reading it asked of the world. Reading,
 * merging and decoding follow from the answers alone, so where all answers are the same today, so is the
 * configuration. Nothing is decided here; it saves the compiled program half of its start.
 *
 * @module
 */
import type { LoadedConfig } from "../config/types.ts";
import { isAuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { joinPath, stateHome } from "../paths.ts";
import { sha256Hex } from "../sha256.ts";

/** What of a configuration is kept: not its text, in which others may have written their secrets. */
export type KnownConfig = Pick<LoadedConfig, "auth" | "problems" | "files" | "directory">;

/** A configuration, and how it is kept. */
export interface Reading {
  readonly config: KnownConfig;
  /** Keeps what was read for the next time; does nothing for what was recalled, or where it cannot be kept. */
  readonly keep: () => Promise<void>;
}

/** What reading a configuration asks of the world. */
export type AskedHost = Pick<Host, "files" | "env" | "os" | "workingDirectory">;

/** The ways to ask. */
export type Ask = "env" | "status" | "realPath" | "bytes" | "text" | "list";

/** A question with its answer: a variable or a path, and a text that differs when the answer does. */
export type Question = readonly [ask: Ask, of: string, answer: string | null];

/** What is kept in a file. */
export interface Memory {
  /** The program, and what it was asked to read. */
  readonly key: string;
  readonly questions: readonly Question[];
  /** As in {@linkcode KnownConfig}; the maps as lists of their entries. */
  readonly config: Omit<KnownConfig, "auth"> & {
    readonly auth: Omit<KnownConfig["auth"], "providers" | "identities"> & {
      readonly providers: readonly (readonly [string, MapValue<"providers">])[];
      readonly identities: readonly (readonly [string, MapValue<"identities">])[];
    };
  };
}

type MapValue<Name extends "providers" | "identities"> = KnownConfig["auth"][Name] extends
  ReadonlyMap<string, infer Value> ? Value : never;

/** Configurations that are kept at most: one is read from the same directory nearly always. */
const SLOTS = 64;

/**
 * Reads a configuration, or recalls it.
 *
 * @param build the digest of this program; `undefined`: nothing is kept
 * @param wish what is asked to be read, beside what the world says
 * @param read reads it, asking nothing but this host
 */
export async function readOrRecall(
  host: Host,
  build: string | undefined,
  wish: unknown,
  read: (host: Host) => Promise<LoadedConfig>,
): Promise<Reading> {
  const key = JSON.stringify([build, host.workingDirectory(), wish]);
  const path = build === undefined ? undefined : memoryPath(host, key);
  if (path === undefined) return { config: await read(host), keep: nothing };
  const known = await recall(host, path, key);
  if (known !== undefined) return { config: known, keep: nothing };
  const { readToKeep } = await import("./remember.ts");
  return await readToKeep(host, path, key, read);
}

const nothing = () => Promise.resolve();

/**
 * Where configurations are kept.
 *
 * @throws AuthError `config-invalid` where there is no place for state, as without a home
 */
export function recallDirectory(host: Pick<AskedHost, "os" | "env">): string {
  return joinPath(host.os, stateHome(host), "atmos", "recall");
}

/** `undefined` where there is no place for state. */
function memoryPath(host: AskedHost, key: string): string | undefined {
  try {
    return joinPath(host.os, recallDirectory(host), `${slotOf(key)}.json`);
  } catch (error) {
    if (isAuthError(error, "config-invalid")) return undefined;
    throw error;
  }
}

/** FNV-1a: who gets whose place does not matter, since the whole key is compared. */
function slotOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % SLOTS;
}

async function recall(host: Host, path: string, key: string): Promise<KnownConfig | undefined> {
  const memory = await readMemory(host, path);
  if (memory?.key !== key) return undefined;
  const same = await Promise.all(memory.questions.map((question) => isSame(host, question)));
  if (!same.every((each) => each)) return undefined;
  const { auth, ...rest } = memory.config;
  return {
    ...rest,
    auth: { ...auth, providers: new Map(auth.providers), identities: new Map(auth.identities) },
  };
}

/** What only we could have written, as with sessions and trust; anything else is nothing. */
async function readMemory(host: AskedHost, path: string): Promise<Memory | undefined> {
  try {
    const status = await host.files.status(path);
    const isOurs = status?.kind === "file" && status.owned !== false && ((status.mode ?? 0) & 0o077) === 0;
    const value: unknown = isOurs ? JSON.parse(await host.files.readText(path) ?? "null") : null;
    return isMemory(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isAuthError(error)) return undefined;
    throw error;
  }
}

/** The rest follows from the key: it names the very program that wrote it. */
function isMemory(value: unknown): value is Memory {
  return typeof value === "object" && value !== null && "key" in value &&
    "questions" in value && Array.isArray(value.questions);
}

async function isSame(host: AskedHost, [ask, of, answer]: Question): Promise<boolean> {
  try {
    return await answerOf(ask, await askAgain(host, ask, of)) === answer;
  } catch (error) {
    if (isAuthError(error)) return false;
    throw error;
  }
}

function askAgain({ env, files }: AskedHost, ask: Ask, of: string): unknown {
  switch (ask) {
    case "env":
      return env(of);
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
  return typeof answer === "string" ? answer : JSON.stringify(answer);
}

/**
 * Reads a configuration and keeps it for the next time: see `recall.ts`.
 *
 * @module
 */
import type { LoadedConfig } from "../config/types.ts";
import { Secret } from "../credentials.ts";
import { isAuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { isInside, parentOf } from "../paths.ts";
import { derived } from "../session/derive.ts";
import { answerOf, type Ask, type AskedHost, type Memory, type Question, type Reading } from "./recall.ts";

const FILE_MODE = 0o600;

/** The questions of one reading; not sound once one failed, or was answered in two ways. */
interface Recording {
  readonly answers: Map<string, Question>;
  isSound: boolean;
}

/** @param read reads the configuration, asking nothing but this host */
export async function readToKeep(
  host: Host,
  path: string,
  key: string,
  read: (host: Host) => Promise<LoadedConfig>,
): Promise<Reading> {
  const recording: Recording = { answers: new Map(), isSound: true };
  const loaded = await read(recordedHost(host, recording));
  const keep = async () => {
    if (!recording.isSound || !isKeepable(loaded)) return;
    const questions = await withoutImplied(host, [...recording.answers.values()], path);
    await write(host, path, memoryOf(key, questions, loaded));
  };
  return { config: loaded, keep };
}

/** What says where a configuration is, and what to make of it: no secrets. */
const SETTINGS: ReadonlySet<string> = new Set([
  "APPDATA",
  "ATMOS_AUTH_REALM",
  "ATMOS_BASE_PATH",
  "ATMOS_CLI_CONFIG_PATH",
  "ATMOS_CONFIG",
  "ATMOS_CONFIG_PATH",
  "ATMOS_GIT_ROOT_BASEPATH",
  "ATMOS_KEYRING_TYPE",
  "ATMOS_PROFILE",
  "ATMOS_TRUST_CONFIG",
  "ATMOS_XDG_CACHE_HOME",
  "ATMOS_XDG_CONFIG_HOME",
  "ATMOS_XDG_DATA_HOME",
  "ATMOS_XDG_STATE_HOME",
  "HOME",
  "LOCALAPPDATA",
  "USERPROFILE",
  "XDG_CACHE_HOME",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "XDG_STATE_HOME",
]);
/** Those that stand in place of what a file says of stacks. */
const STACK_SETTING = /^ATMOS_(?:COMPONENTS|SETTINGS|STACKS|WORKFLOWS)_[A-Z_]+$/;

const isSetting = (name: string): boolean => SETTINGS.has(name) || STACK_SETTING.test(name);

/** The same world, every question written down; what cannot be asked again is not kept. */
function recordedHost(host: Host, recording: Recording): Host {
  const noted = <Answer>(ask: Ask, question: (of: string) => Promise<Answer>) => async (of: string) => {
    try {
      const answer = await question(of);
      note(recording, ask, of, await answerOf(ask, answer));
      return answer;
    } catch (error) {
      recording.isSound = false;
      throw error;
    }
  };
  const spoiling =
    <Given extends unknown[], Result>(act: (...given: Given) => Result) => (...given: Given) => {
      recording.isSound = false;
      return act(...given);
    };
  const { files } = host;
  return derived(host, {
    // Any other variable was asked for by the configuration (`!env`), and may be a secret.
    env: (name) => isSetting(name) ? notedVariable(host, recording, name) : spoiling(host.env)(name),
    files: derived(files, {
      status: noted("status", files.status),
      realPath: noted("realPath", files.realPath),
      readBytes: noted("bytes", files.readBytes),
      readText: noted("text", files.readText),
      list: noted("list", files.list),
    }),
    now: spoiling(host.now),
    random: spoiling(host.random),
    run: spoiling(host.run),
    fetch: spoiling(host.fetch),
  });
}

function notedVariable(host: Host, recording: Recording, name: string): string | undefined {
  try {
    const answer = host.env(name);
    note(recording, "env", name, answer ?? null);
    return answer;
  } catch (error) {
    recording.isSound = false;
    throw error;
  }
}

function note(recording: Recording, ask: Ask, of: string, answer: string | null): void {
  const key = `${ask} ${of}`;
  const before = recording.answers.get(key);
  if (before === undefined) recording.answers.set(key, [ask, of, answer]);
  else if (before[2] !== answer) recording.isSound = false;
}

/** With a memory keyring nothing is written anywhere. Keys and passwords in a configuration stay there. */
function isKeepable({ auth }: LoadedConfig): boolean {
  return auth.keyring.type !== "memory" && !holdsSecret(auth);
}

function holdsSecret(value: unknown): boolean {
  if (value instanceof Secret) return true;
  if (value instanceof Map) return [...value.values()].some(holdsSecret);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsSecret);
}

/**
 * Below a directory that is not there nothing is: one question in place of many. But not where we make it ourselves,
 * to keep the answers in `path`.
 */
async function withoutImplied(
  host: AskedHost,
  asked: readonly Question[],
  path: string,
): Promise<readonly Question[]> {
  const questions = new Map<string, Question>();
  for (const [ask, of, answer] of asked) {
    const absent = answer === null && ask !== "env" ? await highestAbsent(host, of) : undefined;
    const question: Question = absent === undefined || isInside(host.os, path, absent)
      ? [ask, of, answer]
      : ["status", absent, null];
    questions.set(`${question[0]} ${question[1]}`, question);
  }
  return [...questions.values()];
}

/** The highest directory of a path that is not there; `undefined` when its own directory is. */
async function highestAbsent(host: AskedHost, path: string): Promise<string | undefined> {
  const parent = parentOf(host.os, path);
  if (parent === path || await isThere(host, parent)) return undefined;
  return await highestAbsent(host, parent) ?? parent;
}

/** What cannot be looked at may be there. */
async function isThere({ files }: AskedHost, path: string): Promise<boolean> {
  try {
    return await files.status(path) !== undefined;
  } catch (error) {
    if (isAuthError(error)) return true;
    throw error;
  }
}

function memoryOf(
  key: string,
  questions: readonly Question[],
  { auth, problems, files, directory }: LoadedConfig,
): Memory {
  const { providers, identities } = auth;
  return {
    key,
    questions,
    config: {
      auth: { ...auth, providers: [...providers], identities: [...identities] },
      problems,
      files,
      directory,
    },
  };
}

/** Where it cannot be kept, it is read again the next time: that is no failure of the command. */
async function write(host: Host, path: string, memory: Memory): Promise<void> {
  try {
    await host.files.writeText(path, JSON.stringify(memory), FILE_MODE);
  } catch (error) {
    if (!isAuthError(error)) throw error;
  }
}

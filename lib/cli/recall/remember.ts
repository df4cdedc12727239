/**
 * Stores outcomes of command lines for `recall.ts`.
 *
 * @module
 */
import { CI_SETTINGS } from "../../ci.ts";
import type { AuthConfig } from "../../config/types.ts";
import { Secret } from "../../credentials.ts";
import { isAuthError } from "../../errors.ts";
import type { SessionKey } from "../../files/session_key.ts";
import type { Files, Host } from "../../host.ts";
import { isInside, parentOf } from "../../paths.ts";
import { observed } from "../../session/derive.ts";
import {
  answerOf,
  type Ask,
  contentAnswer,
  MEMORY_BYTES,
  memoryPlace,
  memoryText,
  type Question,
} from "./recall.ts";
import { type Making, type SessionPlace, useOf } from "./use.ts";

const FILE_MODE = 0o600;

/**
 * Records the outcome of a command line and ends the recording; later questions are about the session. If
 * there was a session, the returned function stores the outcome, signed with the session's key.
 */
export type Keeper = (
  place: SessionPlace,
  making: Making,
  auth: AuthConfig,
) => (key: SessionKey) => Promise<void>;

/** The questions of one run. Not sound if one failed or had two answers, or if the run did more than ask. */
interface Recording {
  readonly answers: Map<string, Question>;
  isSound: boolean;
  hasEnded: boolean;
}

/** A host that records what is asked of it until the keeper is called. */
export interface Recorded {
  readonly host: Host;
  readonly keeper: Keeper | undefined;
}

/** @param build as in `recall` */
export function recorded(host: Host, argv: readonly string[], build: string | undefined): Recorded {
  const place = placeOrNone(host, argv, build);
  if (place === undefined) return { host, keeper: undefined };
  const recording: Recording = { answers: new Map(), isSound: true, hasEnded: false };
  return {
    host: recordedHost(host, recording),
    keeper: (wanted, making, auth) => {
      recording.hasEnded = true;
      return async (key) => {
        if (!recording.isSound || holdsSecret(auth)) return;
        const use = await useOf(host, wanted, making, key);
        if (use === undefined) return;
        const asked = [...recording.answers.values(), ...use.questions];
        const questions = slowFirst(await withoutImplied(host, asked, place.path));
        const text = await memoryText({ ...use, key: place.key, questions }, key);
        // A UTF-16 unit takes up to three bytes of UTF-8.
        if (3 * text.length <= MEMORY_BYTES) await write(host, place.path, text);
      };
    },
  };
}

/** Contents first: digests are computed while the other questions are asked. */
function slowFirst(questions: readonly Question[]): readonly Question[] {
  const isSlow = ([ask]: Question) => ask === "bytes";
  return [...questions.filter(isSlow), ...questions.filter((question) => !isSlow(question))];
}

/** Without a home directory there is no place; commands that need one report it. */
function placeOrNone(host: Host, argv: readonly string[], build: string | undefined) {
  try {
    return memoryPlace(host, argv, build);
  } catch (error) {
    if (isAuthError(error)) return undefined;
    throw error;
  }
}

/**
 * Variables that determine where the configuration is and how it and the command line are read: no secrets.
 */
const SETTINGS: ReadonlySet<string> = new Set([
  "APPDATA",
  "ATMOS_AUTH_ENV_FORMAT",
  "ATMOS_AUTH_ENV_OUTPUT_FILE",
  "ATMOS_AUTH_REALM",
  "ATMOS_BASE_PATH",
  "ATMOS_CHDIR",
  "ATMOS_CLI_CONFIG_PATH",
  "ATMOS_CONFIG",
  "ATMOS_CONFIG_PATH",
  "ATMOS_GIT_ROOT_BASEPATH",
  "ATMOS_IDENTITY",
  "ATMOS_KEYRING_TYPE",
  "ATMOS_LOGS_FILE",
  "ATMOS_LOGS_LEVEL",
  "ATMOS_LOG_LEVEL",
  "ATMOS_PROFILE",
  "ATMOS_STACK",
  "ATMOS_TRUST_CONFIG",
  "ATMOS_VERBOSE",
  "ATMOS_XDG_CACHE_HOME",
  "ATMOS_XDG_CONFIG_HOME",
  "ATMOS_XDG_DATA_HOME",
  "ATMOS_XDG_STATE_HOME",
  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
  "HOME",
  "LOCALAPPDATA",
  "PATH",
  "PATHEXT",
  "PROGRAMDATA",
  "TEMP",
  "TMPDIR",
  "USERPROFILE",
  "XDG_CACHE_HOME",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "XDG_STATE_HOME",
  ...CI_SETTINGS,
]);
/** Variables that replace settings in files about stacks. */
const STACK_SETTING = /^ATMOS_(?:COMPONENTS|SETTINGS|STACKS|WORKFLOWS)_[A-Z_]+$/;

/** Another endpoint is another chain. */
const ENDPOINT = /^AWS_ENDPOINT_URL(?:_[A-Z_]+)?$/;

const isSetting = (name: string): boolean =>
  SETTINGS.has(name) || STACK_SETTING.test(name) || ENDPOINT.test(name);

/** The same in every run of this program, or cannot affect an outcome. */
type Unasked = Extract<
  keyof Host,
  "os" | "workingDirectory" | "self" | "calledBy" | "screen" | "output" | "giveUp" | "interrupted"
>;

/** A run with questions that cannot be repeated, or with side effects, is not stored. */
function recordedHost(host: Host, recording: Recording): Host {
  const noted = <Answer>(
    ask: Ask,
    question: (of: string) => Promise<Answer>,
    textOf: (answer: Answer) => Promise<string | null> | string | null = answerOf,
  ) =>
  async (of: string) => {
    try {
      const answer = await question(of);
      if (!recording.hasEnded) note(recording, ask, of, await textOf(answer));
      return answer;
    } catch (error) {
      spoil(recording);
      throw error;
    }
  };
  const spoiling =
    <Given extends unknown[], Result>(act: (...given: Given) => Result) => (...given: Given) => {
      spoil(recording);
      return act(...given);
    };
  const { files } = host;
  return observed<Host, Unasked>(host, {
    // The configuration read any other variable (`!env`), so it may be a secret.
    env: (name) => isSetting(name) ? notedVariable(host, recording, name) : spoiling(host.env)(name),
    files: observed<Files, never>(files, {
      status: noted("status", async (path) => {
        const status = await files.status(path);
        // A pipe or device cannot be read twice with the same result.
        if (status?.kind === "other") spoil(recording);
        return status;
      }),
      realPath: noted("realPath", files.realPath),
      readBytes: noted("bytes", files.readBytes, contentOrNone),
      readText: noted("bytes", files.readText, contentOrNone),
      readPipe: spoiling(files.readPipe),
      list: noted("list", files.list),
      writeText: spoiling(files.writeText),
      appendText: spoiling(files.appendText),
      remove: spoiling(files.remove),
      removeIfEmpty: spoiling(files.removeIfEmpty),
      removeTree: spoiling(files.removeTree),
      leftovers: spoiling(files.leftovers),
      sink: spoiling(files.sink),
      lock: spoiling(files.lock),
    }),
    get prompt() {
      spoil(recording);
      return host.prompt;
    },
    now: spoiling(host.now),
    random: spoiling(host.random),
    run: spoiling(host.run),
    browse: host.browse && spoiling(host.browse),
    sleep: spoiling(host.sleep),
    fetch: spoiling(host.fetch),
    listen: spoiling(host.listen),
    openUrl: spoiling(host.openUrl),
    readInput: spoiling(host.readInput),
    write: spoiling(host.write),
    tell: spoiling(host.tell),
  });
}

async function contentOrNone(content: Uint8Array | string | undefined): Promise<string | null> {
  if (content === undefined) return null;
  return await contentAnswer(content);
}

function notedVariable(host: Host, recording: Recording, name: string): string | undefined {
  try {
    const answer = host.env(name);
    if (!recording.hasEnded) note(recording, "env", name, answer ?? null);
    return answer;
  } catch (error) {
    spoil(recording);
    throw error;
  }
}

/** Ignored after the recording has ended. */
function spoil(recording: Recording): void {
  if (!recording.hasEnded) recording.isSound = false;
}

function note(recording: Recording, ask: Ask, of: string, answer: string | null): void {
  const key = `${ask} ${of}`;
  const before = recording.answers.get(key);
  if (before === undefined) recording.answers.set(key, [ask, of, answer]);
  else if (before[2] !== answer) recording.isSound = false;
}

/** Do not store even a digest of a configuration that contained keys or passwords. */
function holdsSecret(value: unknown): boolean {
  if (value instanceof Secret) return true;
  if (value instanceof Map) return [...value.values()].some(holdsSecret);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsSecret);
}

/**
 * Nothing exists in a missing directory, so one question replaces many. Except where we create the directory
 * ourselves, to store the answers in `path`.
 */
async function withoutImplied(
  host: Host,
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

/** The highest missing directory of a path; `undefined` when its parent directory exists. */
async function highestAbsent(host: Host, path: string): Promise<string | undefined> {
  const parent = parentOf(host.os, path);
  if (parent === path || await isThere(host, parent)) return undefined;
  return await highestAbsent(host, parent) ?? parent;
}

/** A path that cannot be checked may exist. */
async function isThere({ files }: Host, path: string): Promise<boolean> {
  try {
    return await files.status(path) !== undefined;
  } catch (error) {
    if (isAuthError(error)) return true;
    throw error;
  }
}

/** If it cannot be stored, the next run computes it again; the command does not fail. */
async function write(host: Host, path: string, text: string): Promise<void> {
  try {
    await host.files.writeText(path, text, FILE_MODE);
  } catch (error) {
    if (!isAuthError(error)) throw error;
  }
}

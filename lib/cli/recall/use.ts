/**
 * What to store about a session for `recall.ts`: what a command line made from it, without its keys.
 *
 * @module
 */
import type { LinkSession } from "../../chain/types.ts";
import { type AwsSession, Secret } from "../../credentials.ts";
import { awsFilePaths, readSession, type StoredSession } from "../../files/aws_sessions.ts";
import { exposureWithin } from "../../files/exposure.ts";
import type { SessionKey } from "../../files/session_key.ts";
import type { EnvironmentEdits, Host } from "../../host.ts";
import { credibleFrom, freshUntil } from "../../time.ts";
import {
  answerTo,
  contentAnswer,
  filled,
  type Memory,
  type Outcome,
  type Piece,
  type Question,
} from "./recall.ts";

/** The session that a command line uses, and where it is stored. */
export interface SessionPlace {
  /** The absolute directory of the AWS files. */
  readonly directory: string;
  readonly realm: string | undefined;
  readonly identity: string;
  /** The digest of its chain: 64 hex digits. */
  readonly chain: string;
  /** How long to use it: while it is fresh or, if something else renews it, until it expires. */
  readonly until: "fresh" | "end";
}

/** What a command line makes from a session. */
export type Made =
  /** A text to print, and the names of the variables that it depends on being set or not. */
  | { readonly as: "text"; readonly text: string; readonly dependsOn: readonly string[] }
  | { readonly as: "child"; readonly environment: EnvironmentEdits };

/** Makes a command line's result from any session. */
export type Making = (session: LinkSession) => Made;

/**
 * What to store for a session: what is made from it, with only its location, and the questions about its
 * files.
 *
 * @returns `undefined` when the files do not contain it, or others could have put it there
 */
export async function useOf(
  host: Host,
  { directory, realm, identity, chain, until }: SessionPlace,
  making: Making,
  key: SessionKey,
): Promise<Omit<Memory, "key"> | undefined> {
  const paths = awsFilePaths(host, directory);
  const texts = new Map<string, string>();
  for (const path of Object.values(paths)) texts.set(path, await host.files.readText(path) ?? "");
  // Read from the same texts that the questions are about.
  const files = { readText: (path: string) => Promise.resolve(texts.get(path)) };
  const found = { os: host.os, now: host.now, files };
  const stored = await readSession(found, { directory, realm, key }, identity, chain);
  if (stored === undefined || await exposureWithin(host, directory, paths.credentials) !== undefined) {
    return undefined;
  }
  const made = making(stored);
  const outcome = made.as === "child"
    ? made
    : outcomeOf(paths.credentials, texts.get(paths.credentials) ?? "", stored, made.text, making);
  if (outcome === undefined) return undefined;
  const { session } = stored;
  return {
    from: credibleFrom(session),
    until: until === "end" ? session.expiresAt : freshUntil(session),
    outcome,
    questions: [
      ...await Promise.all(
        [...texts].map(async ([path, text]): Promise<Question> => ["bytes", path, await contentAnswer(text)]),
      ),
      ...await Promise.all([directory, paths.credentials].map((path) => asked(host, "status", path))),
      ...await Promise.all(
        (made.as === "text" ? made.dependsOn : []).map((name) => asked(host, "isSet", name)),
      ),
    ],
  };
}

async function asked(host: Host, ask: "status" | "isSet", of: string): Promise<Question> {
  return [ask, of, await answerTo(host, ask, of)];
}

/**
 * Splits a text into pieces. To find the session's values, makes the text of another session with keys that
 * are easy to find, so none of the real ones can be in the pieces, whatever the format.
 *
 * @returns `undefined` when the text does not contain the keys unchanged
 */
function outcomeOf(
  file: string,
  from: string,
  stored: StoredSession,
  text: string,
  making: Making,
): Outcome | undefined {
  const { session } = stored;
  const values = [session.accessKeyId, session.secretAccessKey.reveal(), session.sessionToken.reveal()];
  const [accessKeyId = "", secretAccessKey = "", sessionToken = ""] = MARKS;
  const marked: AwsSession = {
    ...session,
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: new Secret(sessionToken),
  };
  const made = making({ ...stored, session: marked });
  if (made.as !== "text") return undefined;
  const places = values.map((value) => from.indexOf(value));
  const pieces: readonly Piece[] = made.text.split(MARK).map((piece) => {
    const mark = MARKS.indexOf(piece);
    const [start, value] = [places[mark], values[mark]];
    return start === undefined || value === undefined ? piece : [start, start + value.length];
  });
  return places.includes(-1) || filled(pieces, from) !== text ? undefined : { as: "text", file, pieces };
}

/** Keys that no format needs to quote. A text that already contains them is not stored. */
const MARKS: readonly string[] = ["ATMOSKEYID", "ATMOSSECRETKEY", "ATMOSTOKEN"];
const MARK = new RegExp(`(${MARKS.join("|")})`);

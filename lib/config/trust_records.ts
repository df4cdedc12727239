/**
 * What a person trusts: for a file, one unit of it as it was decoded, with the content of the programs that it names.
 *
 * @module
 */
import { isAuthError } from "../errors.ts";
import { isAbsolutePath, isInside, joinPath, parentOf, resolvePath } from "../paths.ts";
import { sha256Hex } from "../sha256.ts";
import { splitTokens } from "./env_tag.ts";
import type { ConfigHost, Session } from "./sources.ts";
import type { Need, TrustRecord } from "./need.ts";
import { unitText } from "./trust.ts";
import type { ConfigFile } from "./types.ts";

/**
 * What trusting a need takes: a record for each of its files.
 *
 * @returns `undefined` where nothing can be bound: a pipe has no path
 */
export async function recordsOf(
  session: Pick<Session, "host" | "files" | "sources">,
  need: Need,
): Promise<readonly TrustRecord[] | undefined> {
  const files: ConfigFile[] = [];
  for (const path of need.files) {
    const file = session.files.get(path) ?? (await session.sources.get(path))?.file;
    if (file === undefined || file.isPipe === true) return undefined;
    files.push(file);
  }
  const contents = await namedContents(session.host, need.words, files);
  const digest = await sha256Hex(JSON.stringify([need.bound, contents]));
  return files.map(({ realPath }) => ({ path: realPath, unit: unitText(need.unit), digest }));
}

/** A need as it is now, for as long as one run lasts. */
export const needKey = ({ unit, bound }: Need): string => JSON.stringify([unitText(unit), bound]);

/** Whether a person trusts all that a need takes. */
export async function isMet(
  session: Pick<Session, "host" | "files" | "sources">,
  known: () => Promise<readonly TrustRecord[]>,
  need: Need,
): Promise<boolean> {
  const records = await known();
  // Nothing is looked at for who trusts nothing.
  if (!records.some(({ unit }) => unit === unitText(need.unit))) return false;
  const wanted = await recordsOf(session, need);
  return wanted?.every((one) =>
    records.some(({ path, unit, digest }) => path === one.path && unit === one.unit && digest === one.digest)
  ) ?? false;
}

/** The files in the trees of a need's files that a word of it names, with the digests of their contents. */
async function namedContents(
  host: ConfigHost,
  words: readonly string[],
  files: readonly ConfigFile[],
): Promise<readonly (readonly [string, string])[]> {
  const found = new Map<string, string>();
  for (const path of words.flatMap(tokensOf).flatMap((word) => candidates(host, word, files))) {
    const real = await orAbsent(() => host.files.realPath(path));
    if (real === undefined || found.has(real)) continue;
    if (!files.some(({ tree }) => isInside(host.os, real, tree))) continue;
    if ((await orAbsent(() => host.files.status(real)))?.kind !== "file") continue;
    const bytes = await orAbsent(() => host.files.readBytes(real));
    found.set(real, bytes === undefined ? "unreadable" : await sha256Hex(new Uint8Array(bytes)));
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The words of a text, and what follows `=` in them: `--file=otp.sh`. */
function tokensOf(text: string): readonly string[] {
  const tokens = splitTokens(text);
  const words = typeof tokens === "string" ? [text] : [text, ...tokens];
  return [...new Set(words.flatMap((word) => [word, ...word.split("=").slice(1)]))].filter((word) =>
    word !== ""
  );
}

/** Where a word may lead: from here, from beside a file, and, without a separator, along PATH. */
function candidates(host: ConfigHost, word: string, files: readonly ConfigFile[]): readonly string[] {
  const { os } = host;
  if (/[\0\r\n]/.test(word)) return [];
  if (isAbsolutePath(os, word)) return [word];
  const beside = files.map(({ realPath }) => parentOf(os, realPath));
  const path = /[\\/]/.test(word) ? [] : pathDirectories(host);
  const plain = [host.workingDirectory(), ...beside, ...path].map((base) => resolvePath(os, base, word));
  return os === "windows"
    ? plain.flatMap((one) => [one, ...extensions(host).map((end) => one + end)])
    : plain;
}

function pathDirectories(host: ConfigHost): readonly string[] {
  const separator = host.os === "windows" ? ";" : ":";
  const entries = (variable(host, "PATH") ?? "").split(separator);
  return entries.map((entry) =>
    joinPath(host.os, resolvePath(host.os, host.workingDirectory(), entry || "."))
  );
}

const extensions = (host: ConfigHost): readonly string[] =>
  (variable(host, "PATHEXT") ?? ".COM;.EXE;.BAT;.CMD").split(";").filter((end) => end !== "");

function variable({ env }: ConfigHost, name: string): string | undefined {
  try {
    return env(name);
  } catch (error) {
    if (isAuthError(error)) return undefined;
    throw error;
  }
}

async function orAbsent<Value>(look: () => Promise<Value | undefined>): Promise<Value | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isAuthError(error)) return undefined;
    throw error;
  }
}

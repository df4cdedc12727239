/**
 * The sessions in the AWS files of a provider: one section per identity in `credentials` and one in `config`, each under
 * a comment that says whose it is and until when. What this user's program did not write is never used.
 *
 * @module
 */
import { type AwsSession, Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import type { Files, Host } from "../host.ts";
import { joinPath } from "../paths.ts";
import { type EpochMillis, isCredible, parseInstant } from "../time.ts";
import { type IniDocument, type IniSection, parseIni, sectionsOf } from "./ini.ts";
import { sectionName } from "./names.ts";
import { type SessionFiles, type Standing, standingOf } from "./seal.ts";

/** What reading the files needs. */
export interface AwsFilesReader extends Pick<Host, "os" | "now"> {
  readonly files: Pick<Files, "readText">;
}

/** A session of an identity, and where it is. */
export interface StoredSession {
  readonly section: string;
  readonly session: AwsSession;
  /** The digest of the chain that it came from, in hex. */
  readonly chain: string;
}

/** Why a section under our comment is not used. */
export type Flaw =
  | Exclude<Standing, "ours">
  /** Its profile in the config file is not there as we wrote it. */
  | "profile"
  /** It claims to be of the future, or to last longer than any session, or nobody can read when it ends. */
  | "lifetime"
  /** A key is missing. */
  | "keys"
  /** The config file has the AWS CLI load code. */
  | "plugins";

/** What stands in the files under a comment of ours, whether it can be used or not. */
export interface FoundSession {
  readonly section: string;
  /** Empty when the comment does not say. */
  readonly chain: string;
  readonly issuedAt: EpochMillis | undefined;
  readonly expiresAt: EpochMillis | undefined;
  readonly standing: Standing;
  /** `undefined` when it is not to be used. */
  readonly session: AwsSession | undefined;
  /** Why it is not to be used; `undefined` when it is. */
  readonly flaw: Flaw | undefined;
}

/** The two files of a directory. */
export function awsFilePaths(
  { os }: Pick<Host, "os">,
  directory: string,
): { readonly credentials: string; readonly config: string } {
  return { credentials: joinPath(os, directory, "credentials"), config: joinPath(os, directory, "config") };
}

/** The section of the config file that goes with a section of the credentials file. */
export function configSection(section: string): string {
  return section === "default" ? section : `profile ${section}`;
}

/**
 * The sections that an identity of this chain may have, the wanted one first. The last one is for where others have the
 * first two: nobody without our key can know it, so it is free.
 */
export async function candidates(
  identity: string,
  chain: string,
  key: SessionFiles["key"],
): Promise<readonly string[]> {
  const name = sectionName(identity);
  const own = await key?.macOf(["atmos section", chain]);
  return [name, `${name}@${chain.slice(0, 8)}`, ...own === undefined ? [] : [`${name}@${own.slice(0, 8)}`]];
}

/**
 * Finds the session of an identity: a section of its name (or `NAME@<8 hex>`) whose comment has exactly this digest,
 * and which we wrote.
 *
 * @returns `undefined` when there is none that can be used
 * @throws AuthError `file-failed` for a file that cannot be read or is no INI file
 */
export async function readSession(
  host: AwsFilesReader,
  files: SessionFiles,
  identity: string,
  chain: string,
): Promise<StoredSession | undefined> {
  if (files.key === undefined) return undefined;
  const name = sectionName(identity);
  const isNamed = (section: string) => section === name || section.startsWith(`${name}@`);
  const found = await foundSessions(
    host,
    files,
    (section) => isNamed(section.name) && factsOf(section).get("chain") === chain,
  );
  return found.length === 0 ? undefined : await findSession(byName(found), files.key, identity, chain);
}

/** What is found, by the names that identities may have for it: its section, and that without `@<8 hex>`. */
export type SessionIndex = ReadonlyMap<string, readonly FoundSession[]>;

/** For whoever looks for many. */
export function byName(found: readonly FoundSession[]): SessionIndex {
  const index = new Map<string, FoundSession[]>();
  for (const one of found) {
    for (const name of new Set([one.section, one.section.replace(/@[0-9a-f]{8}$/, "")])) {
      const known = index.get(name);
      if (known === undefined) index.set(name, [one]);
      else known.push(one);
    }
  }
  return index;
}

/** As {@linkcode readSession}, in what was read already. */
export async function findSession(
  index: SessionIndex,
  key: SessionFiles["key"],
  identity: string,
  chain: string,
): Promise<StoredSession | undefined> {
  const name = sectionName(identity);
  const usable = (index.get(name) ?? []).flatMap(({ section, session, chain: of }) =>
    of === chain && session !== undefined ? [{ section, session, chain }] : []
  );
  const first = usable.find(({ section }) => section === name);
  // The common cases, without making a name that only our key tells.
  if (first !== undefined || usable.length === 0) return first;
  const wanted = await candidates(identity, chain, key);
  return wanted.map((section) => usable.find((one) => one.section === section)).find((one) =>
    one !== undefined
  );
}

/** The section that would hold the session of an identity if it could be used, and why it cannot. */
export function unusedSession(
  index: SessionIndex,
  identity: string,
  chain: string,
): { readonly section: string; readonly flaw: Flaw } | undefined {
  for (const { section, chain: of, flaw } of index.get(sectionName(identity)) ?? []) {
    if (of === chain && flaw !== undefined) return { section, flaw };
  }
  return undefined;
}

/**
 * Everything under comments of ours in a directory, in the order of the credentials file.
 *
 * @throws AuthError `file-failed` for a file that cannot be read or is no INI file
 */
export async function listSessions(
  host: AwsFilesReader,
  files: SessionFiles,
): Promise<readonly FoundSession[]> {
  return await foundSessions(host, files, () => true);
}

async function foundSessions(
  host: AwsFilesReader,
  files: SessionFiles,
  isWanted: (section: IniSection) => boolean,
): Promise<readonly FoundSession[]> {
  const paths = awsFilePaths(host, files.directory);
  const all = sectionsOf(await readIni(host, paths.credentials));
  const counts = Map.groupBy(all, ({ name }) => profileName(name));
  // A section that is written twice is read differently by every SDK.
  const wanted = all.filter((section) =>
    section.notes.length > 0 && counts.get(profileName(section.name))?.length === 1 && isWanted(section)
  );
  if (wanted.length === 0) return [];
  const config = sectionsOf(await readIni(host, paths.config));
  const profiles = Map.groupBy(config, ({ name }) => profileName(name));
  const found = await Promise.all(
    wanted.map((section) => foundSession(host, files, section, profiles.get(section.name) ?? [])),
  );
  return loadsCode(config) ? found.map(withPlugins) : found;
}

/**
 * The profile that a section of either file may be read as: botocore takes `profile "x"` for `x`, the Go SDK 1 finds
 * `[x]` in the config file before `[profile x]`.
 */
export const profileName = (name: string): string => name.replaceAll(/["'\\]/g, "").replace(/^profile /, "");

async function foundSession(
  host: AwsFilesReader,
  files: SessionFiles,
  section: IniSection,
  profiles: readonly IniSection[],
): Promise<FoundSession> {
  const facts = factsOf(section);
  const chain = facts.get("chain") ?? "";
  const issuedAt = parseInstant(facts.get("issued") ?? "");
  const expiresAt = parseInstant(facts.get("expiration") ?? "");
  const [standing, principal] = await Promise.all([
    standingOf(host.os, files, "credentials", section),
    principalOf(host, files, profiles, chain),
  ]);
  const seen = { section: section.name, chain, issuedAt, expiresAt, standing };
  const flawed = (flaw: Flaw) => ({ ...seen, session: undefined, flaw });
  if (standing !== "ours") return flawed(standing);
  if (principal === undefined) return flawed("profile");
  if (issuedAt === undefined || expiresAt === undefined || !isCredible({ issuedAt, expiresAt }, host.now())) {
    return flawed("lifetime");
  }
  const keys = keysOf(section);
  return keys === undefined ? flawed("keys") : {
    ...seen,
    session: { type: "aws-session", ...keys, issuedAt, expiresAt, ...principal },
    flaw: undefined,
  };
}

function keysOf({ values }: IniSection): Omit<AwsSession, "type" | "issuedAt" | "expiresAt"> | undefined {
  const accessKeyId = values.get("aws_access_key_id");
  const secretAccessKey = values.get("aws_secret_access_key");
  const sessionToken = values.get("aws_session_token");
  const accountId = values.get("aws_account_id");
  return accessKeyId && secretAccessKey && sessionToken
    ? {
      accessKeyId,
      secretAccessKey: new Secret(secretAccessKey),
      sessionToken: new Secret(sessionToken),
      ...(accountId === undefined ? {} : { accountId }),
    }
    : undefined;
}

/**
 * The principal of a profile, when that was written with this very session's chain.
 *
 * @returns `undefined` where that is not there as we wrote it: whoever is pointed to it obeys all that it says
 */
async function principalOf(
  { os }: AwsFilesReader,
  files: SessionFiles,
  [profile, another]: readonly IniSection[],
  chain: string,
): Promise<Pick<AwsSession, "principalArn"> | undefined> {
  if (profile === undefined || another !== undefined || profile.notes.length === 0) return undefined;
  if (await standingOf(os, files, "config", profile) !== "ours") return undefined;
  const facts = factsOf(profile);
  const principalArn = facts.get("chain") === chain ? facts.get("principal") : undefined;
  return principalArn === undefined ? {} : { principalArn };
}

/** `key=value` words of our comments. */
export function factsOf({ notes }: Pick<IniSection, "notes">): ReadonlyMap<string, string> {
  const words = notes.join(" ").split(/\s+/).filter((word) => word.includes("="));
  return new Map(words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]));
}

/** Whether a config file has the AWS CLI load code, whichever profile is used. */
const loadsCode = (config: readonly IniSection[]): boolean => config.some(({ name }) => name === "plugins");

const withPlugins = (found: FoundSession): FoundSession => ({
  ...found,
  session: undefined,
  flaw: found.flaw ?? "plugins",
});

/** @throws AuthError `file-failed` for a config file that no child may be pointed to */
export function refusePlugins(path: string, config: readonly IniSection[]): void {
  if (!loadsCode(config)) return;
  throw new AuthError(
    "file-failed",
    `Cannot use ${path}: its section [plugins] makes the AWS CLI load code`,
    { hints: ["Remove the section; if it is yours, move it to your own AWS config file"] },
  );
}

/** A file that is not there is empty. */
export async function readIni(host: Pick<AwsFilesReader, "files">, path: string): Promise<IniDocument> {
  return parseIni(await host.files.readText(path) ?? "", path);
}

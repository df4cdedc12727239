/**
 * Writing the AWS files of a provider, as `aws_sessions.ts` reads them. What others wrote into these files is kept.
 *
 * @module
 */
import type { AwsSession } from "../credentials.ts";
import { AuthError, isAuthError } from "../errors.ts";
import type { Host, Lock } from "../host.ts";
import { isInside, joinPath, knownHome, parentOf } from "../paths.ts";
import { formatInstant } from "../time.ts";
import {
  awsFilePaths,
  candidates,
  configSection,
  factsOf,
  type FoundSession,
  listSessions,
  profileName,
  readIni,
  refusePlugins,
  type StoredSession,
} from "./aws_sessions.ts";
import { type IniDocument, sectionsOf } from "./ini.ts";
import { type IniEdit, printIni, removeSection, setSection } from "./ini_edit.ts";
import { lockPath } from "./lock.ts";
import { sealOf, type SessionFile, type SessionFiles, standingOf } from "./seal.ts";
import type { SessionKey } from "./session_key.ts";
import { USER_MFA_SECONDS } from "../aws_durations.ts";

/** What changing the files needs: locks rest in the state directory. */
export type AwsFilesWriter = Pick<Host, "files" | "os" | "env" | "now">;

/** Files that can be written, since there is a key. */
export interface WritableFiles extends SessionFiles {
  readonly key: SessionKey;
}

const FILE_MODE = 0o600;
const LOCK_MILLIS = 30_000;

/**
 * A link below the directory that was configured leads out of it: whoever made it could have our files land among
 * somebody else's.
 *
 * @throws AuthError `file-failed`
 */
async function refuseLinks(
  { files, os }: Pick<Host, "files" | "os">,
  directory: string,
  base: string | undefined,
): Promise<void> {
  if (base === undefined) return;
  for (let at = directory; at !== base && isInside(os, at, base); at = parentOf(os, at)) {
    if (!await isLink(files, at)) continue;
    throw new AuthError(
      "file-failed",
      `Cannot write the AWS files in ${directory}: ${at} is a symbolic link`,
      {
        where: at,
        hints: [`Remove the link; only ${base} itself may be one`],
      },
    );
  }
}

/** What a sandbox withholds is not looked at: a grant for it would be one for the sessions of all providers. */
async function isLink(files: Host["files"], path: string): Promise<boolean> {
  try {
    return (await files.status(path))?.kind === "symlink";
  } catch (error) {
    if (isAuthError(error, "permission-missing")) return false;
    throw error;
  }
}

/**
 * Keeps the session of an identity, credentials first, under the lock of the files.
 *
 * @param chain the digest of its chain: 8 hex digits at least
 * @throws AuthError `file-failed` where a file cannot be read, is no INI file or cannot be written; `lock-timeout`
 */
export async function writeSession(
  host: AwsFilesWriter,
  files: WritableFiles,
  identity: string,
  chain: string,
  session: AwsSession,
  options: { readonly region: string },
): Promise<StoredSession> {
  const { directory } = files;
  await refuseLinks(host, directory, files.base);
  await using _lock = await lockFiles(host, directory);
  const paths = awsFilePaths(host, directory);
  const credentials = await openFile(host, files, "credentials", chain);
  const config = await openFile(host, files, "config", chain);
  const wanted = await candidates(identity, chain, files.key);
  const section = chosenSection(credentials, config, wanted, paths.credentials);
  // Both before the first is written: a value that cannot be held leaves the files as they were.
  const newCredentials = await edited(credentials, wanted, section, credentialsEdit(chain, session));
  const profiles = wanted.map(configSection);
  const profile = configSection(section);
  const newConfig = await edited(config, profiles, profile, configEdit(chain, session, options.region));
  await writeIni(host, paths.credentials, newCredentials);
  await writeIni(host, paths.config, newConfig);
  return { section, session, chain };
}

/** What stands under a name in one of the files, for whoever writes a session of a chain. */
type Tenant =
  | "nobody"
  /** The session of this chain that we wrote. */
  | "ours"
  /** One of this chain without a MAC, or one of ours that is there twice: it is replaced, and nothing of it is kept. */
  | "old"
  | "others";

/** One of the files, open for writing a session of a chain. */
interface OpenFile {
  readonly document: IniDocument;
  readonly tenantOf: (name: string) => Tenant;
  readonly seal: (lines: readonly string[]) => Promise<string>;
}

async function openFile(
  host: AwsFilesWriter,
  files: WritableFiles,
  file: SessionFile,
  chain: string,
): Promise<OpenFile> {
  const path = awsFilePaths(host, files.directory)[file];
  const document = await readIni(host, path);
  const sections = sectionsOf(document);
  if (file === "config") refusePlugins(path, sections);
  const tenants = new Map<string, Tenant>();
  for (const section of sections) {
    const name = profileName(section.name);
    const isOfChain = section.name === (file === "config" ? configSection(name) : name) &&
      section.notes.length > 0 &&
      factsOf(section).get("chain") === chain;
    const standing = isOfChain ? await standingOf(host.os, files, file, section) : "foreign";
    const isTwice = tenants.has(name);
    tenants.set(
      name,
      standing === "foreign" || tenants.get(name) === "others"
        ? "others"
        : standing === "ours" && !isTwice
        ? "ours"
        : "old",
    );
  }
  return {
    document,
    tenantOf: (name) => tenants.get(profileName(name)) ?? "nobody",
    seal: (lines) => sealOf(host.os, files, file, lines),
  };
}

/** The name that our session has already, else the first one that nobody else has. */
function chosenSection(
  credentials: OpenFile,
  config: OpenFile,
  wanted: readonly string[],
  path: string,
): string {
  const tenants = wanted.map((name) => ({
    name,
    here: credentials.tenantOf(name),
    there: config.tenantOf(configSection(name)),
  }));
  const free = tenants.find(({ here, there }) => here === "ours" && there !== "others") ??
    tenants.find(({ here, there }) => here !== "others" && there !== "others");
  if (free !== undefined) return free.name;
  throw new AuthError("file-failed", `Cannot write ${path}: its section [${wanted.at(-1)}] is not ours`, {
    hints: [`Rename or remove the sections ${wanted.map((name) => `[${name}]`).join(", ")} of that file`],
  });
}

/** The file with a section as we write it, without what is old under any name that it could have. */
async function edited(
  { document, tenantOf, seal }: OpenFile,
  wanted: readonly string[],
  section: string,
  edit: IniEdit,
): Promise<IniDocument> {
  const kept = wanted.filter((name) => tenantOf(name) === "old").reduce(removeSection, document);
  const bare = sectionsOf(setSection(kept, section, edit)).find(({ name }) => name === section);
  const mac = await seal(bare?.lines ?? []);
  return setSection(kept, section, { ...edit, notes: edit.notes.map((note) => `${note} ${mac}`) });
}

function credentialsEdit(chain: string, session: AwsSession): IniEdit {
  // AWS's clock may be ahead of ours.
  const end = Math.min(session.expiresAt, session.issuedAt + USER_MFA_SECONDS.most * 1000);
  const expiration = formatInstant(end);
  // To the millisecond: a login tells by it whether another process has just made what it was asked to make.
  const issued = new Date(session.issuedAt).toISOString().replace(".000Z", "Z");
  return {
    notes: [`expiration=${expiration} issued=${issued} chain=${chain}`],
    values: {
      aws_access_key_id: session.accessKeyId,
      aws_secret_access_key: session.secretAccessKey.reveal(),
      aws_session_token: session.sessionToken.reveal(),
      aws_account_id: session.accountId,
    },
  };
}

function configEdit(chain: string, { principalArn }: AwsSession, region: string): IniEdit {
  const isWord = /^[!-~]+$/.test(principalArn ?? "");
  const principal = isWord ? `principal=${principalArn} ` : "";
  return { notes: [`${principal}chain=${chain}`], values: { region } };
}

/**
 * Removes sessions from both files; a file without sections is removed, and its directory when empty.
 *
 * @param isWanted which of {@linkcode listSessions} to remove
 * @returns what was removed
 */
export async function removeSessions(
  host: AwsFilesWriter,
  files: SessionFiles,
  isWanted: (found: FoundSession) => boolean,
): Promise<readonly FoundSession[]> {
  const { directory } = files;
  if (!(await listSessions(host, files)).some(isWanted)) return [];
  await using _lock = await lockFiles(host, directory);
  const paths = awsFilePaths(host, directory);
  const removed = (await listSessions(host, files)).filter(isWanted);
  const credentials = removed.map(({ section }) => section)
    .reduce(removeSection, await readIni(host, paths.credentials));
  const left = new Set(sectionsOf(credentials).map(({ name }) => configSection(name)));
  const config = await readIni(host, paths.config);
  const orphans: string[] = [];
  for (const profile of sectionsOf(config)) {
    if (profile.notes.length === 0 || left.has(profile.name)) continue;
    if (await standingOf(host.os, files, "config", profile) !== "foreign") orphans.push(profile.name);
  }
  // The other way round than writing: what is left when we are cut off is still known as ours.
  await writeOrRemove(host, paths.config, orphans.reduce(removeSection, config));
  await writeOrRemove(host, paths.credentials, credentials);
  await host.files.removeIfEmpty(directory);
  return removed;
}

/** Removes the session that {@linkcode writeSession} keeps for this identity and chain; `false` when there was none. */
export async function removeSession(
  host: AwsFilesWriter,
  files: SessionFiles,
  identity: string,
  chain: string,
): Promise<boolean> {
  const sections = await candidates(identity, chain, files.key);
  const removed = await removeSessions(
    host,
    files,
    (found) => found.chain === chain && found.standing !== "foreign" && sections.includes(found.section),
  );
  return removed.length > 0;
}

async function lockFiles(host: AwsFilesWriter, directory: string): Promise<Lock> {
  refuseAwsOwn(host, directory);
  return await host.files.lock(await lockPath(host, `aws-files ${directory}`), {
    deadlineMillis: LOCK_MILLIS,
  });
}

/** AWS's own directory is the person's: other tools write there without any lock of ours. */
function refuseAwsOwn(host: AwsFilesWriter, directory: string): void {
  const home = knownHome(host);
  const own = home === undefined ? undefined : joinPath(host.os, home, ".aws");
  if (own === undefined || !isInside(host.os, directory, own)) return;
  throw new AuthError("file-failed", `Cannot write AWS files to ${directory}: ${own} is left alone`, {
    hints: ["Choose another directory in spec.files.base_path"],
  });
}

async function writeIni(host: AwsFilesWriter, path: string, document: IniDocument): Promise<void> {
  await host.files.writeText(path, printIni(document), FILE_MODE);
}

async function writeOrRemove(host: AwsFilesWriter, path: string, document: IniDocument): Promise<void> {
  const isEmpty = document.lines.every(({ kind }) => kind === "blank");
  await (isEmpty ? host.files.remove(path) : writeIni(host, path, document));
}

/**
 * Removing what belongs to a target: files first, so that nothing which follows can keep a session on disk; then the
 * keyring; then the portals are told.
 *
 * @module
 */
import { isPersistent } from "../../../config/types.ts";
import { providerKey } from "../../../chain/run.ts";
import { type AuthError, isFailure } from "../../../errors.ts";
import { awsFilePaths, type FoundSession, listSessions } from "../../../files/aws_sessions.ts";
import { removeSessions } from "../../../files/aws_files.ts";
import type { Host } from "../../../host.ts";
import type { EntryKey } from "../../../keyring/types.ts";
import { dateTime } from "../../../output/moment.ts";
import { unusedReason } from "../../../output/unused.ts";
import { warningText } from "../../../output/problem.ts";
import { joinPath, parentOf, shortPath } from "../../../paths.ts";
import { parseSsoRecord, type SsoRecord } from "../../../providers/sso_record.ts";
import { keyringPlace } from "../../../session/stores.ts";
import { type EpochMillis, isAlive } from "../../../time.ts";
import type { Context } from "../../../cli/run/context.ts";
import type { LogoutScope, Portal, ProfilesIn, SessionsIn } from "./scope.ts";
import {
  clearOutput,
  leftoversBeside,
  type NotedOutput,
  notedOutputs,
} from "../../../cli/run/output_notes.ts";
import { provisionedFile, type Provisioning, provisioningOf } from "../../../cli/run/provision.ts";
import { removeUser } from "../../../cli/run/stored_user.ts";

/** How it is done. */
export interface RemovalOptions {
  /** Nothing is changed, opened or asked. */
  readonly dryRun: boolean;
  /** Long-lived keys go, too. */
  readonly userKeys: boolean;
}

/** What was done, in words. */
export interface Removal {
  readonly removed: readonly string[];
  readonly remains: readonly string[];
  readonly failures: readonly AuthError[];
}

/** What one step did. */
interface Outcome {
  readonly removed?: readonly string[];
  readonly remains?: readonly string[];
}

/** One thing to remove. */
interface Step {
  /** What remains when it fails. */
  readonly what: string;
  readonly run: () => Promise<Outcome>;
}

/** Removes all of a scope that can be removed; what fails is told and does not keep the rest. */
export async function removeScope(
  context: Context,
  scope: LogoutScope,
  options: RemovalOptions,
): Promise<Removal> {
  const keeps = await keepsEntries(context);
  const steps = [
    ...scope.written.map((directory) => leftoversStep(context, directory, options)),
    ...(await notedOutputs(context.host)).map((output) => outputStep(context, output, options)),
    ...scope.sessions.map((sessions) => sessionsStep(context, sessions, options)),
    ...scope.profiles.map((profiles) => profilesStep(context, profiles, options)),
    ...provisioningOf(context.auth(), scope.portals.map(({ name }) => name))
      .map((provider) => foundStep(context, provider, options)),
    ...scope.kept.map(({ what, directory }) => directoryStep(context, what, directory, options)),
    ...(keeps ? await entrySteps(context, scope, options) : []),
  ];
  const outcomes: Outcome[] = [];
  const failures: AuthError[] = [];
  for (const { what, run } of steps) {
    try {
      outcomes.push(await run());
    } catch (error) {
      if (!isFailure(error)) throw error;
      failures.push(error);
      outcomes.push({ remains: [what] });
    }
  }
  const { removed, remains } = merged(outcomes);
  return { removed, remains: [...remains, ...(keeps ? keptWords(scope, options) : [])], failures };
}

function sessionsStep(context: Context, sessions: SessionsIn, options: RemovalOptions): Step {
  const { credentials } = awsFilePaths(context.host, sessions.directory);
  const file = shortPath(context.host, credentials);
  return { what: file, run: () => dropSessions(context, file, sessions, options) };
}

async function dropSessions(
  { host, filesIn }: Context,
  file: string,
  { directory, isWanted }: SessionsIn,
  { dryRun }: RemovalOptions,
): Promise<Outcome> {
  const files = await filesIn(directory);
  // What somebody else wrote is somebody else's to remove.
  const isOurs = (found: FoundSession) => isWanted(found) && found.standing !== "foreign";
  const found = dryRun
    ? (await listSessions(host, files)).filter(isOurs)
    : await removeSessions(host, files, isOurs);
  const others = (await listSessions(host, files)).filter((session) => !found.some(isSame(session)));
  return {
    removed: found.map(({ section }) => `${file} [${section}]`),
    remains: [
      ...others.map(({ section, standing }) =>
        `${file} [${section}]${standing === "foreign" ? `: ${unusedReason(standing)}` : ""}`
      ),
      ...issuedWords(found, host.now()),
    ],
  };
}

/** What killed writers left in a directory of ours: keys and tokens, perhaps. */
function leftoversStep({ host }: Context, directory: string, { dryRun }: RemovalOptions): Step {
  const run = async (): Promise<Outcome> => {
    const left = await host.files.leftovers(directory);
    if (left.length === 0) return {};
    for (const path of dryRun ? [] : left) await host.files.remove(path);
    if (!dryRun) await host.files.removeIfEmpty(directory);
    return { removed: leftoverWords(host, left) };
  };
  return { what: `interrupted writes in ${shortPath(host, directory)}`, run };
}

/** The same beside a file that somebody named with --output-file. */
function outputStep({ host }: Context, output: NotedOutput, { dryRun }: RemovalOptions): Step {
  const run = async (): Promise<Outcome> => ({
    removed: leftoverWords(
      host,
      await (dryRun ? leftoversBeside(host, output) : clearOutput(host, output)),
    ),
  });
  return { what: `interrupted writes beside ${shortPath(host, output.path)}`, run };
}

const leftoverWords = (host: Pick<Host, "env" | "os">, paths: readonly string[]): readonly string[] =>
  paths.map((path) => `interrupted write ${shortPath(host, path)}`);

const isSame = ({ section }: FoundSession) => (other: FoundSession) => other.section === section;

/** AWS has no way to end them. */
function issuedWords(found: readonly FoundSession[], now: EpochMillis): readonly string[] {
  const last = Math.max(...found.map(({ expiresAt }) => expiresAt ?? 0));
  return last > now
    ? [`in AWS: whoever has a copy of these sessions can use it until ${dateTime(last)}`]
    : [];
}

function profilesStep(context: Context, profiles: ProfilesIn, options: RemovalOptions): Step {
  const directory = shortPath(context.host, profiles.directory);
  return { what: `browser profiles in ${directory}`, run: () => dropProfiles(context, profiles, options) };
}

async function dropProfiles(
  { host }: Context,
  { directory, isWanted }: ProfilesIn,
  { dryRun }: RemovalOptions,
): Promise<Outcome> {
  const entries = await host.files.list(directory) ?? [];
  const paths = entries.filter(({ kind, name }) => kind === "directory" && isWanted(name))
    .map(({ name }) => joinPath(host.os, directory, name));
  for (const path of dryRun ? [] : paths) await host.files.removeTree(path);
  return { removed: paths.map((path) => `browser profile ${shortPath(host, path)}`) };
}

/** The identities that logins have found, with their directory, which holds nothing else. */
function foundStep(context: Context, provider: Provisioning, options: RemovalOptions): Step {
  const what = `identities found for ${provider.name}`;
  const run = async () => {
    const path = await provisionedFile(context.host, context.auth(), provider);
    return await directoryStep(context, what, parentOf(context.host.os, path), options).run();
  };
  return { what, run };
}

function directoryStep({ host }: Context, what: string, directory: string, options: RemovalOptions): Step {
  const run = async (): Promise<Outcome> => {
    const { files } = host;
    const isThere = options.dryRun
      ? await files.status(directory) !== undefined
      : await files.removeTree(directory);
    return isThere ? { removed: [`${what}, ${shortPath(host, directory)}`] } : {};
  };
  return { what, run };
}

/** Whether there is a keyring to remove something from. One that is not there yet would be made by opening it. */
async function keepsEntries(context: Context): Promise<boolean> {
  const { host } = context;
  const auth = context.auth();
  const { type } = auth.keyring;
  if (!isPersistent(type)) return false;
  const { storeFile } = await import("../../../keyring/mod.ts");
  const store = storeFile(await keyringPlace(host, auth, context.loaded().directory), type);
  return await host.files.status(store) !== undefined;
}

async function entrySteps(
  context: Context,
  { portals, users }: LogoutScope,
  { dryRun, userKeys }: RemovalOptions,
): Promise<readonly Step[]> {
  const ended: Ended[] = [];
  const entries = (await portalEntries(context, portals)).map((entry) => ({
    what: `session of ${entry.portal.name}, in the keyring`,
    drop: () => dropEntry(context, entry, ended),
  }));
  const keys = (userKeys ? users : []).map((name) => ({
    what: `long-lived keys of ${name}, in the keyring`,
    drop: () => removeUser(context, name),
  }));
  const steps = [...entries, ...keys].map(({ what, drop }): Step => ({
    what,
    run: async () =>
      dryRun ? { removed: [`${what}, if there are any`] } : await drop() ? { removed: [what] } : {},
  }));
  return [...steps, { what: "sessions at portals", run: () => endPortalSessions(context, ended) }];
}

/** An entry of the keyring with the provider whose session it is. */
interface PortalEntry {
  readonly portal: Portal;
  readonly key: EntryKey;
}

/** A session that the keyring no longer has. */
interface Ended extends PortalEntry {
  readonly record: SsoRecord;
}

/** Two providers of one portal have one entry. */
async function portalEntries(
  { host }: Context,
  portals: readonly Portal[],
): Promise<readonly PortalEntry[]> {
  const found = new Map<string, PortalEntry>();
  for (const portal of portals) {
    const key = await providerKey(host, portal);
    if (key !== undefined && !found.has(key.name)) found.set(key.name, { portal, key });
  }
  return [...found.values()];
}

/** @returns whether there was one */
async function dropEntry(context: Context, entry: PortalEntry, ended: Ended[]): Promise<boolean> {
  const { portal, key } = entry;
  const stores = context.stores({ provider: portal });
  const keyring = await stores.keyring();
  await using _lock = await stores.lock(`${key.purpose} ${key.name}`, `the session of "${portal.name}"`);
  const text = await keyring.get(key);
  if (text === undefined) return false;
  await keyring.remove(key);
  ended.push({ ...entry, record: parseSsoRecord(text) });
  return true;
}

/** A portal that cannot be told is no reason to keep anything here: it is a warning. */
async function endPortalSessions({ host }: Context, ended: readonly Ended[]): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const { portal: { name, config }, record: { token } } of ended) {
    if (token === undefined || !isAlive(token, host.now())) continue;
    const { endPortalSession } = await import("../../../aws/sso.ts");
    try {
      await endPortalSession(host, config, token.accessToken);
      outcomes.push({ removed: [`session of ${name}, at ${config.startUrl}`] });
    } catch (error) {
      if (!isFailure(error)) throw error;
      // The portal knows of no such session: that is what was wanted.
      if (error.code === "session-rejected") continue;
      host.tell(warningText(error.message, host.screen));
      outcomes.push({ remains: [`session of ${name}, at ${config.startUrl}`] });
    }
  }
  return merged(outcomes);
}

function merged(outcomes: readonly Outcome[]): Required<Outcome> {
  return {
    removed: outcomes.flatMap(({ removed }) => removed ?? []),
    remains: outcomes.flatMap(({ remains }) => remains ?? []),
  };
}

/** What the keyring goes on keeping. It is not opened to see. */
function keptWords({ users, left }: LogoutScope, { userKeys }: RemovalOptions): readonly string[] {
  return [
    ...left.map(({ name, way }) => `session of ${name}, if the keyring has one: ${way}`),
    ...(userKeys ? [] : users).map((name) =>
      `long-lived keys of ${name}, if the keyring has any: --keychain`
    ),
  ];
}

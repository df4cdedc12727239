/**
 * Finds the configuration, reads it with everything it imports and includes, and decodes it.
 *
 * @module
 */
import { AuthError, type SourcePosition } from "../errors.ts";
import type { Host } from "../host.ts";
import { isInside, parentOf, resolvePath } from "../paths.ts";
import { decodeAuth, type DecodeContext } from "./decode.ts";
import { findLocations, findProfile, type Location } from "./discover.ts";
import { resolveEnvTags } from "./env_tag.ts";
import { readable, readLayers, yamlFilesBelow } from "./imports.ts";
import { lookedUpOnce } from "./looked_up.ts";
import { type CaseClash, mergeMaps } from "./merge.ts";
import { nameFault } from "./names.ts";
import { originsOf } from "./origins.ts";
import {
  type ForeignHome,
  foreignHomes,
  isInOwnPlace,
  isOwnFile,
  lookedAt,
  type OwnershipHost,
} from "./ownership.ts";
import { findPlaces } from "./places.ts";
import { withProvisioned } from "./provisioned.ts";
import { emptyMap, entryOf, formatPath, nodeAt, type RawMap } from "./raw.ts";
import { aboutOf, gitRootAbove, type Session, treeOf } from "./sources.ts";
import { holdsStsToken, namesEndpoint } from "./standing.ts";
import type { Need } from "./need.ts";
import type { TrustRecord } from "./need.ts";
import { isMet, needKey, recordsOf } from "./trust_records.ts";
import { withoutTrust } from "./untrusted.ts";
import { newSpent, spendOnMerging } from "./spent.ts";
import type { ConfigFile, LoadedConfig, Problem } from "./types.ts";

/** What the command line and the person's state say about the configuration. */
export interface LoadOptions {
  /** `--config`: these files instead of any that would be found. */
  readonly configFiles?: readonly string[];
  /** `--config-path`: directories with an `atmos.yaml`, instead of any that would be found. */
  readonly configPaths?: readonly string[];
  /** `--base-path`: where imports are looked for, instead of `base_path` in the files. */
  readonly basePath?: string;
  /** What the person trusts; read only when something needs trust. */
  readonly trusted?: () => Promise<readonly TrustRecord[]>;
  /** What the person said yes to in this very run, by {@linkcode needKey}. */
  readonly accepted?: ReadonlySet<string>;
  /** Whether every file counts as trusted: the configuration is a script's own, or the script says so. */
  readonly vouched?: boolean;
  /** For looks that only decide about trust; the world itself when absent. A sandbox need not allow them. */
  readonly around?: OwnershipHost;
  /** `--profile`: names of Atmos's configuration profiles; later ones win. */
  readonly profiles?: readonly string[];
}

/**
 * Loads the configuration. What is wrong with its content becomes problems, never an exception; no configuration at
 * all is an empty one.
 *
 * @throws AuthError `file-failed` for a file that cannot be read, `config-invalid` for a file, directory or profile that
 *   was named and is not there
 */
export async function loadConfig(
  host: Pick<Host, "files" | "env" | "workingDirectory" | "os">,
  options: LoadOptions = {},
): Promise<LoadedConfig> {
  return (await readConfig(host, options)).loaded;
}

/** A configuration, and what it takes to read more files under the same rules. */
export interface ConfigReading {
  readonly loaded: LoadedConfig;
  readonly session: Session;
}

/**
 * As {@linkcode loadConfig}, for who goes on reading: the manifests that the configuration points to.
 *
 * @throws AuthError as {@linkcode loadConfig}
 */
export async function readConfig(
  host: Pick<Host, "files" | "env" | "workingDirectory" | "os">,
  options: LoadOptions = {},
): Promise<ConfigReading> {
  const foreign: { homes: readonly ForeignHome[] } = { homes: [] };
  // What a checkout could have brought along is not asked.
  const known = once(async () =>
    foreign.homes.some(({ home }) => home === "state") ? [] : await options.trusted?.() ?? []
  );
  const asked = askedOnce(host);
  const session: Session = {
    host: asked,
    around: options.around === undefined ? asked : askedOnce(options.around),
    vouching: options.vouched === true ? "all" : isYes(host.env("ATMOS_TRUST_CONFIG")) ? "run" : "none",
    isMet: async (need) => options.accepted?.has(needKey(need)) === true || await isMet(session, known, need),
    unread: [],
    basePath: options.basePath ?? notEmpty(host.env("ATMOS_BASE_PATH")),
    files: new Map(),
    problems: [],
    sources: new Map(),
    gitMarks: new Map(),
    spent: newSpent(),
  };
  const found = await findLocations(session, {
    configFiles: options.configFiles ?? [],
    configPaths: options.configPaths ?? [],
  });
  foreign.homes = session.vouching === "all"
    ? []
    : await foreignHomes(session.around, await treesOf(session, found));
  const locations = withoutHomes(session, found, foreign.homes);
  const start = emptyMap({ file: host.workingDirectory(), line: 1, column: 1 });
  const layers: RawMap[] = [];
  // One after the other: the order of the files is the order of merging.
  for (const location of locations) {
    for (const layer of await readLocation(session, location)) layers.push(layer);
  }
  const directory = locations.at(-1)?.directory ?? host.workingDirectory();
  const base = mergeLayers(session, start, layers);
  const profiles = await readProfiles(session, base, directory, foreign.homes, options.profiles ?? []);
  const merged = mergeLayers(session, base, profiles);
  // Half of a configuration would complain about what is in the other half.
  const readable = session.problems.some(takesAllOutOfUse) ? emptyMap(merged.at) : merged;
  const resolved = resolveAll(readable, host.env);
  const isCacheForeign = foreign.homes.some(({ home }) => home === "cache");
  const raw = isCacheForeign ? resolved : await withProvisioned(session, resolved);
  return { session, loaded: await finish(session, raw, directory, foreign.homes) };
}

const askedOnce = <Files extends OwnershipHost["files"]>(
  { files, env, os, workingDirectory }: OwnershipHost & { readonly files: Files },
) => ({ files: lookedUpOnce(files), env, os, workingDirectory });

const isYes = (value: string | undefined) => value !== undefined && /^(?:true|1)$/i.test(value.trim());

/** Calls a function at its first use, and gives the same answer ever after. */
function once<Value>(make: () => Value): () => Value {
  const made: { value?: { readonly of: Value } } = {};
  return () => (made.value ??= { of: make() }).of;
}

/** The roots of what nobody vouches for: of the files that will be read, and of the working directory's repository. */
async function treesOf(
  session: Session,
  locations: readonly Location[],
): Promise<readonly { readonly root: string; readonly isGit: boolean }[]> {
  const { host, around } = session;
  const here = host.workingDirectory();
  const working = await lookedAt(() => around.files.realPath(here)) ?? here;
  const root = await gitRootAbove(session, working);
  const roots = new Map<string, boolean>(root === undefined ? [] : [[root, true]]);
  for (const location of locations) {
    // A pipe is in no tree.
    if (location.circumstances.isPipe === true) continue;
    const directory = await realDirectory(session, location);
    for (const path of location.files) {
      const real = await host.files.realPath(path);
      // What others could write in the user's own places is untrusted, but no checkout brought it.
      if (real === undefined || isInOwnPlace(around, path) || await isOwnFile(around, path)) continue;
      const git = await gitRootAbove(session, parentOf(host.os, real));
      roots.set(git ?? await treeOf(session, real, directory), git !== undefined);
    }
  }
  return [...roots].map(([root, isGit]) => ({ root, isGit }));
}

async function realDirectory({ around }: Session, { directory }: Location): Promise<string> {
  return await lookedAt(() => around.files.realPath(directory)) ?? directory;
}

/** The places to read without those in a home that is not used. */
function withoutHomes(
  { host: { os } }: Session,
  locations: readonly Location[],
  homes: readonly ForeignHome[],
): readonly Location[] {
  const isUsed = (path: string) =>
    !homes.some(({ home, path: place }) => home === "config" && isInside(os, path, place));
  return locations.flatMap((location) => {
    const files = location.files.filter(isUsed);
    return files.length === 0 ? [] : [{ ...location, files }];
  });
}

/**
 * The same configuration with another `auth:` section, as a component has it.
 *
 * @param auth `!env` and `!include` resolved
 * @param files what it was read from, beside the files of the configuration: trust goes by them
 * @param found what reading them has found about its entries
 */
export async function withAuth(
  { loaded, session }: ConfigReading,
  auth: RawMap,
  files: readonly ConfigFile[],
  found: readonly Problem[] = [],
): Promise<LoadedConfig> {
  const before = entryOf(loaded.raw, "auth");
  const entry = { key: before?.key ?? "auth", keyAt: before?.keyAt ?? auth.at, value: auth };
  const raw = { ...loaded.raw, entries: new Map([...loaded.raw.entries, [entry.key, entry]]) };
  const known = new Map([...session.files, ...files.map((file) => [file.path, file] as const)]);
  const own = { ...session, files: known, problems: [...session.problems, ...found] };
  return await finish(own, raw, loaded.directory, loaded.foreignHomes);
}

const notEmpty = (text: string | undefined) => text === "" ? undefined : text;

async function readLocation(session: Session, location: Location): Promise<readonly RawMap[]> {
  const layers: RawMap[] = [];
  const directory = await realDirectory(session, location);
  for (const path of location.files) {
    const found = await readLayers(session, path, {
      baseDirectory: undefined,
      circumstances: { ...location.circumstances, directory },
      trail: [],
    });
    for (const layer of found ?? []) layers.push(layer);
  }
  return layers;
}

function mergeLayers(session: Session, start: RawMap, layers: readonly RawMap[]): RawMap {
  const onCaseClash = (clash: CaseClash) => noteCaseClash(session, clash);
  const onMove = (entries: number) => spendOnMerging(session.spent, entries);
  return layers.reduce(
    (base, layer) => mergeMaps(base, layer, { foldCase: true, onCaseClash, onMove }),
    start,
  );
}

/** Names in two spellings are worth a word; other keys have no case in Atmos. */
function noteCaseClash({ problems }: Session, { path, first, second }: CaseClash): void {
  const about = aboutOf(path);
  if (about === undefined || path.length !== 3) return;
  const { file, line } = first.keyAt;
  problems.push({
    severity: "warning",
    code: "name-case",
    path: formatPath(path),
    at: second.keyAt,
    reason: `${JSON.stringify(second.key)} and ${
      JSON.stringify(first.key)
    } (${file}:${line}) are one ${about.type}`,
    hint: "Write the name in one way everywhere",
    blocks: false,
    about,
  });
}

/** The layers of the profiles that are asked for, by flag, variable or the configuration itself. */
async function readProfiles(
  session: Session,
  base: RawMap,
  directory: string,
  homes: readonly ForeignHome[],
  flags: readonly string[],
): Promise<readonly RawMap[]> {
  const { host } = session;
  const variable = notEmpty(host.env("ATMOS_PROFILE"));
  const written = valueAt(session, base, "env", "ATMOS_PROFILE") ??
    valueAt(session, base, "profiles", "default");
  const wish = flags.length > 0 ? flags.join(",") : variable ?? written?.text ?? "";
  const names = wish.split(",").map((name) => name.trim()).filter((name) => name !== "");
  const place = valueAt(session, base, "profiles", "base_path");
  const layers: RawMap[] = [];
  for (const name of names) {
    const isName = nameFault(name, "identity") === undefined && !/[\\/]/.test(name);
    const unread = session.unread.length;
    const found = isName ? await profileFiles(session, name, directory, homes, place) : undefined;
    if (session.unread.length > unread) continue;
    if (found === undefined) {
      throw missingProfile(flags.length > 0 || variable !== undefined ? name : undefined);
    }
    for (const layer of await readLocation(session, found)) layers.push(layer);
  }
  return layers;
}

/** The files of a profile that may be read; `undefined`: there is no such directory. */
async function profileFiles(
  session: Session,
  name: string,
  directory: string,
  homes: readonly ForeignHome[],
  basePath: Written | undefined,
): Promise<Location | undefined> {
  const { host } = session;
  const namer = basePath?.by;
  if (basePath !== undefined && namer !== undefined) {
    const real = await host.files.realPath(resolvePath(host.os, directory, basePath.text));
    const asked = { by: namer, where: "profiles.base_path", at: basePath.at };
    if (real !== undefined && (await readable(session, asked, [real])).length === 0) return undefined;
  }
  const path = await findProfile(session, name, directory, basePath?.text);
  if (
    path === undefined || homes.some((home) => home.home === "config" && isInside(host.os, path, home.path))
  ) {
    return undefined;
  }
  const files = await yamlFilesBelow(session, path);
  return { directory, files, circumstances: namer === undefined ? {} : { namedBy: namer } };
}

/** A text of the configuration itself. */
interface Written {
  readonly text: string;
  readonly at: SourcePosition;
  readonly by: ConfigFile | undefined;
}

/** `!env` counts where a trusted file writes it: what it says is looked for, and shown. */
function valueAt(session: Session, root: RawMap, ...path: readonly string[]): Written | undefined {
  const node = nodeAt(root, path);
  const by = session.files.get(node?.at.file ?? "");
  const value = node === undefined
    ? undefined
    : by?.trusted === true
    ? resolveEnvTags(node, session.host.env)
    : node;
  const text = value?.type === "scalar" && value.value !== null ? value.text : "";
  return value === undefined || text === "" ? undefined : { text, at: value.at, by };
}

/** @param name as typed; `undefined`: as the configuration says */
function missingProfile(name: string | undefined): AuthError {
  const which = name === undefined ? "that the configuration names" : JSON.stringify(name);
  return new AuthError(
    "config-invalid",
    `Cannot use the profile ${which}: there is no such directory`,
    {
      hints: ["A profile is a directory below .atmos/profiles or profiles, beside atmos.yaml"],
    },
  );
}

/** @param raw `!env` resolved */
async function finish(
  session: Session,
  raw: RawMap,
  directory: string,
  homes: readonly ForeignHome[],
): Promise<LoadedConfig> {
  const { host } = session;
  const files = [...session.files.values()];
  const byPath = new Map(files.map((file, index) => [file.path, { file, index }]));
  const context: DecodeContext = {
    realm: host.env("ATMOS_AUTH_REALM"),
    keyringType: host.env("ATMOS_KEYRING_TYPE"),
    isTrusted: (path) => session.vouching === "all" || byPath.get(path)?.file.trusted === true,
    place: await findPlaces(session, raw),
    isNamedEndpoint: (url) => namesEndpoint(host.env, url),
    isStsToken: (variable) => holdsStsToken(host.env, variable),
    found: session.problems,
    fileOrder: (path) => byPath.get(path)?.index ?? files.length,
  };
  const decoded = decodeAuth(raw, context);
  const unmet: Need[] = [...session.unread];
  for (const need of decoded.needs) if (!await session.isMet(need)) unmet.push(need);
  const { auth, problems } = withoutTrust(decoded, unmet);
  const origins = () => originsOf(raw);
  const asWritten = decoded.auth;
  const trusting = async (needs: readonly Need[]) => {
    const records = await Promise.all(needs.map((need) => recordsOf(session, need)));
    return records.every((one) => one !== undefined) ? records.flat() : undefined;
  };
  return {
    auth,
    asWritten,
    problems,
    needs: unmet,
    trusting,
    foreignHomes: homes,
    files,
    directory,
    origins,
    raw,
  };
}

const takesAllOutOfUse = (problem: Problem) => problem.blocks && problem.path === "";

function resolveAll(raw: RawMap, env: Host["env"]): RawMap {
  const resolved = resolveEnvTags(raw, env);
  return resolved.type === "map" ? resolved : raw;
}

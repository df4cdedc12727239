/**
 * Finds the configuration, reads it with everything it imports and includes, and decodes it.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { decodeAuth, type DecodeContext } from "./decode.ts";
import { findLocations, findProfile, type Location } from "./discover.ts";
import { resolveEnvTags } from "./env_tag.ts";
import { readLayers, yamlFilesBelow } from "./imports.ts";
import { lookedUpOnce } from "./looked_up.ts";
import { type CaseClash, mergeMaps } from "./merge.ts";
import { nameFault } from "./names.ts";
import { originsOf } from "./origins.ts";
import { findPlaces } from "./places.ts";
import { withProvisioned } from "./provisioned.ts";
import { emptyMap, entryOf, formatPath, nodeAt, type RawMap, textAt } from "./raw.ts";
import { aboutOf, type ConfigHost, type Session } from "./sources.ts";
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
  /** SHA-256 in hex of the files that the person trusts. */
  readonly trusted?: ReadonlySet<string>;
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
  const session: Session = {
    host: {
      files: lookedUpOnce(host.files),
      env: host.env,
      os: host.os,
      workingDirectory: host.workingDirectory,
    },
    trusted: options.trusted ?? new Set(),
    basePath: options.basePath ?? notEmpty(host.env("ATMOS_BASE_PATH")),
    files: new Map(),
    problems: [],
    sources: new Map(),
    gitMarks: new Map(),
    spent: newSpent(),
  };
  const locations = await findLocations(session, {
    configFiles: options.configFiles ?? [],
    configPaths: options.configPaths ?? [],
  });
  const start = emptyMap({ file: host.workingDirectory(), line: 1, column: 1 });
  const layers: RawMap[] = [];
  // One after the other: the order of the files is the order of merging.
  for (const location of locations) {
    for (const layer of await readLocation(session, location)) layers.push(layer);
  }
  const directory = locations.at(-1)?.directory ?? host.workingDirectory();
  const base = mergeLayers(session, start, layers);
  const profiles = await readProfiles(session, base, directory, options.profiles ?? []);
  const merged = mergeLayers(session, base, profiles);
  // Half of a configuration would complain about what is in the other half.
  const readable = session.problems.some(takesAllOutOfUse) ? emptyMap(merged.at) : merged;
  const raw = await withProvisioned(session, resolveAll(readable, host.env));
  return { session, loaded: await finish(session, raw, directory) };
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
  return await finish(own, raw, loaded.directory);
}

const notEmpty = (text: string | undefined) => text === "" ? undefined : text;

async function readLocation(
  session: Session,
  { directory, files, circumstances }: Location,
): Promise<readonly RawMap[]> {
  const layers: RawMap[] = [];
  for (const path of files) {
    const found = await readLayers(session, path, {
      directory,
      baseDirectory: undefined,
      circumstances,
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
  flags: readonly string[],
): Promise<readonly RawMap[]> {
  const { host } = session;
  const wish = flags.length > 0 ? flags.join(",") : notEmpty(host.env("ATMOS_PROFILE")) ??
    valueAt(host, base, "env", "ATMOS_PROFILE") ?? valueAt(host, base, "profiles", "default") ?? "";
  const names = wish.split(",").map((name) => name.trim()).filter((name) => name !== "");
  const basePath = valueAt(host, base, "profiles", "base_path");
  const namedBy = session.files.get(nodeAt(base, ["profiles", "base_path"])?.at.file ?? "");
  const circumstances = namedBy === undefined ? {} : { namedBy };
  const layers: RawMap[] = [];
  for (const name of names) {
    const path = nameFault(name, "identity") === undefined && !/[\\/]/.test(name)
      ? await findProfile(session, name, directory, basePath)
      : undefined;
    if (path === undefined) throw missingProfile(name);
    const files = await yamlFilesBelow(session, path);
    const found = await readLocation(session, { directory: path, files, circumstances });
    for (const layer of found) layers.push(layer);
  }
  return layers;
}

function valueAt({ env }: ConfigHost, root: RawMap, ...path: readonly string[]): string | undefined {
  const node = nodeAt(root, path);
  return node === undefined ? undefined : textAt(resolveEnvTags(node, env));
}

function missingProfile(name: string): AuthError {
  return new AuthError(
    "config-invalid",
    `Cannot use the profile ${JSON.stringify(name)}: there is no such directory`,
    {
      hints: ["A profile is a directory below .atmos/profiles or profiles, beside atmos.yaml"],
    },
  );
}

/** @param raw `!env` resolved */
async function finish(session: Session, raw: RawMap, directory: string): Promise<LoadedConfig> {
  const { host } = session;
  const files = [...session.files.values()];
  const byPath = new Map(files.map((file, index) => [file.path, { file, index }]));
  const context: DecodeContext = {
    realm: host.env("ATMOS_AUTH_REALM"),
    keyringType: host.env("ATMOS_KEYRING_TYPE"),
    isTrusted: (path) => byPath.get(path)?.file.trusted === true,
    place: await findPlaces(session, raw),
    found: session.problems,
    fileOrder: (path) => byPath.get(path)?.index ?? files.length,
  };
  const { auth, problems } = decodeAuth(raw, context);
  return { auth, problems, files, directory, origins: () => originsOf(raw), raw };
}

const takesAllOutOfUse = (problem: Problem) => problem.blocks && problem.path === "";

function resolveAll(raw: RawMap, env: Host["env"]): RawMap {
  const resolved = resolveEnvTags(raw, env);
  return resolved.type === "map" ? resolved : raw;
}

/**
 * Manifests from files: the one place of this room that touches the world.
 *
 * @module
 */
import { isGlob } from "../config/glob.ts";
import { followIncludes, isRemote } from "../config/includes.ts";
import { resolveBasePath } from "../config/imports.ts";
import type { ConfigReading } from "../config/load.ts";
import { mapAt, nodeAt, textAt } from "../config/raw.ts";
import { type Circumstances, mayRead, readSource, type Session, type Source } from "../config/sources.ts";
import type { Need } from "../config/need.ts";
import { TRUST_HINT } from "../config/untrusted.ts";
import type { ConfigFile, Problem } from "../config/types.ts";
import { isAuthError } from "../errors.ts";
import { isAbsolutePath, isInside, joinPath, parentOf, resolvePath } from "../paths.ts";
import { folderKey, foldersNamedIn } from "./bases.ts";
import { type MadeComponent, makeComponent } from "./component.ts";
import { manifestsMatching } from "./globs.ts";
import { goManifest } from "./go_values.ts";
import {
  componentFaults,
  emptyManifest,
  type Fault,
  type ImportItem,
  importItems,
  type Manifest,
  type ManifestFile,
} from "./manifest.ts";
import { manifestMerger } from "./merger.ts";
import { assertWithinReach, projectNeeds } from "./reach.ts";
import { isNamedByPath, stackParts } from "./naming.ts";
import { extensionOf, matchesPattern } from "./patterns.ts";
import { projectSettings } from "./settings.ts";
import {
  COMPONENT_TYPES,
  type ComponentTarget,
  type ComponentType,
  type ProjectSettings,
  type Stack,
} from "./types.ts";
import { withEntries } from "./values.ts";

/** A project: its settings, and the manifests that were read so far. */
export interface Project {
  readonly reading: ConfigReading;
  readonly settings: ProjectSettings;
  /** The manifests that are stacks, absolute, in the order of their paths. */
  readonly manifests: () => Promise<readonly string[]>;
  /** Every manifest as read, by path. */
  readonly files: Map<string, Promise<ManifestFile>>;
  /** Whether there is code in a folder, by its key. */
  readonly folders: Map<string, Promise<boolean>>;
}

/** A stack as read. */
export interface LoadedStack extends Stack {
  /** Why its components cannot be used. */
  readonly faults: readonly Fault[];
  /** Why it has no name but its path. */
  readonly nameFault: string | undefined;
  /** The files that it is made of. */
  readonly sources: ReadonlySet<ConfigFile>;
}

/**
 * The settings of a project. No manifest is read yet.
 *
 * @throws AuthError `config-invalid` for a setting that means nothing
 */
export async function loadProject(reading: ConfigReading): Promise<Project> {
  const settings = await settingsOf(reading);
  assertWithinReach(await projectNeeds(reading, settings));
  const found: { manifests?: Promise<readonly string[]> } = {};
  return {
    reading,
    settings,
    manifests: () => found.manifests ??= findManifests(reading.session, settings),
    files: new Map(),
    folders: new Map(),
  };
}

/** What reading a project needs trust for, beside what its configuration does. */
export async function needsOfProject(reading: ConfigReading): Promise<readonly Need[]> {
  return await projectNeeds(reading, await settingsOf(reading));
}

async function settingsOf(reading: ConfigReading): Promise<ProjectSettings> {
  const { session, loaded: { raw, directory, files } } = reading;
  const { env, os } = session.host;
  const written = nodeAt(raw, ["base_path"]);
  const beside = written === undefined ? directory : withoutDropIn(parentOf(os, written.at.file));
  const basePath = await resolveBasePath(session, textAt(raw, "base_path") ?? "", beside);
  return projectSettings({ env, os, raw, basePath, hasFile: files.length > 0 });
}

/** A file below `.atmos.d` speaks for the directory that holds it: that is where `base_path: .` leads. */
function withoutDropIn(directory: string): string {
  return directory.replace(/[\\/]\.?atmos\.d(?:[\\/].*)?$/, "");
}

/** The manifests that the globs name. */
async function findManifests(session: Session, settings: ProjectSettings): Promise<readonly string[]> {
  const { stacks } = settings;
  const patterns = stacks.included.flatMap((pattern) =>
    extensionOf(pattern) === "" ? [`${pattern}.yaml`, `${pattern}.yml`] : [pattern]
  );
  const grounds = groundsOf(session, settings);
  const lists = await Promise.all(
    patterns.map((pattern) => manifestsMatching(grounds, stacks.directory, pattern)),
  );
  const isExcluded = (path: string) =>
    stacks.excluded.some((pattern) => matchesPattern(pathBelow(path, stacks.directory), pattern));
  return [...new Set(lists.flat())].filter((path) => /\.ya?ml$/i.test(path) && !isExcluded(path)).sort();
}

function groundsOf({ host, spent }: Session, { basePath }: ProjectSettings) {
  return { files: host.files, os: host.os, basePath, budget: spent.searches };
}

const withoutExtension = (path: string) => path.replace(/\.ya?ml$/i, "");

/** A path below a directory, with `/`. */
function pathBelow(path: string, directory: string): string {
  return path.slice(directory.length).replaceAll("\\", "/").replace(/^\//, "");
}

/** Every stack, in the order of the manifests' paths: one for each name of each manifest. */
export async function listStacks(project: Project): Promise<readonly LoadedStack[]> {
  return await readStacks(project, await project.manifests());
}

/**
 * The stacks of a name: one for each manifest that makes a part of it. Where names are paths, no other manifest is
 * read.
 */
export async function stacksNamed(project: Project, name: string): Promise<readonly LoadedStack[]> {
  const { settings: { stacks } } = project;
  const paths = await project.manifests();
  const wanted = withoutExtension(name);
  const atPath = paths.filter((path) => withoutExtension(pathBelow(path, stacks.directory)) === wanted);
  if (atPath.length > 0 && isNamedByPath(stacks)) {
    const [stack] = await readStacks(project, atPath);
    if (stack !== undefined && stack.name === wanted) return [stack];
  }
  const all = await readStacks(project, paths);
  const isAtPath = ({ file }: LoadedStack) => atPath.includes(file);
  const named = all.filter((stack) => stack.name === name);
  return named.length > 0 && !named.some(isAtPath)
    ? named
    : all.filter((stack) => stack.name === name || isAtPath(stack));
}

async function readStacks(project: Project, paths: readonly string[]): Promise<readonly LoadedStack[]> {
  const { settings: { stacks } } = project;
  const files = await readAll(project, paths);
  const merged = manifestMerger((path) => files.get(path), stacks.listMerge);
  const made = await Promise.all(paths.map((path) => stacksOf(project, path, merged(path))));
  return made.flat();
}

async function stacksOf(
  project: Project,
  file: string,
  { root, faults, files }: Manifest,
): Promise<readonly LoadedStack[]> {
  const { settings } = project;
  const manifest = withoutExtension(pathBelow(file, settings.stacks.directory));
  const folders = await foldersOf(project, root);
  const every = [...faults, ...componentFaults(root)];
  return stackParts({ root, folders }, manifest, settings.stacks).map(({ name, components, fault }) => ({
    name,
    manifest,
    file,
    root,
    components,
    folders,
    faults: every,
    nameFault: fault,
    sources: files,
  }));
}

/** The folders of code that components name, and no component is called. */
async function foldersOf(project: Project, root: Stack["root"]): Promise<ReadonlySet<string>> {
  const named = COMPONENT_TYPES.flatMap((type) =>
    foldersNamedIn({ root }, type).map((folder) => ({ type, folder, key: folderKey(type, folder) }))
  );
  const found = await Promise.all(named.map(async ({ type, folder, key }) => {
    const known = project.folders.get(key) ?? isFolder(project, type, folder);
    project.folders.set(key, known);
    return await known ? [key] : [];
  }));
  return new Set(found.flat());
}

/** One that may not be looked at counts as there: who runs the component will see. */
async function isFolder(
  { reading: { session: { host: { files, os } } }, settings }: Project,
  type: ComponentType,
  folder: string,
): Promise<boolean> {
  try {
    const real = await files.realPath(joinPath(os, settings[type].directory, folder));
    return real !== undefined && (await files.status(real))?.kind === "directory";
  } catch (error) {
    if (isAuthError(error, "file-failed", "permission-missing")) return true;
    throw error;
  }
}

/** Reads manifests and all that they import, each once, as many at a time as there are. */
async function readAll(
  project: Project,
  paths: readonly string[],
): Promise<ReadonlyMap<string, ManifestFile>> {
  const read = new Map<string, ManifestFile>();
  const asked = new Set<string>();
  const visit = async (path: string): Promise<void> => {
    if (asked.has(path)) return;
    asked.add(path);
    const promise = project.files.get(path) ?? readManifest(project, path);
    project.files.set(path, promise);
    const file = await promise;
    read.set(path, file);
    await Promise.all(file.imports.flatMap((item) => item.paths).map(visit));
  };
  await Promise.all(paths.map(visit));
  return read;
}

async function readManifest({ reading, settings }: Project, path: string): Promise<ManifestFile> {
  const problems: Problem[] = [];
  const files = new Map<string, ConfigFile>();
  const session: Session = { ...reading.session, problems, files };
  const { files: known } = reading.loaded;
  const namedBy = known.find(({ trusted }) => !trusted) ?? known.at(-1);
  const at = { file: path, line: 1, column: 1 };
  const real = await session.host.files.realPath(path);
  if (
    real !== undefined && namedBy !== undefined &&
    !await mayRead(session, namedBy, real, { where: "stacks", at })
  ) {
    const reason = `it leads to ${real}, which needs trust`;
    return { ...emptyManifest(path), faults: [{ at, reason, hint: TRUST_HINT }] };
  }
  const source = await sourceOf(session, path, namedBy === undefined ? {} : { namedBy });
  if (typeof source === "string") return { ...emptyManifest(path), faults: [{ at, reason: source }] };
  const { basePath } = settings;
  const followed = await followIncludes(session, source, basePath);
  const own = followed.type === "map" ? followed : emptyManifest(path).own;
  const items = importItems(own).map((item) => followImport(session, path, item, settings));
  const found = await Promise.all(items);
  return {
    path,
    own: goManifest(withEntries(own, { import: undefined })),
    imports: found.filter((item) => "paths" in item),
    faults: [
      ...problems.flatMap((problem) => faultOf(problem, at)),
      ...found.filter((item) => "reason" in item),
    ],
    files: [source.file, ...files.values()],
  };
}

/** One manifest that may not be read takes out of use what it makes, and no other stack. */
async function sourceOf(
  session: Session,
  path: string,
  circumstances: Circumstances,
): Promise<Source | string> {
  try {
    return await readSource(session, path, circumstances) ?? "there is no such file";
  } catch (error) {
    if (isAuthError(error, "file-failed")) return error.message;
    throw error;
  }
}

/** A second document is only worth a word; anything else wrong with the text makes what it means unsure. */
function faultOf({ code, at, reason, hint }: Problem, start: Fault["at"]): readonly Fault[] {
  if (code === "multiple-documents") return [];
  return [{ at: at ?? start, reason, ...(hint === undefined ? {} : { hint }) }];
}

async function followImport(
  session: Session,
  from: string,
  item: ImportItem,
  settings: ProjectSettings,
): Promise<ManifestFile["imports"][number] | Fault> {
  if ("reason" in item) return item;
  const { at, path, isOptional } = item;
  const { stacks: { directory } } = settings;
  const { os } = session.host;
  if (isRemote(path, os)) {
    return { at, reason: `${JSON.stringify(path)} is not imported: only local manifests are` };
  }
  const base = /^\.\.?[\\/]/.test(path) ? parentOf(os, from) : directory;
  const paths = (await pathsOf(session, settings, base, path)).filter((found) =>
    !isGlob(path) || found !== from
  );
  const template = paths.find((found) => TEMPLATE.test(found));
  if (template !== undefined) {
    return { at, reason: `it imports ${template}, which is a template, and templates are not rendered` };
  }
  if (paths.length > 0 || isOptional) return { at, paths };
  return {
    at,
    reason: `it imports ${JSON.stringify(path)}, and there is no such manifest`,
    hint: isAbsolutePath(os, path) || isInside(os, base, directory)
      ? `It was looked for below ${base}; \`skip_if_missing: true\` goes without it`
      : "`skip_if_missing: true` goes without it",
  };
}

const TEMPLATE = /\.ya?ml\.tmpl$/i;

async function pathsOf(
  session: Session,
  settings: ProjectSettings,
  base: string,
  name: string,
): Promise<readonly string[]> {
  const { os, files } = session.host;
  if (isGlob(name)) {
    const pattern = extensionOf(name) === "" ? `${name}.yaml` : name;
    const found = await manifestsMatching(groundsOf(session, settings), base, pattern);
    return found.filter((path) => /\.ya?ml$/i.test(path) || TEMPLATE.test(path));
  }
  for (const candidate of /\.ya?ml$/i.test(name) ? [name] : [`${name}.yaml`, `${name}.yml`]) {
    const path = resolvePath(os, base, candidate);
    const real = await files.realPath(path);
    const status = real === undefined ? undefined : await files.status(real);
    if (status !== undefined && status.kind !== "directory") return [path];
  }
  return [];
}

/** A component of a stack, as it is: whether it can be used is another matter. */
export function componentIn(project: Project, stack: Stack, target: ComponentTarget): MadeComponent {
  const { reading: { session: { host }, loaded }, settings } = project;
  return makeComponent(stack, target, {
    env: host.env,
    os: host.os,
    settings,
    auth: mapAt(loaded.raw, "auth"),
    commonEnv: mapAt(loaded.raw, "env"),
  });
}

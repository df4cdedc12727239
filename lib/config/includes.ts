/**
 * `!include FILE`: a value from another file, which must lie in the tree of the file that names it.
 *
 * @module
 */
import { LIMITS, overLimit } from "../limits.ts";
import { parentOf, resolvePath } from "../paths.ts";
import type { Os } from "../host.ts";
import { splitTokens } from "./env_tag.ts";
import type { Path, Raw, RawEntry, RawMap, RawTag } from "./raw.ts";
import { isInTree, isWithinLimit, noteFile, readSource, type Session, type Source } from "./sources.ts";

/** What a file's includes are followed with. */
interface Following {
  readonly session: Session;
  /** Where a path leads that is not beside the file. */
  readonly baseDirectory: string;
  readonly source: Source;
  /** The files on the way here, to find circles. */
  readonly trail: readonly string[];
}

/**
 * The value of a file with every `!include` replaced by what it names. One that cannot be followed stays, with the
 * reason, for whoever needs the value: elsewhere in `atmos.yaml` it may be meant for Atmos itself.
 */
export async function followIncludes(
  session: Session,
  source: Source,
  baseDirectory: string,
): Promise<Raw> {
  const trail = [source.file.realPath];
  return await follow({ session, baseDirectory, source, trail }, source.root, []);
}

async function follow(following: Following, raw: Raw, path: Path): Promise<Raw> {
  if (!holdsInclude(raw)) return raw;
  switch (raw.type) {
    case "tag":
      return raw.tag === "!include" ? await include(following, raw, path) : raw;
    case "list": {
      const items: Raw[] = [];
      for (const [index, item] of raw.items.entries()) {
        items.push(await follow(following, item, [...path, index]));
      }
      return { ...raw, items };
    }
    case "map":
      return await followMap(following, raw, path);
    default:
      return raw;
  }
}

async function followMap(following: Following, raw: RawMap, path: Path): Promise<RawMap> {
  const entries = new Map<string, RawEntry>();
  for (const [key, entry] of raw.entries) {
    entries.set(key, { ...entry, value: await follow(following, entry.value, [...path, key]) });
  }
  return { ...raw, entries };
}

function holdsInclude(raw: Raw): boolean {
  switch (raw.type) {
    case "tag":
      return raw.tag === "!include";
    case "list":
      return raw.items.some(holdsInclude);
    case "map":
      return raw.entries.values().some(({ value }) => holdsInclude(value));
    default:
      return false;
  }
}

async function include(following: Following, tag: RawTag, path: Path): Promise<Raw> {
  const { session, source, trail } = following;
  if (!isWithinLimit(session, source.file.path, "files", 1)) return { ...tag, fault: overLimit("files") };
  const target = await targetOf(following, tag);
  if ("fault" in target) return { ...tag, fault: target.fault };
  const included = await readSource(session, target.path, {
    namedBy: source.file,
    isImported: true,
    within: path,
  });
  if (included === undefined) {
    return { ...tag, fault: `cannot include ${target.path}: there is no such file` };
  }
  noteFile(session, included.file);
  if (!included.isReadable) {
    return { ...tag, fault: `cannot include ${target.path}: it cannot be read as YAML` };
  }
  const inner = { ...following, source: included, trail: [...trail, included.file.realPath] };
  const value = await follow(inner, included.root, path);
  return value.type === "map" ? value : asIncluded(value);
}

/** A text from a file is nothing that its author wrote into the configuration: it is marked as what it is. */
function asIncluded(raw: Raw): Raw {
  switch (raw.type) {
    case "scalar":
      return { ...raw, included: true };
    case "list":
      return { ...raw, items: raw.items.map(asIncluded) };
    default:
      return raw;
  }
}

type Target = { readonly path: string } | { readonly fault: string };

/** The file that a tag names, beside the file it stands in or below the base path. */
async function targetOf(
  { session, source, baseDirectory, trail }: Following,
  tag: RawTag,
): Promise<Target> {
  const { os, files } = session.host;
  const name = includedName(tag, os);
  if (typeof name !== "string") return name;
  const candidates = [parentOf(os, source.file.path), baseDirectory].map((base) =>
    resolvePath(os, base, name)
  );
  const [first = name] = candidates;
  const fault = (path: string, reason: string): Target => ({ fault: `cannot include ${path}: ${reason}` });
  for (const path of candidates) {
    const real = await files.realPath(path);
    if (real === undefined) continue;
    if (!isInTree(session, source.file, real)) {
      return fault(path, `it is outside ${source.file.tree} or inside a .git directory`);
    }
    if (trail.includes(real)) return fault(path, `it includes itself: ${[...trail, real].join(" -> ")}`);
    return trail.length > LIMITS.importDepth.most ? fault(path, overLimit("importDepth")) : { path };
  }
  return fault(first, "there is no such file");
}

/** The one path behind a tag, or why there is none that is followed. */
function includedName(tag: RawTag, os: Os): string | { readonly fault: string } {
  const words = tag.argument.type === "scalar" ? splitTokens(tag.argument.text, 2) : "!include takes a path";
  if (typeof words === "string") return { fault: words };
  const [name, query] = words;
  if (name === undefined) return { fault: "!include needs a path" };
  if (query !== undefined) return { fault: "!include takes one path here, and no query" };
  if (isRemote(name, os)) return { fault: `cannot include ${name}: only local files are included` };
  return /\.(?:ya?ml|json)$/i.test(name)
    ? name
    : { fault: `cannot include ${name}: only YAML and JSON are included` };
}

/** Whether a path is one of those that Atmos would download: URLs, `git::...`, `github.com/...`, `git@host:...`. */
export function isRemote(path: string, os: Os): boolean {
  if (os === "windows" && /^[a-z]:[\\/]/i.test(path)) return false;
  return /^(?:[a-z][a-z0-9+.-]*:|git@|(?:github|gitlab|bitbucket)\.(?:com|org)\/)/i.test(path);
}

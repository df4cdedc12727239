/**
 * Where the paths in a configuration lead, links resolved: inside of the repository, or out of it.
 *
 * @module
 */
import { configHome, dataHome, expandHome, isInside, joinPath, parentOf, resolvePath } from "../paths.ts";
import { messageOf } from "../errors.ts";
import { OWN_STREAMS } from "./settings.ts";
import { mapAt, nodeAt, type Path, type Raw, type RawMap, type RawScalar } from "./raw.ts";
import { gitRootAbove, homeOf, optional, type Session } from "./sources.ts";
import type { Place, Trust } from "./trust.ts";

/** Looks up every path of the configuration that something is written to or read from. */
export async function findPlaces(session: Session, root: RawMap): Promise<Trust["place"]> {
  const places = new Map<string, Place>();
  for (const { text, at } of pathsIn(root)) {
    // What they lead to is another file in each run.
    if (OWN_STREAMS.includes(text)) continue;
    const key = keyOf(text, at.file);
    if (!places.has(key)) places.set(key, await findPlace(session, text, at.file));
  }
  return (path, file) =>
    places.get(keyOf(path, file)) ?? { path, standing: "outside", fault: "this path was not looked up" };
}

const keyOf = (text: string, file: string) => `${text}\0${file}`;

/** The scalars of a configuration that are paths. */
function pathsIn(root: RawMap): readonly RawScalar[] {
  const auth = nodeAt(root, ["auth"]);
  const entries = [...mapAt(auth, "providers")?.entries.values() ?? []];
  const isPath = (node: Raw | undefined) => node?.type === "scalar" && node.value !== null ? [node] : [];
  const at = (from: Raw | undefined, ...path: Path) => isPath(nodeAt(from, path));
  return [
    ...at(root, "logs", "file"),
    ...at(auth, "logs", "file"),
    ...at(auth, "keyring", "spec", "path"),
    ...entries.flatMap(({ value }) => [
      ...at(value, "spec", "files", "base_path"),
      ...at(value, "spec", "token_file"),
    ]),
  ];
}

async function findPlace(session: Session, text: string, file: string): Promise<Place> {
  const { os } = session.host;
  const fault = /[\0\r\n]/.test(text) ? "a path cannot hold NUL or line breaks" : undefined;
  const expanded = fault ?? expand(session, text);
  if (fault !== undefined || typeof expanded !== "string") {
    return { path: text, standing: "outside", fault: fault ?? messageOf(expanded) };
  }
  const path = resolvePath(os, parentOf(os, file), expanded);
  return { path, standing: await standingOf(session, path, file) };
}

function expand({ host }: Session, text: string): string | Error {
  return optional(() => expandHome(host, text)) ??
    new RangeError(`the home directory in ${JSON.stringify(text)} cannot be told`);
}

async function standingOf(session: Session, path: string, file: string): Promise<Place["standing"]> {
  const { host } = session;
  const real = await realPathOf(session, path);
  const leadsInto = async (directory: string) =>
    isInside(host.os, real, await realPathOf(session, directory)) && isInside(host.os, path, directory);
  const home = homeOf(host);
  for (const name of home === undefined ? [] : [".aws", ".ssh"]) {
    const directory = joinPath(host.os, home ?? "", name);
    if (isInside(host.os, path, directory) || isInside(host.os, real, await realPathOf(session, directory))) {
      return "forbidden";
    }
  }
  const root = await gitRootAbove(session, parentOf(host.os, file));
  if (root !== undefined && await leadsInto(root)) {
    // What is below .git decides what Git runs: it is no part of the work tree.
    const below = real.slice((await realPathOf(session, root)).length);
    if (!/(?:^|[\\/])\.git(?:[\\/]|$)/i.test(below)) return "inside";
  }
  for (const directory of ownDirectories(session)) if (await leadsInto(directory)) return "own";
  return await leadsInto(temporaryDirectory(session)) ? "temporary" : "outside";
}

/** Directories that are Atmos's by convention: a repository that names one chooses nothing that is not ours. */
function ownDirectories({ host }: Session): readonly string[] {
  const home = homeOf(host);
  const bases = [optional(() => configHome(host)), optional(() => dataHome(host))];
  return [
    ...bases.flatMap((base) => base === undefined ? [] : [joinPath(host.os, base, "atmos")]),
    ...(home === undefined ? [] : [joinPath(host.os, home, ".atmos")]),
  ];
}

function temporaryDirectory({ host }: Session): string {
  const [variable, usual] = host.os === "windows" ? ["TEMP", "C:\\Windows\\Temp"] : ["TMPDIR", "/tmp"];
  const set = host.env(variable) ?? "";
  return resolvePath(host.os, usual, set === "" ? usual : set);
}

/** A path with the links in the part of it that exists resolved; a link that leads nowhere is at no place we know. */
async function realPathOf({ host }: Session, path: string): Promise<string> {
  const missing: string[] = [];
  for (let current = path;; current = parentOf(host.os, current)) {
    const real = await host.files.realPath(current);
    if (real !== undefined) return joinPath(host.os, real, ...missing);
    if ((await host.files.status(current))?.kind === "symlink") return "";
    const parent = parentOf(host.os, current);
    if (parent === current) return path;
    missing.unshift(current.slice(parent.length).replace(/^[\\/]/, ""));
  }
}

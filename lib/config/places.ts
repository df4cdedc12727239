/**
 * Where the paths in a configuration lead, links resolved.
 *
 * @module
 */
import { dataHome, expandHome, isInside, joinPath, parentOf, resolvePath } from "../paths.ts";
import { messageOf } from "../errors.ts";
import { lookedAt } from "./ownership.ts";
import { mapAt, nodeAt, type Path, type Raw, type RawMap, type RawScalar } from "./raw.ts";
import { report, type Scope } from "./scope.ts";
import { homeOf, optional, type Session, treeOf } from "./sources.ts";
import { OWN_STREAMS, type Place, type Trust } from "./trust.ts";

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
    places.get(keyOf(path, file)) ?? { path, standing: "other", fault: "this path was not looked up" };
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
    return { path: text, standing: "other", fault: fault ?? messageOf(expanded) };
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
  const home = homeOf(host);
  for (const name of home === undefined ? [] : [".aws", ".ssh"]) {
    const directory = joinPath(host.os, home ?? "", name);
    if (isInside(host.os, path, directory) || isInside(host.os, real, await realPathOf(session, directory))) {
      return "forbidden";
    }
  }
  if (await isKeyringPlace(session, path, real)) return "keyring";
  const isIn = async (directory: string) =>
    parentOf(host.os, path) === directory && parentOf(host.os, real) === await realPathOf(session, directory);
  const isTemporary = (await Promise.all(temporaryDirectories(session).map(isIn))).includes(true);
  const tree = session.files.get(file)?.tree ?? await treeOf(session, await realPathOf(session, file));
  return isTemporary && !isInside(host.os, real, tree) ? "temporary" : "other";
}

/** `~/.atmos/keyring*` and `<data home>/atmos/keyring*`, with all below them. */
async function isKeyringPlace(session: Session, path: string, real: string): Promise<boolean> {
  const { host } = session;
  const home = homeOf(host);
  const data = optional(() => dataHome(host));
  const bases = [
    ...(home === undefined ? [] : [joinPath(host.os, home, ".atmos")]),
    ...(data === undefined ? [] : [joinPath(host.os, data, "atmos")]),
  ];
  const isBelow = (text: string, base: string) =>
    isInside(host.os, text, base) && /^[\\/]?keyring/i.test(text.slice(base.length));
  for (const base of bases) {
    if (isBelow(path, base) && isBelow(real, await realPathOf(session, base))) return true;
  }
  return false;
}

function temporaryDirectories({ host }: Session): readonly string[] {
  const [variable, usual] = host.os === "windows" ? ["TEMP", "C:\\Windows\\Temp"] : ["TMPDIR", "/tmp"];
  const set = host.env(variable) ?? "";
  return [usual, ...(set === "" ? [] : [resolvePath(host.os, usual, set)])];
}

/** A path with the links in the part of it that exists resolved; a link that leads nowhere is at no place we know. */
async function realPathOf({ host }: Session, path: string): Promise<string> {
  const missing: string[] = [];
  for (let current = path;; current = parentOf(host.os, current)) {
    // Of a device, and of what is in `/proc`, the sandbox tells nothing to whom it does not grant everything.
    const real = await lookedAt(() => host.files.realPath(current));
    if (real !== undefined) return joinPath(host.os, real, ...missing);
    if ((await lookedAt(() => host.files.status(current)))?.kind === "symlink") return "";
    const parent = parentOf(host.os, current);
    if (parent === current) return path;
    missing.unshift(current.slice(parent.length).replace(/^[\\/]/, ""));
  }
}

/**
 * The directory that a value names, for files of ours.
 *
 * @returns `undefined` when the value is absent, or when it leads where we never write: then it is reported
 */
export function directoryAt(scope: Scope, trust: Pick<Trust, "place">, path: Path): string | undefined {
  const node = nodeAt(scope.raw, path);
  if (node?.type !== "scalar" || node.value === null || node.text === "") return undefined;
  const place = trust.place(node.text, node.at.file);
  if (place.fault !== undefined) {
    report(scope, { code: "malformed-path", path, reason: place.fault });
    return undefined;
  }
  if (place.standing === "forbidden") {
    report(scope, {
      code: "forbidden-path",
      path,
      reason: `${place.path} belongs to other programs, and atmos never writes there`,
      hint: "Choose a directory outside ~/.aws and ~/.ssh",
    });
    return undefined;
  }
  return place.path;
}

/** The fake's files: a map from path to what is there, with modes, links, locks and injected failures. */
import { AuthError } from "../lib/errors.ts";
import { temporaryFor } from "../lib/files/temporary.ts";
import type { DirectoryEntry, Files, FileStatus, Lock, LockWait, Sink } from "../lib/host.ts";
import { LIMITS, overLimit } from "../lib/limits.ts";
import type { EpochMillis } from "../lib/time.ts";

/** What stands at a path. */
export type Node =
  | { readonly kind: "file"; readonly bytes: Uint8Array; readonly mode: number }
  | { readonly kind: "directory"; readonly mode: number }
  | { readonly kind: "symlink"; readonly target: string }
  /** A device, or a pipe with what comes out of it. */
  | { readonly kind: "other"; readonly bytes: Uint8Array | undefined; readonly mode: number };

/** A lock that another process holds when we first ask for it. */
export interface HeldLock {
  /** Who `onWait` is told of. */
  readonly holder?: string;
  /** How long it stays held; the fake clock moves by as much. Forever when absent. */
  readonly heldMillis?: number;
  /** What the other process does before it lets go, such as writing a file. */
  readonly meanwhile?: () => void | Promise<void>;
}

export interface FakeFilesInit {
  /** Text by absolute path; directories are implied (0755), mode 0644 unless `modes` says otherwise. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly directories?: readonly string[];
  /** Target by the path of the link. */
  readonly links?: Readonly<Record<string, string>>;
  readonly modes?: Readonly<Record<string, number>>;
  /** Devices, which nobody may read. */
  readonly devices?: readonly string[];
  /** What comes out of a pipe, by its path. */
  readonly pipes?: Readonly<Record<string, string>>;
  /** Paths that belong to another user. */
  readonly foreign?: readonly string[];
  /** Paths that cannot be read, with all below them. */
  readonly unreadable?: readonly string[];
  /** Paths that cannot be written, made or removed, with all below them. */
  readonly unwritable?: readonly string[];
  /** Locks that other processes hold, by path. */
  readonly heldLocks?: Readonly<Record<string, HeldLock>>;
}

/** The files, and how a test looks at them. */
export interface FakeFiles {
  readonly files: Files;
  /** Every file with its text, sorted by path. */
  readonly tree: () => Record<string, string>;
  readonly node: (path: string) => Node | undefined;
  /** Makes a symbolic link. */
  readonly link: (path: string, target: string) => void;
  /** Makes a pipe out of which a text comes. */
  readonly pipe: (path: string, text: string) => void;
  /** Puts a file there as another program would. */
  readonly put: (path: string, text: string, mode?: number) => void;
  /** Every successful change in order: `write /a`, `append /a`, `remove /a`. */
  readonly changes: readonly string[];
  /** Every lock taken, in order. */
  readonly locks: readonly string[];
  /** What was written to devices and pipes, by their paths. */
  readonly poured: ReadonlyMap<string, string>;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** One way to write a path: forward slashes, no `.`, `..` or trailing slash; `C:\x` is `/C:/x`. */
export function normalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.replaceAll("\\", "/").split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

const parentOf = (path: string) => path.slice(0, Math.max(1, path.lastIndexOf("/")));
const isWithin = (path: string, roots: readonly string[] = []) =>
  roots.map(normalPath).some((root) => path === root || path.startsWith(`${root}/`));

export function fakeFiles(init: FakeFilesInit, clock: { now: EpochMillis }, windows: boolean): FakeFiles {
  const nodes = new Map<string, Node>([["/", { kind: "directory", mode: 0o755 }]]);
  const changes: string[] = [];
  const locks: string[] = [];
  const poured = new Map<string, string>();
  const held = new Map(Object.entries(init.heldLocks ?? {}).map(([path, lock]) => [normalPath(path), lock]));
  const queues = new Map<string, Promise<void>>();

  function makeDirectories(path: string, mode: number): void {
    const existing = nodes.get(path);
    if (existing?.kind === "directory") return;
    if (existing !== undefined) fail(`create the directory ${path}`, "a file is in the way");
    if (parentOf(path) !== path) makeDirectories(parentOf(path), mode);
    nodes.set(path, { kind: "directory", mode });
  }

  function put(path: string, content: string | Uint8Array, mode = 0o644): void {
    const place = normalPath(path);
    makeDirectories(parentOf(place), 0o755);
    nodes.set(place, {
      kind: "file",
      bytes: typeof content === "string" ? encoder.encode(content) : content,
      mode,
    });
  }

  function link(path: string, target: string): void {
    const place = normalPath(path);
    makeDirectories(parentOf(place), 0o755);
    nodes.set(place, { kind: "symlink", target });
  }

  function special(path: string, bytes: Uint8Array | undefined): void {
    const place = normalPath(path);
    makeDirectories(parentOf(place), 0o755);
    nodes.set(place, { kind: "other", bytes, mode: 0o666 });
  }

  /** The path with links resolved, the one at its end only when asked. */
  function resolve(path: string, followLast: boolean, depth = 0): string {
    const normal = normalPath(path);
    if (normal === "/" || depth > 20) return normal;
    const place = `${resolve(parentOf(normal), true, depth + 1)}/${normal.slice(normal.lastIndexOf("/") + 1)}`
      .replace("//", "/");
    const node = nodes.get(place);
    if (node?.kind !== "symlink" || !followLast) return place;
    const target = node.target.startsWith("/") ? node.target : `${parentOf(place)}/${node.target}`;
    return resolve(target, true, depth + 1);
  }

  function readable(path: string, action: string): string {
    const place = resolve(path, true);
    if (isWithin(place, init.unreadable)) fail(`${action} ${path}`, "permission denied");
    return place;
  }

  function writable(path: string, action: string): string {
    const place = resolve(path, false);
    if (isWithin(place, init.unwritable)) fail(`${action} ${path}`, "permission denied");
    return place;
  }

  function bytesAt(path: string): Uint8Array | undefined {
    const node = nodes.get(readable(path, "read"));
    if (node === undefined || node.kind === "symlink") return undefined;
    if (node.kind !== "file") fail(`read ${path}`, `it is ${whatIs(node)}, not a regular file`);
    if (node.bytes.length > LIMITS.fileBytes.most) fail(`read ${path}`, overLimit("fileBytes"));
    return node.bytes;
  }

  function pipedAt(path: string): Uint8Array | undefined {
    const node = nodes.get(readable(path, "read"));
    if (node?.kind !== "other") return bytesAt(path);
    if (node.bytes === undefined) fail(`read ${path}`, "it is a device, not a file or a pipe");
    if (node.bytes.length > LIMITS.fileBytes.most) fail(`read ${path}`, overLimit("fileBytes"));
    return node.bytes;
  }

  function write(path: string, bytes: Uint8Array, mode: number, change: "write" | "append"): void {
    const place = writable(path, "write");
    const before = nodes.get(place);
    if (before?.kind === "symlink") fail(`write ${path}`, "it is a symbolic link");
    if (before?.kind === "directory") fail(`write ${path}`, "it is a directory");
    if (before?.kind === "other") fail(`write ${path}`, `it is ${whatIs(before)}`);
    makeDirectories(parentOf(place), 0o700);
    const appended = change === "append" && before !== undefined;
    nodes.set(place, {
      kind: "file",
      bytes: appended ? new Uint8Array([...before.bytes, ...bytes]) : bytes,
      mode: appended ? before.mode : mode,
    });
    changes.push(`${change} ${place}`);
  }

  const namesIn = (place: string): DirectoryEntry[] => {
    const prefix = place === "/" ? "/" : `${place}/`;
    return [...nodes].filter(([path]) =>
      path !== "/" && path.startsWith(prefix) && !path.slice(prefix.length).includes("/")
    ).map(([path, node]) => ({ name: path.slice(prefix.length), kind: node.kind }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  };

  function removeOne(path: string, withAll: boolean): boolean {
    const place = writable(path, "remove");
    const node = nodes.get(place);
    if (node === undefined) return false;
    if (node.kind === "directory" && !withAll && namesIn(place).length > 0) {
      fail(`remove ${path}`, "directory not empty");
    }
    for (const below of [...nodes.keys()].filter((key) => key === place || key.startsWith(`${place}/`))) {
      nodes.delete(below);
    }
    changes.push(`remove ${place}`);
    return true;
  }

  function statusOf(path: string): FileStatus | undefined {
    const node = nodes.get(resolve(path, false));
    if (node === undefined) return undefined;
    const mode = node.kind === "symlink" ? 0o777 : node.kind === "other" ? 0o666 : node.mode;
    return {
      kind: node.kind,
      mode: windows ? undefined : mode,
      size: node.kind === "file" ? node.bytes.length : 0,
      owned: windows ? undefined : !(init.foreign ?? []).map(normalPath).includes(resolve(path, false)),
      uid: windows ? undefined : 1000,
      writableByOthers: windows ? undefined : node.kind !== "symlink" && (mode & 0o022) !== 0,
      links: windows ? undefined : 1,
    };
  }

  /** What is written to a device or a pipe is remembered by its path. */
  function sinkAt(path: string): Sink | undefined {
    const place = writable(path, "write to");
    const node = nodes.get(place);
    if (node === undefined || node.kind === "file") return undefined;
    if (node.kind !== "other") {
      const what = node.kind === "symlink" ? "a symbolic link" : "a directory";
      throw new AuthError("usage", `Cannot write to ${path}: it is ${what}`, {
        hints: ["Name a file, a pipe or a terminal"],
      });
    }
    return {
      write: (text) => {
        poured.set(place, (poured.get(place) ?? "") + text);
        return Promise.resolve();
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  /** Another process's hold: time passes, it does its work, then we may go on. */
  async function waitForOther(place: string, other: HeldLock, wait: LockWait): Promise<void> {
    wait.onWait?.(other.holder);
    if (other.heldMillis === undefined || other.heldMillis > wait.deadlineMillis) {
      clock.now += wait.deadlineMillis;
      throw new AuthError(
        "lock-timeout",
        `Cannot lock ${place}: ${other.holder ?? "another process"} holds it`,
        { hints: ["Wait for the other command to finish, or end it"] },
      );
    }
    clock.now += other.heldMillis;
    held.delete(place);
    await other.meanwhile?.();
  }

  async function lock(path: string, wait: LockWait): Promise<Lock> {
    const place = writable(path, "lock");
    if (nodes.get(place)?.kind === "symlink") fail(`lock ${path}`, "it is a symbolic link");
    const before = queues.get(place) ?? Promise.resolve();
    const { promise, resolve: release } = Promise.withResolvers<void>();
    queues.set(place, before.then(() => promise));
    await before;
    try {
      const other = held.get(place);
      if (other !== undefined) await waitForOther(place, other, wait);
    } catch (error) {
      release();
      throw error;
    }
    makeDirectories(parentOf(place), 0o700);
    if (!nodes.has(place)) nodes.set(place, { kind: "file", bytes: new Uint8Array(), mode: 0o600 });
    locks.push(place);
    return {
      [Symbol.asyncDispose]: () => {
        release();
        return Promise.resolve();
      },
    };
  }

  for (const path of init.directories ?? []) makeDirectories(normalPath(path), 0o755);
  for (const [path, content] of Object.entries(init.files ?? {})) put(path, content);
  for (const [path, target] of Object.entries(init.links ?? {})) link(path, target);
  for (const path of init.devices ?? []) special(path, undefined);
  for (const [path, text] of Object.entries(init.pipes ?? {})) special(path, encoder.encode(text));
  for (const [path, mode] of Object.entries(init.modes ?? {})) {
    const node = nodes.get(normalPath(path));
    if (node?.kind !== "file" && node?.kind !== "directory") {
      throw new TypeError(`No file for the mode of ${path}`);
    }
    nodes.set(normalPath(path), { ...node, mode });
  }

  const files: Files = {
    readText: async (path) => {
      const bytes = await Promise.resolve().then(() => bytesAt(path));
      return bytes === undefined ? undefined : decode(path, bytes);
    },
    readBytes: async (path) => (await Promise.resolve().then(() => bytesAt(path)))?.slice(),
    readPipe: async (path) => (await Promise.resolve().then(() => pipedAt(path)))?.slice(),
    writeText: async (path, text, mode) => {
      await Promise.resolve();
      write(path, encoder.encode(text), mode, "write");
    },
    appendText: async (path, text, mode) => {
      await Promise.resolve();
      write(path, encoder.encode(text), mode, "append");
    },
    remove: (path) => Promise.resolve().then(() => removeOne(path, false)),
    removeIfEmpty: (path) =>
      Promise.resolve().then(() => {
        const place = writable(path, "remove");
        return nodes.has(place) && namesIn(place).length === 0 && removeOne(path, false);
      }),
    removeTree: (path) => Promise.resolve().then(() => removeOne(path, true)),
    leftovers: (directory) =>
      Promise.resolve().then(() =>
        namesIn(readable(directory, "list"))
          .filter(({ name, kind }) => kind === "file" && temporaryFor(name) !== undefined)
          .map(({ name }) => `${directory}/${name}`)
      ),
    sink: (path) => Promise.resolve().then(() => sinkAt(path)),
    list: (path) =>
      Promise.resolve().then(() => {
        const place = readable(path, "list");
        const node = nodes.get(place);
        if (node?.kind === "file") fail(`list ${path}`, "is not a directory");
        return node === undefined ? undefined : namesIn(place);
      }),
    status: (path) => Promise.resolve().then(() => statusOf(path)),
    realPath: (path) =>
      Promise.resolve().then(() => {
        const place = resolve(path, true);
        return nodes.has(place) ? place : undefined;
      }),
    lock,
  };
  return {
    files,
    tree: () =>
      Object.fromEntries(
        [...nodes].flatMap(([path, node]) =>
          node.kind === "file" ? [[path, new TextDecoder().decode(node.bytes)] as const] : []
        ).sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    node: (path) => nodes.get(normalPath(path)),
    put,
    link,
    pipe: (path, text) => special(path, encoder.encode(text)),
    changes,
    locks,
    poured,
  };
}

const whatIs = (node: Exclude<Node, { readonly kind: "symlink" }>) =>
  node.kind === "directory" ? "a directory" : node.kind === "other" && node.bytes ? "a pipe" : "a device";

function decode(path: string, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new AuthError("file-failed", `Cannot read ${path}: it is not UTF-8 text`, { where: path, cause });
  }
}

function fail(attempt: string, reason: string): never {
  throw new AuthError("file-failed", `Cannot ${attempt}: ${reason}`);
}

/**
 * What a run touches, written down: a world that notes the variables and files that are looked at, so that the grants
 * for them need not be kept in a list beside the code.
 *
 * @module
 */
import type { Files, Host } from "../../host.ts";
import { GRANT_KINDS, type GrantKind, type Grants } from "../../output/permissions.ts";
import { derived } from "../../session/derive.ts";

/** Scopes by class, growing. */
export interface Ledger {
  /** Without it the command fails. */
  readonly need: (kind: GrantKind, ...scopes: readonly string[]) => void;
  /** Without it the command goes on as if nothing were there. */
  readonly like: (kind: GrantKind, ...scopes: readonly string[]) => void;
  /** What was noted as needed is only liked. */
  readonly spare: (kind: GrantKind, ...scopes: readonly string[]) => void;
  readonly needed: () => Grants;
  /** What is liked and not needed. */
  readonly optional: () => Grants;
}

type Book = Map<GrantKind, Set<string>>;

export function newLedger(): Ledger {
  const [needed, liked, spared]: readonly [Book, Book, Book] = [new Map(), new Map(), new Map()];
  return {
    need: noteIn(needed),
    like: noteIn(liked),
    spare: (kind, ...scopes) => {
      noteIn(liked)(kind, ...scopes);
      noteIn(spared)(kind, ...scopes);
    },
    needed: () => without(needed, spared),
    optional: () => without(liked, new Map(Object.entries(without(needed, spared)))),
  };
}

const noteIn = (book: Book): Ledger["need"] => (kind, ...scopes) =>
  void book.set(kind, new Set([...book.get(kind) ?? [], ...scopes]));

function without(book: Book, other: ReadonlyMap<string, Iterable<string>>): Grants {
  return Object.fromEntries(GRANT_KINDS.flatMap((kind) => {
    const left = [...(book.get(kind) ?? new Set()).difference(new Set(other.get(kind)))].sort();
    return left.length === 0 ? [] : [[kind, left]];
  }));
}

/** The same world; what is looked at is needed. */
export function notingHost(host: Host, ledger: Ledger): Host {
  return derived(host, {
    env: (name) => {
      ledger.need("env", name);
      return host.env(name);
    },
    files: notingFiles(host.files, ledger),
  });
}

/**
 * Whether a repository is above is left open, and the configuration counts as part of one: a grant to look at `.git`
 * would be one for all in it, the tokens of its remotes included.
 */
function notingFiles(files: Files, ledger: Ledger): Files {
  const noted = <Result>(read: (path: string) => Promise<Result>) => (path: string) => {
    ledger.need("read", path);
    return read(path);
  };
  return {
    ...files,
    readText: noted(files.readText),
    readBytes: noted(files.readBytes),
    readPipe: noted(files.readPipe),
    list: noted(files.list),
    realPath: noted(files.realPath),
    status: (path) => {
      if (!/[\\/]\.git$/.test(path)) ledger.need("read", path);
      return files.status(path);
    },
  };
}

/** An environment in which nothing is set, so that every variable that might be looked at is. */
export function blankEnv(note: (name: string) => void): Host["env"] {
  return (name) => {
    note(name);
    return undefined;
  };
}

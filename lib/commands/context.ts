/**
 * What commands with a configuration share: the configuration itself, plans, stores, the log. Nothing here is done
 * before a command needs it, but for reading the configuration.
 *
 * @module
 */
import { assertUsable } from "../chain/check.ts";
import { planChain } from "../chain/plan.ts";
import type { ChainStores } from "../chain/run.ts";
import type { ChainPlan, SessionStore } from "../chain/types.ts";
import type { ConfigReading, LoadOptions } from "../config/load.ts";
import type { AuthConfig, LoadedConfig } from "../config/types.ts";
import { AuthError, isAuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { FoundComponent, Wanted } from "../stacks/find.ts";
import type { Project } from "../stacks/loader.ts";
import type { Component, ProjectSettings } from "../stacks/types.ts";
import type { GlobalInput } from "./globals.ts";
import type { Keyring } from "../keyring/types.ts";
import type { SessionFiles } from "../files/seal.ts";
import { type SessionKeys, sessionKeys } from "../session/session_keys.ts";
import type { Log } from "./log.ts";
import { isWatching, logTarget } from "./logging.ts";
import {
  keyringOpener,
  passwordAsker,
  type Rooted,
  sessionDirectory,
  sessionStores,
  waitingLocks,
} from "../session/stores.ts";
import { isTrusted, trustedFiles } from "./trust_store.ts";

/** The surroundings of one command. */
export interface Context extends AsyncDisposable {
  /** The world; watched when the log level asks for it. */
  readonly host: Host;
  /** For what is not seen from outside: why something is done. */
  readonly log: Log;
  /** The configuration as of now: trusting it changes it. */
  readonly loaded: () => LoadedConfig;
  /** That of the component, when one was asked for. */
  readonly auth: () => AuthConfig;
  /**
   * @throws AuthError as `planChain`; for what needs trust a person is asked first, where one can be
   */
  readonly plan: (identity: string) => Promise<ChainPlan>;
  /** The directory of the AWS files of a plan's provider. */
  readonly directory: (plan: Rooted) => string;
  readonly sessions: (plan: Rooted) => SessionStore;
  /** The AWS files in a directory, with the key for what is in them. */
  readonly filesIn: (directory: string) => Promise<SessionFiles>;
  readonly keys: SessionKeys;
  readonly stores: (plan: Rooted) => ChainStores;
  /** Whether this process has opened the keyring: it stays open. */
  readonly isKeyringOpen: () => boolean;
  /** Whether what is done is logged. */
  readonly isWatched: boolean;
  /**
   * The component that was asked for, whole: every value of it can be used.
   *
   * @throws AuthError `config-invalid` for a value that cannot; TypeError when none was asked for
   */
  readonly component: () => Component;
  /** As {@linkcode Context.component}, whatever its values are. */
  readonly found: () => FoundComponent;
  /** Stacks and what is beside them; no manifest is read for it. */
  readonly project: () => Promise<Project>;
  readonly settings: () => Promise<ProjectSettings>;
}

/** How a context is opened. */
export interface ContextOptions {
  /** A configuration that cannot be used as a whole is taken all the same: to report on it. */
  readonly evenBroken?: boolean;
  /** What is authenticated as this component wants it; without one no manifest of a stack is read. */
  readonly component?: Wanted | undefined;
}

/**
 * Reads the configuration, and opens the log that it and the flags ask for.
 *
 * @throws AuthError `config-invalid` without a usable configuration; `usage`; `file-failed`
 */
export async function openContext(
  world: Host,
  globals: GlobalInput,
  { evenBroken = false, component }: ContextOptions = {},
): Promise<Context> {
  const read = () => load(world, globals, component);
  const state = { loaded: await read() };
  if (!evenBroken) assertUsable(state.loaded);
  const { host, log, isWatched, watch, watchKeyring, flush } = await watched(world, globals, state.loaded);
  const auth = () => state.loaded.auth;
  const directory = (plan: Rooted) => sessionDirectory(host, auth(), plan);
  const keys = sessionKeys(host, () => state.loaded.stateDistrust);
  const filesIn = async (directory: string) => ({
    directory,
    realm: auth().realm,
    key: await keys.toRead(),
  });
  const sessions = once(() => sessionStores(host, auth(), keys));
  const locks = once(() => waitingLocks(host, auth(), keys));
  const store = (plan: Rooted) => watch(sessions()(plan), () => filesIn(directory(plan)));
  const keyring = once(() =>
    watchKeyring(keyringOpener(host, auth(), state.loaded.directory, passwordAsker(host)))
  );
  const opening = { isDone: false };
  const openKeyring = async () => {
    const open = await keyring()();
    opening.isDone = true;
    return open;
  };
  return {
    host,
    log,
    loaded: () => state.loaded,
    auth,
    plan: async (identity) => {
      try {
        return planChain(auth(), identity);
      } catch (error) {
        if (!isAuthError(error, "untrusted")) throw error;
        if (!await offerTrust(host, read)) {
          throw component === undefined ? error : trustHint(error, component);
        }
        state.loaded = await read();
        return planChain(auth(), identity);
      }
    },
    directory,
    sessions: store,
    filesIn,
    keys,
    stores: (plan) => ({ sessions: store(plan), keyring: openKeyring, ...locks() }),
    isKeyringOpen: () => opening.isDone,
    isWatched,
    ...stackParts(() => state.loaded),
    [Symbol.asyncDispose]: flush,
  };
}

/** Calls a function at its first use, and gives the same answer ever after. */
function once<Value>(make: () => Value): () => Value {
  const made: { value?: { readonly of: Value } } = {};
  return () => (made.value ??= { of: make() }).of;
}

/** What was read, and what it takes to read on. */
interface Whole extends LoadedConfig {
  readonly reading: ConfigReading;
  /** Where a component was asked for. */
  readonly target: { readonly project: Project; readonly found: FoundComponent } | undefined;
}

/** The loader knows trusted files by their content alone; a copy elsewhere was not what the person vouched for. */
async function load(host: Host, globals: GlobalInput, component: Wanted | undefined): Promise<Whole> {
  const trusted = await trustedFiles(host);
  const hashes = new Set(trusted.map(({ sha256 }) => sha256));
  const loaded = await loadOnce(host, loadOptions(globals, hashes), component);
  const copies = loaded.files.filter((file) => hashes.has(file.sha256) && !isTrusted(trusted, file));
  if (copies.length === 0) return loaded;
  for (const { sha256 } of copies) hashes.delete(sha256);
  return await loadOnce(host, loadOptions(globals, hashes), component);
}

async function loadOnce(host: Host, options: LoadOptions, wanted: Wanted | undefined): Promise<Whole> {
  // Not before it is needed: a command of a compiled program may recall what its line comes to.
  const { readConfig } = await import("../config/load.ts");
  const reading = await readConfig(host, options);
  const { loaded } = reading;
  if (wanted === undefined) return { ...loaded, reading, target: undefined };
  assertRead(loaded);
  const [{ loadProject }, { componentConfig, findComponent }] = [
    await import("../stacks/loader.ts"),
    await import("../stacks/find.ts"),
  ];
  const project = await loadProject(reading);
  const found = await findComponent(project, wanted);
  return { ...await componentConfig(reading, found), reading, target: { project, found } };
}

/** Of a file that cannot be read nobody knows which stacks it would have named. */
function assertRead(loaded: LoadedConfig): void {
  const unread = loaded.problems.filter(({ blocks, path }) => blocks && path === "");
  if (unread.length > 0) assertUsable({ ...loaded, problems: unread });
}

function stackParts(
  loaded: () => Whole,
): Pick<Context, "component" | "found" | "project" | "settings"> {
  const found = () => {
    const { target } = loaded();
    if (target === undefined) throw new TypeError("No component was asked for");
    return target.found;
  };
  const alone = once(async () => {
    assertRead(loaded());
    return await (await import("../stacks/loader.ts")).loadProject(loaded().reading);
  });
  const project = async () => loaded().target?.project ?? await alone();
  return {
    found,
    project,
    settings: async () => (await project()).settings,
    component: () => {
      const { component, unusable } = found();
      if (unusable !== undefined) throw unusable;
      return component;
    },
  };
}

function loadOptions(globals: GlobalInput, trusted: ReadonlySet<string>): LoadOptions {
  return {
    configFiles: globals.config,
    configPaths: globals.configPath,
    ...(globals.basePath === undefined ? {} : { basePath: globals.basePath }),
    profiles: globals.profile,
    trusted,
  };
}

/** The manifests of a component are trusted by naming it. */
function trustHint(error: AuthError, { name, stack }: Wanted): AuthError {
  const { where, at, message } = error;
  return new AuthError("untrusted", message, {
    ...(where === undefined ? {} : { where }),
    ...(at === undefined ? {} : { at }),
    hints: [
      `Read the file; if you agree with it, run \`atmos auth trust --component ${name} --stack ${stack}\``,
    ],
    cause: error.cause,
  });
}

interface Watched {
  readonly host: Host;
  readonly log: Log;
  readonly isWatched: boolean;
  readonly watch: (store: SessionStore, files: () => Promise<SessionFiles>) => SessionStore;
  readonly watchKeyring: (open: () => Promise<Keyring>) => () => Promise<Keyring>;
  readonly flush: () => Promise<void>;
}

async function watched(world: Host, globals: GlobalInput, loaded: LoadedConfig): Promise<Watched> {
  const target = logTarget(world, globals, loaded.auth.logs, loaded.directory);
  if (!isWatching(target)) {
    return {
      host: world,
      log: () => {},
      isWatched: false,
      watch: (store) => store,
      watchKeyring: (open) => open,
      flush: () => Promise.resolve(),
    };
  }
  const [{ tracedHost }, { newWatch, tracedKeyring, tracedSessions, whyAbsent }, { openLog }] = [
    await import("./trace.ts"),
    await import("./trace_stores.ts"),
    await import("./log.ts"),
  ];
  const { log, flush } = openLog(world, target);
  for (const { path } of loaded.files) log("debug", "configuration read", { path });
  const watch = newWatch(log, world.now);
  const isKept = loaded.auth.keyring.type !== "memory";
  return {
    host: tracedHost(world, log),
    log,
    isWatched: true,
    watch: (store, files) =>
      tracedSessions(
        store,
        watch,
        async (link) => isKept ? await whyAbsent(world, await files(), link) : "a memory keyring keeps none",
      ),
    watchKeyring: (open) => tracedKeyring(open, watch),
    flush,
  };
}

/** Asks once whether this configuration is to be trusted; whether it is now. */
async function offerTrust(host: Host, load: () => Promise<LoadedConfig>): Promise<boolean> {
  const { prompt, tell, screen } = host;
  if (prompt === undefined) return false;
  const loaded = await load();
  const [{ confirm }, trust] = [await import("../terminal/question.ts"), await import("./trust.ts")];
  tell(trust.trustText(trust.untrustedProblems(loaded)));
  if (!await confirm({ prompt, tell, screen }, { question: "Trust it, as it is now?" })) return false;
  await trust.trustConfiguration(host, loaded);
  return true;
}

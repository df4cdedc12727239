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
import { loadConfig, type LoadOptions } from "../config/load.ts";
import type { AuthConfig, LoadedConfig } from "../config/types.ts";
import { isAuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { GlobalInput } from "./globals.ts";
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
  /** The configuration as of now: trusting it changes it. */
  readonly loaded: () => LoadedConfig;
  readonly auth: () => AuthConfig;
  /**
   * @throws AuthError as `planChain`; for what needs trust a person is asked first, where one can be
   */
  readonly plan: (identity: string) => Promise<ChainPlan>;
  /** The directory of the AWS files of a plan's provider. */
  readonly directory: (plan: Rooted) => string;
  readonly sessions: (plan: Rooted) => SessionStore;
  readonly stores: (plan: Rooted) => ChainStores;
}

/** How a context is opened. */
export interface ContextOptions {
  /** A configuration that cannot be used as a whole is taken all the same: to report on it. */
  readonly evenBroken?: boolean;
}

/**
 * Reads the configuration, and opens the log that it and the flags ask for.
 *
 * @throws AuthError `config-invalid` without a usable configuration; `usage`; `file-failed`
 */
export async function openContext(
  world: Host,
  globals: GlobalInput,
  { evenBroken = false }: ContextOptions = {},
): Promise<Context> {
  const state = { loaded: await load(world, globals) };
  if (!evenBroken) assertUsable(state.loaded);
  const { host, watch, flush } = await watched(world, globals, state.loaded);
  const auth = () => state.loaded.auth;
  const directory = (plan: Rooted) => sessionDirectory(host, auth(), plan);
  const sessions = once(() => sessionStores(host, auth()));
  const store = (plan: Rooted) => watch(sessions()(plan));
  const keyring = once(() => keyringOpener(host, auth(), state.loaded.directory, passwordAsker(host)));
  return {
    host,
    loaded: () => state.loaded,
    auth,
    plan: async (identity) => {
      try {
        return planChain(auth(), identity);
      } catch (error) {
        if (!isAuthError(error, "untrusted") || !await offerTrust(host, state.loaded)) throw error;
        state.loaded = await load(world, globals);
        return planChain(auth(), identity);
      }
    },
    directory,
    sessions: store,
    stores: (plan) => ({ sessions: store(plan), keyring: keyring(), lock: waitingLocks(host, auth()) }),
    [Symbol.asyncDispose]: flush,
  };
}

/** Calls a function at its first use, and gives the same answer ever after. */
function once<Value>(make: () => Value): () => Value {
  const made: { value?: { readonly of: Value } } = {};
  return () => (made.value ??= { of: make() }).of;
}

/** The loader knows trusted files by their content alone; a copy elsewhere was not what the person vouched for. */
async function load(host: Host, globals: GlobalInput): Promise<LoadedConfig> {
  const trusted = await trustedFiles(host);
  const hashes = new Set(trusted.map(({ sha256 }) => sha256));
  const loaded = await loadConfig(host, loadOptions(globals, hashes));
  const copies = loaded.files.filter((file) => hashes.has(file.sha256) && !isTrusted(trusted, file));
  if (copies.length === 0) return loaded;
  for (const { sha256 } of copies) hashes.delete(sha256);
  return await loadConfig(host, loadOptions(globals, hashes));
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

interface Watched {
  readonly host: Host;
  readonly watch: (store: SessionStore) => SessionStore;
  readonly flush: () => Promise<void>;
}

async function watched(world: Host, globals: GlobalInput, loaded: LoadedConfig): Promise<Watched> {
  const target = logTarget(world, globals, loaded.auth.logs, loaded.directory);
  if (!isWatching(target)) return { host: world, watch: (store) => store, flush: () => Promise.resolve() };
  const [{ tracedHost, tracedSessions }, { openLog }] = [
    await import("./trace.ts"),
    await import("./log.ts"),
  ];
  const { log, flush } = openLog(world, target);
  for (const { path } of loaded.files) log("debug", "configuration read", { path });
  return { host: tracedHost(world, log), watch: (store) => tracedSessions(store, log), flush };
}

/** Asks once whether this configuration is to be trusted; whether it is now. */
async function offerTrust(host: Host, loaded: LoadedConfig): Promise<boolean> {
  const { prompt, tell, screen } = host;
  if (prompt === undefined) return false;
  const [{ confirm }, trust] = [await import("../terminal/question.ts"), await import("./trust.ts")];
  tell(trust.trustText(trust.untrustedProblems(loaded)));
  if (!await confirm({ prompt, tell, screen }, { question: "Trust it, as it is now?" })) return false;
  await trust.trustConfiguration(host, loaded);
  return true;
}

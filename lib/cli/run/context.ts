/**
 * What commands with a configuration share: the configuration itself, plans, stores, the log. Nothing here is done
 * before a command needs it, but for reading the configuration.
 *
 * @module
 */
import { assertUsable } from "../../chain/check.ts";
import { planChain, planProvider } from "../../chain/plan.ts";
import type { ChainStores } from "../../chain/run.ts";
import type { ChainPlan, ProviderStep, SessionStore } from "../../chain/types.ts";
import type { ConfigReading, LoadOptions } from "../../config/load.ts";
import type { OwnershipHost } from "../../config/ownership.ts";
import type { Need } from "../../config/need.ts";
import { type AuthConfig, isPersistent, type LoadedConfig } from "../../config/types.ts";
import { TRUST_HINT } from "../../config/untrusted.ts";
import type { TrustTarget } from "./trust_ask.ts";
import { isAuthError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { FoundComponent, Wanted } from "../../stacks/find.ts";
import type { Project } from "../../stacks/loader.ts";
import type { Component, ProjectSettings } from "../../stacks/types.ts";
import type { GlobalInput } from "../line/globals.ts";
import type { Keyring } from "../../keyring/types.ts";
import type { SessionFiles } from "../../files/seal.ts";
import { type SessionKeys, sessionKeys } from "../../session/session_keys.ts";
import type { Log } from "./log.ts";
import { isLogged, isWatching, type LogTarget, logTarget } from "./logging.ts";
import {
  keyringOpener,
  passwordAsker,
  type Rooted,
  sessionDirectory,
  sessionStores,
  waitingLocks,
} from "../../session/stores.ts";
import { ownSecretVariables } from "../../output/environment.ts";
import { withholding } from "../../session/withholding.ts";

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
  /** Reads the configuration again: trusting it changes what it comes to. */
  readonly reload: () => Promise<void>;
  /**
   * @throws AuthError as `planChain`; for what needs trust a person is asked first, where one can be
   */
  readonly plan: (identity: string, use?: { readonly forCommands: boolean }) => Promise<ChainPlan>;
  /**
   * A provider alone, as `login --provider` needs it.
   *
   * @throws AuthError as `planProvider`; for what needs trust as {@linkcode Context.plan}
   */
  readonly planProvider: (provider: string) => Promise<ProviderStep>;
  /** The directory of the AWS files of a plan's provider. */
  readonly directory: (plan: Rooted) => string;
  readonly sessions: (plan: Rooted) => SessionStore;
  /** The AWS files in a directory, with the key for what is in them. */
  readonly filesIn: (directory: string) => Promise<SessionFiles>;
  readonly keys: SessionKeys;
  readonly stores: (plan: Rooted) => ChainStores;
  /** Whether this process has opened the keyring: it stays open. */
  readonly isKeyringOpen: () => boolean;
  /** The file that is logged to, where one is. */
  readonly logFile: string | undefined;
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
  /** What the project's own directories need trust for, beside what the configuration does. */
  readonly projectNeeds: () => Promise<readonly Need[]>;
}

/** How a context is opened. */
export interface ContextOptions {
  /** A configuration that cannot be used as a whole is taken all the same: to report on it. */
  readonly evenBroken?: boolean;
  /** For looks that only decide about trust, when they are not to be written down as looks of the command. */
  readonly around?: OwnershipHost;
  /** What is authenticated as this component wants it; without one no manifest of a stack is read. */
  readonly component?: Wanted | undefined;
}

/**
 * Reads the configuration, and opens the log that it and the flags ask for.
 *
 * @throws AuthError `config-invalid` without a usable configuration; `usage`; `file-failed`
 */
export async function openContext(
  given: Host,
  globals: GlobalInput,
  { evenBroken = false, component, around }: ContextOptions = {},
): Promise<Context> {
  const accepted = new Set<string>();
  const read = () => load(given, { ...loadOptions(given, globals, around), accepted }, component);
  const state = { loaded: await read() };
  const world = withholding(given, () => ownSecretVariables(state.loaded.auth.keyring.passwordVariable));
  if (!evenBroken) withTrustHint(state.loaded, () => assertUsable(state.loaded));
  if (state.loaded.foreignHomes.length > 0) {
    const { foreignHomesText } = await import("../../output/trust.ts");
    world.tell(foreignHomesText(state.loaded.foreignHomes, world.screen));
  }
  const { host, log, logFile, isWatched, watch, watchKeyring, flush } = await watched(
    world,
    globals,
    state.loaded,
  );
  const auth = () => state.loaded.auth;
  const directory = (plan: Rooted) => sessionDirectory(host, auth(), plan);
  const keys = sessionKeys(host, () => state.loaded.foreignHomes, true);
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
  const reload = async () => {
    state.loaded = await read();
  };
  /** Plans once all that the target uses is trusted; whatever else is wrong, that trust is missing is said, too. */
  const trusted = async <Plan>(target: TrustTarget, plan: () => Plan): Promise<Plan> => {
    const { needsFor } = await import("./trust_ask.ts");
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const [first, ...rest] = needsFor(state.loaded, target);
      if (first === undefined) return plan();
      await askForTrust(host, state.loaded, [first, ...rest], { plan, component, accepted });
      await reload();
    }
    return plan();
  };
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
    reload,
    plan: (name, use) => trusted({ type: "identity", name, ...use }, () => planChain(auth(), name)),
    planProvider: (name) => trusted({ type: "provider", name }, () => planProvider(auth(), name)),
    directory,
    sessions: store,
    filesIn,
    keys,
    stores: (plan) => ({ sessions: store(plan), keyring: openKeyring, ...locks() }),
    isKeyringOpen: () => opening.isDone,
    logFile,
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

/** A file that is imported only once it is trusted may need trust itself. */
const MAX_ROUNDS = 10;

async function load(host: Host, options: LoadOptions, wanted: Wanted | undefined): Promise<Whole> {
  // Not before it is needed: a command of a compiled program may recall what its line comes to.
  const { readConfig } = await import("../../config/load.ts");
  const reading = await readConfig(host, options);
  const { loaded } = reading;
  if (wanted === undefined) return { ...loaded, reading, target: undefined };
  assertRead(loaded);
  const [{ loadProject }, { componentConfig, findComponent }] = [
    await import("../../stacks/loader.ts"),
    await import("../../stacks/find.ts"),
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
): Pick<Context, "component" | "found" | "project" | "settings" | "projectNeeds"> {
  const found = () => {
    const { target } = loaded();
    if (target === undefined) throw new TypeError("No component was asked for");
    return target.found;
  };
  const alone = once(async () => {
    assertRead(loaded());
    return await (await import("../../stacks/loader.ts")).loadProject(loaded().reading);
  });
  const project = async () => loaded().target?.project ?? await alone();
  return {
    found,
    project,
    settings: async () => (await project()).settings,
    projectNeeds: async () => {
      const { needsOfProject } = await import("../../stacks/loader.ts");
      return await needsOfProject(loaded().reading);
    },
    component: () => {
      const { component, unusable } = found();
      if (unusable !== undefined) throw unusable;
      return component;
    },
  };
}

function loadOptions(host: Host, globals: GlobalInput, around: OwnershipHost | undefined): LoadOptions {
  return {
    ...(around === undefined ? {} : { around }),
    configFiles: globals.config,
    configPaths: globals.configPath,
    ...(globals.basePath === undefined ? {} : { basePath: globals.basePath }),
    profiles: globals.profile,
    trusted: async () => await (await import("./trust_store.ts")).trustRecords(host),
  };
}

interface Watched {
  readonly host: Host;
  readonly log: Log;
  readonly logFile: string | undefined;
  readonly isWatched: boolean;
  readonly watch: (store: SessionStore, files: () => Promise<SessionFiles>) => SessionStore;
  readonly watchKeyring: (open: () => Promise<Keyring>) => () => Promise<Keyring>;
  readonly flush: () => Promise<void>;
}

/** A log file that may not be used keeps nothing from working; who counts on it is told. */
async function tellUnusedLog(
  world: Host,
  globals: GlobalInput,
  { problems }: LoadedConfig,
  target: LogTarget,
): Promise<void> {
  if (globals.logsFile !== undefined || !isLogged(target.level, "info")) return;
  const problem = problems.find(({ about, code }) =>
    about?.type === "logs" && (code === "untrusted" || code === "forbidden-path")
  );
  if (problem === undefined) return;
  const { warningText } = await import("../../output/problem.ts");
  world.tell(warningText(`No log file is written: ${problem.path} ${problem.reason}`, world.screen));
}

async function watched(world: Host, globals: GlobalInput, loaded: LoadedConfig): Promise<Watched> {
  const target = logTarget(world, globals, loaded.auth.logs, loaded.directory);
  await tellUnusedLog(world, globals, loaded, target);
  if (!isWatching(target)) {
    return {
      host: world,
      log: () => {},
      logFile: target.file,
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
  const { auth, files, directory } = loaded;
  const { log, flush } = openLog(world, target, { auth, files, directory, log: target.file });
  for (const { path } of loaded.files) log("debug", "configuration read", { path });
  const watch = newWatch(log, world.now);
  const isKept = isPersistent(loaded.auth.keyring.type);
  return {
    host: tracedHost(world, log),
    log,
    logFile: target.file,
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

/**
 * Asks once whether what is needed is to be trusted, and keeps a yes.
 *
 * @throws AuthError `untrusted` for a no, and when nobody can be asked; what else is wrong with the plan comes first
 */
async function askForTrust(
  host: Host,
  loaded: LoadedConfig,
  needs: readonly [Need, ...Need[]],
  { plan, component, accepted }: {
    readonly plan: () => unknown;
    readonly component: Wanted | undefined;
    readonly accepted: Set<string>;
  },
): Promise<void> {
  const { giveTrust, remedyOf, untrustedError } = await import("./trust_ask.ts");
  const hint = remedyOf(loaded, needs, component);
  assertOtherwiseSound(plan, hint);
  const { prompt, tell, screen } = host;
  if (prompt === undefined) throw untrustedError(needs, hint);
  const [{ confirm }, { needsText }] = [
    await import("../../terminal/question.ts"),
    await import("../../output/trust.ts"),
  ];
  tell(needsText(needs));
  const isTrusted = await confirm({ prompt, tell, screen }, {
    question: "Trust these settings as they are now?",
    dropTypeAhead: host.sleep,
  });
  if (!isTrusted) throw untrustedError(needs, hint);
  try {
    await giveTrust(host, loaded, needs);
  } catch (error) {
    // What cannot be kept holds for this run: a pipe is asked about each time.
    if (!isAuthError(error, "untrusted")) throw error;
    const { needKey } = await import("../../config/trust_records.ts");
    for (const need of needs) accepted.add(needKey(need));
  }
}

/** What is wrong beside the want of trust is said first; the remedy for that is among the hints all the same. */
function assertOtherwiseSound(plan: () => unknown, hint: string): void {
  try {
    hinted(plan, hint);
  } catch (error) {
    if (!isAuthError(error, "untrusted")) throw error;
  }
}

function withTrustHint({ needs }: LoadedConfig, assert: () => void): void {
  if (needs.every(({ unit }) => unit.type === "logs")) assert();
  else hinted(assert, TRUST_HINT);
}

function hinted(act: () => unknown, hint: string): void {
  try {
    act();
  } catch (error) {
    if (!isAuthError(error) || error.code === "untrusted") throw error;
    throw error.with({ moreHints: [hint] });
  }
}

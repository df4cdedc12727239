/**
 * The short way from a configuration to a session, for scripts.
 *
 * @module
 */
import { assertUsable } from "../chain/check.ts";
import { planChain, targetOf } from "../chain/plan.ts";
import { runChain } from "../chain/run.ts";
import { selectIdentity } from "../chain/select.ts";
import { loadConfig } from "../config/load.ts";
import type { AuthConfig, LoadedConfig } from "../config/types.ts";
import type { AwsSession } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { keysEnvironment, ownSecretVariables } from "../output/environment.ts";
import { configurationHost, OBJECT_PATH } from "./config_object.ts";
import { derived } from "./derive.ts";
import { sessionKeys } from "./session_keys.ts";
import { keyringOpener, passwordAsker, sessionStores, waitingLocks } from "./stores.ts";
import { withholding } from "./withholding.ts";

/** What a script asks for. */
export interface AuthenticateOptions {
  /** The identity's name; the configuration's default, or only, identity when it is left out. */
  readonly identity?: string;
  /** A configuration file instead of the ones that are found as `atmos` finds them. */
  readonly configFile?: string;
  /**
   * What stands below `auth:`, as a value instead of a file. Nothing is read from disk then, and unless it names a
   * keyring, nothing is kept anywhere. Needs neither read nor env permission.
   */
  readonly config?: Readonly<Record<string, unknown>>;
  /**
   * Whether the files may do everything: name hosts, programs, variables and paths. `false` when left out, and a file
   * that needs trust is an error then; a `config` value is the script's own and always may.
   */
  readonly trust?: boolean;
  /** Whether a person may be asked, where one is at the terminal; `true` when left out. */
  readonly interactive?: boolean;
}

/** A session and what it takes to use it. */
export interface Authenticated {
  /** The identity's name, as it is configured. */
  readonly identity: string;
  readonly session: AwsSession;
  /** The region to work in; `undefined` when none is configured. */
  readonly region: string | undefined;
  /** The variables that a child process needs: `AWS_ACCESS_KEY_ID` and the others, secrets included. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** The credentials in the shape that clients of the AWS SDK for JavaScript take, secrets included. */
  readonly sdkCredentials: () => SdkCredentials;
}

/** `AwsCredentialIdentity` of the AWS SDK for JavaScript. */
export interface SdkCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/**
 * Gets a session of an identity: the kept one while it is fresh, else a new one, as `atmos auth env` does.
 *
 * @throws AuthError `config-invalid`, `not-found`, `identity-ambiguous`, `person-needed` and whatever the chain throws
 * @throws TypeError when both `config` and `configFile` are given
 */
export async function authenticateWith(
  world: Host,
  options: AuthenticateOptions = {},
): Promise<Authenticated> {
  const host = options.interactive === false ? derived(world, { prompt: undefined }) : world;
  const { host: read, loaded } = await loadWith(host, options);
  assertUsable(loaded);
  const { auth } = loaded;
  const own = withholding(read, () => ownSecretVariables(auth.keyring.passwordVariable));
  const plan = planChain(auth, nameOf(auth, options.identity));
  const keys = sessionKeys(own, () => loaded.foreignHomes);
  const { target } = await runChain(own, plan, {
    sessions: sessionStores(own, auth, keys)(plan),
    keyring: keyringOpener(own, auth, loaded.directory, passwordAsker(own)),
    ...waitingLocks(own, auth, keys),
  }, { renew: "nothing", deviceCode: false });
  const { name, region, regionKnown, config } = targetOf(plan);
  const around = { region: regionKnown ? region : undefined, env: config.env };
  return {
    identity: name,
    session: target.session,
    region: around.region,
    environment: () => keysEnvironment(target.session, around).set,
    sdkCredentials: () => sdkShape(target.session),
  };
}

async function loadWith(
  host: Host,
  { config, configFile, trust = false }: AuthenticateOptions,
): Promise<{ readonly host: Host; readonly loaded: LoadedConfig }> {
  if (config !== undefined && configFile !== undefined) {
    throw new TypeError("Give config or configFile, not both");
  }
  if (config === undefined) {
    const configFiles = configFile === undefined ? [] : [configFile];
    return { host, loaded: await loadConfig(host, { configFiles, vouched: trust }) };
  }
  const own = configurationHost(host, config);
  return { host: own, loaded: await loadConfig(own, { configFiles: [OBJECT_PATH], vouched: true }) };
}

/** A script is not asked which identity it means. */
function nameOf(auth: AuthConfig, identity: string | undefined): string {
  const selection = selectIdentity(auth, { flag: identity, variable: undefined });
  if (selection.type === "named") return selection.name;
  throw new AuthError("identity-ambiguous", "Cannot choose an identity: the script names none", {
    hints: [
      'Call authenticate({ identity: "NAME" })',
      ...(selection.type === "ask" ? [`It can be ${selection.among.join(", ")}`] : []),
    ],
  });
}

function sdkShape({ accessKeyId, secretAccessKey, sessionToken, expiresAt }: AwsSession): SdkCredentials {
  return {
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
    sessionToken: sessionToken.reveal(),
    expiration: new Date(expiresAt),
  };
}

/**
 * Credentials to environment variables: what a child, or a shell that evaluates our output, gets and loses.
 *
 * @module
 */
import type { AwsSession } from "../credentials.ts";
import type { EnvironmentEdits } from "../host.ts";
import { BEATS_BOTH, FALLBACKS, SECRET_VARIABLES, STALE } from "../session_variables.ts";
import { formatInstant } from "../time.ts";

/** What is set besides the credentials themselves. */
export interface Surroundings {
  /** The region to work in; `undefined`: the inherited one stays. */
  readonly region: string | undefined;
  /** The identity's own `env`, in order. It is applied last. */
  readonly env: readonly { readonly key: string; readonly value: string }[];
}

/** Where a session rests in AWS's shared files. */
export interface Pointers {
  readonly credentialsFile: string;
  readonly configFile: string;
  /** The section of both files. */
  readonly profile: string;
}

/**
 * The session itself, for `env` and for children of a memory keyring. The JavaScript SDK would prefer `AWS_PROFILE`
 * over it.
 */
export function keysEnvironment(session: AwsSession, around: Surroundings): EnvironmentEdits {
  return edits(
    {
      AWS_ACCESS_KEY_ID: session.accessKeyId,
      AWS_SECRET_ACCESS_KEY: session.secretAccessKey.reveal(),
      AWS_SESSION_TOKEN: session.sessionToken.reveal(),
      ...regionVariables(around.region),
      AWS_CREDENTIAL_EXPIRATION: formatInstant(session.expiresAt),
    },
    around,
    ["AWS_PROFILE", ...BEATS_BOTH],
  );
}

/** Where the session is, without any secret. */
export function pointersEnvironment(pointers: Pointers, around: Surroundings): EnvironmentEdits {
  return edits(
    {
      AWS_SHARED_CREDENTIALS_FILE: pointers.credentialsFile,
      AWS_CONFIG_FILE: pointers.configFile,
      AWS_PROFILE: pointers.profile,
      ...regionVariables(around.region),
    },
    around,
    [...SECRET_VARIABLES, ...STALE, ...BEATS_BOTH],
  );
}

/**
 * What a child gets beyond its credentials: the identity's name, no second opinion from the instance's metadata,
 * and none of the secrets that were meant for us.
 *
 * @param ownSecrets names of the variables that hold our own secrets, the keyring's password variable included
 */
export function childEnvironment(
  credentials: EnvironmentEdits,
  identity: string,
  ownSecrets: readonly string[],
): EnvironmentEdits {
  const all = {
    AWS_SDK_LOAD_CONFIG: "1",
    AWS_EC2_METADATA_DISABLED: "true",
    ATMOS_IDENTITY: identity,
    ...credentials.set,
  };
  const set = Object.fromEntries(Object.entries(all).filter(([name]) => !ownSecrets.includes(name)));
  return { set, unset: without(set, [...credentials.unset, ...FALLBACKS, ...STALE, ...ownSecrets]) };
}

/** Variables that hold secrets meant for this program, whatever the configuration says. */
export const OWN_SECRETS: readonly string[] = [
  "ATMOS_KEYRING_PASSWORD",
  "ATMOS_MFA_TOKEN",
  "ATMOS_SAML_PASSWORD",
];

/** The same with the variable of the keyring's password, which may have a name of its own. */
export function ownSecretVariables(passwordVariable: string): readonly string[] {
  return [...new Set([...OWN_SECRETS, passwordVariable])];
}

/** The same edits without the removal of variables that are not there. */
export function onlyInherited(
  all: EnvironmentEdits,
  env: (name: string) => string | undefined,
): EnvironmentEdits {
  return { set: all.set, unset: all.unset.filter((name) => env(name) !== undefined) };
}

function regionVariables(region: string | undefined): Readonly<Record<string, string>> {
  return region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region };
}

function edits(
  base: Readonly<Record<string, string>>,
  around: Surroundings,
  unset: readonly string[],
): EnvironmentEdits {
  const set = { ...base, ...Object.fromEntries(around.env.map(({ key, value }) => [key, value])) };
  return { set, unset: without(set, unset) };
}

function without(set: Readonly<Record<string, string>>, names: readonly string[]): readonly string[] {
  return [...new Set(names)].filter((name) => !Object.hasOwn(set, name));
}

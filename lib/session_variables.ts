/**
 * The variables by which the SDKs of AWS find credentials.
 *
 * @module
 */

/** The variables whose values are secret, or lead to one: masked where a CI system can mask. */
export const SECRET_VARIABLES: readonly string[] = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
];

/** What would be said of keys that are gone. */
export const STALE: readonly string[] = ["AWS_CREDENTIAL_EXPIRATION"];

/**
 * What wins over keys and over a profile in some SDK: botocore prefers the old name of the session token, the .NET
 * SDK web identity. `AWS_DEFAULT_PROFILE` beats `AWS_PROFILE` in botocore.
 */
export const BEATS_BOTH: readonly string[] = [
  "AWS_DEFAULT_PROFILE",
  "AWS_SECURITY_TOKEN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_ROLE_ARN",
  "AWS_ROLE_SESSION_NAME",
];

/** Where an SDK looks when it finds nothing better: a child must fail rather than become somebody else. */
export const FALLBACKS: readonly string[] = [
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];

/** What an inherited environment may hold of credentials, or of ways to them. */
export const INHERITED_CREDENTIALS: readonly string[] = [
  ...SECRET_VARIABLES,
  "AWS_SECURITY_TOKEN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  ...FALLBACKS,
];

/** Where a session rests: the two files, and the section in them. */
const POINTERS: readonly string[] = ["AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "AWS_PROFILE"];

/** Every variable that carries the session of a command, or selects it. */
export const SESSION_VARIABLES: ReadonlySet<string> = new Set([
  ...SECRET_VARIABLES,
  ...STALE,
  ...BEATS_BOTH,
  ...FALLBACKS,
  ...POINTERS,
]);

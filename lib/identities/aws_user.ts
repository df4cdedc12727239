/**
 * `aws/user`: an IAM user's long-lived keys, exchanged for a session, with MFA where a device is known. The keys go
 * no further than this file: whatever follows in a chain starts from the session.
 *
 * @module
 */
import type { AwsHost, RemoteFailure, ServicePlace } from "../aws/client.ts";
import { withRetries } from "../aws/retry.ts";
import { getSessionToken, type SessionTokenRequest } from "../aws/sts.ts";
import type { UserIdentity } from "../config/types.ts";
import type { AwsSession } from "../credentials.ts";
import { AuthError, isAuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { formatDuration } from "../duration.ts";
import { clockHint } from "./clock_hint.ts";
import { keyHints, type RefusedKeys } from "./key_hints.ts";
import { mfaCodes, type MfaHost } from "./mfa_code.ts";
import { parseStoredUser, type StoredUser } from "./user_keys.ts";
import { USER_MFA_SECONDS, USER_SECONDS } from "../aws_durations.ts";

/** What a user's session needs of the world. */
export type UserHost = AwsHost & MfaHost & Pick<Host, "random">;

const MOST_CODES = 3;

/**
 * GetSessionToken with the keys from YAML, else from the keyring.
 *
 * @param stored reads the user's keyring entry; called only when YAML has no keys
 * @throws AuthError `not-found` when there are no keys; `person-needed` when a code is needed and none can be had;
 *   `refused` with the reason and its remedy
 */
export async function takeUserSession(
  host: UserHost,
  name: string,
  config: UserIdentity,
  place: ServicePlace,
  stored: () => Promise<string | undefined>,
): Promise<AwsSession> {
  const user = await userOf(name, config, stored);
  const durationSeconds = durationOf(name, config, user);
  const refused: RefusedKeys = {
    accessKeyId: user.keys.accessKeyId,
    identity: name,
    region: place.region,
    mfaArn: user.mfaArn,
    source: config.keys === undefined ? "keyring" : "atmos.yaml",
  };
  const attempt = {
    doing: `get a session for the IAM user of "${name}"`,
    where: `auth.identities.${name}`,
    hints: (failure: RemoteFailure) => [
      ...keyHints(failure, refused),
      ...clockHint(host.now(), failure.serverTime),
    ],
  };
  const ask = (ready: UserHost, mfa: SessionTokenRequest["mfa"]) =>
    getSessionToken(ready, place, user.keys, { durationSeconds, mfa }, attempt).catch(rejectKeys);
  if (user.mfaArn === undefined) return await ask(withRetries(host), undefined);
  return await withMfa(host, name, config, user.mfaArn, (mfa) => ask(host, mfa));
}

async function userOf(
  name: string,
  config: UserIdentity,
  stored: () => Promise<string | undefined>,
): Promise<StoredUser> {
  if (config.keys !== undefined) {
    return {
      keys: config.keys,
      next: undefined,
      mfaArn: config.mfaArn,
      sessionSeconds: config.sessionSeconds,
    };
  }
  const text = await stored();
  const user = text === undefined ? undefined : parseStoredUser(text);
  if (user === undefined) {
    throw new AuthError(
      "not-found",
      text === undefined
        ? `Cannot use the identity "${name}": neither atmos.yaml nor the keyring has keys for it`
        : `Cannot use the identity "${name}": its entry in the keyring was written by another version`,
      {
        where: `auth.identities.${name}.credentials`,
        hints: [`Run \`atmos auth user configure --identity ${name}\` to store its keys in the keyring`],
      },
    );
  }
  return {
    ...user,
    mfaArn: config.mfaArn ?? user.mfaArn,
    sessionSeconds: config.sessionSeconds ?? user.sessionSeconds,
  };
}

function durationOf(name: string, config: UserIdentity, user: StoredUser): number {
  const wish = user.sessionSeconds ?? USER_SECONDS.most;
  const limit = user.mfaArn === undefined ? USER_SECONDS.most : USER_MFA_SECONDS.most;
  if (wish <= limit) return wish;
  const wished = formatDuration(wish);
  throw new AuthError(
    "config-invalid",
    `Cannot get a session of ${wished} for "${name}": AWS gives ${formatDuration(limit)} at most`,
    {
      where: config.sessionSeconds === undefined ? "the keyring" : `auth.identities.${name}.session.duration`,
      hints: user.mfaArn === undefined
        ? [
          `With an MFA device (credentials.mfa_arn) AWS gives up to ${formatDuration(USER_MFA_SECONDS.most)}`,
        ]
        : [],
    },
  );
}

/** The keys are the root of the chain: nothing could be renewed to make AWS take them. */
function rejectKeys(error: unknown): never {
  if (!isAuthError(error, "session-rejected")) throw error;
  throw error.with({ code: "refused", cause: error });
}

/**
 * Asks for codes until AWS takes one, at most three times. No code that AWS may have looked at is sent twice, and none
 * by a retry; only a request whose signature was too old or too new is made again (`callAws`): AWS refuses it unread.
 */
async function withMfa(
  host: UserHost,
  name: string,
  config: UserIdentity,
  device: string,
  attempt: (mfa: { serialNumber: string; code: string }) => Promise<AwsSession>,
): Promise<AwsSession> {
  const shown = config.mfaShown ?? device;
  const codes = mfaCodes(host, { name, device: shown, command: config.mfaCommand });
  for (let count = 1;; count++) {
    const code = await codes.next();
    try {
      return await attempt({ serialNumber: device, code });
    } catch (error) {
      const refused = isAuthError(error) ? refusedIn(error) : undefined;
      if (!isAuthError(error) || refused === undefined) throw error;
      const again = refused === "code" && count < MOST_CODES && codes.refused(REFUSALS[refused]);
      if (!again) throw mfaError(error, refused, shown, name);
    }
  }
}

const REFUSALS = { code: "Invalid MFA token", device: "MFA device not found" } as const;
type Refused = keyof typeof REFUSALS;

/** AWS tells MFA failures apart only by their text (all are `AccessDenied`). */
function refusedIn({ remoteCode, message }: AuthError): Refused | undefined {
  if (remoteCode !== "AccessDenied") return undefined;
  if (/invalid MFA one time pass code/i.test(message)) return "code";
  return /unable to validate MFA code|verify your MFA serial number/i.test(message) ? "device" : undefined;
}

function mfaError(error: AuthError, refused: Refused, device: string, name: string): AuthError {
  const remedies = refused === "code"
    ? [
      "Check that the clock of this machine and of the device are right",
      "Each code works once: wait for the next one",
    ]
    : [`Check the device's ARN (${device}): it ends in :mfa/NAME, and belongs to this user`];
  return error.with({
    code: "refused",
    message: `${REFUSALS[refused]}: AWS did not accept the code of ${device}`,
    where: `auth.identities.${name}.credentials.mfa_arn`,
    hints: [...remedies, ...error.hints],
    cause: error,
  });
}

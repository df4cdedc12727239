/**
 * How long AWS's sessions may last, in seconds.
 *
 * @module
 */
import { formatDuration } from "./duration.ts";

/** The shortest and the longest. */
export interface Lengths {
  readonly least: number;
  readonly most: number;
}

/** Of a role or permission set, by its own maximum at most (STS, "AssumeRole", "AssumeRoleWithSAML", ...). */
export const ROLE_SECONDS = { least: 900, most: 43_200 } as const satisfies Lengths;

/** Of a role assumed by a role session (STS, "AssumeRole": role chaining). */
export const CHAINED_ROLE_SECONDS = { least: 900, most: 3600 } as const satisfies Lengths;

/** Of a user without MFA (STS, "GetSessionToken"); `most` is its default, too. */
export const USER_SECONDS = { least: 900, most: 43_200 } as const satisfies Lengths;

/** Of a user with MFA. No session of AWS lasts longer. */
export const USER_MFA_SECONDS = { least: 900, most: 129_600 } as const satisfies Lengths;

/** Of the web console, where AWS lets one choose (sign-in, "getSigninToken", SessionDuration). */
export const CONSOLE_SECONDS = { least: 900, most: 43_200 } as const satisfies Lengths;

/** `15m to 12h`. */
export function lengthsText({ least, most }: Lengths): string {
  return `${formatDuration(least)} to ${formatDuration(most)}`;
}

/** Whether a length is among them. */
export function isWithin(seconds: number, { least, most }: Lengths): boolean {
  return seconds >= least && seconds <= most;
}

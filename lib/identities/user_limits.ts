/**
 * How long GetSessionToken's sessions last, in seconds (STS, "GetSessionToken", DurationSeconds).
 *
 * @module
 */
import { LONGEST_SESSION_SECONDS } from "../time.ts";

/** When nobody wishes otherwise. */
export const USER_DEFAULT_SECONDS = 43_200;
/** The shortest. */
export const USER_LEAST_SECONDS = 900;
/** The longest without MFA. */
export const USER_LIMIT_SECONDS = 43_200;
/** The longest with MFA. */
export const USER_MFA_LIMIT_SECONDS = LONGEST_SESSION_SECONDS;

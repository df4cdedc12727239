/**
 * What may be used of what is stored: pure functions of the session, the time and the wish.
 *
 * @module
 */
import type { AwsSession } from "../credentials.ts";
import { type AuthError, isHindrance } from "../errors.ts";
import { type EpochMillis, isAlive, isFresh } from "../time.ts";
import type { Renewal } from "./types.ts";

/** Whether a link's own session is to be made anew, whatever its state. */
export function mustRenew(renew: Renewal, isTarget: boolean): boolean {
  return renew === "everything" || (renew === "target" && isTarget);
}

/**
 * Whether a stored session is used as it is.
 *
 * @param renewal set when it is to be made anew: one that another process made since this run started is new enough
 */
export function isUsable(
  session: AwsSession,
  now: EpochMillis,
  renewal: { readonly since: EpochMillis } | undefined,
): boolean {
  return isFresh(session, now) && (renewal === undefined || session.issuedAt >= renewal.since);
}

/** Whether a session that is no longer fresh may be used, since making a new one failed with `error`. */
export function mayStandIn(session: AwsSession, now: EpochMillis, error: AuthError): boolean {
  // A refusal is never overridden.
  return isAlive(session, now) && isHindrance(error);
}

/**
 * What is said of sessions that are renewed behind a child's back.
 *
 * @module
 */
import type { AuthError } from "../errors.ts";
import { formatDuration } from "../duration.ts";
import { type EpochMillis } from "../time.ts";
import { expiry } from "./moment.ts";

/** What a person should know, once each. */
export type RenewalNews =
  /** It could not be renewed; `again`: another attempt follows by itself. */
  | {
    readonly type: "failed";
    readonly error: AuthError;
    readonly again: boolean;
    readonly until: EpochMillis;
  }
  | { readonly type: "ended" }
  /** After a failure: there is a fresh one again. */
  | { readonly type: "recovered"; readonly until: EpochMillis };

/** Why a session is not renewed, said before the child starts. */
export function notRenewedText(
  identity: string,
  reason: string,
  expiresAt: EpochMillis,
  now: EpochMillis,
): string {
  return `The session of "${identity}" is not renewed: ${reason}. It expires ${expiry(expiresAt, now)}`;
}

/**
 * News of a renewal, as one line.
 *
 * @param login the line that makes what a person must make
 */
export function newsText(identity: string, login: string, news: RenewalNews, now: EpochMillis): string {
  switch (news.type) {
    case "failed": {
      const rest = news.until > now
        ? `which lasts ${formatDuration((news.until - now) / 1000)} more`
        : "which has expired";
      const what = `Could not renew the session of "${identity}", ${rest}: ${news.error.message}`;
      return news.again ? `${what}. It is tried again` : `${what}. Run \`${login}\` in another terminal`;
    }
    case "ended":
      return `The session of "${identity}" has expired`;
    case "recovered":
      return `The session of "${identity}" is renewed. It expires ${expiry(news.until, now)}`;
  }
}

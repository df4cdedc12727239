/**
 * Waits for the user to approve a device (RFC 8628 section 3.5).
 *
 * @module
 */
import { AuthError, isAuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { EpochMillis } from "../time.ts";

/** How often to poll, and until when. */
export interface PollPlan {
  readonly intervalSeconds: number;
  readonly expiresAt: EpochMillis;
}

/** `slow_down` lengthens the interval permanently by this much (RFC 8628 section 3.5). */
const SLOW_DOWN_SECONDS = 5;

/**
 * Polls at once, because a browser session may have approved already, then every interval until the code
 * expires. A network failure or a 5xx counts as "still pending".
 *
 * @param attempt polls once; throws `AuthError` with OAuth's code in `remoteCode` when there is no token
 * @throws AuthError `login-not-approved` when the user denied it or the code expired; `interrupted`; else
 * what `attempt` threw
 */
export async function pollForApproval<Token>(
  host: Pick<Host, "now" | "sleep" | "interrupted">,
  plan: PollPlan,
  attempt: () => Promise<Token>,
): Promise<Token> {
  let intervalSeconds = plan.intervalSeconds;
  while (true) {
    const answer = await attempt().then((token) => ({ token }), readRefusal);
    if ("token" in answer) return answer.token;
    if (answer.slowDown) intervalSeconds += SLOW_DOWN_SECONDS;
    if (host.now() >= plan.expiresAt) throw new AuthError("login-not-approved", EXPIRED.message, EXPIRED);
    // Poll one last time as the code expires, however long the interval is.
    const left = plan.expiresAt - host.now();
    await host.sleep(Math.min(intervalSeconds * 1000, left), host.interrupted);
  }
}

function readRefusal(error: unknown): { readonly slowDown: boolean } {
  if (!isAuthError(error)) throw error;
  switch (error.remoteCode) {
    case "authorization_pending":
      return { slowDown: false };
    case "slow_down":
      return { slowDown: true };
    case "expired_token":
      throw error.with({ code: "login-not-approved", ...EXPIRED, cause: error });
    case "access_denied":
      throw error.with({
        code: "login-not-approved",
        message: "Cannot log in: the request was denied in the browser",
        hints: ["Run the command again, and approve the request if it is yours"],
        cause: error,
      });
    default:
      if (isAuthError(error, "unreachable", "bad-answer", "throttled")) return { slowDown: false };
      throw error;
  }
}

const EXPIRED = {
  message: "Cannot log in: nobody approved the request in time",
  hints: ["Run the command again for a new code"],
};

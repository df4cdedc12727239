/**
 * How long a console session lasts: what somebody wishes, whether AWS takes it, and why not.
 *
 * @module
 */
import type { ChainPlan } from "../../../chain/types.ts";
import type { ConsoleLength } from "../../../output/console.ts";
import { formatDuration, parseDuration } from "../../../duration.ts";
import { type EpochMillis, type Lifetime } from "../../../time.ts";
import { usage } from "../../../cli/line/flags.ts";
import { CONSOLE_SECONDS, isWithin, lengthsText } from "../../../aws_durations.ts";

/**
 * The seconds of `--duration`.
 *
 * @throws AuthError `usage`
 */
export function flagSeconds(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const seconds = parseDuration(given);
  if (seconds === undefined) {
    throw usage(
      `Cannot read --duration: ${JSON.stringify(given)} is no duration`,
      "Write it as 3600, 90m or 12h",
    );
  }
  if (isWithin(seconds, CONSOLE_SECONDS)) return seconds;
  throw usage(
    `Cannot open the console for ${formatDuration(seconds)}: AWS takes ${lengthsText(CONSOLE_SECONDS)}`,
  );
}

/** A length that somebody wants, and the reason why it is not sent. */
export interface WishedLength {
  /** What is sent. */
  readonly seconds: number | undefined;
  /** `--duration 8h`; `undefined` when nobody wants any. */
  readonly words: string | undefined;
  readonly hindrance: string | undefined;
}

/**
 * AWS lets one choose for what Identity Center, SAML or OIDC gave. A role that was assumed with a session, be it a
 * role's or a user's, gets a console for as long as its credentials.
 */
export function wishedLength(plan: ChainPlan, fromFlag: number | undefined): WishedLength {
  const configured = plan.provider?.config.consoleSeconds;
  const seconds = fromFlag ?? configured;
  if (seconds === undefined) return { seconds, words: undefined, hindrance: undefined };
  const name = fromFlag === undefined
    ? `auth.providers.${plan.provider?.name}.console.session_duration`
    : "--duration";
  const words = `${name} ${formatDuration(seconds)}`;
  const isDirect = plan.identities.length === 1 && plan.provider !== undefined;
  return isDirect
    ? { seconds, words, hindrance: undefined }
    : { seconds: undefined, words, hindrance: "AWS takes none for a role assumed with another session" };
}

/** What came of a wish. */
export function consoleLength(
  { seconds, words, hindrance }: WishedLength,
  durationRefused: boolean,
  credentials: Lifetime,
  now: EpochMillis,
): ConsoleLength {
  if (seconds !== undefined && !durationRefused) {
    return { seconds, endsAt: now + seconds * 1000, note: undefined };
  }
  const reason = durationRefused ? "AWS refused it for these credentials" : hindrance;
  const note = words === undefined || reason === undefined ? undefined : `${words} has no effect: ${reason}`;
  return { seconds: undefined, endsAt: credentials.expiresAt, note };
}

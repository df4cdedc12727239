/**
 * Telling a person that the clock is off, which is behind many refusals of signatures and codes.
 *
 * @module
 */
import { formatDuration } from "../duration.ts";
import { type EpochMillis } from "../time.ts";

const NOTICED_SECONDS = 30;

/** A hint when this machine's clock and AWS's differ by more than half a minute; else none. */
export function clockHint(now: EpochMillis, serverTime: EpochMillis | undefined): readonly string[] {
  if (serverTime === undefined) return [];
  const ahead = Math.round((now - serverTime) / 1000);
  if (Math.abs(ahead) <= NOTICED_SECONDS) return [];
  const how = ahead > 0 ? "ahead of" : "behind";
  return [`This machine's clock is ${formatDuration(Math.abs(ahead))} ${how} AWS's: set it, then try again`];
}

/**
 * Moments and what is left until them, for people.
 *
 * @module
 */
import { type EpochMillis, formatInstant } from "../time.ts";

/** `2026-11-23 12:00:00 UTC`. */
export function dateTime(at: EpochMillis): string {
  return `${formatInstant(at).replace("T", " ").replace("Z", "")} UTC`;
}

/** What is left: `2d 3h`, `11h 59m`, `59m`, `45s`; `expired` at the end and after it. */
export function remaining(at: EpochMillis, now: EpochMillis): string {
  const seconds = Math.floor((at - now) / 1000);
  if (at <= now) return "expired";
  if (seconds < 60) return `${seconds}s`;
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60),
  ];
  if (days >= 2) return `${days}d ${hours % 24}h`;
  return hours >= 1 ? `${hours}h ${minutes % 60}m` : `${minutes}m`;
}

/** `2026-11-23 12:00:00 UTC (59m)`. */
export function expiry(at: EpochMillis, now: EpochMillis): string {
  return `${dateTime(at)} (${remaining(at, now)})`;
}

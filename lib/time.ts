/**
 * Moments: the one place that decides what "fresh" means.
 *
 * @module
 */
import { USER_MFA_SECONDS } from "./aws_durations.ts";

/** A moment: milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMillis = number;

/** What has a life: from when it was issued to when it ends. */
export interface Lifetime {
  readonly issuedAt: EpochMillis;
  readonly expiresAt: EpochMillis;
}

const MAX_MARGIN_MILLIS = 5 * 60_000;

/** How far a clock may be off before AWS refuses signatures. */
export const CLOCK_TOLERANCE_MILLIS = 5 * 60_000;

/**
 * The margin before the end in which something no longer counts as fresh, in milliseconds: five minutes, or a
 * third of the lifetime when that is shorter, so that a session of two minutes is usable at all.
 */
export function freshnessMargin(life: Lifetime): number {
  return Math.min(MAX_MARGIN_MILLIS, Math.max(0, life.expiresAt - life.issuedAt) / 3);
}

/** From when on something is to be renewed before it is handed out. */
export function freshUntil(life: Lifetime): EpochMillis {
  return life.expiresAt - freshnessMargin(life);
}

/** Whether something may still be handed out without renewing it first. An unreadable moment is not fresh. */
export function isFresh(life: Lifetime, now: EpochMillis): boolean {
  return now < freshUntil(life);
}

/** Whether something has not ended yet, fresh or not. */
export function isAlive(life: Lifetime, now: EpochMillis): boolean {
  return life.expiresAt > now;
}

/** From when on something that was issued is believed; before it, it is of the future. */
export function credibleFrom({ issuedAt }: Pick<Lifetime, "issuedAt">): EpochMillis {
  return issuedAt - CLOCK_TOLERANCE_MILLIS;
}

/** Whether AWS could have given such a session: one that is not of the future, and not longer than any. */
export function isCredible({ issuedAt, expiresAt }: Lifetime, now: EpochMillis): boolean {
  return now >= credibleFrom({ issuedAt }) && expiresAt - issuedAt <= USER_MFA_SECONDS.most * 1000;
}

/**
 * Reads an RFC 3339 moment, as AWS and our own files write it.
 *
 * @returns `undefined` for anything else; a date without a time or an offset is anything else.
 */
export function parseInstant(text: string): EpochMillis | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  const millis = Date.parse(text);
  return Number.isNaN(millis) ? undefined : millis;
}

/** A moment as RFC 3339 in UTC with whole seconds: `2026-11-23T12:00:00Z`. Cut, never rounded up past an end. */
export function formatInstant(at: EpochMillis): string {
  const date = new Date(Math.floor(at / 1000) * 1000);
  // `toISOString` looks for the time zone of the machine first, a third of a millisecond of a start.
  const day = [padded(date.getUTCFullYear(), 4), padded(date.getUTCMonth() + 1), padded(date.getUTCDate())];
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map((part) => padded(part));
  return `${day.join("-")}T${time.join(":")}Z`;
}

const padded = (number: number, digits = 2): string => String(number).padStart(digits, "0");

/**
 * What is said while another process holds what we need.
 *
 * @module
 */
import { printable } from "../terminal/escape.ts";
import type { EpochMillis } from "../time.ts";
import { dateTime } from "./moment.ts";

/** Whom one waits for, and until when at most. */
export function waitingText(holder: string | undefined, what: string, until: EpochMillis): string {
  const who = printable(holder ?? "another process");
  return `Waiting for ${who}, which is busy with ${printable(what)}, until ${dateTime(until)}\n`;
}

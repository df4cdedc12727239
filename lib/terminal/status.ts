/**
 * A line that moves while something is waited for.
 *
 * @module
 */
import type { Host } from "../host.ts";
import { formatDuration } from "../duration.ts";
import { printable } from "./escape.ts";
import { fitted } from "./width.ts";

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const TURN_MILLIS = 100;

/** What is waited for. */
export interface Waiting {
  /** `Waiting for the approval`; a function for what changes meanwhile, which then is not written where nothing can move. */
  readonly text: string | (() => string);
  /** Until when at most; no countdown when absent. */
  readonly untilMillis?: number;
}

/** The line after a time: `⠙ Waiting for the approval (9m58s left)`. */
export function statusLine(waiting: Waiting, elapsedMillis: number, leftMillis: number | undefined): string {
  const turn = SPINNER[Math.floor(elapsedMillis / TURN_MILLIS) % SPINNER.length] ?? "";
  const left = leftMillis === undefined ? "" : ` (${formatDuration(Math.max(0, leftMillis) / 1000)} left)`;
  return `${turn} ${printable(textOf(waiting))}${left}`;
}

const textOf = ({ text }: Waiting): string => typeof text === "string" ? text : text();

/** Writes a line that stays, above the moving one. */
export type Say = (line: string) => void;

/**
 * Does something while a line on standard error says so; the line is gone afterwards. Without cursor movement it is
 * written once and stays. What is told meanwhile goes through `say`.
 */
export async function whileWaiting<T>(
  host: Pick<Host, "tell" | "screen" | "sleep" | "now">,
  waiting: Waiting,
  work: (say: Say) => Promise<T>,
): Promise<T> {
  if (!host.screen.ansi) {
    if (typeof waiting.text === "string") host.tell(`${printable(waiting.text)} ...\n`);
    return await work((line) => host.tell(`${line}\n`));
  }
  const end = new AbortController();
  const drawing = drawUntil(host, waiting, end.signal);
  try {
    return await work((line) => host.tell(`\r\x1b[K${line}\n`));
  } finally {
    end.abort();
    await drawing;
    host.tell("\r\x1b[K");
  }
}

async function drawUntil(
  host: Pick<Host, "tell" | "screen" | "sleep" | "now">,
  waiting: Waiting,
  end: AbortSignal,
): Promise<void> {
  const begun = host.now();
  while (!end.aborted) {
    const now = host.now();
    const left = waiting.untilMillis === undefined ? undefined : waiting.untilMillis - now;
    const line = statusLine(waiting, now - begun, left);
    host.tell(`\r\x1b[K${fitted(line, Math.max(10, host.screen.columns() - 1))}`);
    await host.sleep(TURN_MILLIS, end).catch((error) => {
      if (!end.aborted) throw error;
    });
  }
}

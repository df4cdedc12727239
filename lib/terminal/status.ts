/**
 * A line that moves while something is waited for.
 *
 * @module
 */
import type { Host } from "../host.ts";
import { formatDuration } from "../time.ts";
import { fitted, printable } from "./escape.ts";

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const TURN_MILLIS = 100;

/** What is waited for. */
export interface Waiting {
  /** `Waiting for the approval` */
  readonly text: string;
  /** Until when at most; no countdown when absent. */
  readonly untilMillis?: number;
}

/** The line after a time: `⠙ Waiting for the approval (9m58s left)`. */
export function statusLine(waiting: Waiting, elapsedMillis: number, leftMillis: number | undefined): string {
  const turn = SPINNER[Math.floor(elapsedMillis / TURN_MILLIS) % SPINNER.length] ?? "";
  const left = leftMillis === undefined ? "" : ` (${formatDuration(Math.max(0, leftMillis) / 1000)} left)`;
  return `${turn} ${printable(waiting.text)}${left}`;
}

/**
 * Does something while a line on standard error says so; the line is gone afterwards. Without cursor movement it is
 * written once and stays. Nothing else should be told meanwhile.
 */
export async function whileWaiting<T>(
  host: Pick<Host, "tell" | "screen" | "sleep" | "now">,
  waiting: Waiting,
  work: () => Promise<T>,
): Promise<T> {
  if (!host.screen.ansi) {
    host.tell(`${printable(waiting.text)} ...\n`);
    return await work();
  }
  const end = new AbortController();
  const drawing = drawUntil(host, waiting, end.signal);
  try {
    return await work();
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

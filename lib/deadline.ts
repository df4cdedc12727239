/**
 * Waiting no longer than a while.
 *
 * @module
 */
import type { Host } from "./host.ts";

/**
 * What work comes to, or what `late` makes of it once the time is over; the work itself goes on.
 *
 * @param stop calls the wait off with its reason
 * @throws whatever `work` and `late` throw
 */
export async function within<Result, Late>(
  { sleep }: Pick<Host, "sleep">,
  millis: number,
  work: Promise<Result>,
  late: () => Late,
  stop?: AbortSignal,
): Promise<Result | Late> {
  const done = new AbortController();
  const calledOff = stop === undefined ? done.signal : AbortSignal.any([done.signal, stop]);
  try {
    return await Promise.race([work, sleep(Math.max(0, millis), calledOff).then(late)]);
  } finally {
    // The timer would keep the program from ending.
    done.abort();
  }
}

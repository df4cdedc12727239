/** A child in a fake world: it lasts until whoever sleeps beside it has slept that long. */
import type { Host } from "../lib/host.ts";

export interface LastingChild {
  /** The world's `sleep` while the child lives: no sleep goes beyond its end. */
  readonly sleep: Host["sleep"];
  readonly ended: Promise<void>;
}

export function lastingChild({ now, sleep }: Pick<Host, "now" | "sleep">, millis: number): LastingChild {
  const endsAt = now() + millis;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  return {
    ended,
    sleep: async (wanted, signal) => {
      const left = Math.max(endsAt - now(), 0);
      await sleep(Math.min(wanted, left), signal);
      if (wanted < left) return;
      resolve();
      await calledOff(signal);
    },
  };
}

/** Whoever still sleeps when the child has ended is called off by that. */
async function calledOff(signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return;
  await new Promise((resolve) => signal.aborted ? resolve(true) : signal.addEventListener("abort", resolve));
  signal.throwIfAborted();
}

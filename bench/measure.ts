/** What every measurement here shares. */

/** One thing measured. */
export interface Measurement {
  readonly what: string;
  /** Median of all runs. */
  readonly millis: number;
  /** `undefined`: for information. */
  readonly limitMillis: number | undefined;
}

/** The median of so many runs, in milliseconds. */
export async function median(runs: number, work: (run: number) => unknown): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await work(run);
    times.push(performance.now() - start);
  }
  return times.toSorted((a, b) => a - b)[runs >> 1] ?? NaN;
}

/** Prints measurements; whether each is within its limit. */
export function report(measured: readonly Measurement[]): boolean {
  for (const { what, millis, limitMillis } of measured) {
    const limit = limitMillis === undefined ? "" : ` (limit ${limitMillis} ms)`;
    // deno-lint-ignore no-console
    console.log(`${millis.toFixed(2).padStart(8)} ms  ${what}${limit}`);
  }
  return measured.every(({ millis, limitMillis }) => limitMillis === undefined || millis <= limitMillis);
}

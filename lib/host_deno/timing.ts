/**
 * Waiting.
 *
 * @module
 */

/** `Host.sleep`. */
export function sleep(millis: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => {
    clearTimeout(timer);
    reject(signal?.reason);
  };
  const timer = setTimeout(() => {
    signal?.removeEventListener("abort", stop);
    resolve();
  }, millis);
  signal?.addEventListener("abort", stop, { once: true });
  return promise;
}

/** What a promise comes to, or `late` when it takes longer. */
export async function within<T>(millis: number, promise: Promise<T>, late: T): Promise<T> {
  const { promise: timeout, resolve } = Promise.withResolvers<T>();
  const timer = setTimeout(() => resolve(late), Math.max(0, millis));
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

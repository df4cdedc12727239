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

/**
 * This machine, as URLs name it.
 *
 * @module
 */

/** The address that our own listeners have (RFC 8252 section 8.3 prefers it to `localhost`). */
export const LOOPBACK = "127.0.0.1";

/** Whether a URL's host is this machine. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/**
 * Paths for people.
 *
 * @module
 */

/**
 * A path with `~` for the person's home, as a shell would take it back.
 *
 * @param home `HOME`; empty or `undefined` shortens nothing
 */
export function shortPath(path: string, home: string | undefined): string {
  if (home === undefined || !home.startsWith("/") || home === "/") return path;
  const base = home.replace(/\/+$/, "");
  return path.startsWith(`${base}/`) ? `~${path.slice(base.length)}` : path;
}

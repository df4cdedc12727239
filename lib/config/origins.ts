/**
 * Where every value of the `auth:` section came from.
 *
 * @module
 */
import { entryOf, formatPath, type Path, type Raw, type RawMap } from "./raw.ts";
import type { Origin } from "./types.ts";

/** The origin of every text, number and switch below `auth`, by its path. */
export function originsOf(root: RawMap): ReadonlyMap<string, Origin> {
  const auth = entryOf(root, "auth");
  const origins = new Map<string, Origin>();
  if (auth !== undefined) collect(auth.value, [auth.key], origins);
  return origins;
}

function collect(raw: Raw, path: Path, origins: Map<string, Origin>): void {
  switch (raw.type) {
    case "map":
      for (const { key, value } of raw.entries.values()) collect(value, [...path, key], origins);
      return;
    case "list":
      raw.items.forEach((item, index) => collect(item, [...path, index], origins));
      return;
    case "scalar":
      origins.set(
        formatPath(path),
        raw.variable === undefined ? { at: raw.at } : { at: raw.at, variable: raw.variable },
      );
      return;
    case "unset":
      origins.set(formatPath(path), { at: raw.at, variable: raw.variable });
      return;
    case "tag":
      origins.set(formatPath(path), { at: raw.at });
  }
}

/**
 * What a command needs of Deno's sandbox, as flags for `deno run` and as JSON.
 *
 * @module
 */
import { isInside } from "../paths.ts";
import type { Os } from "../host.ts";
import { printable } from "../terminal/escape.ts";
import { jsonText } from "./json.ts";
import type { PermissionsDocument } from "./schemas/permissions.ts";

/** Deno's classes, in the order in which they are printed. */
export const GRANT_KINDS = ["read", "write", "net", "env", "run", "sys", "ffi"] as const;
export type GrantKind = typeof GRANT_KINDS[number];

/** The scopes of each class, sorted; `"*"` among them is the whole class. Classes without any are left out. */
export type Grants = Readonly<Partial<Record<GrantKind, readonly string[]>>>;

/** What a command needs, and what makes it better: withheld, it counts as not there. */
export interface CommandGrants {
  readonly command: string;
  readonly needed: Grants;
  readonly optional: Grants;
}

/** The whole class. */
export const WHOLE = "*";

/**
 * One flag on each line, needed and optional grants together. `--no-prompt` keeps Deno from asking, and `--cached-only`
 * keeps a module from fetching another one, which no grant of the classes covers.
 */
export function permissionFlags({ needed, optional }: CommandGrants, os: Os): string {
  const flags = GRANT_KINDS.flatMap((kind) => {
    const scopes = [...new Set([...needed[kind] ?? [], ...optional[kind] ?? []])].sort();
    if (scopes.length === 0) return [];
    return [`--allow-${kind}${scopes.includes(WHOLE) ? "" : `=${scopeList(kind, scopes, os)}`}`];
  });
  return ["--no-prompt", "--cached-only", ...flags].map((flag) => `${printable(flag)}\n`).join("");
}

/** Deno separates scopes by commas, and takes two of them for one that is meant. */
function scopeList(kind: GrantKind, scopes: readonly string[], os: Os): string {
  const isPath = kind === "read" || kind === "write";
  const least = isPath ? withoutInner(scopes, os) : scopes;
  return least.map((scope) => scope.replaceAll(",", ",,")).join(",");
}

/** A directory's grant holds for all below it. */
function withoutInner(paths: readonly string[], os: Os): readonly string[] {
  return paths.filter((path) => !paths.some((other) => other !== path && isInside(os, path, other)));
}

/** The same for programs. */
export function permissionsJson(grants: CommandGrants): string {
  const document: PermissionsDocument = grants;
  return jsonText(document);
}

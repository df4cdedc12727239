/**
 * What the sandbox lets us look at. Where a look is only a kindness, asking for a grant on the person's terminal, as
 * Deno would, is worse than not looking.
 *
 * @module
 */
import type { Host } from "../host.ts";

const granted = (descriptor: Deno.PermissionDescriptor) =>
  Deno.permissions.querySync(descriptor).state === "granted";

export const mayRead = (path: string): boolean => granted({ name: "read", path });
export const mayRun = (command: string): boolean => granted({ name: "run", command });

export const mayReadVariable = (name: string): boolean => granted({ name: "env", variable: name });

/** A variable that only tunes how we look: withheld counts as not set. */
export function softVariable(name: string): string | undefined {
  return mayReadVariable(name) ? Deno.env.get(name) : undefined;
}

const EVERY_GRANT = ["read", "write", "net", "env", "run", "sys", "ffi"] as const;

/** Deno wants all of them before it opens a file below /proc. */
export const mayReadProc = (): boolean => EVERY_GRANT.every((name) => granted({ name }));

/** `Host.giveUp`: revoking is final, and a class goes with all of its scopes. A part of one could not be revoked. */
export const giveUp: Host["giveUp"] = (classes) => {
  for (const name of classes) Deno.permissions.revokeSync({ name });
};

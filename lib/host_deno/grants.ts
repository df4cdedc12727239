/**
 * Checks the sandbox's grants before optional reads, where skipping the read is better than Deno's prompt on
 * the user's terminal.
 *
 * @module
 */
import type { Host } from "../host.ts";

const granted = (descriptor: Deno.PermissionDescriptor) =>
  Deno.permissions.querySync(descriptor).state === "granted";

export const mayRead = (path: string): boolean => granted({ name: "read", path });
export const mayRun = (command: string): boolean => granted({ name: "run", command });

export const mayReadVariable = (name: string): boolean => granted({ name: "env", variable: name });

/** Reads an optional variable: withheld counts as unset. */
export function softVariable(name: string): string | undefined {
  return mayReadVariable(name) ? Deno.env.get(name) : undefined;
}

const EVERY_GRANT = ["read", "write", "net", "env", "run", "sys", "ffi"] as const;

/** Deno requires all grants to open a file in /proc. */
export const mayReadProc = (): boolean => EVERY_GRANT.every((name) => granted({ name }));

/** `Host.giveUp`: revoking is final and covers a whole class, because parts of one cannot be revoked. */
export const giveUp: Host["giveUp"] = (classes) => {
  for (const name of classes) Deno.permissions.revokeSync({ name });
};

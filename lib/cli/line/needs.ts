/**
 * What a command may touch beyond the configuration, which every one may read: for what is given up before it starts,
 * for `atmos auth permissions`, and for the table in SECURITY.md.
 *
 * @module
 */
import type { GivenUpClass } from "../../grants.ts";
import type { Os } from "../../host.ts";

/** What a command may touch. */
export interface Needs {
  /** AWS and, where the chain starts there, the provider. */
  readonly network: boolean;
  /** The keyring: its own files, the session bus of Linux, the addon of macOS and Windows. */
  readonly keyring: boolean;
  /** The sessions in AWS files of our own. */
  readonly sessions: "none" | "read" | "write";
  /** Programs: those that help (a browser, `mfa_command`), or whatever the person names. */
  readonly programs: "none" | "helpers" | "named";
  /** What for, in a few words. */
  readonly why: string;
}

/**
 * The classes of grants that a command never needs. A keyring may need the session bus on Linux, which Deno counts to
 * the network, and an addon elsewhere. Beside programs, which run outside of any sandbox, giving up the addons would
 * gain nothing.
 */
export function neverNeeded(needs: Needs | undefined, os: Os): readonly GivenUpClass[] {
  if (needs === undefined || needs.programs !== "none") return [];
  const { network, keyring } = needs;
  const onLinux = os === "linux";
  return [
    "run",
    ...(keyring && !onLinux ? [] : ["ffi"] as const),
    ...(network || (keyring && onLinux) ? [] : ["net"] as const),
  ];
}

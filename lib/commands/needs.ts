/**
 * What each command may touch beyond the configuration, which every one may read: for what is given up before it
 * starts, for `atmos auth permissions`, and for the table in SECURITY.md. A command that does not stand here may touch
 * anything.
 *
 * @module
 */
import type { GivenUpClass } from "../grants.ts";
import type { Os } from "../host.ts";

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

const NOTHING = { network: false, keyring: false, sessions: "none", programs: "none" } as const;
const SESSION = { network: true, keyring: true, sessions: "write", programs: "helpers" } as const;

/** By the command's words behind `atmos auth`, or behind `atmos` for a command that stands there. */
export const NEEDS: ReadonlyMap<string, Needs> = new Map<string, Needs>([
  ["login", { ...SESSION, why: "makes a session and keeps it; may open a browser" }],
  ["whoami", { ...SESSION, why: "gets what can be had without a person; may run mfa_command" }],
  ["env", { ...SESSION, why: "as login, when no session is fresh" }],
  ["exec", { ...SESSION, programs: "named", why: "as env, and starts the command" }],
  ["shell", { ...SESSION, programs: "named", why: "as env, and starts the shell" }],
  ["credential-process", { ...SESSION, why: "as whoami; prints the session for an SDK" }],
  ["console", { ...SESSION, why: "as env, and opens the console in a browser" }],
  ["logout", { ...SESSION, programs: "none", why: "removes sessions, tokens and keys; tells the portal" }],
  ["list", { ...NOTHING, sessions: "read", why: "shows the configuration and what is in hand" }],
  ["list accounts", { ...SESSION, sessions: "none", why: "asks the access portal; may open a browser" }],
  ["explain", { ...NOTHING, sessions: "read", why: "shows the configuration and what is in hand" }],
  ["doctor", { ...SESSION, why: "reaches AWS, opens the keyring; with --fix mends files" }],
  ["completion", { ...NOTHING, why: "reads the configuration" }],
  ["validate", { ...NOTHING, why: "reads the configuration" }],
  ["import", {
    ...SESSION,
    sessions: "none",
    why: "reads other tools' configuration; --discover asks the portal",
  }],
  ["permissions", { ...NOTHING, why: "reads the configuration" }],
  ["trust", { ...NOTHING, why: "reads the configuration, keeps its hash" }],
  ["user configure", { ...SESSION, programs: "none", why: "stores keys, and may ask AWS whose they are" }],
  ["user forget", { ...SESSION, network: false, programs: "none", why: "removes keys" }],
  ["user rotate", { ...SESSION, why: "makes a key with IAM; may run mfa_command" }],
  ["keyring passwd", { ...NOTHING, keyring: true, why: "changes the password" }],
  ["keyring accept-rollback", { ...NOTHING, keyring: true, why: "opens the keyring" }],
  ["terraform", { ...SESSION, programs: "named", why: "as exec, for a component; writes beside its code" }],
  ["tofu", { ...SESSION, programs: "named", why: "as terraform" }],
  ["helmfile", { ...SESSION, programs: "named", why: "as terraform" }],
  ["packer", { ...SESSION, programs: "named", why: "as terraform" }],
  ["workflow", { ...SESSION, programs: "named", why: "as exec, for each step" }],
  ["describe workflows", { ...NOTHING, why: "reads the configuration and the workflows" }],
  ["list workflows", { ...NOTHING, why: "reads the configuration and the workflows" }],
  ["describe component", { ...NOTHING, why: "reads the manifests of stacks" }],
  ["describe stacks", { ...NOTHING, why: "reads the manifests of stacks" }],
  ["list components", { ...NOTHING, why: "reads the manifests of stacks" }],
  ["list stacks", { ...NOTHING, why: "reads the manifests of stacks" }],
]);

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

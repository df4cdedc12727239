/**
 * The systems that the program is compiled for, and what each binary is granted.
 *
 * @module
 */

/** A system, by the names that its makers gave it. */
export interface Target {
  /** As it stands in file names. */
  readonly name: string;
  /** As `deno compile --target` calls it. */
  readonly triple: string;
  /** As npm calls them. */
  readonly os: "linux" | "darwin" | "win32";
  readonly arch: "x64" | "arm64";
}

export const TARGETS: readonly Target[] = [
  { name: "linux-x64", triple: "x86_64-unknown-linux-gnu", os: "linux", arch: "x64" },
  { name: "linux-arm64", triple: "aarch64-unknown-linux-gnu", os: "linux", arch: "arm64" },
  { name: "macos-x64", triple: "x86_64-apple-darwin", os: "darwin", arch: "x64" },
  { name: "macos-arm64", triple: "aarch64-apple-darwin", os: "darwin", arch: "arm64" },
  { name: "windows-x64", triple: "x86_64-pc-windows-msvc", os: "win32", arch: "x64" },
  { name: "windows-arm64", triple: "aarch64-pc-windows-msvc", os: "win32", arch: "arm64" },
];

/** The file of a target's program. */
export const programFile = ({ name, os }: Target): string => `atmos-${name}${os === "win32" ? ".exe" : ""}`;

/** The system that this runs on; `undefined` when it is none of ours. */
export function ownTarget(): Target | undefined {
  return TARGETS.find(({ triple }) => triple === Deno.build.target);
}

/** Where the keyring of the system is reached through a native addon; on Linux it is reached through a socket. */
export const needsAddon = ({ os }: Target): boolean => os !== "linux";

/** What of a permission set in `deno.json` is read here. */
export interface PermissionSet {
  readonly sys: readonly string[];
}

/**
 * The permission flags that a binary carries, and can never exceed. It cannot know a person's home, the variables that
 * an `atmos.yaml` names, an identity provider's host, or what somebody runs with `exec`: these classes are whole, and
 * each command gives up those it does not need. What can be named is named; native code is let in only where the
 * keyring is native code; code from elsewhere is never loaded.
 *
 * @param cli the set `cli` of `deno.json`
 */
export function bakedFlags(target: Target, cli: PermissionSet): readonly string[] {
  return [
    "--no-prompt",
    "--allow-read",
    "--allow-write",
    "--allow-net",
    "--allow-env",
    "--allow-run",
    `--allow-sys=${cli.sys.join(",")}`,
    ...(needsAddon(target) ? ["--allow-ffi"] : []),
    "--deny-import",
  ];
}

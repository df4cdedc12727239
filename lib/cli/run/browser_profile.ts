/**
 * Browser profiles of console sessions: one for each identity, so that several can be open side by side.
 *
 * @module
 */
import { linksOf } from "../../chain/digest.ts";
import type { ChainPlan } from "../../chain/types.ts";
import { directoryName } from "../../files/names.ts";
import type { Host } from "../../host.ts";
import { dataHome, joinPath, type Surroundings } from "../../paths.ts";
import { findBrowser, type FindHost, hasDisplay } from "../../saml/browser_find.ts";

/** The directory of these profiles: `<data home>/atmos/console[/<realm>.realm]`. */
export function consoleProfiles(host: Surroundings, realm: string | undefined): string {
  const realms = realm === undefined ? [] : [`${directoryName(realm)}.realm`];
  return joinPath(host.os, dataHome(host), "atmos", "console", ...realms);
}

/**
 * The profile of an identity: `<identity>-<16 hex digits of its chain>`, so that another repository with the same name
 * for another role does not find this one's cookies.
 */
export async function consoleProfile(
  host: Surroundings,
  realm: string | undefined,
  plan: ChainPlan,
): Promise<string> {
  const link = (await linksOf(host, plan)).at(-1);
  if (link === undefined) throw new TypeError("A chain has at least one identity");
  const name = `${directoryName(link.step.name)}-${link.digest.slice(0, 16)}`;
  return joinPath(host.os, consoleProfiles(host, realm), name);
}

/** Whether a directory is a profile of this name, of whatever chain or address. */
export function isProfileOf(name: string): (directory: string) => boolean {
  const start = `${directoryName(name)}-`;
  return (directory) => directory.startsWith(start) && /^[0-9a-f]{16}$/.test(directory.slice(start.length));
}

/** A browser that can be started with a profile of its own; `undefined` where there is none, or nowhere to show it. */
export async function isolatingBrowser(host: FindHost): Promise<string | undefined> {
  const any = { browserExecutablePath: undefined, browserType: undefined };
  return hasDisplay(host) ? await findBrowser(host, "console", any) : undefined;
}

/** Leaves the browser running when we end, and when the terminal closes. */
const DETACH = `trap "" HUP INT; "$0" "$@" </dev/null >/dev/null 2>&1 &`;

/** Starts a browser that outlives us, at a page, with a profile. */
export async function startBrowser(
  host: Pick<Host, "files" | "os" | "run">,
  program: string,
  profile: string,
  page: string,
): Promise<void> {
  // Chromium's own mark of a profile that needs no welcome; making it makes the directory, for the person alone.
  await host.files.writeText(joinPath(host.os, profile, "First Run"), "", 0o600);
  const args = [`--user-data-dir=${profile}`, "--no-first-run", "--no-default-browser-check", page];
  await host.run({
    ...(host.os === "windows" ? windowsStart(program, args) : {
      program: "/bin/sh",
      args: ["-c", DETACH, program, ...args],
    }),
    environment: { set: {}, unset: [] },
    stdio: "capture",
    isHelper: true,
  });
}

/** `Start-Process`, in the one form of PowerShell's that needs no quoting: `cmd`'s `start` would split at each `&`. */
function windowsStart(program: string, args: readonly string[]) {
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const list = args.map((arg) => quoted(`"${arg}"`)).join(",");
  const script = `Start-Process -FilePath ${quoted(program)} -ArgumentList ${list}`;
  const units = Array.from({ length: script.length }, (_, index) => script.charCodeAt(index));
  const utf16 = units.flatMap((unit) => [unit & 0xff, unit >> 8]);
  return {
    program: "powershell.exe",
    args: ["-NoProfile", "-NonInteractive", "-EncodedCommand", btoa(String.fromCharCode(...utf16))],
  };
}

/**
 * Finds a browser of the Chromium family: the configured one, an installed Chrome, Chromium, Edge or Brave,
 * or one in Playwright's cache. Downloads nothing.
 *
 * @module
 */
import type { SamlProvider } from "../config/types.ts";
import { AuthError, isAuthError } from "../errors.ts";
import { cacheHome, expandHome, homeDirectory, joinPath, resolvePath } from "../paths.ts";
import type { Host, Os } from "../host.ts";

/** The parts of the host that finding a browser uses. */
export type FindHost = Pick<Host, "env" | "files" | "os">;

type Family = "chrome" | "chromium" | "msedge" | "brave";

/** A possible location of a browser. */
interface Candidate {
  readonly family: Family;
  readonly path: string;
}

/**
 * Finds the browser to use: `browser_executable_path`, else the first installed one. Those that
 * `browser_type` names come first, Playwright's last.
 *
 * @returns `undefined` when there is none
 * @throws AuthError `config-invalid` when `browser_executable_path` is not a file
 */
export async function findBrowser(
  host: FindHost,
  name: string,
  config: Pick<SamlProvider, "browserExecutablePath" | "browserType">,
): Promise<string | undefined> {
  const { browserExecutablePath: named, browserType } = config;
  if (named !== undefined) return await namedBrowser(host, name, named);
  const wanted = familyOf(browserType);
  const installed = installedCandidates(host);
  const preferred = [
    ...installed.filter(({ family }) => family === wanted),
    ...installed.filter(({ family }) => family !== wanted),
  ];
  for (const { path } of preferred) if (await isFile(host, path)) return path;
  return await playwrightBrowser(host);
}

async function namedBrowser(host: FindHost, name: string, path: string): Promise<string> {
  const expanded = expandHome(host, path);
  if (await isFile(host, expanded)) return expanded;
  throw new AuthError("config-invalid", `Cannot start the browser ${path}: there is no such file`, {
    where: `auth.providers.${name}.browser_executable_path`,
    hints: ["Without this key an installed Chrome, Chromium, Edge or Brave is used"],
  });
}

/** The names that Playwright and saml2aws know, including `chrome-beta` and `msedge-dev`. */
function familyOf(browserType: string | undefined): Family | undefined {
  const word = browserType?.toLowerCase() ?? "";
  if (word.startsWith("chromium")) return "chromium";
  if (word.startsWith("chrome")) return "chrome";
  if (word.startsWith("msedge") || word.startsWith("edge")) return "msedge";
  return word.startsWith("brave") ? "brave" : undefined;
}

function installedCandidates(host: FindHost): readonly Candidate[] {
  switch (host.os) {
    case "linux":
      return onPath(host);
    case "darwin":
      return inApplications(host);
    case "windows":
      return inProgramFiles(host);
  }
}

const LINUX_PROGRAMS: readonly (readonly [Family, string])[] = [
  ["chrome", "google-chrome-stable"],
  ["chrome", "google-chrome"],
  ["chrome", "google-chrome-beta"],
  ["chromium", "chromium"],
  ["chromium", "chromium-browser"],
  ["msedge", "microsoft-edge-stable"],
  ["msedge", "microsoft-edge"],
  ["msedge", "microsoft-edge-beta"],
  ["brave", "brave-browser-stable"],
  ["brave", "brave-browser"],
];

/** Snap browsers come last: they cannot write to hidden directories of the home directory. */
function onPath({ env, os }: FindHost): readonly Candidate[] {
  const directories = (env("PATH") ?? "").split(":").filter((directory) => directory.startsWith("/"));
  const isSnap = (directory: string) => directory.startsWith("/snap/");
  const ordered = [
    ...directories.filter((directory) => !isSnap(directory)),
    ...directories.filter(isSnap),
  ];
  return ordered.flatMap((directory) =>
    LINUX_PROGRAMS.map(([family, program]) => ({ family, path: joinPath(os, directory, program) }))
  );
}

const MAC_APPLICATIONS: readonly (readonly [Family, string])[] = [
  ["chrome", "Google Chrome"],
  ["chromium", "Chromium"],
  ["msedge", "Microsoft Edge"],
  ["brave", "Brave Browser"],
];

function inApplications(host: FindHost): readonly Candidate[] {
  return ["/Applications", joinPath(host.os, homeDirectory(host), "Applications")].flatMap((directory) =>
    MAC_APPLICATIONS.map(([family, name]) => ({
      family,
      path: joinPath(host.os, directory, `${name}.app`, "Contents", "MacOS", name),
    }))
  );
}

const WINDOWS_PROGRAMS: readonly (readonly [Family, string])[] = [
  ["chrome", "Google\\Chrome\\Application\\chrome.exe"],
  ["chromium", "Chromium\\Application\\chrome.exe"],
  ["msedge", "Microsoft\\Edge\\Application\\msedge.exe"],
  ["brave", "BraveSoftware\\Brave-Browser\\Application\\brave.exe"],
];

function inProgramFiles({ env, os }: FindHost): readonly Candidate[] {
  const folders = ["ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"].flatMap((name) => env(name) || []);
  return folders.flatMap((folder) =>
    WINDOWS_PROGRAMS.map(([family, path]) => ({ family, path: joinPath(os, folder, path) }))
  );
}

/** Finds a browser in the cache of Playwright and Atmos, with one directory `chromium-REVISION` for each. */
async function playwrightBrowser(host: FindHost): Promise<string | undefined> {
  for (const cache of playwrightCaches(host)) {
    const entries = await readable(host.files.list(cache), undefined) ?? [];
    const revisions = entries
      .flatMap(({ name }) => /^chromium-(\d+)$/.exec(name)?.[1] ?? [])
      .sort((a, b) => Number(b) - Number(a));
    for (
      const path of revisions.flatMap((revision) =>
        PLAYWRIGHT_PROGRAMS[host.os].map((program) =>
          joinPath(host.os, cache, `chromium-${revision}`, program)
        )
      )
    ) {
      if (await isFile(host, path)) return path;
    }
  }
  return undefined;
}

function playwrightCaches(host: FindHost): readonly string[] {
  const { env, os } = host;
  const own = env("PLAYWRIGHT_BROWSERS_PATH") ?? "";
  const folders: Readonly<Record<Os, readonly string[]>> = {
    linux: [".cache/ms-playwright"],
    darwin: ["Library/Caches/ms-playwright"],
    windows: ["AppData\\Local\\ms-playwright"],
  };
  return [
    // Playwright reads "0" as "next to the library".
    ...own === "" || own === "0" ? [] : [resolvePath(os, homeDirectory(host), own)],
    joinPath(os, cacheHome(host), "atmos", "ms-playwright"),
    joinPath(os, cacheHome(host), "ms-playwright"),
    ...folders[os].map((folder) => joinPath(os, homeDirectory(host), folder)),
  ];
}

/** The older and the newer layouts. */
const PLAYWRIGHT_PROGRAMS: Readonly<Record<Os, readonly string[]>> = {
  linux: ["chrome-linux64/chrome", "chrome-linux/chrome", "chrome-linux-arm64/chrome"],
  darwin: ["chrome-mac", "chrome-mac-arm64", "chrome-mac-x64"].flatMap((folder) =>
    ["Chromium", "Google Chrome for Testing"].map((name) => `${folder}/${name}.app/Contents/MacOS/${name}`)
  ),
  windows: ["chrome-win64\\chrome.exe", "chrome-win\\chrome.exe"],
};

/** Whether a file exists, following links. */
async function isFile({ files }: FindHost, path: string): Promise<boolean> {
  const real = await readable(files.realPath(path), undefined);
  return real !== undefined && (await readable(files.status(real), undefined))?.kind === "file";
}

/** A place that the sandbox hides counts as empty. */
async function readable<T>(looking: Promise<T>, hidden: T): Promise<T> {
  try {
    return await looking;
  } catch (error) {
    if (isAuthError(error, "permission-missing", "file-failed")) return hidden;
    throw error;
  }
}

/** Whether this machine can show a window, according to its environment variables. */
export function hasDisplay({ env, os }: Pick<Host, "env" | "os">): boolean {
  return os !== "linux" || ["DISPLAY", "WAYLAND_DISPLAY"].some((name) => (env(name) ?? "") !== "");
}

/**
 * What Atmos itself has left on this machine: its sessions and tokens are not reused, and not touched.
 *
 * @module
 */
import { isAuthError } from "../errors.ts";
import type { DirectoryEntry } from "../host.ts";
import { cacheHome, configHome, dataHome, homeDirectory, joinPath, shortPath } from "../paths.ts";
import type { ImportHost } from "./tool_files.ts";

/** Something of Atmos's. */
export interface Leftover {
  readonly path: string;
  readonly what: string;
}

/** The directories that are looked into. */
export function atmosPlaces(host: Omit<ImportHost, "files">): readonly string[] {
  return placesOf(host).map(({ directory }) => directory);
}

/** A place to look at. */
interface Place {
  readonly directory: string;
  readonly what: string;
  /** Which of its entries are Atmos's; by default the directory itself is. */
  readonly isTheirs?: (entry: DirectoryEntry) => boolean;
}

/** What there is of it. Where we may not look there is nothing. */
export async function atmosLeftovers(host: ImportHost): Promise<readonly Leftover[]> {
  const found = await Promise.all(placesOf(host).map((place) => foundAt(host, place)));
  return found.flat();
}

function placesOf(host: Omit<ImportHost, "files">): readonly Place[] {
  const { os } = host;
  const below = (base: string, ...names: readonly string[]) => joinPath(os, base, "atmos", ...names);
  const home = homeDirectory(host);
  return [
    {
      directory: below(configHome(host)),
      what: "sessions, below a realm that Atmos made of the project's path",
      isTheirs: ({ kind, name }) => kind === "directory" && /^[0-9a-f]{16}$/.test(name),
    },
    { directory: below(cacheHome(host), "aws-sso"), what: "Identity Center tokens, unencrypted" },
    { directory: below(cacheHome(host), "aws-webflow"), what: "tokens of browser logins, unencrypted" },
    {
      directory: below(cacheHome(host), "auth"),
      what: "identities that Atmos found",
      // Ours end in 16 digits of a digest.
      isTheirs: ({ kind, name }) => kind === "directory" && !/-[0-9a-f]{16}$/.test(name),
    },
    {
      directory: below(dataHome(host), "keyring"),
      what: "an entry of Atmos's file keyring",
      isTheirs: ({ kind, name }) => kind === "file" && name.startsWith("atmos_"),
    },
    { directory: joinPath(os, home, ".aws", "saml2aws"), what: "browser sessions of SAML logins" },
    { directory: joinPath(os, home, ".aws", "atmos"), what: "AWS files of old versions" },
  ];
}

async function foundAt(host: ImportHost, { directory, what, isTheirs }: Place): Promise<readonly Leftover[]> {
  try {
    const entries = await host.files.list(directory);
    if (entries === undefined) return [];
    const paths = isTheirs === undefined
      ? [directory]
      : entries.filter(isTheirs).map(({ name }) => joinPath(host.os, directory, name));
    return paths.map((path) => ({ path: shortPath(host, path), what }));
  } catch (error) {
    if (isAuthError(error, "file-failed", "permission-missing")) return [];
    throw error;
  }
}

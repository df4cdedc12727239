/**
 * Where other tools keep their configuration. Nothing is ever written there, and no file with secrets is opened.
 *
 * @module
 */
import type { Host } from "../host.ts";
import {
  configHome,
  expandHome,
  homeDirectory,
  isInside,
  joinPath,
  resolvePath,
  shortPath,
  stateHome,
} from "../paths.ts";

export type ImportHost = Pick<Host, "files" | "env" | "os" | "workingDirectory">;

/** A file that is there. */
export interface FoundFile {
  /** For a person. */
  readonly path: string;
  readonly text: string;
}

/** Files of other tools, as far as they are there. */
export interface ToolFiles {
  /** `AWS_CONFIG_FILE`, else `~/.aws/config`: of the AWS CLI, aws-vault and granted. */
  readonly aws: FoundFile | undefined;
  readonly granted: FoundFile | undefined;
  readonly awsSso: FoundFile | undefined;
  readonly saml2aws: FoundFile | undefined;
  /** Whether aws-vault keeps keys in a directory of its own. */
  readonly hasVault: boolean;
  /** A file that holds keys: it is there, and is not opened. */
  readonly credentials: string | undefined;
  /** Where each was looked for. */
  readonly looked: Readonly<Record<"aws" | "granted" | "awsSso" | "saml2aws", readonly string[]>>;
}

/** Where each file may be; the first that is there counts. */
export function toolPaths(host: Omit<ImportHost, "files">) {
  const below = (...names: readonly string[]) => joinPath(host.os, homeDirectory(host), ...names);
  const config = (...names: readonly string[]) => joinPath(host.os, configHome(host), ...names);
  return {
    aws: named(host, "AWS_CONFIG_FILE", below(".aws", "config")),
    granted: [below(".granted", "config"), config("granted", "config")],
    awsSso: named(host, "AWS_SSO_CONFIG", below(".aws-sso", "config.yaml"), config("aws-sso", "config.yaml")),
    saml2aws: named(host, "SAML2AWS_CONFIGFILE", below(".saml2aws")),
    credentials: named(host, "AWS_SHARED_CREDENTIALS_FILE", below(".aws", "credentials")),
    vault: [below(".awsvault")],
  } as const;
}

/**
 * Reads what there is.
 *
 * @throws AuthError `file-failed` for a file that cannot be read
 */
export async function toolFiles(host: ImportHost): Promise<ToolFiles> {
  const paths = toolPaths(host);
  const [aws, granted, awsSso, saml2aws] = await Promise.all(
    [paths.aws, paths.granted, paths.awsSso, paths.saml2aws].map((each) => firstOf(host, each)),
  );
  const isThere = async (path: string) => await host.files.status(path) !== undefined;
  const [credentials = "", vault = ""] = [paths.credentials[0], paths.vault[0]];
  const show = (each: readonly string[]) => each.map((path) => shortPath(host, path));
  return {
    aws,
    granted,
    awsSso,
    saml2aws,
    hasVault: await isThere(vault),
    credentials: await isThere(credentials) ? shortPath(host, credentials) : undefined,
    looked: {
      aws: show(paths.aws),
      granted: show(paths.granted),
      awsSso: show(paths.awsSso),
      saml2aws: show(paths.saml2aws),
    },
  };
}

/** The path in a variable, else the usual ones. In a shell of ours the variable leads to files of ours. */
function named(
  host: Omit<ImportHost, "files">,
  variable: string,
  ...usual: readonly string[]
): readonly string[] {
  const written = host.env(variable) ?? "";
  if (written === "") return usual;
  const path = resolvePath(host.os, host.workingDirectory(), expandHome(host, written));
  const own = [configHome(host), stateHome(host)].map((home) => joinPath(host.os, home, "atmos"));
  return own.some((directory) => isInside(host.os, path, directory)) ? usual : [path];
}

async function firstOf(host: ImportHost, paths: readonly string[]): Promise<FoundFile | undefined> {
  for (const path of paths) {
    const text = await host.files.readText(path);
    if (text !== undefined) return { path: shortPath(host, path), text };
  }
  return undefined;
}

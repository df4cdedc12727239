/**
 * Names that people chose, as names of directories and of sections in AWS's files.
 *
 * @module
 */
import { configHome, expandHome, isAbsolutePath, joinPath, type Surroundings } from "../paths.ts";
import { AuthError } from "../errors.ts";
import { percentBytes, percentEncoded } from "../percent.ts";

/** Windows opens a device for these names, whatever their extension and case. */
const DEVICE_NAME = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)(?:\.|$)/i;

/** Whether Windows opens a device for a file of this name. */
export const isDeviceName = (name: string): boolean => DEVICE_NAME.test(name);

/**
 * A name as the name of one directory on any file system: what one could misread (separators, control characters,
 * characters beyond ASCII, dots and spaces at the ends, Windows's devices) is percent-encoded, `%` with it, so
 * that different names stay different.
 *
 * @param reserved names in use for something else beside this directory
 */
export function directoryName(name: string, reserved: readonly string[] = []): string {
  const encoded = percentEncoded(name, /[^A-Za-z0-9 _.@+=,~!#$&'()[\]{};-]/gu)
    .replace(/^[. ~]|[. ]$/g, percentBytes);
  if (encoded === "") return "%";
  const taken = isDeviceName(encoded) || reserved.includes(encoded.toLowerCase());
  return taken ? percentBytes(encoded.slice(0, 1)) + encoded.slice(1) : encoded;
}

/**
 * The section of an identity: its name as written where every SDK reads that back, else percent-encoded (SDKs drop
 * sections with spaces).
 */
export function sectionName(identity: string): string {
  if (/^[A-Za-z0-9_@+.%:/-]+$/.test(identity)) return identity;
  return percentEncoded(identity, /[^A-Za-z0-9_@+.:/-]/gu);
}

/** Whose AWS files. */
export interface AwsFilesOwner {
  /** Keeps projects apart; only when one was set. */
  readonly realm?: string;
  /** `spec.files.base_path`: instead of `<config home>/atmos/aws`. */
  readonly basePath?: string;
  /** The provider's name; `aws-user` for standalone users. */
  readonly provider: string;
}

/**
 * The directory of the files `credentials` and `config`: `<config home>/atmos/[<realm>/]aws/<provider>` or
 * `<base path>/[<realm>/]<provider>`.
 *
 * @throws AuthError `config-invalid` for a base path that is not absolute, or without a home directory
 */
export function awsDirectory(host: Surroundings, { realm, basePath, provider }: AwsFilesOwner): string {
  const own = directoryName(provider, ["credentials", "config"]);
  const realms = realm === undefined || realm === "" ? [] : [directoryName(realm, ["aws"])];
  const base = awsBase(host, basePath);
  return basePath === undefined
    ? joinPath(host.os, base, ...realms, "aws", own)
    : joinPath(host.os, base, ...realms, own);
}

/**
 * The directory that all AWS files are below.
 *
 * @param basePath as configured; `undefined`: `<config home>/atmos`
 * @throws AuthError `config-invalid` as {@linkcode awsDirectory}
 */
export function awsBase(host: Surroundings, basePath: string | undefined): string {
  if (basePath === undefined) return joinPath(host.os, configHome(host), "atmos");
  const base = expandHome(host, basePath);
  if (isAbsolutePath(host.os, base)) return joinPath(host.os, base);
  throw new AuthError("config-invalid", `Cannot use ${basePath} for AWS files: it is not an absolute path`, {
    hints: ["Write an absolute path, or one that starts with ~/"],
  });
}

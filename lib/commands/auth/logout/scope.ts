/**
 * What belongs to an identity, to a provider, to everything: where it rests, and which of it. It is found by names, so
 * that one can log out of what is not, or no longer, configured rightly.
 *
 * @module
 */
import type { ProviderStep } from "../../../chain/types.ts";
import {
  type AuthConfig,
  type Entry,
  type IamIdentityCenterProvider,
  type IdentityConfig,
  isPersistent,
  type ProviderConfig,
  type Via,
} from "../../../config/types.ts";
import type { FoundSession } from "../../../files/aws_sessions.ts";
import { awsDirectory, sectionName } from "../../../files/names.ts";
import { parentOf } from "../../../paths.ts";
import { browserProfile } from "../../../saml/browser_profile.ts";
import { keyringPlace } from "../../../session/stores.ts";
import { consoleProfiles, isProfileOf } from "../../../cli/run/browser_profile.ts";
import type { Context } from "../../../cli/run/context.ts";
import { directoriesIn, ownPaths } from "../../../cli/run/own_files.ts";
import { recallDirectory } from "../../../cli/recall/recall.ts";

/** What somebody logs out of. */
export type LogoutTarget =
  | { readonly type: "identity"; readonly name: string }
  | { readonly type: "providers"; readonly names: readonly string[] }
  | { readonly type: "all" };

/** Sessions in the AWS files of a directory. */
export interface SessionsIn {
  readonly directory: string;
  readonly isWanted: (found: FoundSession) => boolean;
}

/** Browser profiles in a directory. */
export interface ProfilesIn {
  readonly directory: string;
  readonly isWanted: (name: string) => boolean;
}

/** All that belongs to a target. */
export interface LogoutScope {
  readonly sessions: readonly SessionsIn[];
  readonly profiles: readonly ProfilesIn[];
  /** Directories in which killed writers may have left temporary files. */
  readonly written: readonly string[];
  /** Directories of ours that go as they are, with what is told of each. */
  readonly kept: readonly { readonly what: string; readonly directory: string }[];
  /** Providers whose sessions the keyring may keep. */
  readonly portals: readonly Portal[];
  /** Names of `aws/user` identities, whose long-lived keys the keyring may keep. */
  readonly users: readonly string[];
  /** Providers whose sessions this leaves, and how they would go. */
  readonly left: readonly { readonly name: string; readonly way: string }[];
}

/** A provider with a session that outlives a command. */
export interface Portal extends ProviderStep {
  readonly config: IamIdentityCenterProvider;
}

const NOTHING: LogoutScope = {
  sessions: [],
  profiles: [],
  written: [],
  kept: [],
  portals: [],
  users: [],
  left: [],
};

/** What belongs to a target; names are as they are configured. */
export async function scopeOf(context: Context, target: LogoutTarget): Promise<LogoutScope> {
  const scope = await namedScope(context, target);
  const directories = [
    ...scope.sessions.map(({ directory }) => directory),
    ...await keyringDirectories(context),
  ];
  const written = target.type === "all"
    ? [...directories, ...directoriesIn(await ownPaths(context.host, []))]
    : directories;
  return { ...scope, written: [...new Set(written)] };
}

/** An older copy of a keyring may hold what is removed from the keyring. */
async function keyringDirectories(context: Context): Promise<readonly string[]> {
  const auth = context.auth();
  if (!isPersistent(auth.keyring.type)) return [];
  return [(await keyringPlace(context.host, auth, context.loaded().directory)).directory];
}

async function namedScope(context: Context, target: LogoutTarget): Promise<LogoutScope> {
  const auth = context.auth();
  switch (target.type) {
    case "identity":
      return identityScope(context, target.name);
    case "providers":
      return joined(await Promise.all(target.names.map((name) => providerScope(context, name))));
    case "all": {
      const names = [...auth.providers.keys()];
      const users = [...auth.identities.keys()].filter((name) => rootOf(auth, name) === undefined);
      return joined([
        ...await Promise.all(names.map((name) => providerScope(context, name))),
        ...users.map((name) => ({ ...identityScope(context, name), sessions: [] })),
        {
          ...NOTHING,
          sessions: [{ directory: directoryOf(context, undefined), isWanted: () => true }],
          kept: [{ what: "command lines that are recalled", directory: recallDirectory(context.host) }],
        },
      ]);
    }
  }
}

function joined(scopes: readonly LogoutScope[]): LogoutScope {
  return {
    sessions: scopes.flatMap(({ sessions }) => sessions),
    profiles: scopes.flatMap(({ profiles }) => profiles),
    written: scopes.flatMap(({ written }) => written),
    kept: scopes.flatMap(({ kept }) => kept),
    portals: scopes.flatMap(({ portals }) => portals),
    users: scopes.flatMap(({ users }) => users),
    left: scopes.flatMap(({ left }) => left),
  };
}

function identityScope(context: Context, name: string): LogoutScope {
  const auth = context.auth();
  const root = rootOf(auth, name);
  const isUser = kindOf(auth.identities.get(name)) === "aws/user";
  return {
    ...NOTHING,
    sessions: [{ directory: directoryOf(context, root), isWanted: isSectionOf(auth, name) }],
    profiles: [{ directory: consoleProfiles(context.host, auth.realm), isWanted: isProfileOf(name) }],
    users: isUser ? [name] : [],
    left: root === undefined || !isPortal(auth, root)
      ? []
      : [{ name: root, way: `atmos auth logout --provider ${root}` }],
  };
}

/** The section of an identity with whatever chain: `NAME`, or `NAME@<8 hex>`. */
function isSectionOf({ identities }: AuthConfig, name: string): SessionsIn["isWanted"] {
  const own = sectionName(name);
  const others = new Set([...identities.keys()].filter((other) => other !== name).map(sectionName));
  return ({ section }) =>
    section === own ||
    (section.startsWith(`${own}@`) && /^[0-9a-f]{8}$/.test(section.slice(own.length + 1)) &&
      !others.has(section));
}

async function providerScope(context: Context, name: string): Promise<LogoutScope> {
  const { host } = context;
  const auth = context.auth();
  const browsers = parentOf(host.os, await browserProfile(host, name, ANY_URL));
  const portals = portalsOf(runnable(auth, name));
  const consoles = consoleProfiles(host, auth.realm);
  const below = [...auth.identities.keys()].filter((identity) => rootOf(auth, identity) === name);
  return {
    ...NOTHING,
    sessions: [{ directory: directoryOf(context, name), isWanted: () => true }],
    profiles: [
      { directory: browsers, isWanted: isProfileOf(name) },
      ...below.map((identity) => ({ directory: consoles, isWanted: isProfileOf(identity) })),
    ],
    portals,
    left: isPortal(auth, name) && portals.length === 0 ? [{ name, way: MEND }] : [],
  };
}

/** What cannot be read does not tell which entry is its own. */
const MEND = "its configuration must be mended first, see atmos auth validate";

/** A provider's profiles are found by its name, whatever its address was: they are all in one directory. */
const ANY_URL = "https://aws.amazon.com/";

function runnable(auth: AuthConfig, name: string): ProviderStep | undefined {
  const config = auth.providers.get(name)?.config;
  return config === undefined || config.kind === "unsupported" ? undefined : { name, config };
}

function portalsOf(provider: ProviderStep | undefined): readonly Portal[] {
  const config = provider?.config;
  return provider === undefined || config?.kind !== "aws/iam-identity-center"
    ? []
    : [{ name: provider.name, config }];
}

function isPortal({ providers }: AuthConfig, name: string): boolean {
  return kindOf(providers.get(name)) === "aws/iam-identity-center";
}

/** Where the sessions behind a provider rest; those of no provider are the standalone users'. */
function directoryOf(context: Context, name: string | undefined): string {
  const { realm } = context.auth();
  const provider = name === undefined ? undefined : runnable(context.auth(), name);
  // What cannot be used for now has its sessions where they are by default.
  return name === undefined || provider !== undefined
    ? context.directory({ provider })
    : awsDirectory(context.host, { provider: name, ...(realm === undefined ? {} : { realm }) });
}

/** The provider that a chain starts from, as far as the names lead. */
function rootOf(auth: AuthConfig, name: string): string | undefined {
  const seen = new Set<string>();
  for (let at = name; !seen.has(at);) {
    seen.add(at);
    const via = viaOf(auth.identities.get(at));
    if (via === undefined) return undefined;
    if ("provider" in via) return via.provider;
    at = via.identity;
  }
  return undefined;
}

function viaOf(entry: Entry<IdentityConfig> | undefined): Via | undefined {
  return (entry?.config ?? entry?.declared)?.via;
}

/** Of what is blocked, too. */
function kindOf(entry: Entry<IdentityConfig | ProviderConfig> | undefined): string | undefined {
  return (entry?.config ?? entry?.declared)?.kind;
}

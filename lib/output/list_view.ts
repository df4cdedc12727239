/**
 * What is configured, as a value that every format of `list` renders.
 *
 * @module
 */
import type { AuthConfig, Entry, IdentityConfig, ProviderConfig, Via } from "../config/types.ts";
import { formatDuration } from "../duration.ts";
import type { Flaw } from "../files/aws_sessions.ts";
import { type EpochMillis } from "../time.ts";
import type { IdentityDetails, ProviderDetails } from "./schemas/list.ts";

/** Configuration values by their keys as a user writes them, in the order of the schema; no secret is among them. */
export interface Details {
  readonly [key: string]: string | undefined | Details;
}

interface Listed {
  readonly name: string;
  /** `undefined`: the entry has problems that hide it. */
  readonly kind: string | undefined;
  /** Whether this program can run it. */
  readonly usable: boolean;
  /** Whether it could be used if it were trusted; nothing more of it is shown. */
  readonly isUntrusted: boolean;
  readonly isDefault: boolean;
  readonly tags: readonly string[];
}

/** A provider of the list. */
export interface ListedProvider extends Listed {
  readonly details: ProviderDetails;
}

/** An identity of the list. */
export interface ListedIdentity extends Listed {
  readonly details: IdentityDetails;
  readonly via: Via | undefined;
  readonly alias: string | undefined;
  /** When the session in hand ends; `undefined`: there is none. */
  readonly expiresAt: EpochMillis | undefined;
  /** Why what is stored of it is not used; `undefined`: nothing is stored in vain. */
  readonly flaw?: Flaw | undefined;
}

/** What is stored of an identity. */
export type StoredState = Pick<ListedIdentity, "expiresAt" | "flaw">;

/** Both sorted by name. */
export interface ListView {
  readonly providers: readonly ListedProvider[];
  readonly identities: readonly ListedIdentity[];
}

/** What of it is wanted; `undefined` is everything. An empty list of names is all of that section. */
export interface ListFilter {
  readonly providers: readonly string[] | undefined;
  readonly identities: readonly string[] | undefined;
  /** Any of them is enough. */
  readonly tags: readonly string[] | undefined;
}

/** The list as it is configured; names in `filter` are as the entries are written. */
export function listView(
  auth: Pick<AuthConfig, "providers" | "identities">,
  stored: ReadonlyMap<string, StoredState>,
  filter: ListFilter,
): ListView {
  const wanted = (entry: Entry<unknown>, names: readonly string[] | undefined) =>
    (names === undefined || names.length === 0 || names.includes(entry.name)) &&
    (filter.tags === undefined || filter.tags.some((tag) => entry.tags.includes(tag)));
  const providers = filter.identities === undefined ? sorted(auth.providers) : [];
  const identities = filter.providers === undefined ? sorted(auth.identities) : [];
  return {
    providers: providers.filter((entry) => wanted(entry, filter.providers)).map(listedProvider),
    identities: identities.filter((entry) => wanted(entry, filter.identities))
      .map((entry) => listedIdentity(entry, stored.get(entry.name))),
  };
}

function sorted<Config>(entries: ReadonlyMap<string, Entry<Config>>): readonly Entry<Config>[] {
  return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function listedProvider(entry: Entry<ProviderConfig>): ListedProvider {
  const { config } = entry;
  return { ...listed(entry), details: config === undefined ? {} : masked(providerDetails(config), entry) };
}

function listedIdentity(entry: Entry<IdentityConfig>, stored: StoredState | undefined): ListedIdentity {
  const { config } = entry;
  return {
    ...listed(entry),
    details: config === undefined ? {} : masked(identityDetails(config), entry),
    via: config === undefined && entry.isUntrusted === true ? entry.declared?.via : config?.via,
    alias: config === undefined || config.kind === "unsupported" ? undefined : shownText(config.alias, entry),
    expiresAt: stored?.expiresAt,
    flaw: stored?.flaw,
  };
}

function listed(entry: Entry<ProviderConfig> | Entry<IdentityConfig>): Listed {
  const { config } = entry;
  return {
    name: entry.name,
    kind: config === undefined
      ? entry.isUntrusted === true ? entry.declared?.kind : undefined
      : config.kind === "unsupported"
      ? config.declaredKind
      : config.kind,
    isUntrusted: entry.isUntrusted === true,
    usable: config !== undefined && config.kind !== "unsupported",
    isDefault: entry.isDefault,
    tags: entry.tags,
  };
}

/** A text as it may be shown: one of a variable is shown as its reference. */
export function shownText<Text extends string | undefined>(
  text: Text,
  { masks }: Pick<Entry<unknown>, "masks">,
) {
  return text === undefined ? text : masks?.get(text) ?? text;
}

function masked<Part extends object>(details: Part, entry: Pick<Entry<unknown>, "masks">): Part {
  if (entry.masks === undefined) return details;
  const shown = (value: unknown): unknown =>
    typeof value === "string"
      ? shownText(value, entry)
      : typeof value === "object" && value !== null
      ? masked(value, entry)
      : value;
  const changed = Object.entries(details).map(([key, value]) => [key, shown(value)]);
  return { ...details, ...Object.fromEntries(changed) };
}

function providerDetails(config: ProviderConfig): ProviderDetails {
  if (config.kind === "unsupported") return {};
  const { sessionSeconds, consoleSeconds } = config;
  return {
    region: config.region,
    ...ownDetails(config),
    session: known({ duration: durationText(sessionSeconds) }),
    console: known({ session_duration: durationText(consoleSeconds) }),
  };
}

function ownDetails(config: Exclude<ProviderConfig, { readonly kind: "unsupported" }>): ProviderDetails {
  switch (config.kind) {
    case "aws/iam-identity-center":
      return { start_url: config.startUrl };
    case "aws/saml":
      return { url: config.url, idp_arn: config.idpArn, username: config.username, driver: config.driver };
    case "github/oidc":
      return { spec: known({ audience: config.audience }) };
    case "oidc/token":
      return { spec: known({ audience: config.audience, ...sourceDetails(config.source) }) };
  }
}

function sourceDetails(
  source: { readonly variable: string } | { readonly file: string },
): NonNullable<ProviderDetails["spec"]> {
  return "variable" in source ? { token_env: source.variable } : { token_file: source.file };
}

function identityDetails(config: IdentityConfig): IdentityDetails {
  if (config.kind === "unsupported") return {};
  const session = known({ duration: durationText(config.sessionSeconds) });
  switch (config.kind) {
    case "aws/permission-set":
      return { principal: { name: config.permissionSet, account: config.account }, session };
    case "aws/assume-role": {
      const { roleArn: assume_role, sessionName: session_name, durationSeconds } = config;
      return { principal: { assume_role, session_name, duration: durationText(durationSeconds) }, session };
    }
    case "aws/user":
      return {
        credentials: known({ mfa_arn: config.mfaShown ?? config.mfaArn, region: config.region }),
        session,
      };
  }
}

function durationText(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : formatDuration(seconds);
}

/** A map, unless nothing in it is known. */
function known<Map extends object>(map: Map): Map | undefined {
  return Object.values(map).some((value) => value !== undefined) ? map : undefined;
}

/** The kind, and why an entry of it cannot be used. */
export function shownKind(entry: Pick<ListedProvider, "kind" | "usable" | "isUntrusted">): string {
  if (entry.kind === undefined) return "invalid";
  return entry.usable ? entry.kind : `${entry.kind}, ${entry.isUntrusted ? "needs trust" : "unsupported"}`;
}

/**
 * Profiles of `~/.aws/config`, those that aws-vault and granted keep there among them, as offers.
 *
 * @module
 */
import type { AwsFile, Settings } from "./aws_file.ts";
import { isAbsolutePath } from "../paths.ts";
import { type ProcessOffer, processOffer } from "./credential_process.ts";
import { withMfa } from "./mfa.ts";
import { type AliasedPortal, permissionSetFields, portalKey, portalOffer } from "./portal.ts";
import type { Fields, IdentityOffer, Note, Offers, ProviderOffer, Source } from "./types.ts";

/** How the profiles are read. */
export interface AwsOptions {
  /** By aws-vault's rules: a profile that says nothing has its keys in the vault, and `include_profile` counts. */
  readonly vault: boolean;
  /** Only the profiles that granted made. */
  readonly grantedOnly: boolean;
  /** Portals that aws-sso-cli knows, its default one first. */
  readonly portals: readonly AliasedPortal[];
}

/** A file on its way to offers. */
interface Reading {
  readonly file: AwsFile;
  readonly options: AwsOptions;
  readonly providers: ProviderOffer[];
  readonly identities: IdentityOffer[];
  readonly notes: Note[];
  /** Profiles that others start from. */
  readonly sources: ReadonlySet<string>;
  /** Profiles that are there to be included by others. */
  readonly included: ReadonlySet<string>;
}

/** What the profiles offer. Whether a chain leads anywhere is found out later. */
export function awsOffers(file: AwsFile, options: AwsOptions): Offers {
  const named = (key: string) =>
    [...file.profiles].flatMap(([name, values]) => {
      const other = values.get(key);
      return other === undefined || other === name ? [] : [other];
    });
  const sources = new Set(named("source_profile"));
  const included = new Set([...named("include_profile"), ...named("parent_profile")]);
  const reading: Reading = { file, options, providers: [], identities: [], notes: [], sources, included };
  for (const name of file.strangers) {
    note(reading, `[${name}]`, "no SDK reads it: a profile is [profile NAME]");
  }
  if (!options.grantedOnly) offerSessions(reading);
  for (const name of file.profiles.keys()) offerProfile(reading, name);
  for (const name of options.grantedOnly ? [] : sources) {
    if (!file.profiles.has(name)) offerUser(reading, name, new Map());
  }
  const { providers, identities, notes } = reading;
  return { providers, identities: withMfa(file, identities, notes), notes };
}

/** What the profile NAME is called in messages. */
const placeOf = (name: string): string => name === "default" ? "[default]" : `[profile ${name}]`;

/** The key of what a profile stands for. */
const profileKey = (name: string): string => `profile ${name}`;
/** The key of the long-lived keys of a profile that assumes a role with them. */
const keysKey = (name: string): string => `keys ${name}`;

function note({ notes }: Reading, place: string, reason: string): void {
  notes.push({ place, reason });
}

/** Sessions that no profile uses are providers, too. */
function offerSessions(reading: Reading): void {
  for (const [name, values] of reading.file.sessions) {
    const [startUrl, region] = [values.get("sso_start_url"), values.get("sso_region")];
    if (startUrl !== undefined && region !== undefined) {
      reading.providers.push(portalOffer({ startUrl, region, name }));
    } else note(reading, `[sso-session ${name}]`, "it has no sso_start_url or no sso_region");
  }
}

function offerProfile(reading: Reading, name: string): void {
  const own: Settings = reading.file.profiles.get(name) ?? new Map();
  const values = reading.options.vault ? withIncluded(reading.file, name) : own;
  if (reading.options.grantedOnly && !own.has("granted_sso_start_url")) return;
  noteLost(reading, name, values);
  offerSettings(reading, name, values);
}

function offerSettings(reading: Reading, name: string, values: Settings): void {
  if (values.has("granted_sso_start_url")) return offerPermissionSet(reading, name, values, "granted_sso_");
  if (values.has("role_arn")) return offerRole(reading, name, values);
  if (values.has("sso_session") || values.has("sso_start_url")) {
    return offerPermissionSet(reading, name, values, "sso_");
  }
  if (values.has("aws_access_key_id")) return offerUser(reading, name, values);
  if (values.has("credential_process")) return offerProcess(reading, name, values);
  offerQuiet(reading, name, values);
}

/** A profile that names no way to sign in. */
function offerQuiet(reading: Reading, name: string, values: Settings): void {
  const { options, sources, included } = reading;
  const isPart = included.has(name) || name === "default";
  const isUser = sources.has(name) ||
    (!isPart && (options.vault || values.has("mfa_serial") || values.has("mfa_process")));
  if (isUser) return offerUser(reading, name, values);
  if (values.has("login_session")) {
    return note(reading, placeOf(name), "`aws login` has no counterpart here");
  }
  // Settings for others, as people keep them in [default], are nobody.
  if (isPart) return;
  note(
    reading,
    placeOf(name),
    "it names no way to sign in; if its keys are in ~/.aws/credentials, add an identity of the kind aws/user",
  );
}

/** What `include_profile` brings, then the region and MFA device of `[default]`: what is there already wins. */
function withIncluded({ profiles }: AwsFile, name: string): Settings {
  const merged = new Map<string, string>();
  const seen = new Set<string>();
  let next: string | undefined = name;
  while (next !== undefined && !seen.has(next)) {
    seen.add(next);
    const values: Settings = profiles.get(next) ?? new Map();
    for (const [key, value] of values) if (!merged.has(key)) merged.set(key, value);
    next = values.get("include_profile") ?? values.get("parent_profile");
  }
  for (const key of ["region", "mfa_serial"]) {
    const value = profiles.get("default")?.get(key);
    if (value !== undefined && !merged.has(key)) merged.set(key, value);
  }
  return merged;
}

/** Settings that change who one becomes or how, and that have no counterpart. */
const LOST: ReadonlyMap<string, string> = new Map([
  ["endpoint_url", "endpoint_url is not taken over: spec.endpoint_url needs trust"],
  ["mfa_process", "mfa_process is not taken over: credentials.mfa_command needs trust"],
  ["source_identity", "source_identity has no counterpart"],
  ["session_tags", "session_tags have no counterpart"],
  ["transitive_session_tags", "transitive_session_tags have no counterpart"],
]);

function noteLost(reading: Reading, name: string, values: Settings): void {
  for (const [key, reason] of LOST) if (values.has(key)) note(reading, placeOf(name), reason);
}

function offer(
  reading: Reading,
  name: string,
  via: IdentityOffer["via"],
  fields: Fields,
  also: { readonly key?: string; readonly name?: string } = {},
): void {
  const isDefault = name === "default" && also.key === undefined;
  const { kind, ...rest } = fields;
  reading.identities.push({
    key: profileKey(name),
    name,
    place: placeOf(name),
    via,
    fields: { kind, default: isDefault ? true : undefined, ...rest },
    ...also,
  });
}

function offerPermissionSet(reading: Reading, name: string, values: Settings, prefix: string): void {
  const session = values.get(`${prefix}session`);
  const source: Settings = session === undefined ? values : reading.file.sessions.get(session) ?? new Map();
  const [startUrl, region] = [source.get(`${prefix}start_url`), source.get(`${prefix}region`)];
  if (startUrl === undefined || region === undefined) {
    const reason = session === undefined
      ? `it has no ${prefix}start_url or no ${prefix}region`
      : `there is no whole [sso-session ${session}]`;
    return note(reading, placeOf(name), reason);
  }
  reading.providers.push(portalOffer({ startUrl, region, name: session }));
  const [account, role] = [values.get(`${prefix}account_id`), values.get(`${prefix}role_name`)];
  if (account === undefined || role === undefined) {
    return note(
      reading,
      placeOf(name),
      "it is a session of the access portal alone, without account and role",
    );
  }
  const via = { provider: portalKey(startUrl, region) };
  const wanted = { account, role, region: values.get("region") };
  offer(reading, name, via, permissionSetFields({ region }, wanted));
}

function offerRole(reading: Reading, name: string, values: Settings): void {
  const via = baseOf(reading, name, values);
  if (via === undefined) return;
  offer(reading, name, via, {
    kind: "aws/assume-role",
    principal: {
      assume_role: values.get("role_arn"),
      session_name: values.get("role_session_name"),
      external_id: values.get("external_id"),
      duration: values.get("duration_seconds"),
      region: values.get("region"),
    },
  });
}

/** What a role is assumed with. */
function baseOf(reading: Reading, name: string, values: Settings): IdentityOffer["via"] {
  const source = values.get("source_profile");
  const tokenFile = values.get("web_identity_token_file");
  if (source !== undefined && source !== name) return { identity: profileKey(source) };
  if (source === undefined && tokenFile !== undefined) return webIdentity(reading, name, values, tokenFile);
  if (source !== undefined || reading.options.vault) {
    // Keys of its own, which are not its role's: an identity for each.
    offerUser(reading, name, values, { key: keysKey(name), name: `${name}-user` });
    return { identity: keysKey(name) };
  }
  const credentialSource = values.get("credential_source");
  note(
    reading,
    placeOf(name),
    credentialSource === undefined
      ? "its role is assumed with nothing: it has no source_profile"
      : `credential_source = ${credentialSource} has no counterpart`,
  );
  return undefined;
}

const FALLBACK_REGION = "us-east-1";

/** An SDK sees a relative path from wherever one is: no such place can be written down. */
const isAbsolute = (path: string): boolean =>
  isAbsolutePath("linux", path) || isAbsolutePath("windows", path);

function webIdentity(reading: Reading, name: string, values: Settings, file: string): IdentityOffer["via"] {
  if (!isAbsolute(file)) {
    note(reading, placeOf(name), `web_identity_token_file = ${file} is no absolute path`);
    return undefined;
  }
  const key = `oidc/token ${file}`;
  const region = values.get("region");
  if (region === undefined) {
    note(reading, placeOf(name), `it has no region: its provider gets ${FALLBACK_REGION}`);
  }
  reading.providers.push({
    key,
    name: `${name}-token`,
    fields: { kind: "oidc/token", region: region ?? FALLBACK_REGION, spec: { token_file: file } },
  });
  return { provider: key };
}

function offerUser(
  reading: Reading,
  name: string,
  values: Settings,
  also: { readonly key?: string; readonly name?: string } = {},
): void {
  const [mfaArn, region] = [values.get("mfa_serial"), values.get("region")];
  const credentials = mfaArn === undefined && region === undefined ? undefined : { mfa_arn: mfaArn, region };
  offer(reading, name, undefined, { kind: "aws/user", credentials }, also);
}

function offerProcess(reading: Reading, name: string, values: Settings): void {
  const made = processOffer(values.get("credential_process") ?? "");
  switch (made.type) {
    case "profile":
      return offerOther(reading, name, values, made.name);
    case "aws-sso":
      return offerAwsSso(reading, name, values, made);
    case "unknown":
      return note(
        reading,
        placeOf(name),
        `its credential_process is not taken over: ${made.program} is not started for credentials here`,
      );
  }
}

/** Who gets another profile's credentials from aws-vault or granted is who that profile is. */
function offerOther(reading: Reading, name: string, values: Settings, other: string): void {
  const target = reading.file.profiles.get(other);
  if (other === name || target === undefined) return offerUser(reading, name, values);
  if (target.has("credential_process") && !target.has("granted_sso_start_url")) {
    return note(
      reading,
      placeOf(name),
      `its credential_process leads to ${placeOf(other)}, and on from there`,
    );
  }
  offerSettings(
    reading,
    name,
    new Map([...target, ...values].filter(([key]) => key !== "credential_process")),
  );
}

function offerAwsSso(
  reading: Reading,
  name: string,
  values: Settings,
  { portal, account, role }: Extract<ProcessOffer, { type: "aws-sso" }>,
): void {
  const { portals } = reading.options;
  const found = portals.find((known) => known.alias === portal) ??
    (portal === undefined ? portals[0] : undefined);
  if (found === undefined) {
    return note(
      reading,
      placeOf(name),
      "aws-sso-cli's configuration does not say which portal it belongs to",
    );
  }
  if (found.chained.has(`${account}/${role}`)) {
    return note(
      reading,
      placeOf(name),
      "it is a chained role, which comes from aws-sso-cli's own configuration",
    );
  }
  reading.providers.push(portalOffer(found));
  const via = { provider: portalKey(found.startUrl, found.region) };
  offer(reading, name, via, permissionSetFields(found, { account, role, region: values.get("region") }));
}

/** Whether the file holds what only aws-vault, or granted, writes or reads. */
export function usersOf({ profiles }: AwsFile): readonly Source[] {
  const all = [...profiles.values()];
  const has = (pattern: RegExp) => all.some((values) => [...values.keys()].some((key) => pattern.test(key)));
  const starts = (pattern: RegExp) =>
    all.some((values) => pattern.test(values.get("credential_process") ?? ""));
  return [
    ...(has(/^(?:include_profile|parent_profile|mfa_process|session_tags|transitive_session_tags)$/) ||
        starts(/\baws-vault\b/)
      ? ["aws-vault" as const]
      : []),
    ...(has(/^granted_/) ? ["granted" as const] : []),
  ];
}

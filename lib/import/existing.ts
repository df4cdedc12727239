/**
 * What of a draft is new to a configuration. Entries that are there are never changed.
 *
 * @module
 */
import { nameIndex } from "../config/names.ts";
import type { AuthConfig, Entry, IdentityConfig, ProviderConfig, Via } from "../config/types.ts";
import { namer } from "./names.ts";
import { portalKey } from "./portal.ts";
import type { AuthDraft, Fields } from "./types.ts";

/** What is to be added, and what is not. */
export interface Additions {
  readonly draft: AuthDraft;
  /** Entries that are there already. */
  readonly kept: { readonly providers: number; readonly identities: number };
  /** Identities that cannot be added beside what is there. */
  readonly left: readonly Left[];
}

/** An identity of a draft that is not added. */
export interface Left {
  readonly name: string;
  readonly reason: string;
}

/** Providers are the same when they lead to the same place, identities when they have one name. */
export function additionsTo(auth: Pick<AuthConfig, "providers" | "identities">, draft: AuthDraft): Additions {
  const providers = new Map<string, Fields>();
  const known = [...auth.providers.values()];
  const nameOf = namer("provider", [...auth.providers.keys()]);
  const names = new Map<string, string>();
  for (const [name, fields] of draft.providers) {
    const same = known.find(({ config }) => config !== undefined && keyOf(config) === keyOfFields(fields));
    names.set(name, same?.name ?? nameOf(name));
    if (same === undefined) providers.set(names.get(name) ?? name, fields);
  }
  const { identities, kept, left } = newIdentities(auth, draft, names);
  return {
    draft: { providers, identities },
    kept: { providers: draft.providers.size - providers.size, identities: kept },
    left,
  };
}

function keyOf(config: ProviderConfig): string {
  switch (config.kind) {
    case "aws/iam-identity-center":
      return portalKey(config.startUrl, config.region);
    case "aws/saml":
      return `${config.kind} ${config.url} ${config.region}`;
    case "oidc/token":
      return `${config.kind} ${"file" in config.source ? config.source.file : ""} ${config.region}`;
    case "github/oidc":
    case "unsupported":
      return config.kind;
  }
}

function keyOfFields({ kind, start_url, url, region, spec }: Fields): string {
  if (kind === "aws/iam-identity-center") return portalKey(String(start_url), String(region));
  const place = kind === "aws/saml" ? url : typeof spec === "object" ? spec.token_file : undefined;
  return `${kind} ${place} ${region}`;
}

function newIdentities(
  auth: Pick<AuthConfig, "identities">,
  draft: AuthDraft,
  providerNames: ReadonlyMap<string, string>,
) {
  const index = nameIndex([...auth.identities.keys()]);
  const hasDefault = [...auth.identities.values()].some(({ isDefault }) => isDefault);
  const others = new Set<string>();
  const added = new Map<string, Fields>();
  const left: Left[] = [];
  let kept = 0;
  // What starts from an identity stands behind it in no certain order: what is other is known first.
  for (const [name, fields] of draft.identities) {
    const reference = index.find(name);
    const entry = "name" in reference ? auth.identities.get(reference.name) : undefined;
    const wanted = withVia(fields, providerNames, hasDefault);
    if (entry === undefined) added.set(name, wanted);
    else if (isSame(entry, wanted)) kept += 1;
    else {
      others.add(name);
      left.push({ name, reason: "another identity has this name, and stays as it is" });
    }
  }
  dropDependents(added, others, left);
  return { identities: added, kept, left };
}

function withVia(
  { via, default: isDefault, ...rest }: Fields,
  providers: ReadonlyMap<string, string>,
  hasDefault: boolean,
): Fields {
  const provider = typeof via === "object" ? via.provider : undefined;
  const renamed = typeof provider === "string" ? { provider: providers.get(provider) ?? provider } : via;
  const { kind, ...others } = rest;
  return { kind, default: hasDefault ? undefined : isDefault, via: renamed, ...others };
}

/** Whether an entry is, in the main, what is wanted; what else a person wrote into it is theirs. */
function isSame({ config, declared }: Entry<IdentityConfig>, wanted: Fields): boolean {
  if (config === undefined) return declared?.kind === wanted.kind;
  if (config.kind !== wanted.kind) return false;
  const principal = typeof wanted.principal === "object" ? wanted.principal : {};
  switch (config.kind) {
    case "aws/permission-set": {
      const account = typeof principal.account === "object" ? principal.account : {};
      // An account that is named may be this one; only the portal knows.
      return isVia(config.via, wanted.via) && config.permissionSet === principal.name &&
        (!("id" in config.account) || config.account.id === account.id);
    }
    case "aws/assume-role":
      return config.roleArn === principal.assume_role;
    case "aws/user":
    case "unsupported":
      return true;
  }
}

function isVia(via: Via, wanted: Fields[string]): boolean {
  return typeof wanted === "object" && "provider" in via && via.provider === wanted.provider;
}

/** What would start from another identity than it is meant to is not added. */
function dropDependents(added: Map<string, Fields>, others: Set<string>, left: Left[]): void {
  for (let before = -1; before !== others.size;) {
    before = others.size;
    for (const [name, { via }] of added) {
      const base = typeof via === "object" ? via.identity : undefined;
      if (typeof base !== "string" || !others.has(base)) continue;
      added.delete(name);
      others.add(name);
      left.push({ name, reason: `it starts from ${base}, and another identity has that name` });
    }
  }
}

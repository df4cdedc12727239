/**
 * The raw tree to typed configuration, with every problem there is.
 *
 * @module
 */
import { LIMITS, overLimit } from "../limits.ts";
import { checkChains, startsOf } from "./chains.ts";
import { decodeCommonEnv } from "./common_env.ts";
import { closeEntry, type Draft, type EntryContext } from "./entry.ts";
import { decodeIdentity, type IdentityDraft } from "./identities.ts";
import { nameIndex } from "./names.ts";
import { decodeProvider } from "./providers.ts";
import { entryOf, isNull, mapAt, nodeAt, type Raw, type RawEntry, type RawMap } from "./raw.ts";
import { type Fact, report, reportWrongType, type Scope } from "./scope.ts";
import { decodeSettings, type Settings, type SettingsContext } from "./settings.ts";
import type { Need } from "./need.ts";
import { needOf, type Part } from "./trust.ts";
import type { AuthConfig, Entry, IdentityConfig, Problem, ProviderConfig } from "./types.ts";

/** What decoding depends on beside the tree: values only. */
export interface DecodeContext extends EntryContext, SettingsContext {
  /** The place of a file in the order of merging, for the order of the problems. */
  readonly fileOrder: (file: string) => number;
}

/** A configuration with its problems in file order. */
export interface Decoded {
  readonly auth: AuthConfig;
  readonly problems: readonly Problem[];
  /** What needs trust, whether it has it or not. */
  readonly needs: readonly Need[];
}

/** Decodes the `auth:` (and `logs:`) of a merged tree whose `!env` and `!include` are resolved. Never throws. */
export function decodeAuth(root: RawMap, context: DecodeContext): Decoded {
  const auth = sectionScope(root, context);
  const { settings, logs } = decodeSettings(root, auth, context);
  const providers = decodeEach(auth, "providers", (entry) => decodeProvider(entry, context));
  const identityEntries = entriesOf(auth, "identities");
  const references = {
    providers: nameIndex([...providers.keys()]),
    identities: nameIndex(identityEntries.map(({ key }) => key)),
    providerKind: (name: string) => providers.get(name)?.kind,
    finder: [...providers.values()].find(({ config }) => isFinder(config))?.name,
  };
  const identities = new Map<string, IdentityDraft>(
    identityEntries.map((entry) => [entry.key, decodeIdentity(entry, references, context)]),
  );
  checkChains(providers, identities);
  const common = decodeCommonEnv(root, auth);
  const env: Part = { unit: { type: "env" }, scope: common.scope, facts: common.scope.facts, chain: [] };
  const parts = [...settingParts(auth, logs), ...entryParts(providers, identities), env];
  const needs = parts.flatMap((part) => needOf(part, context) ?? []);
  const { auth: decoded, problems } = assemble(auth, settings, providers, identities, context);
  return { auth: { ...decoded, commonEnv: common.variables }, problems, needs };
}

function settingParts(auth: Scope, logs: readonly Scope[]): readonly Part[] {
  const keyring = auth.facts.filter(({ path }) => path[0] === "keyring");
  const others = auth.facts.filter(({ path }) => path[0] !== "keyring" && path[0] !== "logs");
  return [
    { unit: { type: "settings" }, scope: auth, facts: others, chain: [] },
    { unit: { type: "keyring" }, scope: auth, facts: keyring, chain: [] },
    ...logs.map((scope): Part => ({ unit: { type: "logs" }, scope, facts: scope.facts, chain: [] })),
  ];
}

function entryParts(
  providers: ReadonlyMap<string, Draft<ProviderConfig>>,
  identities: ReadonlyMap<string, IdentityDraft>,
): readonly Part[] {
  const own = [...providers.values()].map(({ name, scope }): Part => ({
    unit: { type: "provider", name },
    scope,
    facts: scope.facts,
    chain: [],
  }));
  const starts = startsOf(identities);
  return [
    ...own,
    ...[...identities.values()].map((draft): Part => ({
      unit: { type: "identity", name: draft.name },
      scope: draft.scope,
      facts: draft.scope.facts,
      get chain() {
        return chainOf(draft, starts(draft), providers, identities);
      },
    })),
  ];
}

/** What an identity starts from, nearest first, with the values of each. */
function chainOf(
  draft: IdentityDraft,
  start: IdentityDraft | undefined,
  providers: ReadonlyMap<string, Draft<ProviderConfig>>,
  identities: ReadonlyMap<string, IdentityDraft>,
): Part["chain"] {
  const chain: [string, readonly Fact[]][] = [];
  const seen = new Set([draft.name]);
  for (let { via } = draft; via !== undefined;) {
    if ("provider" in via) {
      const provider = providers.get(via.provider);
      if (start !== undefined) chain.push([`identity ${start.name}`, start.scope.facts]);
      if (provider !== undefined) chain.push([`provider ${provider.name}`, provider.scope.facts]);
      return chain;
    }
    const next = identities.get(via.identity);
    if (next === undefined || seen.has(next.name)) return chain;
    seen.add(next.name);
    chain.push([`identity ${next.name}`, next.scope.facts]);
    via = next.via;
  }
  return chain;
}

/** Whether a login to it finds identities. */
function isFinder(config: ProviderConfig | undefined): boolean {
  return config?.kind === "aws/iam-identity-center" && config.autoProvisionIdentities;
}

function sectionScope(root: RawMap, context: DecodeContext): Scope {
  const entry = entryOf(root, "auth");
  const scope: Scope = {
    base: [entry?.key ?? "auth"],
    raw: entry?.value,
    at: entry?.keyAt,
    about: undefined,
    problems: context.found.filter(({ about }) => about === undefined),
    facts: [],
  };
  const count = (["providers", "identities"] as const).reduce(
    (sum, section) => sum + (mapAt(entry?.value, section)?.entries.size ?? 0),
    0,
  );
  if (count > LIMITS.entries.most) {
    report(scope, { code: "limit-reached", path: [], reason: overLimit("entries") });
    return { ...scope, raw: undefined };
  }
  if (entry === undefined || entry.value.type === "map" || isNull(entry.value)) return scope;
  reportWrongType(scope, [], "a map", entry.value);
  // There is nothing in it to be wrong a second time.
  return { ...scope, raw: undefined };
}

function entriesOf(auth: Scope, section: "providers" | "identities"): readonly RawEntry[] {
  const node: Raw | undefined = nodeAt(auth.raw, [section]);
  if (node !== undefined && node.type !== "map" && !isNull(node)) {
    reportWrongType(auth, [section], "a map", node);
  }
  return [...mapAt(auth.raw, section)?.entries.values() ?? []];
}

function decodeEach<Config>(
  auth: Scope,
  section: "providers" | "identities",
  decode: (entry: RawEntry) => Draft<Config>,
): ReadonlyMap<string, Draft<Config>> {
  return new Map(entriesOf(auth, section).map((entry) => [entry.key, decode(entry)]));
}

function assemble(
  auth: Scope,
  settings: Settings,
  providers: ReadonlyMap<string, Draft<ProviderConfig>>,
  identities: ReadonlyMap<string, IdentityDraft>,
  { fileOrder, found, isTrusted }: DecodeContext,
): { readonly auth: AuthConfig; readonly problems: readonly Problem[] } {
  const inOrder = (a: Problem, b: Problem) => compareProblems(a, b, fileOrder);
  const close = <Config>(draft: Draft<Config>): [string, Entry<Config>] => {
    const entry = closeEntry(draft, isTrusted);
    return [draft.name, { ...entry, problems: entry.problems.toSorted(inOrder) }];
  };
  const scopes = [auth, ...[...providers.values(), ...identities.values()].map(({ scope }) => scope)];
  const problems = new Set([...found, ...scopes.flatMap((scope) => scope.problems)]);
  return {
    auth: {
      ...settings,
      providers: new Map([...providers.values()].map((draft) => close<ProviderConfig>(draft))),
      identities: new Map([...identities.values()].map((draft) => close<IdentityConfig>(draft))),
    },
    problems: [...problems].sort(inOrder),
  };
}

/** By file, line and column; what has no place comes last. */
function compareProblems(a: Problem, b: Problem, fileOrder: (file: string) => number): number {
  if (a.at === undefined || b.at === undefined) {
    return Number(a.at === undefined) - Number(b.at === undefined);
  }
  return fileOrder(a.at.file) - fileOrder(b.at.file) || a.at.line - b.at.line || a.at.column - b.at.column;
}

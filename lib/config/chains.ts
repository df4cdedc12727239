/**
 * What can only be told when all entries are known: cycles, what a role starts from, and limits that come from the
 * rest of a chain. Nothing here is recursive, and everything is linear in the number of identities.
 *
 * @module
 */
import { formatDuration, parseDuration } from "../duration.ts";
import { LIMITS, overLimit } from "../limits.ts";
import { formatPath, textAt } from "./raw.ts";
import { report } from "./scope.ts";
import type { Draft } from "./entry.ts";
import type { IdentityDraft } from "./identities.ts";
import { reportForeignArn } from "./providers.ts";
import type { ProviderConfig } from "./types.ts";
import { CHAINED_ROLE_SECONDS } from "../aws_durations.ts";
import { firstNames } from "../counting.ts";

type Providers = ReadonlyMap<string, Draft<ProviderConfig>>;
type Identities = ReadonlyMap<string, IdentityDraft>;

/** Adds the problems of whole chains to the identities that they are about. */
export function checkChains(providers: Providers, identities: Identities): void {
  for (const cycle of findCycles(identities)) reportCycle(cycle);
  reportLongChains(identities);
  const regions = inheritedRegions(providers, identities);
  const permissionSets = permissionSetsByProvider(identities);
  for (const draft of identities.values()) {
    if (draft.kind !== "aws/assume-role") continue;
    const base = baseOf(draft, providers, identities);
    reportForeignArn(draft.scope, ["principal", "assume_role"], regions.get(draft.name));
    if (base === "aws/iam-identity-center") reportNoStart(draft, permissionSets);
    if (base === "aws/iam-identity-center" || base === "aws/permission-set" || base === "aws/assume-role") {
      reportChainedDurations(draft);
    }
  }
}

/** The kind of what an identity starts from. */
function baseOf({ via }: IdentityDraft, providers: Providers, identities: Identities): string | undefined {
  if (via === undefined) return undefined;
  return "provider" in via ? providers.get(via.provider)?.kind : identities.get(via.identity)?.kind;
}

/** The identity behind an identity, when it starts from one. */
function parentOf(draft: IdentityDraft, identities: Identities): IdentityDraft | undefined {
  return draft.via !== undefined && "identity" in draft.via ? identities.get(draft.via.identity) : undefined;
}

/** Every cycle, each from where the first walk comes upon it. */
function findCycles(identities: Identities): readonly (readonly IdentityDraft[])[] {
  const cycles: (readonly IdentityDraft[])[] = [];
  const walkOf = new Map<IdentityDraft, IdentityDraft>();
  for (const start of identities.values()) {
    const trail: IdentityDraft[] = [];
    let draft: IdentityDraft | undefined = start;
    while (draft !== undefined && !walkOf.has(draft)) {
      walkOf.set(draft, start);
      trail.push(draft);
      draft = parentOf(draft, identities);
    }
    // Only a walk that met itself has found a cycle; another one's trail was looked at before.
    if (draft !== undefined && walkOf.get(draft) === start) cycles.push(trail.slice(trail.indexOf(draft)));
  }
  return cycles;
}

/** One problem for the whole cycle, carried by each of its members: each of them is blocked by it. */
function reportCycle(cycle: readonly IdentityDraft[]): void {
  const [first, ...rest] = cycle;
  if (first === undefined) return;
  const all = [...cycle, first].map(({ name }) => name);
  const names = all.length > 12 ? [...all.slice(0, 6), `(${all.length - 11} more)`, ...all.slice(-5)] : all;
  report(first.scope, {
    code: "cycle",
    path: ["via", "identity"],
    reason: `the chain never begins: ${names.join(" -> ")}`,
    hint: "Let one of them start from a provider",
  });
  const problem = first.scope.problems.at(-1);
  if (problem !== undefined) rest.forEach(({ scope }) => scope.problems.push(problem));
}

/** Reports every identity whose chain is longer than the limit; each identity is looked at once. */
function reportLongChains(identities: Identities): void {
  const lengths = new Map<IdentityDraft, number>();
  for (const start of identities.values()) {
    const trail: IdentityDraft[] = [];
    let draft: IdentityDraft | undefined = start;
    // Zero is one that the walk came by: a cycle has no length, and is a problem of its own.
    while (draft !== undefined && !lengths.has(draft)) {
      lengths.set(draft, 0);
      trail.push(draft);
      draft = parentOf(draft, identities);
    }
    let length = draft === undefined ? 0 : lengths.get(draft) ?? 0;
    for (const one of trail.toReversed()) lengths.set(one, length += 1);
  }
  for (const [{ scope }, length] of lengths) {
    if (length <= LIMITS.chainLength.most || scope.problems.some(({ code }) => code === "cycle")) continue;
    report(scope, {
      code: "chain-length",
      path: ["via", "identity"],
      reason: overLimit("chainLength"),
      hint: "Let it start from an identity nearer to the provider",
    });
  }
}

/** The region each identity works in: its own, else the one behind it, else the provider's. */
function inheritedRegions(
  providers: Providers,
  identities: Identities,
): ReadonlyMap<string, string | undefined> {
  const regions = new Map<string, string | undefined>();
  for (const start of identities.values()) {
    const trail: IdentityDraft[] = [];
    let draft: IdentityDraft | undefined = start;
    while (draft !== undefined && !regions.has(draft.name) && ownRegion(draft) === undefined) {
      regions.set(draft.name, undefined);
      trail.push(draft);
      draft = parentOf(draft, identities);
    }
    if (draft !== undefined && ownRegion(draft) !== undefined) regions.set(draft.name, ownRegion(draft));
    const last = trail.at(-1);
    const region = draft === undefined ? providerRegion(last, providers) : regions.get(draft.name);
    for (const { name } of trail) regions.set(name, region);
  }
  return regions;
}

function ownRegion({ scope }: IdentityDraft): string | undefined {
  return textAt(scope.raw, "principal", "region") ?? textAt(scope.raw, "credentials", "region");
}

function providerRegion(draft: IdentityDraft | undefined, providers: Providers): string | undefined {
  if (draft?.via === undefined || !("provider" in draft.via)) return undefined;
  return textAt(providers.get(draft.via.provider)?.scope.raw, "region");
}

function permissionSetsByProvider(identities: Identities): ReadonlyMap<string, readonly IdentityDraft[]> {
  const sets = [...identities.values()].filter(({ kind }) => kind === "aws/permission-set");
  return Map.groupBy(sets, ({ via }) => via !== undefined && "provider" in via ? via.provider : "");
}

/** The permission set that is put before a role which names the portal alone; `undefined`: none, or it cannot be told. */
export function startsOf(identities: Identities): (draft: IdentityDraft) => IdentityDraft | undefined {
  const permissionSets = permissionSetsByProvider(identities);
  return ({ kind, via }) => {
    if (kind !== "aws/assume-role" || via === undefined || !("provider" in via)) return undefined;
    const candidates = permissionSets.get(via.provider) ?? [];
    const defaults = candidates.filter(isMarkedDefault);
    return candidates.length === 1 ? candidates[0] : defaults.length === 1 ? defaults[0] : undefined;
  };
}

const isMarkedDefault = ({ scope }: IdentityDraft) => textAt(scope.raw, "default")?.toLowerCase() === "true";

/**
 * A role directly behind Identity Center starts from the provider's only permission set, else from its only default
 * one: the portal itself hands on nothing that a role can be assumed with.
 */
function reportNoStart(
  draft: IdentityDraft,
  permissionSets: ReadonlyMap<string, readonly IdentityDraft[]>,
): void {
  if (draft.via === undefined || !("provider" in draft.via)) return;
  const { provider } = draft.via;
  const candidates = permissionSets.get(provider) ?? [];
  const defaults = candidates.filter(isMarkedDefault);
  if (candidates.length === 1 || defaults.length === 1) return;
  const [code, reason, hint] = candidates.length === 0
    ? [
      "no-permission-set",
      `the provider ${JSON.stringify(provider)} has no permission set that a role could be assumed from`,
      `Add an aws/permission-set via ${provider}, and name it in via.identity`,
    ]
    : [
      "several-permission-sets",
      `the role can start from any of ${listNames(candidates)}`,
      "Name one of them in via.identity, or mark exactly one with default: true",
    ];
  report(draft.scope, { code, path: ["via", "provider"], reason, hint });
}

const MAX_LISTED = 20;

const listNames = (drafts: readonly IdentityDraft[]): string =>
  firstNames(drafts.map(({ name }) => name), MAX_LISTED);

function reportChainedDurations(draft: IdentityDraft): void {
  const own = [["principal", "duration"], ["session", "duration"]];
  const path = own.find((keys) => textAt(draft.scope.raw, ...keys) !== undefined);
  const text = path === undefined ? undefined : textAt(draft.scope.raw, ...path);
  const seconds = parseDuration(text ?? "");
  if (path === undefined || seconds === undefined || seconds <= CHAINED_ROLE_SECONDS.most) return;
  report(draft.scope, {
    code: "chained-duration",
    path,
    reason: `${JSON.stringify(text)} is more than ${formatDuration(CHAINED_ROLE_SECONDS.most)}, ` +
      "the most that AWS allows for a role behind another role",
    hint: `Lower ${formatPath(path)}, or assume the role directly from a SAML or OIDC provider or a user`,
  });
}

/**
 * What providers and identities have in common: a name, a kind, tags, and whether they are the default.
 *
 * @module
 */
import { nearest } from "./nearest.ts";
import { nameFault } from "./names.ts";
import { isNull, nodeAt, type RawEntry, textAt } from "./raw.ts";
import { isBlocked, report, reportWrongType, type Scope, shownNode, showValue } from "./scope.ts";
import type { Trust } from "./trust.ts";
import type { Entry, Problem, Via } from "./types.ts";

/** An entry on the way to an {@linkcode Entry}. */
export interface Draft<Config> {
  readonly name: string;
  readonly scope: Scope;
  /** As written. */
  readonly kind: string | undefined;
  readonly config: Config | undefined;
  /** Of an identity, as far as it can be told. */
  readonly via?: Via | undefined;
}

/** What decoding an entry depends on. */
export interface EntryContext extends Trust {
  /** What reading the files already found about entries. */
  readonly found: readonly Problem[];
}

/** Kinds of Atmos that this program does not run. */
const UNSUPPORTED = {
  provider: [
    "azure/cli",
    "azure/device-code",
    "azure/interactive",
    "azure/oidc",
    "gcp/adc",
    "gcp/workload-identity-federation",
    "atmos/pro",
    "mock",
    "mock/aws",
  ],
  identity: [
    "aws/assume-root",
    "aws/ambient",
    "ambient",
    "azure/subscription",
    "gcp/service-account",
    "gcp/project",
    "atmos/pro",
    "aws/emulator",
    "azure/emulator",
    "gcp/emulator",
    "kubernetes/emulator",
    "mock",
    "mock/aws",
  ],
} as const;

/** Kinds that Atmos knows and this program does not run, for the JSON Schema. */
export function unsupportedKinds(type: "provider" | "identity"): readonly string[] {
  return UNSUPPORTED[type];
}

type About = Extract<Problem["about"], { readonly name: string }>;

const aboutKey = (about: Problem["about"]) =>
  about === undefined || about.type === "logs" ? "" : `${about.type} ${about.name.toLowerCase()}`;
/** What was found, by the entry that it is about. */
const FOUND = new WeakMap<readonly Problem[], ReadonlyMap<string, readonly Problem[]>>();

function foundAbout(found: readonly Problem[], about: About): readonly Problem[] {
  const known = FOUND.get(found) ??
    Map.groupBy(found, (problem) => aboutKey(problem.about));
  FOUND.set(found, known);
  return known.get(aboutKey(about)) ?? [];
}

/** Opens an entry: checks its name and that it is a map, and carries over what reading the files found about it. */
export function openEntry(type: "provider" | "identity", entry: RawEntry, context: EntryContext): Scope {
  const { key: name, keyAt, value } = entry;
  const scope: Scope = {
    base: ["auth", type === "provider" ? "providers" : "identities", name],
    raw: value,
    at: keyAt,
    about: { type, name },
    problems: [...foundAbout(context.found, { type, name })],
    facts: [],
  };
  const fault = nameFault(name, type);
  if (fault !== undefined) report(scope, { code: "bad-name", path: [], reason: fault, at: keyAt });
  return scope;
}

/**
 * The kind of an entry. What is none of the kinds that this program runs is reported.
 *
 * @param finder a provider whose login may find what the entry does not say
 * @returns `unsupported` for a kind that only Atmos runs; `undefined` when there is none, or it is not known
 */
export function kindOf<Kind extends string>(
  type: "provider" | "identity",
  kinds: readonly Kind[],
  scope: Scope,
  finder?: string,
): Kind | "unsupported" | undefined {
  if (scope.raw?.type !== "map") {
    reportWrongType(scope, [], "a map", scope.raw);
    return undefined;
  }
  const kind = textAt(scope.raw, "kind");
  const supported = kinds.find((known) => known === kind);
  if (supported !== undefined) return supported;
  if (kind === undefined) reportNoKind(scope, kinds, finder);
  else if (!unsupportedKinds(type).includes(kind)) reportUnknownKind(type, kinds, scope, kind);
  else {
    const reason = `the kind ${kind} is not supported by this program; what needs it cannot be used`;
    report(scope, { severity: "warning", code: "unsupported-kind", path: ["kind"], reason });
    return "unsupported";
  }
  return undefined;
}

function reportNoKind(scope: Scope, kinds: readonly string[], finder: string | undefined): void {
  const node = nodeAt(scope.raw, ["kind"]);
  if (node !== undefined && !isNull(node)) return reportWrongType(scope, ["kind"], "a text", node);
  const known = `One of: ${kinds.join(", ")}`;
  const hint = finder === undefined
    ? known
    : `${known}; or a login finds it: atmos auth login --provider ${finder}`;
  report(scope, { code: "missing-key", path: ["kind"], reason: 'the key "kind" is missing', hint });
}

function reportUnknownKind(
  type: "provider" | "identity",
  kinds: readonly string[],
  scope: Scope,
  kind: string,
): void {
  const [near] = nearest(kind, [...kinds, ...unsupportedKinds(type)]);
  const all = `Kinds of ${type === "provider" ? "providers" : "identities"}: ${kinds.join(", ")}`;
  report(scope, {
    code: "unknown-kind",
    path: ["kind"],
    reason: `${showValue(nodeAt(scope.raw, ["kind"]))} is not a kind of ${type}`,
    hint: near === undefined ? all : `Did you mean ${JSON.stringify(near)}? ${all}`,
  });
}

/** The finished entry: without its configuration when a problem blocks it. */
export function closeEntry<Config>(draft: Draft<Config>, isTrusted: Trust["isTrusted"]): Entry<Config> {
  const { name, scope, via } = draft;
  const written = nodeAt(scope.raw, ["kind"]);
  const kind = written === undefined || isNull(written) ? undefined : shownNode(written) || undefined;
  const config = isBlocked(scope) ? undefined : draft.config;
  return {
    name,
    at: scope.at,
    isDefault: textAt(scope.raw, "default")?.toLowerCase() === "true",
    tags: tagsOf(scope, isTrusted),
    ...masksOf(scope),
    config,
    problems: scope.problems,
    ...(config === undefined ? { declared: { kind, via } } : {}),
  };
}

/** A value of a variable is shown as its reference, but for forms that no secret has. */
function masksOf({ facts }: Scope): Pick<Entry<unknown>, "masks"> {
  const masks = new Map<string, string>();
  for (const { standing, node } of facts) {
    if (node.type !== "scalar" || node.reference === undefined) continue;
    if (standing.rule === "form" || standing.rule === "portal" || node.text.startsWith("arn:")) continue;
    masks.set(node.text, shownNode(node));
  }
  return masks.size === 0 ? {} : { masks };
}

/** They are listed whatever needs trust: a text of a variable, or of a file that an untrusted one includes, is not. */
function tagsOf(scope: Scope, isTrusted: Trust["isTrusted"]): readonly string[] {
  const node = nodeAt(scope.raw, ["tags"]);
  if (node?.type !== "list") return [];
  return node.items.flatMap((item) => {
    if (item.type !== "scalar" || item.value === null) return [];
    return [item.reference === undefined && isTrusted(item.at.file) ? item.text : shownNode(item)];
  });
}

/** Warns about a secret that stands in the file itself, in the clear. */
export function reportLiteralSecret(scope: Scope, path: readonly string[], variable: string): void {
  const node = nodeAt(scope.raw, path);
  if (node?.type !== "scalar" || node.value === null || node.variable !== undefined) return;
  report(scope, {
    severity: "warning",
    code: "literal-secret",
    path,
    reason: "a secret stands in the file in the clear",
    hint: `Take it from a variable: !env ${variable}`,
  });
}

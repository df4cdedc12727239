/**
 * `via`: what an identity starts from, by name.
 *
 * @module
 */
import type { NameIndex } from "./names.ts";
import { isNull, nodeAt, textAt } from "./raw.ts";
import { report, type Scope, showValue } from "./scope.ts";
import type { Via } from "./types.ts";

/** What a reference can lead to. */
export interface References {
  readonly providers: NameIndex;
  readonly identities: NameIndex;
  /** The kind of a provider as written, by its name; `undefined` when it has none. */
  readonly providerKind: (name: string) => string | undefined;
  /** A provider whose login finds identities: what is not said of one may be found there. */
  readonly finder: string | undefined;
}

/**
 * Where an identity starts from, by the name that the entry there was written with. Reports both or neither of the
 * two, names that lead nowhere, and providers that the kind cannot start from.
 *
 * @param kind `undefined` for one that is wrong itself: what is wrong here is found all the same
 */
export function readVia(scope: Scope, references: References, kind: string | undefined): Via | undefined {
  const node = nodeAt(scope.raw, ["via"]);
  if (node?.type !== "map") return undefined;
  const given = (["provider", "identity"] as const).filter((key) => {
    const value = nodeAt(node, [key]);
    return value !== undefined && !isNull(value);
  });
  const [key] = given;
  if (key === undefined || given.length > 1) {
    if (kind !== "unsupported") reportCount(scope, given.length);
    return undefined;
  }
  const text = textAt(node, key);
  const name = text === undefined ? undefined : resolve(scope, references, key, text, kind);
  if (name === undefined) return undefined;
  const via: Via = key === "provider" ? { provider: name } : { identity: name };
  return suits(scope, via, kind, references) ? via : undefined;
}

function reportCount(scope: Scope, count: number): void {
  report(scope, {
    code: count === 0 ? "via-neither" : "via-both",
    path: ["via"],
    reason: count === 0
      ? "neither via.provider nor via.identity is set"
      : "via.provider and via.identity are both set",
    hint: "Set exactly one of the two",
  });
}

function resolve(
  scope: Scope,
  references: References,
  key: "provider" | "identity",
  text: string,
  kind: string | undefined,
): string | undefined {
  const index = key === "provider" ? references.providers : references.identities;
  const found = index.find(text);
  if ("name" in found) return found.name;
  if (kind === "unsupported") return undefined;
  const shown = showValue(nodeAt(scope.raw, ["via", key]));
  const ambiguous = found.candidates.length > 0;
  report(scope, {
    code: ambiguous ? "ambiguous-reference" : "unknown-reference",
    path: ["via", key],
    reason: ambiguous
      ? `${shown} may be any of ${found.candidates.join(", ")}, which differ only in case`
      : `${shown} is not the name of ${key === "provider" ? "a provider" : "an identity"}`,
    hint: ambiguous ? "Write the name exactly" : hintFor(references, key, text),
  });
  return undefined;
}

function hintFor({ providers, identities }: References, key: "provider" | "identity", text: string): string {
  const [own, other, otherKey] = key === "provider"
    ? [providers, identities, "identity"]
    : [identities, providers, "provider"];
  if ("name" in other.find(text)) return `That name is in auth.${pluralOf(otherKey)}: write via.${otherKey}`;
  return own.suggest(text) ?? `Define it below auth.${pluralOf(key)}, or name one that is there`;
}

const pluralOf = (key: string) => key === "provider" ? "providers" : "identities";

/** A permission set exists only behind Identity Center; any other provider hands on what only a role can be made of. */
function suits(scope: Scope, via: Via, kind: string | undefined, references: References): boolean {
  if (kind !== "aws/permission-set") return true;
  if ("identity" in via) {
    report(scope, {
      code: "wrong-via",
      path: ["via", "identity"],
      reason: "a permission set starts directly from an Identity Center provider, not from an identity",
      hint: "Write via.provider with an aws/iam-identity-center provider, or use aws/assume-role",
    });
    return false;
  }
  const providerKind = references.providerKind(via.provider);
  const other = ["aws/saml", "github/oidc", "oidc/token"].find((name) => name === providerKind);
  if (other === undefined) return true;
  report(scope, {
    code: "wrong-via",
    path: ["via", "provider"],
    reason: `a permission set cannot start from ${JSON.stringify(via.provider)}, which is ${other}: ` +
      "behind that comes an aws/assume-role",
    hint: "Use aws/assume-role here, or an aws/iam-identity-center provider",
  });
  return false;
}

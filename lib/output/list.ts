/**
 * The list of providers and identities in its formats.
 *
 * @module
 */
import { type EpochMillis, formatInstant } from "../time.ts";
import { jsonText } from "./json.ts";
import { type Branch, type Cell, table, tree } from "./layout.ts";
import {
  type Details,
  type ListedIdentity,
  type ListedProvider,
  type ListView,
  shownKind,
} from "./list_view.ts";
import { graphvizText, markdownText, mermaidText } from "./list_graph.ts";
import { remaining } from "./moment.ts";
import type { ListDocument } from "./schemas/list.ts";
import type { Style } from "./style.ts";
import { unusedReason, unusedText } from "./unused.ts";
import { expiryTone } from "./whoami.ts";
import { yamlText } from "./yaml_text.ts";

/** What `list --format` takes; `dot` and `md` are other words for `graphviz` and `markdown`. */
export const LIST_FORMATS = [
  "tree",
  "table",
  "json",
  "yaml",
  "mermaid",
  "graphviz",
  "dot",
  "markdown",
  "md",
] as const;
export type ListFormat = typeof LIST_FORMATS[number];

/** The list in a format; ends with a newline. */
export function formatList(format: ListFormat, view: ListView, style: Style, now: EpochMillis): string {
  switch (format) {
    case "tree":
      return listTree(view, style, now);
    case "table":
      return listTable(view, style, now);
    case "json":
      return jsonText(listDocument(view));
    case "yaml":
      return yamlText(listDocument(view));
    case "mermaid":
      return mermaidText(view);
    case "graphviz":
    case "dot":
      return graphvizText(view);
    case "markdown":
    case "md":
      return markdownText(view);
  }
}

/** Two maps by name with the keys of the configuration, and what is in hand as `expiration`. */
function listDocument({ identities, providers }: ListView): ListDocument {
  return { identities: byName(identities, identityDocument), providers: byName(providers, providerDocument) };
}

/** `undefined` for none: a list of one section has no other. */
function byName<Entry extends { readonly name: string }, Part>(
  entries: readonly Entry[],
  document: (entry: Entry) => Part,
): Readonly<Record<string, Part>> | undefined {
  return entries.length === 0
    ? undefined
    : Object.fromEntries(entries.map((entry) => [entry.name, document(entry)]));
}

type IdentityDocument = NonNullable<ListDocument["identities"]>[string];
type ProviderDocument = NonNullable<ListDocument["providers"]>[string];

function identityDocument(identity: ListedIdentity): IdentityDocument {
  return {
    ...head(identity),
    alias: identity.alias,
    via: identity.via,
    ...identity.details,
    expiration: identity.expiresAt === undefined ? undefined : formatInstant(identity.expiresAt),
    unused_session: identity.flaw === undefined ? undefined : unusedReason(identity.flaw),
  };
}

function providerDocument(provider: ListedProvider): ProviderDocument {
  return { ...head(provider), ...provider.details };
}

function head({ kind, usable, isUntrusted, isDefault, tags }: ListedProvider | ListedIdentity) {
  return {
    kind,
    usable,
    needs_trust: isUntrusted || undefined,
    default: isDefault || undefined,
    tags: tags.length === 0 ? undefined : tags,
  };
}

function listTable(view: ListView, style: Style, now: EpochMillis): string {
  const providers = view.providers.map((provider): readonly Cell[] => [
    { text: provider.name, tone: "name" },
    shownKind(provider),
    provider.details.region ?? "",
    provider.details.start_url ?? provider.details.url ?? "",
    provider.isDefault ? "✓" : "",
  ]);
  const identities = view.identities.map((identity): readonly Cell[] => [
    dot(identity, now),
    { text: identity.name, tone: "name" },
    shownKind(identity),
    identity.via !== undefined && "provider" in identity.via ? identity.via.provider : "",
    identity.via !== undefined && "identity" in identity.via ? identity.via.identity : "",
    identity.isDefault ? "✓" : "",
    identity.alias ?? "",
    expiresCell(identity, now),
  ]);
  const sections = [
    providers.length === 0 ? "" : titled("PROVIDERS", PROVIDER_HEADING, providers, style),
    identities.length === 0 ? "" : titled("IDENTITIES", IDENTITY_HEADING, identities, style),
  ];
  return sections.filter((section) => section !== "").join("\n");
}

const PROVIDER_HEADING = ["NAME", "KIND", "REGION", "START URL / URL", "DEFAULT"] as const;
const IDENTITY_HEADING = [
  "",
  "NAME",
  "KIND",
  "VIA PROVIDER",
  "VIA IDENTITY",
  "DEFAULT",
  "ALIAS",
  "EXPIRES",
] as const;

function titled(
  title: string,
  heading: readonly string[],
  rows: readonly (readonly Cell[])[],
  style: Style,
): string {
  return `${style.strong(title)}\n${table(heading, rows, style)}`;
}

function dot(identity: ListedIdentity, now: EpochMillis): Cell {
  return identity.expiresAt === undefined ? "○" : { text: "●", tone: expiryTone(identity.expiresAt, now) };
}

function expiresCell(identity: ListedIdentity, now: EpochMillis): Cell {
  if (identity.flaw !== undefined) return { text: unusedText(identity.flaw), tone: "bad" };
  return identity.expiresAt === undefined
    ? ""
    : { text: remaining(identity.expiresAt, now), tone: expiryTone(identity.expiresAt, now) };
}

/** Providers with the identities that start from them; then identities that start from nothing; then the rest. */
function listTree(view: ListView, style: Style, now: EpochMillis): string {
  const known = new Set(view.providers.map(({ name }) => name));
  const below = childrenOf(view.identities);
  const shown = new Set<string>();
  const grow = (identity: ListedIdentity): Branch => {
    shown.add(identity.name);
    const next = (below.get(`identity ${identity.name}`) ?? []).filter(({ name }) => !shown.has(name));
    return {
      label: identityLabel(identity, now),
      children: [...detailBranches(identity.details), ...group("Identities", next.map(grow))],
    };
  };
  const providers = view.providers.map((provider): Branch => ({
    label: providerLabel(provider),
    children: [
      ...detailBranches(provider.details),
      ...group("Identities", (below.get(`provider ${provider.name}`) ?? []).map(grow)),
    ],
  }));
  const hidden = [...below].filter(([key]) => key.startsWith("provider ")).map(([key]) => key.slice(9))
    .filter((name) => !known.has(name))
    .map((name): Branch => ({
      label: [name, { text: " (filtered)", tone: "dim" }],
      children: group("Identities", (below.get(`provider ${name}`) ?? []).map(grow)),
    }));
  const standalone = (below.get("") ?? []).map(grow);
  const rest = view.identities.filter(({ name }) => !shown.has(name)).map((identity): Branch => ({
    label: identityLabel(identity, now),
    children: detailBranches(identity.details),
  }));
  const branches = [
    ...providers,
    ...hidden,
    ...group("Standalone Identities", standalone),
    ...group("Other Identities", rest),
  ];
  return ` ${style.strong("Authentication Configuration")}\n${tree(branches, style)}`;
}

/** Identities by what they start from: `provider NAME`, `identity NAME`, or the empty key. */
function childrenOf(identities: readonly ListedIdentity[]): ReadonlyMap<string, readonly ListedIdentity[]> {
  return Map.groupBy(identities, ({ via, kind }) => {
    if (via === undefined) return kind === undefined ? "unknown" : "";
    return "provider" in via ? `provider ${via.provider}` : `identity ${via.identity}`;
  });
}

const group = (title: string, children: readonly Branch[]): readonly Branch[] =>
  children.length === 0 ? [] : [{ label: [title], children }];

function providerLabel(provider: ListedProvider): readonly Cell[] {
  return [
    { text: provider.name, tone: "name" },
    ` (${shownKind(provider)})`,
    provider.isDefault ? " [DEFAULT]" : "",
  ];
}

function identityLabel(identity: ListedIdentity, now: EpochMillis): readonly Cell[] {
  return [
    dot(identity, now),
    " ",
    { text: identity.name, tone: "name" },
    ` (${shownKind(identity)})`,
    identity.isDefault ? " [DEFAULT]" : "",
    identity.alias === undefined ? "" : ` [ALIAS: ${identity.alias}]`,
    ...(identity.expiresAt === undefined && identity.flaw === undefined
      ? []
      : [" ", expiresCell(identity, now)]),
  ];
}

/** The keys that have a name of their own in the tree. */
const LABELS: ReadonlyMap<string, string> = new Map([
  ["region", "Region"],
  ["start_url", "Start URL"],
  ["url", "URL"],
  ["username", "Username"],
  ["driver", "Driver"],
  ["idp_arn", "IdP ARN"],
  ["session", "Session"],
  ["duration", "Duration"],
  ["console", "Console"],
  ["session_duration", "Session Duration"],
  ["principal", "Principal"],
  ["credentials", "Credentials"],
  ["spec", "Spec"],
]);

function detailBranches(details: Details, depth = 0): readonly Branch[] {
  return Object.entries(details).flatMap(([key, value]): readonly Branch[] => {
    if (value === undefined) return [];
    const label = depth > 0 && !LABELS.has(key) ? key : LABELS.get(key) ?? key;
    return typeof value === "string"
      ? [{ label: [`${label}: ${value}`], children: [] }]
      : [{ label: [label], children: detailBranches(value, depth + 1) }];
  });
}

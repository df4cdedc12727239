/**
 * The list as a graph, in the languages of Mermaid and Graphviz: what starts from what.
 *
 * @module
 */
import { printable } from "../terminal/escape.ts";
import { type ListedIdentity, type ListedProvider, type ListView, shownKind } from "./list_view.ts";

type Role = "provider" | "identity" | "filtered";

/** A box of the graph. Ids are letters, digits and underscores, so that no language reads anything into them. */
interface Node {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly role: Role;
  readonly isDefault: boolean;
}

interface Graph {
  readonly nodes: readonly Node[];
  /** Ids, from what is started from to what starts from it. */
  readonly edges: readonly (readonly [from: string, to: string])[];
}

/** What is listed, and what of it the filter left out though something listed starts from it. */
function graphOf({ providers, identities }: ListView): Graph {
  const ids = newIds();
  const listed = new Set([
    ...providers.map(({ name }) => `provider ${name}`),
    ...identities.map(({ name }) => `identity ${name}`),
  ]);
  const missing = new Set(
    identities.flatMap((identity) => parentOf(identity)).filter((key) => !listed.has(key)),
  );
  return {
    nodes: [
      ...providers.map((entry) => nodeOf(ids(`provider ${entry.name}`), "provider", entry)),
      ...[...missing].map((key): Node => ({
        id: ids(key),
        name: key.slice(key.indexOf(" ") + 1),
        kind: "filtered",
        role: "filtered",
        isDefault: false,
      })),
      ...identities.map((entry) => nodeOf(ids(`identity ${entry.name}`), "identity", entry)),
    ],
    edges: identities.flatMap((identity) =>
      parentOf(identity).map((key) => [ids(key), ids(`identity ${identity.name}`)] as const)
    ),
  };
}

function parentOf({ via }: ListedIdentity): readonly string[] {
  if (via === undefined) return [];
  return ["provider" in via ? `provider ${via.provider}` : `identity ${via.identity}`];
}

function nodeOf(id: string, role: Role, provider: ListedProvider): Node {
  const { name, isDefault } = provider;
  const shown = shownKind(provider);
  return { id, name, kind: shown, role, isDefault };
}

/** Ids by key; keys that differ only in what an id cannot hold get numbers. */
function newIds(): (key: string) => string {
  const byKey = new Map<string, string>();
  const taken = new Set<string>();
  return (key) => {
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const base = key.replaceAll(/[^A-Za-z0-9_]/g, "_");
    let id = base;
    for (let count = 2; taken.has(id); count++) id = `${base}_${count}`;
    byKey.set(key, id);
    taken.add(id);
    return id;
  };
}

const NOTHING = "No providers or identities configured";

/** A Mermaid flowchart. */
export function mermaidText(view: ListView): string {
  const { nodes, edges } = graphOf(view);
  if (nodes.length === 0) return `graph LR\n  Empty["${NOTHING}"]\n`;
  const classes = nodes.flatMap(({ id, role, isDefault }) => [
    `class ${id} ${role}`,
    ...(isDefault ? [`class ${id} default_entry`] : []),
  ]);
  const lines = [
    ...nodes.map(({ id, name, kind }) => `${id}["${mermaidLabel(name)}<br/>${mermaidLabel(kind)}"]`),
    ...edges.map(([from, to]) => `${from} --> ${to}`),
    "classDef provider fill:#e3f2fd,stroke:#1976d2,stroke-width:2px",
    "classDef identity fill:#e8f5e9,stroke:#388e3c,stroke-width:2px",
    "classDef filtered fill:#fafafa,stroke:#9e9e9e,stroke-dasharray:4",
    "classDef default_entry stroke:#ff9800,stroke-width:3px",
    ...classes,
  ];
  return `graph LR\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

/** Whatever Mermaid or its HTML could act on, as the entity codes that Mermaid reads (`#35;` is `#`). */
function mermaidLabel(text: string): string {
  return printable(text).replaceAll(
    /[^\p{L}\p{N} ._/@+:,()-]/gu,
    (character) => `#${character.codePointAt(0) ?? 0};`,
  );
}

/** A Graphviz digraph. */
export function graphvizText(view: ListView): string {
  const { nodes, edges } = graphOf(view);
  const lines = [
    "rankdir=LR;",
    "node [shape=box, style=rounded];",
    ...(nodes.length === 0 ? [`// ${NOTHING}`] : []),
    ...nodes.map((node) =>
      `${node.id} [label="${dotText(node.name)}\\n(${dotText(node.kind)})"${dotStyle(node)}];`
    ),
    ...edges.map(([from, to]) => `${from} -> ${to};`),
  ];
  return `digraph AuthConfig {\n${lines.map((line) => `  ${line}\n`).join("")}}\n`;
}

/** In a quoted text only these two end or escape anything (Graphviz, "The DOT Language"). */
const dotText = (text: string): string => printable(text).replaceAll(/[\\"]/g, "\\$&");

function dotStyle({ role, isDefault }: Node): string {
  if (role === "filtered") return ', style="rounded,dashed"';
  const fill = role === "provider" ? "lightblue" : "lightgreen";
  return isDefault ? `, style="rounded,filled", fillcolor=${fill}` : "";
}

/** A Markdown page with the Mermaid flowchart. */
export function markdownText(view: ListView): string {
  return `# Authentication Configuration\n\n\`\`\`mermaid\n${mermaidText(view)}\`\`\`\n`;
}

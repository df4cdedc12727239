import assert from "node:assert/strict";
import { graphvizText, markdownText, mermaidText } from "../../lib/output/list_graph.ts";
import type { ListedIdentity, ListedProvider, ListView } from "../../lib/output/list_view.ts";

const entry = (name: string, more: Partial<ListedProvider> = {}): ListedProvider => ({
  name,
  kind: "aws/x",
  usable: true,
  isUntrusted: false,
  isDefault: false,
  tags: [],
  details: {},
  ...more,
});
const identity = (
  name: string,
  via: ListedIdentity["via"],
  more: Partial<ListedIdentity> = {},
): ListedIdentity => ({
  ...entry(name),
  via,
  alias: undefined,
  expiresAt: undefined,
  ...more,
});

const VIEW: ListView = {
  providers: [entry("my-sso", { kind: "aws/iam-identity-center" })],
  identities: [
    identity("base", { provider: "my-sso" }, { isDefault: true }),
    identity("far", { identity: "hidden" }),
    identity("user", undefined, { usable: false, kind: "azure/x" }),
  ],
};

Deno.test("mermaidText() draws what starts from what, and what the filter left out of it", () => {
  assert.equal(
    mermaidText(VIEW),
    `graph LR
  provider_my_sso["my-sso<br/>aws/iam-identity-center"]
  identity_hidden["hidden<br/>filtered"]
  identity_base["base<br/>aws/x"]
  identity_far["far<br/>aws/x"]
  identity_user["user<br/>azure/x, unsupported"]
  provider_my_sso --> identity_base
  identity_hidden --> identity_far
  classDef provider fill:#e3f2fd,stroke:#1976d2,stroke-width:2px
  classDef identity fill:#e8f5e9,stroke:#388e3c,stroke-width:2px
  classDef filtered fill:#fafafa,stroke:#9e9e9e,stroke-dasharray:4
  classDef default_entry stroke:#ff9800,stroke-width:3px
  class provider_my_sso provider
  class identity_hidden filtered
  class identity_base identity
  class identity_base default_entry
  class identity_far identity
  class identity_user identity
`,
  );
});

Deno.test("graphvizText() draws the same", () => {
  assert.equal(
    graphvizText(VIEW),
    `digraph AuthConfig {
  rankdir=LR;
  node [shape=box, style=rounded];
  provider_my_sso [label="my-sso\\n(aws/iam-identity-center)"];
  identity_hidden [label="hidden\\n(filtered)", style="rounded,dashed"];
  identity_base [label="base\\n(aws/x)", style="rounded,filled", fillcolor=lightgreen];
  identity_far [label="far\\n(aws/x)"];
  identity_user [label="user\\n(azure/x, unsupported)"];
  provider_my_sso -> identity_base;
  identity_hidden -> identity_far;
}
`,
  );
});

Deno.test("markdownText() is a page with the Mermaid text in a fence", () => {
  assert.equal(
    markdownText(VIEW),
    `# Authentication Configuration\n\n\`\`\`mermaid\n${mermaidText(VIEW)}\`\`\`\n`,
  );
});

Deno.test("the graphs keep apart what an id cannot tell apart, and a provider from an identity of its name", () => {
  const view: ListView = {
    providers: [entry("a")],
    identities: [
      identity("a", { provider: "a" }),
      identity("x-y", undefined),
      identity("x.y", { identity: "x-y" }),
    ],
  };
  for (const text of [mermaidText(view), graphvizText(view)]) {
    assert.match(text, /provider_a -{1,2}> identity_a/);
    assert.match(text, /identity_x_y -{1,2}> identity_x_y_2/);
  }
});

Deno.test("the graphs let no name out of its label", () => {
  const view: ListView = { providers: [entry('a"];x -> y;<b>`#\\')], identities: [] };
  assert.match(
    mermaidText(view),
    /^ {2}provider_a___x____y__b____\["a#34;#93;#59;x -#62; y#59;#60;b#62;#96;#35;#92;<br\/>aws\/x"\]$/m,
  );
  assert.match(graphvizText(view), /\[label="a\\"\];x -> y;<b>`#\\\\\\n\(aws\/x\)"\];/);
});

Deno.test("an empty list is a graph that says so", () => {
  const nothing = { providers: [], identities: [] };
  assert.equal(mermaidText(nothing), 'graph LR\n  Empty["No providers or identities configured"]\n');
  assert.match(graphvizText(nothing), /\/\/ No providers or identities configured\n\}\n$/);
});

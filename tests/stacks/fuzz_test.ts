import assert from "node:assert/strict";
import fc from "fast-check";
import { isAuthError } from "../../lib/errors.ts";
import { componentDocument, describedText } from "../../lib/output/describe.ts";
import { componentConfig, findComponent } from "../../lib/stacks/find.ts";
import { listStacks } from "../../lib/stacks/loader.ts";
import { listedComponents, listedStacks } from "../../lib/stacks/overview.ts";
import { COMPONENT_TYPES } from "../../lib/stacks/types.ts";
import { projectOf } from "./setup.ts";

/** What manifests are made of, put together as nobody would. */
const KEYS = [
  ...[
    "vars",
    "env",
    "settings",
    "auth",
    "identities",
    "providers",
    "default",
    "kind",
    "via",
    "name",
    "import",
  ],
  ...["terraform", "components", "overrides", "metadata", "inherits", "component", "type", "backend", "s3"],
  ...[
    "backend_type",
    "path",
    "context",
    "stage",
    "a",
    "b",
    "__proto__",
    "constructor",
    "terraform_workspace",
    "terraform_workspace_pattern",
    "list_merge_strategy",
    "key",
  ],
];
const WORDS = [
  ...[
    "a",
    "b",
    "dev",
    "s3",
    "azurerm",
    "abstract",
    "true",
    "catalog/a",
    "./b",
    "{{ .vars.a }}",
    "../deploy/*",
  ],
  ...[
    "!env HOME",
    "!env NOWHERE",
    "!terraform.output a b",
    "!include a.yaml",
    "!literal x",
    "null",
    "~",
    "1e400",
    "append",
    "{stage}-{component}",
  ],
];

const anyNode = fc.letrec<{ readonly node: unknown; readonly map: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 7, depthIdentifier: "manifest" },
    fc.constantFrom(...WORDS),
    fc.array(tie("node"), { maxLength: 3 }),
    tie("map"),
  ),
  map: fc.uniqueArray(fc.tuple(fc.constantFrom(...KEYS), tie("node")), {
    maxLength: 5,
    selector: ([key]) => key,
  }).map((pairs) => ({ pairs })),
}));

/** Flow style, with words as they are, so that tags are tags. */
function text(node: unknown): string {
  if (Array.isArray(node)) return `[${node.map(text).join(", ")}]`;
  if (typeof node === "object" && node !== null && "pairs" in node && Array.isArray(node.pairs)) {
    return `{ ${node.pairs.map(([key, value]) => `${key}: ${text(value)}`).join(", ")} }`;
  }
  const word = String(node);
  return /^[!~\w]/.test(word) && !/[{}*]/.test(word) ? word : JSON.stringify(word);
}

/** A manifest with components at the place where they are looked for. */
const manifest = fc.record({ top: anyNode.map, a: anyNode.node, b: anyNode.map }).map(({ top, a, b }) => {
  const own = text(top).replace(/^\{ ?/, "").replace(/ ?\}$/, "");
  const components = `components: { terraform: { a: ${text(a)}, b: ${text(b)} } }`;
  return `{ ${own === "" || /(?:^|, )components:/.test(own) ? components : `${own}, ${components}`} }\n`;
});

Deno.test("whatever manifests say, what comes of it is a component or an error with words", async () => {
  await fc.assert(
    fc.asyncProperty(
      manifest,
      manifest,
      fc.constantFrom("replace", "append", "merge"),
      async (dev, a, lists) => {
        const project = await projectOf({ "stacks/deploy/dev.yaml": dev, "stacks/catalog/a.yaml": a }, {
          env: { ATMOS_SETTINGS_LIST_MERGE_STRATEGY: lists },
        });
        const stacks = await listStacks(project);
        assert.ok(stacks.length > 0);
        listedStacks(stacks);
        for (const { name, stacks: [stack = ""] } of listedComponents(stacks)) {
          for (const type of COMPONENT_TYPES) {
            try {
              const found = await findComponent(project, { name, type, stack });
              assert.equal(found.component.stack, stack);
              const document = componentDocument(found.component, true);
              assert.deepEqual(JSON.parse(describedText(document, "json")).atmos_component, name);
              describedText(document, "yaml");
              await componentConfig(project.reading, found);
            } catch (error) {
              assert.ok(isAuthError(error, "config-invalid", "not-found"), String(error));
              assert.match(error.message, /^Cannot /);
            }
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

import assert from "node:assert/strict";
import { isAuthError } from "../../lib/errors.ts";
import { plainValue, wordIn } from "../../lib/stacks/values.ts";
import { componentOf, plain, yaml } from "./setup.ts";

const DEV = "stacks/deploy/dev.yaml";

/** A component \`it\` of the stack \`dev\`, whose manifest is this. */
const it = (manifest: string, more: Readonly<Record<string, string>> = {}) =>
  componentOf({ [DEV]: `vars: { stage: dev }\n${manifest}`, ...more }, "it", "dev");

Deno.test("settings.list_merge_strategy of a manifest, a base or a component counts for what goes over each other there", async () => {
  const manifest = (top: string, base: string, own: string) =>
    yaml`
    ${top}
    vars: { zones: [a] }
    components:
      terraform:
        base: { settings: { ${base} }, vars: { zones: [b] } }
        it: { metadata: { inherits: [base] }, settings: { ${own} }, vars: { zones: [c] } }
    `;
  const zones = async (top: string, base: string, own: string) =>
    plain(
      await componentOf({ "stacks/deploy/dev.yaml": `name: dev\n${manifest(top, base, own)}` }, "it", "dev"),
      "vars",
    );
  const append = "list_merge_strategy: append";
  const all = { zones: ["a", "b", "c"] };
  assert.deepEqual(await zones("", "", ""), { zones: ["c"] });
  assert.deepEqual(await zones(`settings: { ${append} }`, "", ""), all);
  assert.deepEqual(await zones("", append, ""), all);
  assert.deepEqual(await zones("", "", append), all);
  assert.deepEqual(await zones(`settings: { ${append} }`, "", "list_merge_strategy: replace"), {
    zones: ["c"],
  });
  assert.deepEqual(await zones("", append, "list_merge_strategy: ''"), all);
  await assert.rejects(zones("", "", "list_merge_strategy: sideways"), {
    code: "config-invalid",
    message: "Cannot use the component it in dev: `settings.list_merge_strategy` should be one of " +
      'replace, append, merge, and is "sideways"',
  });
});

Deno.test("lists of the backend meet as atmos.yaml says, whatever the component says of its own", async () => {
  const component = await it(yaml`
    terraform: { backend_type: s3, backend: { s3: { allowed: [a], role: { arn: x } } } }
    components:
      terraform:
        it:
          settings: { list_merge_strategy: append }
          backend: { s3: { allowed: [b], role: ~ } }
  `);
  assert.deepEqual(component.backend && plainValue(component.backend.config), {
    allowed: ["b"],
    role: null,
    workspace_key_prefix: "it",
  });
});

Deno.test("null takes away a map or a list below it, in every section that a run uses", async () => {
  const component = await it(
    yaml`
    import: [catalog/it]
    components:
      terraform:
        it: { vars: { map: , list: ~ }, env: { JSON: ~ }, settings: { deep: { map: ~ } }, providers: { aws: ~ } }
  `,
    {
      "stacks/catalog/it.yaml": yaml`
      components:
        terraform:
          it:
            vars: { map: { a: 1 }, list: [1] }
            env: { JSON: { a: 1 } }
            settings: { deep: { map: { a: 1 }, other: 1 } }
            providers: { aws: { region: x } }
    `,
    },
  );
  assert.deepEqual(plain(component, "vars"), { stage: "dev", map: null, list: null });
  assert.deepEqual(component.env, { JSON: null });
  assert.deepEqual(plain(component, "settings"), { deep: { map: null, other: 1 } });
  assert.deepEqual(plain(component, "providers"), { aws: null });
});

Deno.test("metadata at the top of a manifest is for all of its components, which may say otherwise", async () => {
  const files = {
    [DEV]: yaml`
      import: [catalog/base]
      vars: { stage: dev }
      metadata: { locked: true, labels: { a: b }, terraform_workspace_pattern: "{stage}-x" }
      components:
        terraform:
          it: {}
          open: { metadata: { locked: false, terraform_workspace_pattern: "{stage}-y" } }
          child: { metadata: { inherits: [base] } }
    `,
    "stacks/catalog/base.yaml": yaml`
      metadata: { enabled: false }
      components: { terraform: { base: { metadata: { type: abstract, locked: false } } } }
    `,
  };
  const made = async (name: string) => {
    const { isLocked, isEnabled, workspace } = await componentOf(files, name, "dev");
    return [isLocked, isEnabled, workspace];
  };
  assert.deepEqual(await made("it"), [true, false, "dev-x"]);
  assert.deepEqual(await made("open"), [false, false, "dev-y"]);
  assert.deepEqual(await made("child"), [false, false, "dev-x"]);
  await assert.rejects(it("metadata: { component: vpc }\ncomponents: { terraform: { it: {} } }\n"), {
    code: "config-invalid",
    message: "Cannot use the component it in dev: `metadata.component` cannot stand at the top of a manifest",
  });
});

Deno.test("overrides reach neither the backend nor what a component is", async () => {
  const component = await it(yaml`
    terraform:
      backend_type: s3
      backend: { s3: { bucket: b } }
      overrides:
        backend_type: gcs
        backend: { s3: { bucket: other } }
        metadata: { component: other }
        command: tofu
    components: { terraform: { it: {} } }
  `);
  assert.deepEqual([component.backend?.type, component.folder, component.command], ["s3", "it", "tofu"]);
  assert.equal(wordIn(component.backend?.config, "bucket"), "b");
});

Deno.test("backend_type and command come from the last base or from none", async () => {
  const made = async (inherits: string) =>
    await it(yaml`
      terraform: { backend_type: s3, command: terraform }
      components:
        terraform:
          typed: { backend_type: gcs, command: tofu, backend: { gcs: { bucket: g } } }
          plain: {}
          it: { metadata: { inherits: ${inherits} } }
    `);
  const typed = await made("[plain, typed]");
  assert.deepEqual([typed.backend?.type, typed.command], ["gcs", "tofu"]);
  const last = await made("[typed, plain]");
  assert.deepEqual([last.backend?.type, last.command], ["s3", "terraform"]);
});

Deno.test("the older key component may name the component itself, or a folder that no component is called", async () => {
  const self = await it(
    "components: { terraform: { it: { component: it, metadata: { inherits: [it] }, vars: { a: 1 } } } }\n",
  );
  assert.deepEqual([self.folder, self.workspace, self.inherits, plain(self, "vars")], [
    "it",
    "dev",
    [],
    { stage: "dev", a: 1 },
  ]);
  const manifest = "components: { terraform: { it: { component: net/vpc } } }\n";
  const folder = await it(manifest, { "components/terraform/net/vpc/main.tf": "" });
  assert.deepEqual([folder.folder, folder.workspace, folder.inherits], ["it", "dev", []]);
  await assert.rejects(
    it(manifest),
    (error) =>
      isAuthError(error, "config-invalid") &&
      /inherits from "net\/vpc", which this stack/.test(error.message),
  );
});

Deno.test("the older key leads to the end of its chain, but not past an abstract base", async () => {
  const made = async (metadata: string) => {
    const { folder, workspace } = await it(yaml`
      components:
        terraform:
          services/consul: { vars: { a: 1 } }
          middle: { component: services/consul, ${metadata} }
          it: { component: middle }
    `);
    return [folder, workspace];
  };
  assert.deepEqual(await made("vars: {}"), ["services/consul", "dev-it"]);
  assert.deepEqual(await made("metadata: { type: abstract }"), ["middle", "dev-it"]);
});

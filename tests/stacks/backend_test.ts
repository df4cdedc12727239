import assert from "node:assert/strict";
import { isAuthError } from "../../lib/errors.ts";
import { plainValue } from "../../lib/stacks/values.ts";
import { BY_STAGE, componentOf } from "./setup.ts";

/** The component \`net/vpc\` of \`dev\`, of this content. */
const made = (own: string, terraform = "{}", more = {}) =>
  componentOf(
    {
      "stacks/deploy/dev.yaml":
        `vars: { stage: dev, tenant: acme }\nterraform: ${terraform}\ncomponents: { terraform: { net/vpc: ${own} } }\n`,
      ...more,
    },
    "net/vpc",
    "dev",
  );

async function backendOf(own: string, terraform?: string): Promise<unknown> {
  const { backend } = await made(own, terraform);
  return backend === undefined ? undefined : [backend.type, plainValue(backend.config)];
}

Deno.test("without backend_type there is no backend", async () => {
  assert.equal(await backendOf("{}", "{ backend: { s3: { bucket: b } } }"), undefined);
});

Deno.test("the backend is the type's, with the component's over it, and a place of the component's own", async () => {
  const s3 = "{ backend_type: s3, backend: { s3: { bucket: b, encrypt: true }, gcs: { bucket: g } } }";
  assert.deepEqual(await backendOf("{}", s3), [
    "s3",
    { bucket: "b", encrypt: true, workspace_key_prefix: "net-vpc" },
  ]);
  assert.deepEqual(await backendOf("{ backend: { s3: { bucket: own, workspace_key_prefix: mine } } }", s3), [
    "s3",
    { bucket: "own", encrypt: true, workspace_key_prefix: "mine" },
  ]);
  assert.deepEqual(await backendOf("{ backend_type: gcs }", s3), ["gcs", { bucket: "g", prefix: "net-vpc" }]);
  assert.deepEqual(await backendOf("{ backend_type: local }", s3), ["local", {}]);
});

Deno.test("the place is called by metadata.name, then metadata.component, then the component", async () => {
  const s3 = "{ backend_type: s3, backend: { s3: { bucket: b } } }";
  const prefix = async (own: string) => (await made(own, s3)).backend?.config;
  const texts = await Promise.all(
    ["{}", "{ metadata: { component: infra/vpc } }", "{ metadata: { component: x, name: my/name } }"].map(
      prefix,
    ),
  );
  assert.deepEqual(
    texts.map((config) => config === undefined ? undefined : plainValue(config)),
    ["net-vpc", "infra-vpc", "my-name"].map((text) => ({ bucket: "b", workspace_key_prefix: text })),
  );
});

Deno.test("azurerm has a key below the common one, unless the component has its own", async () => {
  const azurerm = (key: string) => `{ backend_type: azurerm, backend: { azurerm: { ${key} } } }`;
  assert.deepEqual(await backendOf("{}", azurerm("key: common")), [
    "azurerm",
    { key: "common/net-vpc.terraform.tfstate" },
  ]);
  assert.deepEqual(await backendOf("{}", azurerm("")), ["azurerm", { key: "net-vpc.terraform.tfstate" }]);
  assert.deepEqual(await backendOf("{ backend: { azurerm: { key: own } } }", azurerm("key: common")), [
    "azurerm",
    { key: "own" },
  ]);
});

Deno.test("the workspace is the stack, with the component where its code has another name", async () => {
  const workspace = async (own: string, terraform?: string) => (await made(own, terraform)).workspace;
  assert.equal(await workspace("{}"), "dev");
  assert.equal(await workspace("{ metadata: { component: infra/vpc } }"), "dev-net-vpc");
  assert.equal(await workspace("{ metadata: { terraform_workspace: own/one } }"), "own-one");
  assert.equal(
    await workspace("{ metadata: { terraform_workspace_pattern: '{tenant}-{stage}-{component}' } }"),
    "acme-dev-net-vpc",
  );
  assert.equal(
    await workspace(
      "{ metadata: { terraform_workspace_template: '{{ .vars.tenant }}-{{ .atmos_component }}' } }",
    ),
    "acme-net-vpc",
  );
  assert.equal(await workspace("{}", "{ backend_type: http }"), undefined);
  const off = BY_STAGE.replace("  terraform:\n", "  terraform:\n    workspaces_enabled: false\n");
  assert.equal((await made("{}", "{}", { "atmos.yaml": off })).workspace, undefined);
});

Deno.test("a workspace's pattern that cannot be filled is refused", async () => {
  await assert.rejects(
    made("{ metadata: { terraform_workspace_pattern: '{region}' } }"),
    (error) =>
      isAuthError(error, "config-invalid") &&
      error.message === "Cannot name the workspace: the component net/vpc in dev has no vars.region",
  );
});

import assert from "node:assert/strict";
import { type Plain, plainValue, wordIn } from "../../lib/stacks/values.ts";
import { BY_STAGE, componentOf, yaml } from "./setup.ts";

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

Deno.test("of three ways to name a workspace the template counts first, then the pattern, then the name", async () => {
  const workspace = async (metadata: string) => (await made(`{ metadata: { ${metadata} } }`)).workspace;
  const [name, pattern, template] = [
    "terraform_workspace: own",
    "terraform_workspace_pattern: '{stage}-pattern'",
    "terraform_workspace_template: '{{ .vars.stage }}-template'",
  ];
  assert.equal(await workspace(`${name}, ${pattern}, ${template}`), "dev-template");
  assert.equal(await workspace(`${name}, ${pattern}`), "dev-pattern");
  assert.equal(await workspace(name), "own");
  assert.equal(await workspace(`${name}, terraform_workspace_pattern: ~`), "own");
});

Deno.test("a workspace's pattern takes missing variables for empty texts, and refuses words that mean nothing", async () => {
  const workspace = async (pattern: string, more = "") =>
    (await made(`{ metadata: { terraform_workspace_pattern: '${pattern}'${more} } }`)).workspace;
  assert.equal(await workspace("{stage}-{region}-{component}"), "dev--net-vpc");
  assert.equal(await workspace("{base-component}x{component-path}"), "x");
  assert.equal(
    await workspace("{base-component}-{component}", ", component: infra/vpc"),
    "infra-vpc-net-vpc",
  );
  await assert.rejects(workspace("{stage}-{stack}"), {
    code: "config-invalid",
    message: 'Cannot name the workspace of net/vpc in dev: {stack} in "{stage}-{stack}" is not known',
  });
  await assert.rejects(workspace("{region}"), {
    code: "config-invalid",
    message: "Cannot name the workspace of net/vpc in dev: the name would be empty",
  });
  const attributes =
    "{ vars: { attributes: [a, b] }, metadata: { terraform_workspace_pattern: 'x-{attributes}' } }";
  assert.equal((await made(attributes)).workspace, "x-a-b");
});

Deno.test("an empty text fills a template, and what is not there is refused", async () => {
  const workspace = async (template: string) =>
    (await made(`{ vars: { none: '' }, metadata: { terraform_workspace_template: '${template}' } }`))
      .workspace;
  assert.equal(await workspace("a{{ .vars.none }}b"), "ab");
  await assert.rejects(workspace("a{{ .vars.region }}b"), {
    code: "config-invalid",
    message: "Cannot name the workspace of net/vpc in dev: it has no vars.region",
  });
});

const STATES: Readonly<Record<string, readonly [config: string, key: string]>> = {
  s3: ["bucket: b", "workspace_key_prefix"],
  gcs: ["bucket: b", "prefix"],
  azurerm: ["container_name: c", "key"],
};

/** Where the state of the component \`it\` of \`dev\` is, by backend. */
async function placesOf(components: string, atmos = BY_STAGE): Promise<Readonly<Record<string, Plain>>> {
  const places = Object.entries(STATES).map(async ([type, [config, key]]) => {
    const terraform = `{ backend_type: ${type}, backend: { ${type}: { ${config} } } }`;
    const files = {
      "atmos.yaml": atmos,
      "stacks/deploy/dev.yaml":
        `vars: { stage: dev }\nterraform: ${terraform}\ncomponents: { terraform: { ${components} } }\n`,
    };
    const { backend } = await componentOf(files, "it", "dev");
    return [type, wordIn(backend?.config, key) ?? null] as const;
  });
  return Object.fromEntries(await Promise.all(places));
}

const inAll = (name: string) => ({ s3: name, gcs: name, azurerm: `${name}.terraform.tfstate` });

Deno.test("the place of the state is called after the older key component, too", async () => {
  const older = "services/consul: {}, it: { component: services/consul }";
  assert.deepEqual(await placesOf(older), inAll("services-consul"));
  assert.deepEqual(
    await placesOf("services/consul: {}, it: { component: services/consul, metadata: { component: a/b } }"),
    inAll("a-b"),
  );
  assert.deepEqual(await placesOf("it: { component: it }"), inAll("it"));
});

Deno.test("metadata.component of a base says where the code is, and not where the state is", async () => {
  const components = "base: { metadata: { component: infra/vpc } }, it: { metadata: { inherits: [base] } }";
  assert.deepEqual(await placesOf(components), inAll("it"));
  const named = "base: { metadata: { name: infra/vpc } }, it: { metadata: { inherits: [base] } }";
  assert.deepEqual(await placesOf(named), inAll("infra-vpc"));
});

Deno.test("components.terraform.workspace.prefix_separator stands for the slashes of a name", async () => {
  const atmos = (separator: string) =>
    BY_STAGE.replace("  terraform:\n", `  terraform:\n    workspace: { prefix_separator: "${separator}" }\n`);
  const components = "it: { metadata: { component: a/b } }";
  assert.deepEqual(await placesOf(components, atmos("/")), inAll("a/b"));
  assert.deepEqual(await placesOf(components, atmos("-")), inAll("a-b"));
  await assert.rejects(placesOf(components, atmos("_")), {
    code: "config-invalid",
    message: 'Cannot use components.terraform.workspace.prefix_separator: "_" is neither - nor /',
  });
});

Deno.test("azurerm's key may be a base's, unless it is the common one", async () => {
  const key = async (base: string, own = "") => {
    const { backend } = await componentOf(
      {
        "stacks/deploy/dev.yaml": yaml`
          vars: { stage: dev }
          terraform: { backend_type: azurerm, backend: { azurerm: { key: common } } }
          components:
            terraform:
              base: { backend: { azurerm: { ${base} } } }
              it: { metadata: { inherits: [base] }, backend: { azurerm: { ${own} } } }
        `,
      },
      "it",
      "dev",
    );
    return wordIn(backend?.config, "key");
  };
  assert.equal(await key("key: base"), "base");
  assert.equal(await key("key: common"), "common/it.terraform.tfstate");
  assert.equal(await key("", "key: common"), "common");
});

Deno.test("a backend that is emptied is refused: the state would lie elsewhere", async () => {
  const s3 = "{ backend_type: s3, backend: { s3: { bucket: b } } }";
  await assert.rejects(made("{ backend: { s3: ~ } }", s3), {
    code: "config-invalid",
    message: "Cannot use the component net/vpc in dev: `backend.s3` should be a map, and is nothing",
  });
});

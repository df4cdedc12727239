import assert from "node:assert/strict";
import fc from "fast-check";
import {
  backendFile,
  helmfileVarfile,
  isReplaceable,
  packerVarfile,
  providersFile,
  terraformVarfile,
} from "../../lib/stacks/program_files.ts";
import { component, mapOf } from "./terraform_samples.ts";

Deno.test("variables keep their types, and nobody else may read them", () => {
  const vars = mapOf(
    "text: '007'\nnumber: 7\nyes: true\nnothing:\nlist: [1, { a: b }]\nmap: { Key.x/y: '{{ }}' }",
  );
  const { name, text, mode } = terraformVarfile(component({ vars }));
  assert.deepEqual([name, mode], ["dev-myapp.terraform.tfvars.json", 0o600]);
  assert.deepEqual(JSON.parse(text), {
    text: "007",
    number: 7,
    yes: true,
    nothing: null,
    list: [1, { a: "b" }],
    map: { "Key.x/y": "{{ }}" },
  });
  assert.ok(text.endsWith("}\n"));
});

Deno.test("each program has variables in a file of its own", () => {
  assert.equal(helmfileVarfile(component({ name: "a/b" })).name, "dev-a-b.helmfile.vars.yaml");
  assert.equal(packerVarfile(component({ name: "a/b" })).name, "dev-a-b.packer.vars.json");
});

Deno.test("the backend stands where Terraform looks for it", () => {
  assert.deepEqual(JSON.parse(backendFile(component()).text), {
    terraform: { backend: { s3: { bucket: "my-state", key: "terraform.tfstate", encrypt: true } } },
  });
  const cloud = {
    type: "cloud",
    config: mapOf("organization: acme\nworkspaces: { name: 'app-{terraform_workspace}', tags: [x] }"),
  };
  assert.deepEqual(JSON.parse(backendFile(component({ backend: cloud })).text), {
    terraform: { cloud: { organization: "acme", workspaces: { name: "app-dev", tags: ["x"] } } },
  });
});

Deno.test("providers are an override of the code's", () => {
  const providers = mapOf("aws:\n- region: us-east-1\n- alias: audit\n  profile: audit\n  region: us-east-1");
  assert.deepEqual(JSON.parse(providersFile(component({ providers }))?.text ?? ""), {
    provider: {
      aws: [{ region: "us-east-1" }, { alias: "audit", profile: "audit", region: "us-east-1" }],
    },
  });
  assert.equal(providersFile(component()), undefined);
});

Deno.test("a provider with a name behind a dot is one of a list, the one without a name first", () => {
  const file = (text: string) =>
    JSON.parse(providersFile(component({ providers: mapOf(text) }))?.text ?? "{}").provider;
  assert.deepEqual(
    file(
      "aws.use2: { region: us-east-2 }\naws: { region: us-west-2 }\naws.use1: { region: us-east-1 }\ngoogle: { a: 1 }",
    ),
    {
      google: { a: 1 },
      aws: [{ region: "us-west-2" }, { alias: "use1", region: "us-east-1" }, {
        alias: "use2",
        region: "us-east-2",
      }],
    },
  );
  assert.deepEqual(file("aws.a.b: { region: x }\naws.c: { alias: own }"), {
    aws: [{ alias: "a.b", region: "x" }, { alias: "own" }],
  });
  assert.deepEqual(file("aws: [{ region: x }]\naws.use1: { region: y }"), {
    aws: [{ region: "x" }, { alias: "use1", region: "y" }],
  });
  assert.deepEqual(file(".x: { a: 1 }\naws: { region: x }"), { ".x": { a: 1 }, aws: { region: "x" } });
});

Deno.test("HCP Terraform's block knows the workspace alone, and the usual one where there are no others", () => {
  const cloud = {
    type: "cloud",
    config: mapOf("workspaces: { name: 'a-{terraform_workspace}-{tenant}-{x}' }"),
  };
  const name = (workspace: string | undefined) =>
    JSON.parse(backendFile(component({ backend: cloud, workspace })).text).terraform.cloud.workspaces.name;
  assert.deepEqual([name("dev"), name(undefined)], ["a-dev--{x}", "a-default--{x}"]);
});

Deno.test("a file is replaced when it can only be one of ours", () => {
  const backend = backendFile(component());
  for (const text of ["", "\n", '{"terraform":{"backend":{"gcs":{}}}}', '{"terraform":{"cloud":{}}}']) {
    assert.equal(isReplaceable(text, backend), true, text);
  }
  const others = [
    'terraform { backend "s3" {} }',
    "{}",
    "[]",
    "null",
    '{"terraform":{}}',
    '{"terraform":{"required_version":">= 1"}}',
    '{"terraform":{"backend":{},"required_version":">= 1"}}',
    '{"terraform":{"backend":{}},"locals":{}}',
    '{"terraform":{"backend":"s3"}}',
  ];
  for (const text of others) assert.equal(isReplaceable(text, backend), false, text);
  const varfile = terraformVarfile(component());
  assert.equal(isReplaceable('{"anything":1}', varfile), true);
  assert.equal(isReplaceable("region = 1", varfile), false);
});

Deno.test("what was written is always replaceable", () => {
  fc.assert(fc.property(fc.json(), (json) => {
    const vars = mapOf(`a: ${JSON.stringify(json)}`);
    const made = component({ vars, providers: vars, backend: { type: "s3", config: vars } });
    for (const file of [terraformVarfile(made), backendFile(made), providersFile(made)]) {
      assert.ok(file !== undefined && isReplaceable(file.text, file));
    }
  }));
});

import assert from "node:assert/strict";
import { findComponent, loadComponent } from "../../lib/stacks/find.ts";
import { listStacks } from "../../lib/stacks/loader.ts";
import { listedStacks } from "../../lib/stacks/overview.ts";
import { BY_STAGE, projectOf, yaml } from "./setup.ts";

const naming = (settings: string) => BY_STAGE.replace(/ {2}name_pattern.*\n/, settings);
const PATTERN = naming('  name_pattern: "{tenant}-{stage}"\n');
const TEMPLATE = naming('  name_template: "{{ .vars.tenant }}-{{ .vars.stage }}"\n');

/** `vpc` is in two stacks by their own variables, `app` in one of them by a base. */
const TWO = yaml`
  vars: { tenant: acme }
  components:
    terraform:
      base: { metadata: { type: abstract }, vars: { size: 1 } }
      of-dev: { metadata: { type: abstract }, vars: { stage: dev } }
      app: { metadata: { inherits: [of-dev] } }
      dev/vpc: { metadata: { component: vpc, inherits: [base] }, vars: { stage: dev } }
      prod/vpc: { metadata: { component: vpc, inherits: [base] }, vars: { stage: prod } }
`;

Deno.test("one manifest makes as many stacks as its components have names", async () => {
  for (const atmos of [PATTERN, TEMPLATE]) {
    const project = await projectOf({ "atmos.yaml": atmos, "stacks/deploy/all.yaml": TWO });
    assert.deepEqual(listedStacks(await listStacks(project)), [
      { name: "acme-dev", manifests: ["deploy/all"], components: ["app", "dev/vpc"] },
      { name: "acme-prod", manifests: ["deploy/all"], components: ["prod/vpc"] },
    ]);
    const target = (name: string, stack: string) => ({ type: "terraform", name, stack }) as const;
    const prod = await loadComponent(project, target("prod/vpc", "acme-prod"));
    assert.deepEqual([prod.stack, prod.workspace], ["acme-prod", "acme-prod-prod-vpc"]);
    const app = await loadComponent(project, target("app", "acme-dev"));
    assert.deepEqual([app.stack, app.workspace], ["acme-dev", "acme-dev"]);
    // By its path, a component keeps the name of its stack.
    const byPath = await loadComponent(project, target("prod/vpc", "deploy/all"));
    assert.deepEqual([byPath.stack, byPath.workspace], ["acme-prod", "acme-prod-prod-vpc"]);
    await assert.rejects(findComponent(project, target("prod/vpc", "acme-dev")), {
      code: "not-found",
      message: "Cannot find the terraform component prod/vpc in acme-dev",
    });
  }
});

Deno.test("the workspace of a listed stack is the one that its name says, wherever the values stand", async () => {
  const project = await projectOf({
    "atmos.yaml": PATTERN,
    "stacks/deploy/x.yaml": yaml`
      vars: { tenant: acme, stage: top }
      terraform: { vars: { stage: type } }
      components:
        terraform:
          by-type: {}
          by-itself: { vars: { stage: own } }
          by-overrides: { overrides: { vars: { stage: over } }, vars: { stage: own } }
        helmfile: { by-top: {} }
    `,
  });
  const stacks = listedStacks(await listStacks(project));
  assert.deepEqual(stacks.map(({ name, components }) => [name, ...components]), [
    ["acme-over", "by-overrides"],
    ["acme-own", "by-itself"],
    ["acme-top", "by-top"],
    ["acme-type", "by-type"],
  ]);
  for (const { name, components: [component = ""] } of stacks.filter(({ name }) => name !== "acme-top")) {
    const { workspace } = await loadComponent(project, { type: "terraform", name: component, stack: name });
    assert.equal(workspace, name);
  }
});

Deno.test("a component without the values is in a stack that is called by its path, and says what it lacks", async () => {
  const project = await projectOf({
    "atmos.yaml": PATTERN,
    "stacks/deploy/x.yaml": yaml`
      vars: { tenant: acme }
      components: { terraform: { vpc: { vars: { stage: dev } }, app: {}, number: { vars: { stage: 1 } } } }
    `,
  });
  const stacks = await listStacks(project);
  assert.deepEqual(stacks.map(({ name, components, nameFault }) => [name, components.terraform, nameFault]), [
    ["acme-dev", ["vpc"], undefined],
    ["deploy/x", ["app", "number"], "app has no vars.stage"],
  ]);
  await assert.rejects(
    findComponent(project, { name: "app", stack: "acme-prod" }),
    (error: { readonly hints: readonly string[] }) =>
      error.hints.includes("/work/stacks/deploy/x.yaml has no name: app has no vars.stage"),
  );
});

Deno.test("a manifest of bases alone is called by its path, and says what it lacks", async () => {
  const base = "components: { terraform: { base: { metadata: { type: abstract } } } }\n";
  const project = await projectOf({ "atmos.yaml": PATTERN, "stacks/deploy/x.yaml": base });
  const stacks = await listStacks(project);
  assert.deepEqual(stacks.map(({ name, components, nameFault }) => [name, components.terraform, nameFault]), [
    ["deploy/x", ["base"], "it has no vars.tenant, vars.stage"],
  ]);
});

Deno.test("a pattern has its four words between hyphens, and whatever else is there says nothing", async () => {
  const named = async (pattern: string, vars = "{ tenant: acme, stage: dev }") => {
    const files = {
      "atmos.yaml": naming(`  name_pattern: "${pattern}"\n`),
      "stacks/deploy/x.yaml": `vars: ${vars}\ncomponents: { terraform: { vpc: {} } }\n`,
    };
    return (await listStacks(await projectOf(files))).map(({ name }) => name);
  };
  assert.deepEqual(await named("{stage}-{tenant}"), ["dev-acme"]);
  assert.deepEqual(await named("org-{stage}"), ["dev"]);
  assert.deepEqual(await named("org"), ["deploy/x"]);
  assert.deepEqual(await named("{tenant}-{stage}", "{ tenant: '', stage: dev }"), ["deploy/x"]);
});

Deno.test("a template may take any section, and an empty text is a value", async () => {
  const named = async (template: string) => {
    const files = {
      "atmos.yaml": naming(`  name_template: "${template}"\n`),
      "stacks/deploy/x.yaml": yaml`
        terraform: { providers: { aws: { region: eu } }, vars: { a: { b: [1] } } }
        settings: { team: net }
        metadata: { labels: { tier: one } }
        components:
          terraform:
            base: { metadata: { custom: { x: base } } }
            vpc: { metadata: { inherits: [base] }, vars: { none: '' } }
      `,
    };
    const stacks = await listStacks(await projectOf(files));
    return stacks.filter(({ components }) => components.terraform.includes("vpc")).map(({ name }) => name);
  };
  assert.deepEqual(await named("{{ .providers.aws.region }}-{{ .settings.team }}"), ["eu-net"]);
  assert.deepEqual(await named("{{ .metadata.labels.tier }}-{{ .metadata.custom.x }}"), ["one-base"]);
  assert.deepEqual(await named("a{{ .vars.none }}b"), ["ab"]);
  assert.deepEqual(await named("{{ .vars.none }}"), ["deploy/x"]);
  assert.deepEqual(await named("{{ .vars.a.b.c }}"), ["deploy/x"]);
});

Deno.test("null of a higher layer takes a value from a name", async () => {
  const project = await projectOf({
    "atmos.yaml": PATTERN,
    "stacks/deploy/x.yaml": yaml`
      vars: { tenant: acme, stage: dev }
      components: { terraform: { vpc: { vars: }, app: { vars: { stage: ~ } } } }
    `,
  });
  const stacks = await listStacks(project);
  assert.deepEqual(stacks.map(({ name, components }) => [name, ...components.terraform]), [
    ["acme-dev", "vpc"],
    ["deploy/x", "app"],
  ]);
});

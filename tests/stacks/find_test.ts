import assert from "node:assert/strict";
import { AuthError } from "../../lib/errors.ts";
import { findComponent, loadComponent, type Wanted } from "../../lib/stacks/find.ts";
import { projectOf, yaml } from "./setup.ts";

const FILES = {
  "stacks/deploy/dev.yaml": yaml`
    vars: { stage: dev }
    components:
      terraform: { vpc: { vars: { size: 1 } }, network/dns: {} }
      helmfile: { echo: {} }
  `,
  "stacks/deploy/dev-more.yaml": yaml`
    vars: { stage: dev }
    components:
      terraform: { app: {}, vpc: { vars: { size: 1 } } }
  `,
  "stacks/deploy/prod.yaml": yaml`
    vars: { stage: prod }
    components:
      terraform: { vpc: {}, db: {} }
  `,
};

async function refusal(
  wanted: Wanted,
  more: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  try {
    await findComponent(await projectOf({ ...FILES, ...more }), wanted);
  } catch (error) {
    if (error instanceof AuthError) return [error.code, error.message, ...error.hints];
    throw error;
  }
  throw new RangeError("it was found");
}

Deno.test("a stack may be made of several manifests, and a component is found in whichever has it", async () => {
  const project = await projectOf(FILES);
  const app = await loadComponent(project, { type: "terraform", name: "app", stack: "dev" });
  assert.equal(app.file, "/work/stacks/deploy/dev-more.yaml");
  // Both say the same of it: the first one is taken.
  const vpc = await loadComponent(project, { type: "terraform", name: "vpc", stack: "dev" });
  assert.equal(vpc.file, "/work/stacks/deploy/dev-more.yaml");
});

Deno.test("manifests that say different things of one component are refused, both named", async () => {
  const other = "vars: { stage: dev }\ncomponents: { terraform: { vpc: { vars: { size: 2 } } } }\n";
  assert.deepEqual(await refusal({ name: "vpc", stack: "dev" }, { "stacks/deploy/z.yaml": other }), [
    "config-invalid",
    "Cannot use the component vpc in dev: two manifests say different things of it",
    "They are /work/stacks/deploy/dev-more.yaml",
    "and /work/stacks/deploy/z.yaml",
    "Keep it in one of them",
  ]);
});

Deno.test("the type is found by itself, or as it is asked for", async () => {
  const project = await projectOf(FILES);
  assert.equal((await findComponent(project, { name: "echo", stack: "dev" })).component.type, "helmfile");
  assert.deepEqual(await refusal({ name: "echo", stack: "dev", type: "terraform" }), [
    "not-found",
    "Cannot find the terraform component echo in dev",
    "There is a helmfile component of that name",
    "Run `atmos list components --stack dev` to see what is there",
  ]);
});

Deno.test("a stack may be called by its manifest's path", async () => {
  const project = await projectOf(FILES);
  for (const stack of ["deploy/prod", "deploy/prod.yaml"]) {
    const { component } = await findComponent(project, { name: "db", stack });
    assert.equal(component.stack, "prod");
  }
});

Deno.test("who misses a stack or a component is told the near names, and where the component is", async () => {
  assert.deepEqual(await refusal({ name: "vpc", stack: "prd" }), [
    "not-found",
    "Cannot find the stack prd: there is none of that name",
    'Did you mean "prod"?',
  ]);
  assert.deepEqual(await refusal({ name: "vpc", stack: "staging" }), [
    "not-found",
    "Cannot find the stack staging: there is none of that name",
    "Run `atmos list stacks` to see the stacks",
  ]);
  assert.deepEqual(await refusal({ name: "db", stack: "dev" }), [
    "not-found",
    "Cannot find the component db in dev",
    "db is in prod",
    "Run `atmos list components --stack dev` to see what is there",
  ]);
  assert.deepEqual(await refusal({ name: "network/dnss", stack: "dev" }), [
    "not-found",
    "Cannot find the component network/dnss in dev",
    'Did you mean "network/dns"?',
    "Run `atmos list components --stack dev` to see what is there",
  ]);
});

Deno.test("a stack without a name by the pattern says what it lacks", async () => {
  const nameless = "vars: { tenant: acme }\n";
  assert.deepEqual(await refusal({ name: "vpc", stack: "staging" }, { "stacks/deploy/z.yaml": nameless }), [
    "not-found",
    "Cannot find the stack staging: there is none of that name",
    "Run `atmos list stacks` to see the stacks",
    "/work/stacks/deploy/z.yaml has no name: it has no vars.stage",
  ]);
});

Deno.test("without any manifest it is told where they were looked for", async () => {
  try {
    await findComponent(await projectOf({}), { name: "vpc", stack: "dev" });
    assert.fail();
  } catch (error) {
    assert.ok(error instanceof AuthError && error.code === "not-found");
    assert.deepEqual(error.hints, [
      "They were looked for below /work/stacks, as deploy/**/*",
      "Set `stacks.base_path` and `stacks.included_paths` in atmos.yaml",
    ]);
  }
});

Deno.test("a manifest whose components are none is refused with the place, and no other stack is", async () => {
  const cases: readonly (readonly [components: string, reason: string])[] = [
    ["x", "`components` should be a map, and is a text"],
    ["{ terraform: [vpc] }", "`components.terraform` should be a map, and is a list"],
    ["{ terraform: { vpc: x } }", "`components.terraform.vpc` should be a map, and is a text"],
  ];
  for (const [components, reason] of cases) {
    const more = { "stacks/deploy/odd.yaml": `vars: { stage: odd }\ncomponents: ${components}\n` };
    const [code, message] = await refusal({ name: "vpc", stack: "odd" }, more);
    assert.equal(code, "config-invalid");
    assert.equal(message, `Cannot use the stack manifest /work/stacks/deploy/odd.yaml: ${reason}`);
    const { component } = await findComponent(await projectOf({ ...FILES, ...more }), {
      name: "db",
      stack: "prod",
    });
    assert.equal(component.name, "db");
  }
});

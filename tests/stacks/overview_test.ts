import assert from "node:assert/strict";
import { listStacks } from "../../lib/stacks/loader.ts";
import { listedComponents, listedStacks } from "../../lib/stacks/overview.ts";
import { projectOf, yaml } from "./setup.ts";

const stacks = async () =>
  await listStacks(
    await projectOf({
      "stacks/deploy/a.yaml": yaml`
        vars: { stage: dev }
        components:
          terraform:
            base: { metadata: { type: abstract } }
            vpc: { metadata: { inherits: [base] } }
      `,
      "stacks/deploy/b.yaml": "vars: { stage: dev }\ncomponents: { helmfile: { vpc: {}, app: } }\n",
      "stacks/deploy/c.yaml": "vars: { stage: prod }\ncomponents: { terraform: { vpc: {}, base: {} } }\n",
    }),
  );

Deno.test("listedComponents() names each component once, by type, with its stacks", async () => {
  assert.deepEqual(listedComponents(await stacks()), [
    { name: "app", type: "helmfile", isAbstract: false, stacks: ["dev"] },
    { name: "base", type: "terraform", isAbstract: false, stacks: ["dev", "prod"] },
    { name: "vpc", type: "helmfile", isAbstract: false, stacks: ["dev"] },
    { name: "vpc", type: "terraform", isAbstract: false, stacks: ["dev", "prod"] },
  ]);
});

Deno.test("listedStacks() puts the manifests of a stack together, and leaves out what is only inherited from", async () => {
  assert.deepEqual(listedStacks(await stacks()), [
    { name: "dev", manifests: ["deploy/a", "deploy/b"], components: ["app", "vpc"] },
    { name: "prod", manifests: ["deploy/c"], components: ["base", "vpc"] },
  ]);
});

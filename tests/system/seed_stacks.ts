/**
 * Stacks for the manual's examples that run Terraform: `myapp` and `mycomponent` in `dev` and `prod`.
 */
import assert from "node:assert/strict";
import { baseText } from "../seed/blocks.ts";
import { type Project, startProject, type TerraformRun, terraformRuns } from "./seed_project.ts";
import type { Ran } from "./world.ts";

/**
 * A project with stacks.
 *
 * @param myapp what a catalog says of the component `myapp`
 */
export async function startStacks(layers: readonly string[], myapp = ""): Promise<Project> {
  const project = await startProject(baseText("stacks"), ...layers);
  const { world } = project;
  await world.write("stacks/catalog/myapp.yaml", myapp === "" ? "components: {}\n" : myapp);
  for (const stage of ["dev", "prod"]) {
    await world.write(
      `stacks/${stage}.yaml`,
      `import: [catalog/myapp]
vars: { stage: ${stage} }
components:
  terraform:
    mycomponent: { vars: { size: 1 } }
    myapp: { vars: { size: 2 } }
`,
    );
  }
  for (const name of ["myapp", "mycomponent"]) {
    await world.write(`components/terraform/${name}/main.tf`, 'variable "size" {}\nvariable "stage" {}\n');
  }
  return project;
}

/** The one run of Terraform that planned or applied. */
export function theRun(ran: Ran): TerraformRun {
  assert.equal(ran.code, 0, ran.stderr);
  const runs = terraformRuns(`${ran.stdout}\n${ran.stderr}`);
  assert.equal(runs.length, 1, ran.stdout + ran.stderr);
  const [run] = runs;
  if (run === undefined) throw new RangeError("Terraform was not run");
  return run;
}

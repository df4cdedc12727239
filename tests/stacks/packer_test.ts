import assert from "node:assert/strict";
import { packerRun } from "../../lib/stacks/packer.ts";
import { component, mapOf } from "./terraform_samples.ts";

const VARS = "dev-myapp.packer.vars.json";
const image = component({ type: "packer" });
const configured = component({ sections: mapOf("settings: { packer: { template: main.pkr.hcl } }") });

function lineOf(command: string, args: readonly string[] = [], template?: string, of = image) {
  return packerRun(of, { command, args, template }).args?.join(" ");
}

Deno.test("the template is that of the flag, of the words, of the settings, or the directory", () => {
  assert.equal(lineOf("build", ["-force"]), `build -var-file ${VARS} -force .`);
  assert.equal(lineOf("build", [], undefined, configured), `build -var-file ${VARS} main.pkr.hcl`);
  assert.equal(lineOf("build", [], "x.pkr.hcl", configured), `build -var-file ${VARS} x.pkr.hcl`);
  assert.equal(lineOf("build", ["-only", "a.b", "y.pkr.hcl"]), `build -var-file ${VARS} -only a.b y.pkr.hcl`);
});

Deno.test("commands without a template get neither variables nor one", () => {
  assert.equal(lineOf("fmt", ["-check", "."]), "fmt -check .");
  assert.equal(
    lineOf("plugins install", ["github.com/hashicorp/amazon"]),
    "plugins install github.com/hashicorp/amazon",
  );
  assert.deepEqual(packerRun(image, { command: "fmt", args: [], template: undefined }).files, []);
});

Deno.test("only a build changes the world, and leaves no variables behind", () => {
  const run = (command: string) => packerRun(image, { command, args: [], template: undefined });
  assert.deepEqual([run("build").changes, run("build").leftovers], [true, [VARS]]);
  for (const command of ["init", "validate", "inspect"]) {
    assert.deepEqual([run(command).changes, run(command).leftovers], [false, []], command);
  }
  assert.equal(run("generate varfile").args, undefined);
});

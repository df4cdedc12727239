/**
 * Who AWS says that Terraform is: asked by the AWS CLI in its place.
 */
import assert from "node:assert/strict";
import { PLAIN_USER } from "../emulator/mod.ts";
import { awsCliVariables, findAwsCli } from "./awscli.ts";
import { testIf } from "./program.ts";
import { startTerraformWorld, type TerraformWorld } from "./terraform_world.ts";
import { chainedConfig, logIn } from "./world.ts";

const aws = await findAwsCli();
const test = (name: string, fn: () => Promise<void>) =>
  testIf(aws !== undefined, "the AWS CLI 2 is not installed", name, fn);

const ASK = `exec ${aws} sts get-caller-identity --query Arn --output text`;

/** Who Terraform is, by its component. */
async function asker(world: TerraformWorld) {
  const env = await awsCliVariables(`${world.home}/rules`, world.aws.url);
  for (const name of ["terraform", "helmfile", "packer"]) {
    await world.script(name, `case "$*" in *plan*|*diff*|*build*) ${ASK} $ASK_AS;; esac`);
  }
  return async (words: readonly string[], more: Readonly<Record<string, string>> = {}) => {
    const ran = await world.atmos([...words, "-s", "dev"], { env: { ...env, ...more } });
    assert.equal(ran.code, 0, ran.stderr);
    return ran.stdout.trim().replace(/^arn:aws:(?:sts|iam)::/, "");
  };
}

const PROD = "999999999999:assumed-role/ProductionAdmin/first-light";
const CUSTOM = "123456789012:assumed-role/MyAppRole/my-app";
const BASE = /^111122223333:assumed-role\/AWSReservedSSO_AdminAccess_/;

test("the component, the flag, the variable and the default each lead to their role", async () => {
  await using world = await startTerraformWorld();
  await logIn(world);
  const who = await asker(world);
  assert.equal(await who(["terraform", "plan", "plain"]), PROD);
  assert.equal(await who(["terraform", "plan", "custom"]), CUSTOM);
  assert.match(await who(["terraform", "plan", "base"]), BASE);
  assert.match(await who(["terraform", "plan", "custom", "-i", "base-admin"]), BASE);
  assert.equal(await who(["terraform", "plan", "custom"], { ATMOS_IDENTITY: "prod-admin" }), PROD);
  assert.equal(await who(["helmfile", "diff", "echo"]), CUSTOM);
  assert.equal(await who(["packer", "build", "image"]), PROD);
  await world.assertNoLeaks();
});

test("with authentication off it is whoever the environment says", async () => {
  await using world = await startTerraformWorld();
  await logIn(world);
  const who = await asker(world);
  const { accessKeyId, secretAccessKey } = PLAIN_USER;
  const own = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: "us-east-1",
  };
  assert.match(await who(["terraform", "plan", "plain", "--identity=false"], own), /:user\//);
  assert.equal(await who(["terraform", "plan", "plain"], own), PROD);
  await world.assertNoLeaks();
});

test("a provider's alias finds the profile of a `required` identity", async () => {
  await using world = await startTerraformWorld({
    config: (startUrl) =>
      chainedConfig(
        startUrl,
        `    audit:
      kind: aws/assume-role
      required: true
      via: { identity: base-admin }
      principal: { assume_role: "arn:aws:iam::123456789012:role/MyAppRole", session_name: audit }
`,
      ),
  });
  await logIn(world);
  const who = await asker(world);
  assert.equal(await who(["terraform", "plan", "plain"]), PROD);
  assert.equal(
    await who(["terraform", "plan", "plain"], { ASK_AS: "--profile audit" }),
    "123456789012:assumed-role/MyAppRole/audit",
  );
  await world.assertNoLeaks();
});

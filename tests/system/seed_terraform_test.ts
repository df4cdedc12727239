/** The manual's Terraform commands, with an identity and without any. */
import assert from "node:assert/strict";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
// @ts-types="yaml/types"
import { parse } from "yaml";
import { baseText, blockText, commandLines } from "../seed/blocks.ts";
import { assertFailed } from "./clear.ts";
import { GITHUB_BASH, type Step } from "./ci_runner.ts";
import { isInstalled, testIf } from "./program.ts";
import { adminOf, personalProfile, type Project, runBlock } from "./seed_project.ts";
import { startStacks, theRun } from "./seed_stacks.ts";
import { snapshot } from "./sessions.ts";

const DEV = adminOf("123456789012");
/** The IAM user of the person's own profile. */
const PERSONAL = "arn:aws:iam::123456789012:user/deploy-bot";
const POINTERS = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"];
const hasBash = await isInstalled("bash");

async function loggedIn(layers: readonly string[], myapp = ""): Promise<Project> {
  const project = await startStacks(layers, myapp);
  const ran = await project.sh("atmos auth login");
  assert.equal(ran.code, 0, ran.stderr);
  await project.world.write(".aws/credentials", personalProfile());
  return project;
}

Deno.test("Quick Start, 5. Use with Terraform: a plan is made with the default identity, and no other word", async () => {
  await using project = await loggedIn([blockText(54)]);
  const [ran] = await runBlock(project, 91);
  assert.ok(ran !== undefined);
  const { words, directory, principal, variables } = theRun(ran);
  assert.equal(words[0], "plan");
  assert.equal(directory, `${project.world.home}/components/terraform/mycomponent`);
  assert.equal(principal, adminOf("999999999999"));
  assert.deepEqual(variables.filter((name) => POINTERS.includes(name)), POINTERS);
  assert.ok(!variables.includes("AWS_SECRET_ACCESS_KEY"));
  await project.world.assertNoLeaks();
});

Deno.test("Quick Start, 5. Use with Terraform: somebody who has not logged in is asked to on the way", async () => {
  await using project = await startStacks([blockText(54)]);
  const [ran] = await runBlock(project, 91);
  assert.ok(ran !== undefined);
  assert.equal(theRun(ran).principal, adminOf("999999999999"));
  assert.equal(project.world.aws.calls("StartDeviceAuthorization"), 1);
});

Deno.test("Component-Level Configuration: a component's own role is there for it, and for no other one", async () => {
  await using project = await loggedIn([baseText("project")], blockText(319));
  const own = await project.sh("atmos terraform plan myapp -s dev --identity custom-role");
  assert.match(theRun(own).principal, /^arn:aws:sts::123456789012:assumed-role\/MyAppRole\//);
  const other = await project.sh("atmos terraform plan mycomponent -s dev --identity custom-role");
  assert.equal(other.code, 2, other.stdout + other.stderr);
  assert.match(other.stderr, /custom-role/);
  // Unnamed, it is for whoever is the default.
  assert.equal(theRun(await project.sh("atmos terraform plan myapp -s dev")).principal, DEV);
});

Deno.test("Component-Level Configuration: what a component overrides holds for it alone", async () => {
  const overrides = blockText(319).replace(/( +)kind: aws\/assume-role\n/, "$&$1default: true\n");
  await using project = await loggedIn([baseText("project")], overrides);
  assert.match(
    theRun(await project.sh("atmos terraform plan myapp -s dev")).principal,
    /\/MyAppRole\//,
  );
  assert.equal(theRun(await project.sh("atmos terraform plan mycomponent -s dev")).principal, DEV);
});

/** With the person's own profile, and nothing of ours. */
const PERSONAL_ENV = { AWS_PROFILE: "my-personal-profile", ATMOS_KEYRING_PASSWORD: undefined };

Deno.test("How to Disable: by flag and by variable Terraform gets what the environment has, and nothing is made", async () => {
  await using project = await loggedIn([baseText("project")]);
  const { aws, home } = project.world;
  const [requests, files] = [aws.requests().length, await snapshot(`${home}/.config`)];
  for (const { command } of commandLines(388)) {
    const run = theRun(await project.sh(command, { env: PERSONAL_ENV }));
    assert.equal(run.principal, PERSONAL, command);
    assert.deepEqual(run.variables.filter((name) => POINTERS.includes(name)), []);
  }
  // Two runs of Terraform asked who they are.
  assert.equal(aws.requests().length, requests + 2);
  assert.deepEqual(await snapshot(`${home}/.config`), files);
});

Deno.test("Supported Disable Values: each of the ten switches authentication off for Terraform", async () => {
  await using project = await loggedIn([baseText("project")]);
  const values = ["false", "False", "FALSE", "0", "no", "No", "NO", "off", "Off", "OFF"];
  const commands = values.map((value, at) =>
    at % 2 === 0
      ? `atmos terraform plan mycomponent -s dev --identity=${value}`
      : `ATMOS_IDENTITY=${value} atmos terraform plan mycomponent -s dev`
  );
  for (const command of commands) {
    assert.equal(theRun(await project.sh(command, { env: PERSONAL_ENV })).principal, PERSONAL, command);
  }
});

Deno.test("Behavior When Disabled: a configuration that could not be used is in nobody's way", async () => {
  await using project = await startStacks([
    "auth:\n  identities:\n    broken: { kind: aws/roll, default: true }\n",
  ]);
  await project.world.write(".aws/credentials", personalProfile());
  const line = "atmos terraform plan mycomponent -s dev";
  assertFailed(await project.sh(line), 2, /broken/);
  assert.equal(
    theRun(await project.sh(`${line} --identity=false`, { env: PERSONAL_ENV })).principal,
    PERSONAL,
  );
  assert.equal(project.world.aws.calls("StartDeviceAuthorization"), 0);
});

Deno.test("Local Development Example: a personal profile for one command, exported or inline", async () => {
  await using project = await loggedIn([baseText("project")]);
  const lines = commandLines(424);
  assert.equal(lines.length, 2);
  for (const { command } of lines) {
    assert.equal(theRun(await project.sh(command)).principal, PERSONAL, command);
  }
  assert.equal(theRun(await project.sh("atmos terraform plan mycomponent -s dev")).principal, DEV);
});

Deno.test("Precedence: the flag beats the variable, and both beat the default", async () => {
  await using project = await loggedIn([baseText("project")]);
  const line = "atmos terraform plan mycomponent -s dev";
  const principal = async (command: string, env = {}) => theRun(await project.sh(command, { env })).principal;
  const personal = { AWS_PROFILE: "my-personal-profile" };
  assert.equal(
    await principal(`${line} --identity=false`, { ...personal, ATMOS_IDENTITY: "prod-admin" }),
    PERSONAL,
  );
  assert.equal(await principal(line, { ...personal, ATMOS_IDENTITY: "false" }), PERSONAL);
  assert.equal(await principal(`${line} --identity dev-admin`, { ATMOS_IDENTITY: "false" }), DEV);
  assert.equal(await principal(line), DEV);
});

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly WorkflowStep[] }>>;
}

interface WorkflowStep extends Partial<Step> {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
}

/** What `aws-actions/configure-aws-credentials` does: the job's token for the role's session, into the environment. */
async function configureCredentials(
  { world: { aws } }: Project,
  wishes: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const region = wishes["aws-region"] ?? "";
  const client = new STSClient({ region, endpoint: aws.url });
  const { Credentials: made } = await client.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: wishes["role-to-assume"],
      RoleSessionName: "GitHubActions",
      WebIdentityToken: await aws.githubToken("sts.amazonaws.com"),
    }),
  );
  return {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: made?.AccessKeyId ?? "",
    AWS_SECRET_ACCESS_KEY: made?.SecretAccessKey ?? "",
    AWS_SESSION_TOKEN: made?.SessionToken ?? "",
  };
}

testIf(
  hasBash,
  "bash is not installed",
  "Disabling Identity Authentication, GitHub Actions Example: Terraform has the credentials of the step before",
  async () => {
    await using project = await startStacks([baseText("project")]);
    const { jobs }: Workflow = parse(blockText(403));
    const steps = jobs["deploy"]?.steps ?? [];
    assert.deepEqual(steps.map(({ uses }) => uses), [
      "actions/checkout@v4",
      "aws-actions/configure-aws-credentials@v4",
      undefined,
    ]);
    const [, configure, deploy] = steps;
    const native = await configureCredentials(project, configure?.with ?? {});
    const made = project.world.aws.requests().length;
    const given = Object.entries(deploy?.env ?? {}).map(([name, value]) => [name, String(value)] as const);
    const ran = await project.sh(deploy?.run ?? "", {
      env: { CI: "true", GITHUB_ACTIONS: "true", ...native, ...Object.fromEntries(given) },
    }, GITHUB_BASH);
    const { words, principal } = theRun(ran);
    assert.equal(words[0], "apply");
    assert.equal(principal, "arn:aws:sts::123456789012:assumed-role/GitHubActionsRole/GitHubActions");
    // Terraform's own call alone.
    assert.equal(project.world.aws.requests().length, made + 1);
  },
);

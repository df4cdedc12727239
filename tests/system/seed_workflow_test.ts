/** The manual's workflow, and its jobs of CI systems. */
import assert from "node:assert/strict";
// @ts-types="yaml/types"
import { parse } from "yaml";
import { baseText, blockText } from "../seed/blocks.ts";
import { GITHUB_BASH, type Step } from "./ci_runner.ts";
import { isInstalled, testIf } from "./program.ts";
import { adminOf, type Project, terraformRuns } from "./seed_project.ts";
import { startStacks, theRun } from "./seed_stacks.ts";
import type { Ran } from "./world.ts";

const DEV = adminOf("123456789012");
const PROD = adminOf("999999999999");
const NO_BASH = "bash is not installed";
const hasBash = await isInstalled("bash");

/** What was run, in order: what and as whom. */
const applied = ({ stdout, stderr }: Ran) =>
  terraformRuns(`${stdout}\n${stderr}`).map(({ words, principal }) => [words[0], principal]);

Deno.test("Workflows Integration: each step runs, with the identity that it names", async () => {
  await using project = await startStacks([baseText("project"), blockText(572)]);
  const ran = await project.sh("atmos workflow deploy");
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout + ran.stderr, /✓ Authentication configuration is valid/);
  assert.deepEqual(applied(ran), [["apply", DEV], ["apply", PROD]]);
  // One login serves both identities.
  assert.equal(project.world.aws.calls("StartDeviceAuthorization"), 1);
  await project.world.assertNoLeaks();
});

Deno.test("Workflows Integration: a configuration that is not valid ends it at its first step", async () => {
  await using project = await startStacks([baseText("project"), blockText(572)]);
  await project.world.write(".atmos.d/2.yaml", "auth:\n  identities:\n    broken: { kind: aws/roll }\n");
  const ran = await project.sh("atmos workflow deploy");
  assert.equal(ran.code, 2, ran.stdout);
  assert.deepEqual(applied(ran), []);
});

Deno.test("Custom commands: steps run with the identity of the command", async () => {
  const commands = `commands:
  - name: who
    description: Says who AWS takes one for
    identity: prod-admin
    steps:
      - aws sts get-caller-identity
`;
  await using project = await startStacks([baseText("project"), commands]);
  const ran = await project.sh("atmos who");
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(JSON.parse(ran.stdout).Arn, PROD);
  await project.world.assertNoLeaks();
});

/** The home directory of a runner: the checkout is elsewhere. */
async function runnerHome(): Promise<{ readonly HOME: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "atmos-runner-" });
  return { HOME: path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Runs lines as a job's step does, with a job's variables. */
const inJob = (project: Project, script: string, env: Readonly<Record<string, string>>) =>
  project.sh(script, { env: { CI: "true", ATMOS_FORCE_TTY: undefined, ...env } }, GITHUB_BASH);

testIf(
  hasBash,
  NO_BASH,
  "CI/CD Integration, GitHub Actions: the steps authenticate by themselves, once, and apply as the role",
  async () => {
    await using project = await startStacks([baseText("github"), blockText(202)]);
    const { aws } = project.world;
    const steps: readonly Step[] = parse(blockText(587));
    await using runner = await runnerHome();
    const env = { HOME: runner.HOME, GITHUB_ACTIONS: "true", ...aws.github };
    const [who, deploy] = [
      await inJob(project, steps[0]?.run ?? "", env),
      await inJob(project, steps[1]?.run ?? "", env),
    ];
    assert.equal(who.code, 0, who.stderr);
    assert.match(who.stdout, /Principal +arn:aws:sts::123456789012:assumed-role\/GitHubActionsRole\/ci\n/);
    assert.deepEqual([theRun(deploy).words[0], theRun(deploy).principal], [
      "apply",
      "arn:aws:sts::123456789012:assumed-role/GitHubActionsRole/ci",
    ]);
    assert.equal(aws.calls("AssumeRoleWithWebIdentity"), 1);
    await project.world.assertNoLeaks();
  },
);

testIf(
  hasBash,
  NO_BASH,
  "CI/CD Integration, GitLab CI: the script validates, then applies as the role",
  async () => {
    await using project = await startStacks([baseText("gitlab")]);
    const { aws } = project.world;
    const provider = "arn:aws:iam::123456789012:oidc-provider/gitlab.com";
    const audience = ["sts.amazonaws.com"];
    aws.state.seed.oidcProviders.push({ arn: provider, issuer: "https://gitlab.com", clientIds: audience });
    aws.state.seed.roles.push({
      arn: "arn:aws:iam::123456789012:role/GitLabRole",
      trust: [{ action: "sts:AssumeRoleWithWebIdentity", provider, audience, subject: ["project_path:*"] }],
    });
    const claims = { iss: "https://gitlab.com", sub: "project_path:example-org/infrastructure:ref:main" };
    const { deploy }: { deploy: { script: readonly string[] } } = parse(blockText(595));
    await using runner = await runnerHome();
    const ran = await inJob(project, deploy.script.join("\n"), {
      HOME: runner.HOME,
      GITLAB_CI: "true",
      ATMOS_ID_TOKEN: await aws.githubToken("sts.amazonaws.com", claims),
    });
    assert.match(ran.stdout, /^✓ Authentication configuration is valid\n/);
    assert.equal(theRun(ran).principal, "arn:aws:sts::123456789012:assumed-role/GitLabRole/ci");
    await project.world.assertNoLeaks();
  },
);

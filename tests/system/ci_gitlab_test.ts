/**
 * The GitLab example of docs/ci.md, run as GitLab runs a job: its lines one after the other in one shell, within the
 * very sandbox that it names.
 */
import assert from "node:assert/strict";
// @ts-types="yaml/types"
import { parse } from "yaml";
import { ROOT, runScript } from "./ci_runner.ts";
import { isInstalled, testIf } from "./program.ts";
import { copyOfProgram } from "./sandbox.ts";
import { startWorld, type World } from "./world.ts";

const SUBJECT = "project_path:example-org/infrastructure:ref_type:branch:ref:main";
const PROVIDER = "arn:aws:iam::123456789012:oidc-provider/gitlab.com";
const ROLE = "arn:aws:iam::123456789012:role/GitLabRole";
const hasBash = await isInstalled("bash");

interface Job {
  readonly id_tokens: Readonly<Record<string, { readonly aud: string }>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly before_script: readonly string[];
  readonly script: readonly string[];
}

/** The block of the page that begins with this comment. */
async function block(comment: string, holding: string): Promise<string> {
  const page = await Deno.readTextFile(`${ROOT}/docs/ci.md`);
  const found = [...page.matchAll(/```yaml\n(# .*?)```/gs)].map(([, text = ""]) => text)
    .find((text) => text.startsWith(comment) && text.includes(holding));
  assert.ok(found, `docs/ci.md has ${comment}`);
  return found;
}

/** An AWS that trusts GitLab, and a workspace with the page's configuration. */
async function gitlabWorld(): Promise<World> {
  const world = await startWorld();
  const { seed } = world.aws.state;
  seed.oidcProviders.push({ arn: PROVIDER, issuer: "https://gitlab.com", clientIds: ["sts.amazonaws.com"] });
  seed.roles.push({
    arn: ROLE,
    trust: [{
      action: "sts:AssumeRoleWithWebIdentity",
      provider: PROVIDER,
      audience: ["sts.amazonaws.com"],
      subject: ["project_path:example-org/infrastructure:*"],
    }],
  });
  await world.write("work/atmos.yaml", await block("# atmos.yaml", "oidc/token"));
  return world;
}

/** Programs of the image: git brings this very tree, its libraries are in place, aws asks who it is. */
async function writePrograms(world: World): Promise<string> {
  const { home } = world;
  await copyOfProgram(`${home}/origin`);
  await world.write("bin/git", `#!/bin/sh\neval "cp -R '${home}/origin' \\"\\$$#\\""\n`);
  await world.write(
    "bin/deno",
    `#!/bin/sh\n[ "$1" = install ] && exit 0\nexec '${Deno.execPath()}' "$@"\n`,
  );
  await world.write(
    "bin/aws",
    `#!/bin/sh\nexec '${Deno.execPath()}' run -q --cached-only -A '${ROOT}/scripts/caller_identity.ts'\n`,
  );
  for (const name of ["git", "deno", "aws"]) await Deno.chmod(`${home}/bin/${name}`, 0o755);
  return `${home}/bin`;
}

async function runJob(world: World, claims: Readonly<Record<string, unknown>> = {}) {
  const { deploy: job } = parse(await block("# .gitlab-ci.yml", "deploy:")) as { deploy: Job };
  const directory = `${world.home}/work`;
  const programs = await writePrograms(world);
  const tokens = await Promise.all(
    Object.entries(job.id_tokens).map(async ([name, { aud }]) => {
      const token = await world.aws.githubToken(aud, { iss: "https://gitlab.com", sub: SUBJECT, ...claims });
      return [name, token] as const;
    }),
  );
  const variables = Object.entries(job.variables).map(([name, value]) =>
    [name, value.replaceAll("$CI_PROJECT_DIR", directory)] as const
  );
  // AWS is on this machine here.
  const lines = [...job.before_script, ...job.script].map((line) =>
    line.replace("-P=ci ", `-P=ci --allow-net=${new URL(world.aws.url).host} `)
  );
  const { ATMOS_KEYRING_PASSWORD: _, ...env } = world.env;
  return await runScript(lines.join("\n"), {
    program: ["bash", "-eo", "pipefail", "-c"],
    directory,
    env: {
      ...env,
      CI: "true",
      GITLAB_CI: "true",
      CI_PROJECT_DIR: directory,
      ATMOS_AUTH_REPOSITORY: "https://gitlab.example.com/atmos-auth.git",
      ...Object.fromEntries([...tokens, ...variables]),
      PATH: `${programs}:${env["PATH"]}`,
    },
  });
}

testIf(hasBash, "bash is not installed", "the GitLab job of docs/ci.md ends as the role", async () => {
  await using world = await gitlabWorld();
  const { code, stdout, stderr } = await runJob(world);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^✓ Authentication configuration is valid\n/);
  assert.match(
    JSON.parse(stdout.slice(stdout.lastIndexOf("{"))).Arn,
    /:assumed-role\/GitLabRole\/atmos-gitlab-deploy-\d+$/,
  );
  assert.equal(world.aws.calls("AssumeRoleWithWebIdentity"), 1);
  world.watch("the job", stdout + stderr);
  await world.assertNoLeaks();
});

testIf(
  hasBash,
  "bash is not installed",
  "the GitLab job is told when its token is for another audience or project",
  async () => {
    await using world = await gitlabWorld();
    const other = await runJob(world, { aud: "https://gitlab.com" });
    assert.equal(other.code, 2);
    assert.match(other.stderr, /ATMOS_ID_TOKEN, which holds no token for AWS STS/);
    assert.equal(world.aws.requests().length, 0);
    await Deno.remove(`${world.home}/work/.atmos-auth`, { recursive: true });
    await Deno.remove(`${world.home}/origin`, { recursive: true });
    const fork = await runJob(world, { sub: "project_path:somebody/fork:ref_type:branch:ref:main" });
    assert.equal(fork.code, 4);
    assert.match(fork.stderr, /trust policy[^]*sub project_path:somebody\/fork/);
  },
);

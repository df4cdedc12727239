/**
 * A job of GitHub Actions: `whoami` is the one line that it needs, and every way in which it can fail says what to do.
 */
import assert from "node:assert/strict";
import { githubConfig, githubJob, PRINCIPAL, ROLE } from "./ci_runner.ts";
import { assertClear, assertFailed } from "./clear.ts";
import { snapshot } from "./sessions.ts";
import { type Ran, type RunOptions, startWorld, type World } from "./world.ts";

async function jobWorld(config = githubConfig()): Promise<World> {
  const world = await startWorld();
  await world.write("work/atmos.yaml", config);
  return world;
}

function inJob(world: World, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const env = { ...githubJob(world), ...options.env };
  return world.run(["auth", ...args], { directory: `${world.home}/work`, ...options, env });
}

Deno.test("`whoami` alone authenticates in a job, opens no keyring, and keeps the session, the session key and nothing else", async () => {
  await using world = await jobWorld();
  const ran = await inJob(world, ["whoami", "--output", "json"]);
  assert.equal(ran.code, 0, ran.stderr);
  const { status, identity, provider, principal, account, region } = JSON.parse(ran.stdout);
  assert.deepEqual({ status, identity, provider, principal, account, region }, {
    status: "valid",
    identity: "github-deploy",
    provider: "github-oidc",
    principal: PRINCIPAL,
    account: "123456789012",
    region: "us-east-1",
  });
  assert.deepEqual(world.aws.requests().map(({ operation, status }) => [operation, status]), [
    ["GithubToken", 200],
    ["AssumeRoleWithWebIdentity", 200],
  ]);
  assert.equal(world.aws.requests("GithubToken")[0]?.parameters["audience"], "sts.us-east-1.amazonaws.com");
  const files = Object.entries(await snapshot(world.home)).flatMap(([path, content]) =>
    content === "directory" || path.endsWith(".lock") ? [] : [path]
  );
  assert.deepEqual(files.sort(), [
    "/.config/atmos/aws/github-oidc/config",
    "/.config/atmos/aws/github-oidc/credentials",
    "/.local/state/atmos/session-key",
    "/work/atmos.yaml",
  ]);
  // The token of the job is among what the canary looks for.
  await world.assertNoLeaks();
});

Deno.test("later commands of a job use its session without asking anybody, and a new token is asked for each new one", async () => {
  await using world = await jobWorld();
  const before = await inJob(world, ["whoami"]);
  assert.equal(before.code, 0, before.stderr);
  assert.match(
    (await inJob(world, ["whoami"], { env: { ACTIONS_ID_TOKEN_REQUEST_URL: undefined } })).stdout,
    /valid|✓/,
  );
  assert.equal(world.aws.requests().length, 2);
  assert.equal((await inJob(world, ["login"])).code, 0);
  assert.deepEqual([world.aws.calls("GithubToken"), world.aws.calls("AssumeRoleWithWebIdentity")], [2, 2]);
  await world.assertNoLeaks();
});

Deno.test("a role behind the job's role is assumed with its session", async () => {
  await using world = await jobWorld(githubConfig(`    deployer:
      kind: aws/assume-role
      via: { identity: github-deploy }
      principal: { assume_role: "arn:aws:iam::123456789012:role/Deployer", session_name: ci }
`));
  const ran = await inJob(world, ["whoami", "--identity", "deployer", "--verify", "--output", "json"]);
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(JSON.parse(ran.stdout).principal, "arn:aws:sts::123456789012:assumed-role/Deployer/ci");
  await world.assertNoLeaks();
});

/** What is wrong with the job, the exit code, and the words of the message and its remedy. */
const FAILURES: readonly (readonly [string, {
  readonly config?: string;
  readonly env?: RunOptions["env"];
  readonly before?: (world: World) => void;
  readonly code: number;
  readonly says: RegExp;
  readonly requests: number;
}])[] = [
  ["not in a job", {
    env: {
      GITHUB_ACTIONS: undefined,
      ACTIONS_ID_TOKEN_REQUEST_URL: undefined,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: undefined,
    },
    code: 2,
    says: /this is not a job of GitHub Actions[^]*choose another identity/,
    requests: 0,
  }],
  ["no id-token: write", {
    env: { ACTIONS_ID_TOKEN_REQUEST_URL: undefined, ACTIONS_ID_TOKEN_REQUEST_TOKEN: undefined },
    code: 2,
    says: /the job may not ask for one[^]*id-token: write[^]*workflow that calls it/,
    requests: 0,
  }],
  ["a pull request from a fork", {
    env: {
      GITHUB_EVENT_NAME: "pull_request",
      ACTIONS_ID_TOKEN_REQUEST_URL: undefined,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: undefined,
    },
    code: 2,
    says: /try +A job for a pull request from a fork gets no token/,
    requests: 0,
  }],
  ["what it asks with is over", {
    env: { ACTIONS_ID_TOKEN_REQUEST_TOKEN: "not-a-real-old-token" },
    code: 4,
    says: /the runner answered HTTP 401[^]*id-token: write/,
    requests: 1,
  }],
  ["an audience that the account does not know", {
    config: githubConfig().replace("sts.us-east-1.amazonaws.com", "https://github.com/example-org"),
    code: 4,
    says: /Incorrect token audience[^]*The token is for https:\/\/github.com\/example-org[^]*spec\.audience/,
    requests: 2,
  }],
  ["a trust policy for another repository", {
    before: (world) => void (world.aws.state.seed.github.repository = "other-org/fork"),
    code: 4,
    says:
      /AccessDenied[^]*trust policy[^]*sub repo:other-org\/fork:ref:refs\/heads\/main[^]*aud sts\.us-east-1/,
    requests: 2,
  }],
  ["an account without the provider", {
    before: (world) => void (world.aws.state.seed.oidcProviders.length = 0),
    code: 4,
    says: /needs an IAM OIDC provider for https:\/\/token\.actions\.githubusercontent\.com/,
    requests: 2,
  }],
];

for (const [name, { config, env = {}, before, code, says, requests }] of FAILURES) {
  Deno.test(`a job is told what to do: ${name}`, async () => {
    await using world = await jobWorld(config ?? githubConfig());
    before?.(world);
    assertFailed(await inJob(world, ["env"], { env }), code, says);
    assert.equal(world.aws.requests().length, requests);
    const whoami = await inJob(world, ["whoami"], { env });
    assert.equal(whoami.code, code, whoami.stderr);
    assert.match(whoami.stderr, says);
    assertClear(whoami);
    await world.assertNoLeaks();
  });
}

Deno.test("a missing region is found when the configuration is read, before any request", async () => {
  await using world = await jobWorld(githubConfig().replace("      region: us-east-1\n", ""));
  const ran = await inJob(world, ["whoami"]);
  assertFailed(ran, 2, /auth\.providers\.github-oidc[^]*region/);
  assert.equal(world.aws.requests().length, 0);
});

Deno.test("nothing in CI waits for a person, whatever stands for a terminal", async () => {
  await using world = await jobWorld(`auth:
  keyring: { type: file }
  providers:
    my-sso: { kind: aws/iam-identity-center, region: us-east-1, start_url: "https://mycompany.awsapps.com/start" }
  identities:
    admin:
      kind: aws/permission-set
      via: { provider: my-sso }
      principal: { name: AdminAccess, account: { id: "111122223333" } }
    breakglass:
      kind: aws/user
      credentials: { access_key_id: !env USER_KEY, secret_access_key: !env USER_SECRET, region: us-east-1,
        mfa_arn: "arn:aws:iam::123456789012:mfa/username" }
`);
  const keys = { USER_KEY: "AKIAEMULATORUSERNAM2", USER_SECRET: "not+a+real+secret/emulator/with/mfa/0001" };
  const env = { ATMOS_FORCE_TTY: "true", ...keys, stdin: "" };
  assertFailed(await inJob(world, ["env"], { env }), 2, /nobody can be asked[^]*admin, breakglass/);
  const withPassword = { ...env, ATMOS_KEYRING_PASSWORD: "not-a-real-password" };
  for (const command of ["env", "login"]) {
    assertFailed(await inJob(world, [command, "-i", "admin"], { env }), 3, /nobody can be asked/);
    assertFailed(
      await inJob(world, [command, "-i", "admin"], { env: withPassword }),
      3,
      /nobody can be asked/,
    );
    assertFailed(await inJob(world, [command, "-i", "breakglass"], { env }), 3, /nobody can be asked/);
  }
  assert.equal(world.aws.requests().length, 0);
});

Deno.test("the role's ARN and session name are as configured", async () => {
  await using world = await jobWorld();
  await inJob(world, ["whoami"]);
  const [request] = world.aws.requests("AssumeRoleWithWebIdentity");
  assert.deepEqual([request?.parameters["RoleArn"], request?.parameters["RoleSessionName"]], [ROLE, "ci"]);
});

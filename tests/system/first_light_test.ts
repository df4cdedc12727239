/**
 * What a person does on the first day: validate, log in, see who one is, use the session.
 */
import assert from "node:assert/strict";
import { awsCliVariables, findAwsCli } from "./awscli.ts";
import { assertFailed } from "./clear.ts";
import { testIf } from "./program.ts";
import { CREDENTIALS, KEYRING, sectionsOf } from "./sessions.ts";
import { chainedConfig, loggedInWorld, logIn, startWorld, type World } from "./world.ts";

const PRINCIPAL = "arn:aws:sts::999999999999:assumed-role/ProductionAdmin/first-light";
const CALLER = new URL("../../scripts/caller_identity.ts", import.meta.url).pathname;
const CALL = [Deno.execPath(), "run", "-q", "--cached-only", "--allow-all", CALLER];
const awsCli = await findAwsCli();

Deno.test("`validate` says that the configuration is valid, touching nothing", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", chainedConfig(world.aws.startUrl));
  const ran = await world.run(["auth", "validate"]);
  assert.deepEqual(ran, { code: 0, stdout: "✓ Authentication configuration is valid\n", stderr: "" });
  const json = await world.run(["auth", "validate", "--format", "json"]);
  assert.deepEqual(JSON.parse(json.stdout), {
    valid: true,
    files: [{ path: `${world.home}/atmos.yaml`, trusted: false }],
    problems: [],
  });
  assert.deepEqual((await Array.fromAsync(Deno.readDir(world.home), ({ name }) => name)).sort(), [
    "atmos.yaml",
    "tmp",
  ]);
  assert.equal(world.aws.requests().length, 0);
});

Deno.test("`login --device-code` shows page and code on stderr, polls, and keeps every link of the chain", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", chainedConfig(world.aws.startUrl));
  const { stdout, stderr } = await logIn(world);
  assert.equal(stdout, "");
  assert.match(
    stderr,
    new RegExp(`Page +${world.aws.url}/device\\?user_code=[A-Z]{4}-[A-Z]{4}\n +Code +[A-Z]{4}-[A-Z]{4}\n`),
  );
  assert.match(stderr, /✓ Authentication successful!/);
  assert.match(stderr, /Chain +my-sso → base-admin → prod-admin\n/);
  assert.match(stderr, /Account +999999999999\n/);
  assert.deepEqual(await sectionsOf(world), ["base-admin", "prod-admin"]);
  const modes = await Promise.all(
    [".config/atmos/aws/my-sso", CREDENTIALS, KEYRING].map(async (path) =>
      (await modeOf(world, path)).toString(8)
    ),
  );
  assert.deepEqual(modes, ["700", "600", "600"]);
  const made = ["RegisterClient", "StartDeviceAuthorization", "GetRoleCredentials", "AssumeRole"] as const;
  assert.deepEqual(made.map((operation) => world.aws.calls(operation)), [1, 1, 1, 1]);
  await world.assertNoLeaks();
});

async function modeOf(world: World, path: string): Promise<number> {
  return ((await Deno.stat(`${world.home}/${path}`)).mode ?? 0) & 0o777;
}

Deno.test("a second `login` makes the target anew and asks nobody; `--force` asks again, with the same client", async () => {
  await using world = await loggedInWorld();
  const again = await world.run(["auth", "login"]);
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual([world.aws.calls("StartDeviceAuthorization"), world.aws.calls("AssumeRole")], [1, 2]);
  assert.equal(world.aws.calls("GetRoleCredentials"), 1);
  await logIn(world, ["--force"]);
  assert.deepEqual([world.aws.calls("StartDeviceAuthorization"), world.aws.calls("AssumeRole")], [2, 3]);
  assert.equal(world.aws.calls("RegisterClient"), 1);
  await world.assertNoLeaks();
});

Deno.test("a denied login is exit 4, and nothing is kept of it but the client", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", chainedConfig(world.aws.startUrl));
  const ran = await world.run(["auth", "login", "--device-code"], {
    onStderr: (soFar) => {
      const code = /\b[A-Z]{4}-[A-Z]{4}\b/.exec(soFar)?.[0];
      if (code !== undefined && world.aws.pendingUserCodes().includes(code)) world.aws.deny(code);
    },
  });
  assert.equal(ran.code, 4, ran.stderr);
  assert.match(ran.stderr, /^Error: /m);
  assert.equal(await Deno.stat(`${world.home}/${CREDENTIALS}`).catch(() => "absent"), "absent");
  await world.assertNoLeaks();
});

Deno.test("`login` with nobody to ask is exit 3, says how to go on, and makes no request", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", chainedConfig(world.aws.startUrl));
  assertFailed(await world.run(["auth", "login"]), 3, /nobody can be asked[^]*--device-code/);
  assert.equal(world.aws.requests().length, 0);
});

Deno.test("`whoami` and `list` show the chain with its accounts and expiries, and no secret", async () => {
  await using world = await loggedInWorld();
  const before = world.aws.requests().length;
  const whoami = await world.run(["auth", "whoami", "--output", "json"]);
  const { provider, identity, principal, account, region, status, chain } = JSON.parse(whoami.stdout);
  assert.deepEqual({ provider, identity, principal, account, region, status }, {
    provider: "my-sso",
    identity: "prod-admin",
    principal: PRINCIPAL,
    account: "999999999999",
    region: "us-east-1",
    status: "valid",
  });
  assert.deepEqual(chain.map(({ name }: { name: string }) => name), ["my-sso", "base-admin", "prod-admin"]);
  assert.match(
    (await world.run(["auth", "whoami"])).stdout,
    /Principal +arn:aws:sts::999999999999:assumed-role/,
  );
  const list = await world.run(["auth", "list"]);
  assert.match(
    list.stdout,
    /my-sso \(aws\/iam-identity-center\)[^]*● base-admin[^]*● prod-admin .*\[DEFAULT\]/,
  );
  const listed = JSON.parse((await world.run(["auth", "list", "--format", "json"])).stdout);
  assert.deepEqual(Object.keys(listed.identities), ["base-admin", "prod-admin"]);
  assert.equal(world.aws.requests().length, before);
  await world.assertNoLeaks();
});

Deno.test("`whoami --verify` asks AWS, and a session that AWS refuses is exit 4", async () => {
  await using world = await loggedInWorld();
  const good = await world.run(["auth", "whoami", "--verify"]);
  assert.equal(good.code, 0, good.stderr);
  world.aws.fault({ operation: "*", effect: { kind: "expire-credentials" } });
  const bad = await world.run(["auth", "whoami", "--verify", "--output", "json"]);
  assert.equal(bad.code, 4, bad.stderr);
});

Deno.test("the AWS SDK below `exec`, and with the variables of `env`, is the chained role", async () => {
  await using world = await loggedInWorld();
  const exec = await world.run(["auth", "exec", "--", ...CALL]);
  assert.equal(JSON.parse(exec.stdout).Arn, PRINCIPAL, exec.stderr);
  const env = await world.run(["auth", "env", "--format", "json"], { printsSecrets: true });
  const { code, stdout } = await new Deno.Command(CALL[0] ?? "", {
    args: CALL.slice(1),
    clearEnv: true,
    env: { ...world.env, ...JSON.parse(env.stdout) },
  }).output();
  assert.equal(code, 0);
  assert.equal(JSON.parse(new TextDecoder().decode(stdout)).Arn, PRINCIPAL);
  await world.assertNoLeaks();
});

testIf(
  awsCli !== undefined,
  "AWS CLI v2 is not installed",
  "Debian's AWS CLI below `exec`, and with the files of `env --files`, is the chained role",
  async () => {
    await using world = await loggedInWorld();
    const variables = await awsCliVariables(`${world.home}/models`, world.aws.url);
    const words = [awsCli ?? "", "sts", "get-caller-identity"];
    const exec = await world.run(["auth", "exec", "--", ...words], { env: variables });
    assert.equal(exec.code, 0, exec.stderr);
    assert.equal(JSON.parse(exec.stdout).Arn, PRINCIPAL);
    const files = await world.run(["auth", "env", "--files", "--identity", "base-admin", "--format", "json"]);
    const { stdout } = await new Deno.Command(words[0] ?? "", {
      args: words.slice(1),
      clearEnv: true,
      env: { ...world.env, ...variables, ...JSON.parse(files.stdout) },
    }).output();
    assert.match(
      JSON.parse(new TextDecoder().decode(stdout)).Arn,
      /:assumed-role\/AWSReservedSSO_AdminAccess_/,
    );
    await world.assertNoLeaks();
  },
);

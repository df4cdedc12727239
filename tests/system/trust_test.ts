/**
 * What a cloned repository may not do because somebody typed a command in it.
 */
import assert from "node:assert/strict";
import { assertFailed } from "./clear.ts";
import { snapshot } from "./sessions.ts";
import { startWorld, type World } from "./world.ts";

/** A repository, cloned by somebody who did not read its configuration. */
async function clone(text: (world: World) => string): Promise<World> {
  const world = await startWorld();
  await world.write("repo/.git/HEAD", "ref: refs/heads/main\n");
  await world.write("repo/atmos.yaml", text(world));
  return world;
}

const inRepository = (world: World) => ({ directory: `${world.home}/repo` });
const isThere = async (path: string) => await Deno.stat(path).then(() => true, () => false);

const endpointConfig = ({ aws }: World) =>
  `auth:
  keyring: { type: file }
  providers:
    my-sso:
      kind: aws/iam-identity-center
      region: us-east-1
      start_url: "${aws.startUrl}"
      spec: { endpoint_url: "${aws.url}" }
  identities:
    dev:
      kind: aws/permission-set
      via: { provider: my-sso }
      principal: { name: AdminAccess, account: { id: "111122223333" } }
`;

const mfaConfig = (world: World) =>
  `auth:
  keyring: { type: memory }
  identities:
    user:
      kind: aws/user
      credentials:
        access_key_id: AKIAEMULATORUSERNAM2
        secret_access_key: !env USER_SECRET
        mfa_arn: arn:aws:iam::123456789012:mfa/username
        region: us-east-1
        mfa_command: [touch, "${world.home}/pwned"]
`;

Deno.test("an endpoint from a clone gets no token: every command that would use it is exit 2 until the file is trusted", async () => {
  await using world = await clone(endpointConfig);
  const before = await snapshot(world.home);
  for (const words of [["login", "--device-code"], ["whoami"], ["env"], ["exec", "--", "true"]]) {
    assertFailed(
      await world.run(["auth", ...words], inRepository(world)),
      2,
      /trusted file[^]*auth\.providers\.my-sso\.spec\.endpoint_url[^]*atmos auth trust/,
    );
  }
  assert.equal(world.aws.requests().length, 0);
  assert.deepEqual(await snapshot(world.home), before);
  const validate = await world.run(["auth", "validate"], inRepository(world));
  assert.match(validate.stdout, /endpoint_url[^]*atmos auth trust/);

  const trust = await world.run(["auth", "trust"], inRepository(world));
  assert.deepEqual([trust.code, trust.stdout], [0, ""]);
  assert.match(trust.stderr, /auth\.providers\.my-sso\.spec\.endpoint_url[^]*Trusted: .*repo\/atmos\.yaml/);
  const login = await world.run(["auth", "login", "--device-code"], {
    ...inRepository(world),
    approve: true,
  });
  assert.equal(login.code, 0, login.stderr);
  await world.assertNoLeaks();
});

Deno.test("changing a trusted file ends its trust, and so do a copy elsewhere and `trust --remove`", async () => {
  await using world = await clone(endpointConfig);
  const code = async (directory: string) =>
    (await world.run(["auth", "login", "--device-code"], { directory, approve: true })).code;
  const repository = `${world.home}/repo`;
  const trust = (...flags: string[]) => world.run(["auth", "trust", ...flags], inRepository(world));
  assert.equal((await trust()).code, 0);
  assert.equal(await code(repository), 0);
  assert.match((await trust("--list")).stdout, /^[0-9a-f]{64} .*\/repo\/atmos\.yaml\n$/);

  await world.write("copy/.git/HEAD", "ref: refs/heads/main\n");
  await world.write("copy/atmos.yaml", await world.read("repo/atmos.yaml"));
  assert.equal(await code(`${world.home}/copy`), 2);

  await world.write("repo/atmos.yaml", `${await world.read("repo/atmos.yaml")}# changed\n`);
  assert.equal(await code(repository), 2);
  assert.equal((await trust()).code, 0);
  assert.equal(await code(repository), 0);
  assert.equal((await trust("--remove")).code, 0);
  assert.equal(await code(repository), 2);
});

Deno.test("ATMOS_TRUST_CONFIG=true trusts what is there, for that run alone", async () => {
  await using world = await clone(endpointConfig);
  const trusting = { ...inRepository(world), env: { ATMOS_TRUST_CONFIG: "true" } };
  const login = await world.run(["auth", "login", "--device-code"], { ...trusting, approve: true });
  assert.equal(login.code, 0, login.stderr);
  assert.equal((await world.run(["auth", "env"], { ...trusting, printsSecrets: true })).code, 0);
  assert.equal((await world.run(["auth", "env"], inRepository(world))).code, 2);
});

Deno.test("a program from a clone is not started, and once the file is trusted it is", async () => {
  await using world = await clone(mfaConfig);
  world.guard("user's secret key", "not+a+real+secret/emulator/with/mfa/0001");
  const env = { USER_SECRET: "not+a+real+secret/emulator/with/mfa/0001" };
  const run = (words: readonly string[]) => world.run(["auth", ...words], { ...inRepository(world), env });
  for (const words of [["whoami"], ["env"], ["login"], ["list"], ["validate"]]) await run(words);
  assert.equal(await isThere(`${world.home}/pwned`), false);
  assertFailed(await run(["env"]), 2, /mfa_command[^]*atmos auth trust/);
  assert.equal((await run(["trust"])).code, 0);
  const trusted = await run(["env"]);
  assert.equal(await isThere(`${world.home}/pwned`), true, trusted.stderr);
  await world.assertNoLeaks();
});

Deno.test("a log outside of the clone is not written, one inside is, and once the file is trusted both are", async () => {
  const config = (file: string) => `auth:\n  logs: { level: Trace, file: "${file}" }\n  identities: {}\n`;
  await using world = await clone(({ home }) => config(`${home}/outside/auth.log`));
  const run = (words: readonly string[]) => world.run(["auth", ...words], inRepository(world));
  await run(["list"]);
  await run(["validate"]);
  assert.equal(await isThere(`${world.home}/outside`), false);
  assert.equal((await run(["trust"])).code, 0);
  await run(["list"]);
  assert.equal(await isThere(`${world.home}/outside/auth.log`), true);
  await world.write("repo/atmos.yaml", config("logs/auth.log"));
  await run(["list"]);
  assert.equal(await isThere(`${world.home}/repo/logs/auth.log`), true);
});

Deno.test("a configuration outside of any repository is the person's own", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", endpointConfig(world));
  const login = await world.run(["auth", "login", "--device-code"], { approve: true });
  assert.equal(login.code, 0, login.stderr);
});

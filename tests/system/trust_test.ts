/**
 * What a configuration may not do because somebody typed a command beside it.
 */
import assert from "node:assert/strict";
import { PLAIN_USER } from "../emulator/mod.ts";
import { assertFailed } from "./clear.ts";
import { isInstalled, testIf } from "./program.ts";
import { snapshot } from "./sessions.ts";
import { openTerminal } from "./tmux.ts";
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

const greetingConfig = () =>
  `auth:
  keyring: { type: memory }
  identities:
    deploy-bot:
      kind: aws/user
      credentials: { access_key_id: !env BOT_KEY, secret_access_key: !env BOT_SECRET, region: us-east-1 }
      env: { GREETING: hello }
`;
const BOT = { BOT_KEY: PLAIN_USER.accessKeyId, BOT_SECRET: PLAIN_USER.secretAccessKey };

Deno.test("an endpoint from a clone gets no token: every command that would use it is exit 2 until the file is trusted", async () => {
  await using world = await clone(endpointConfig);
  const before = await snapshot(world.home);
  for (const words of [["login", "--device-code"], ["whoami"], ["env"], ["exec", "--", "true"]]) {
    assertFailed(
      await world.run(["auth", ...words], inRepository(world)),
      2,
      /sends your session to [^]*auth\.providers\.my-sso\.spec\.endpoint_url[^]*atmos auth trust/,
    );
  }
  for (const words of [["validate"], ["validate", "--strict"], ["list"], ["explain"]]) {
    const ran = await world.run(["auth", ...words], inRepository(world));
    assert.deepEqual([ran.code, ran.stderr], [0, ""], words.join(" "));
    assert.match(ran.stdout, /needs trust/i, words.join(" "));
  }
  assert.equal(world.aws.requests().length, 0);
  assert.deepEqual(await snapshot(world.home), before);

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

Deno.test("another value ends trust, and so do a copy elsewhere and `trust --revoke`; a comment and the default do not", async () => {
  await using world = await clone(endpointConfig);
  const code = async (directory: string) =>
    (await world.run(["auth", "login", "--device-code"], { directory, approve: true })).code;
  const repository = `${world.home}/repo`;
  const trust = (...flags: string[]) => world.run(["auth", "trust", ...flags], inRepository(world));
  assert.equal((await trust()).code, 0);
  assert.equal(await code(repository), 0);
  assert.match(
    (await trust("--list")).stdout,
    /^\S+\/repo\/atmos\.yaml\n {2}provider my-sso [0-9a-f]{12}\n$/,
  );

  const text = await world.read("repo/atmos.yaml");
  await world.write("copy/.git/HEAD", "ref: refs/heads/main\n");
  await world.write("copy/atmos.yaml", text);
  assert.equal(await code(`${world.home}/copy`), 2);

  await world.write("repo/atmos.yaml", `# changed\n${text.replace("via:", "default: true\n      via:")}`);
  assert.equal(await code(repository), 0);
  await world.write(
    "repo/atmos.yaml",
    text.replace(world.aws.url, world.aws.url.replace("127.0.0.1", "localhost")),
  );
  assert.equal(await code(repository), 2);
  await world.write("repo/atmos.yaml", text);
  assert.equal(await code(repository), 0);
  assert.equal((await trust("--revoke")).code, 0);
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

Deno.test("a log outside of the temporary directory is not written, and once the file is trusted it is", async () => {
  const config = (file: string) => `auth:\n  logs: { level: Trace, file: "${file}" }\n  identities: {}\n`;
  await using world = await clone(({ home }) => config(`${home}/outside/auth.log`));
  const run = (words: readonly string[]) => world.run(["auth", ...words], inRepository(world));
  assert.equal((await run(["list"])).code, 0);
  assert.equal((await run(["validate"])).code, 0);
  assert.equal(await isThere(`${world.home}/outside`), false);
  assert.equal((await run(["trust"])).code, 0);
  await run(["list"]);
  assert.equal(await isThere(`${world.home}/outside/auth.log`), true);

  await world.write("repo/atmos.yaml", config("logs/auth.log"));
  assert.equal((await run(["list"])).code, 0);
  assert.equal(await isThere(`${world.home}/repo/logs`), false);
  await world.write("repo/atmos.yaml", config(`${world.home}/tmp/auth.log`));
  assert.equal((await run(["list"])).code, 0);
  assert.equal(await isThere(`${world.home}/tmp/auth.log`), true);
});

Deno.test("a configuration outside of any repository needs trust, too, and one in the person's own place does not", async () => {
  await using world = await startWorld();
  const login = (directory: string) =>
    world.run(["auth", "login", "--device-code"], { directory, approve: true });
  await world.write("unpacked/atmos.yaml", endpointConfig(world));
  assertFailed(await login(`${world.home}/unpacked`), 2, /endpoint_url[^]*atmos auth trust/);
  await world.write("atmos.yaml", endpointConfig(world));
  assertFailed(await login(world.home), 2, /endpoint_url[^]*atmos auth trust/);
  await Deno.remove(`${world.home}/atmos.yaml`);
  await world.write(".atmos/atmos.yaml", endpointConfig(world));
  const own = await login(`${world.home}/tmp`);
  assert.equal(own.code, 0, own.stderr);
});

testIf(
  await isInstalled("tmux"),
  "no tmux",
  "at a terminal trust is asked for once: keys typed ahead are no answer, and Enter is No",
  async () => {
    await using world = await clone(greetingConfig);
    await world.write("bin/atmos", `#!/bin/sh\nexec ${world.program.join(" ")} "$@"\n`);
    await Deno.chmod(`${world.home}/bin/atmos`, 0o755);
    world.guard("user's secret key", PLAIN_USER.secretAccessKey);
    const env = { ...world.env, ...BOT, PATH: `${world.home}/bin:${world.env["PATH"]}` };
    await using terminal = await openTerminal({ ...inRepository(world), env, columns: 200 });
    const asks = async (typedAhead: string) => {
      await terminal.enter(`clear; atmos auth exec -- sh -c 'echo $GREETING $ATMOS_IDENTITY'`);
      await terminal.type(typedAhead);
      return await terminal.shows(/Trust these settings as they are now\? \(y\/N\)$/);
    };
    const shown = (await asks("y")).join("\n");
    assert.match(shown, /auth\.identities\.deploy-bot\.env\.GREETING \(.*:7:24\)\n +sets GREETING=hello/);
    await terminal.press("Enter");
    assert.equal(await terminal.done(), 2);
    await asks("");
    await terminal.press("y");
    assert.equal(await terminal.done(), 0);
    await terminal.enter(`clear; atmos auth exec -- sh -c 'echo $GREETING $ATMOS_IDENTITY'`);
    assert.equal(await terminal.done(), 0);
    assert.deepEqual((await terminal.screen()).slice(0, 1), ["hello deploy-bot"]);
    world.watch("the terminal", await terminal.history());
    await world.assertNoLeaks();
  },
);

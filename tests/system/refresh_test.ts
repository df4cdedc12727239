/**
 * Children that outlive their session: `exec --refresh` and `shell`, with each keyring, from wherever they are started.
 */
import assert from "node:assert/strict";
import { MFA_USER } from "../emulator/mod.ts";
import { awsCliVariables, findAwsCli } from "./awscli.ts";
import { ofDesktop, outlived, OUTLIVING_CHILD, shortenSessions } from "./outliving.ts";
import { helper, isInstalled, testIf } from "./program.ts";
import { missingPrograms, startSession } from "./secret_service.ts";
import { CREDENTIALS, endPortalSession, endSessionIn } from "./sessions.ts";
import {
  chainedConfig,
  logIn,
  MEMORY_CONFIG,
  MEMORY_KEYS,
  type RunOptions,
  startWorld,
  type World,
} from "./world.ts";

const OUTLIVED = outlived("arn:aws:sts::999999999999:assumed-role/ProductionAdmin/first-light");
const hasSh = await isInstalled("sh");
const hasSetsid = await isInstalled("setsid");
const aws = await findAwsCli();
const missing = await missingPrograms("dbus-daemon", "gnome-keyring-daemon", "secret-tool");

/** A world whose sessions last for seconds, logged in. */
async function shortWorld(
  options: RunOptions & { readonly config?: (text: string) => string } = {},
): Promise<World> {
  const { config = (text: string) => text, ...run } = options;
  const world = await startWorld();
  shortenSessions(world);
  await world.write("atmos.yaml", config(chainedConfig(world.aws.startUrl)));
  await logIn(world, [], run);
  return world;
}

/** Whether any profile of a child is left. */
async function isSwept({ home }: World): Promise<boolean> {
  const left = await Array.fromAsync(Deno.readDir(`${home}/.local/state/atmos`));
  return left.every(({ name }) => name !== "refreshing");
}

async function execWithFileKeyring(): Promise<void> {
  await using world = await shortWorld();
  const ran = await world.run(["auth", "exec", "--refresh", "--", ...OUTLIVING_CHILD]);
  assert.deepEqual([ran.code, ran.stderr], [0, ""]);
  assert.equal(ran.stdout, OUTLIVED);
  // The session behind the role has ended, too: the keyring was open.
  assert.ok(world.aws.calls("GetRoleCredentials") > 1);
  assert.ok(await isSwept(world));
  await world.assertNoLeaks();
}

async function shellWithSystemKeyring(): Promise<void> {
  await using session = await startSession();
  await session.startKeyring();
  const env = ofDesktop(session);
  const config = (text: string) => text.replace("type: file", "type: system");
  await using world = await shortWorld({ env, config });
  const [program, ...words] = OUTLIVING_CHILD;
  const ran = await world.run(["auth", "shell", "--shell", program, "--", ...words], { env });
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(ran.stdout, OUTLIVED);
  assert.match(ran.stderr, /and is renewed before that/);
  assert.ok(world.aws.calls("GetRoleCredentials") > 1);
  await world.assertNoLeaks();
}

/**
 * A place and an identity with what a line must quote. Not all of it: a program in Deno that starts Deno by a shell's
 * line has its `$`, `~` and `*` expanded even between quotes, so the child here cannot tell about those.
 */
const PLACE = `it's a "place" #1; & more`;
const IDENTITY = `it's "mine" #1`;

function quotedConfig(text: string): string {
  return text.replace("prod-admin:", `${JSON.stringify(IDENTITY)}:`);
}

async function fromElsewhere(): Promise<void> {
  await using world = await startWorld();
  shortenSessions(world);
  await world.write(`${PLACE}/my config/atmos.yaml`, quotedConfig(chainedConfig(world.aws.startUrl)));
  const directory = `${world.home}/${PLACE}`;
  const words = ["--config", "my config/atmos.yaml"];
  await logIn(world, words, { directory });
  const elsewhere = ["sh", "-c", 'cd / && exec "$@"', "sh", ...OUTLIVING_CHILD];
  const ran = await world.run(["auth", "exec", ...words, "--refresh", "--", ...elsewhere], { directory });
  assert.deepEqual([ran.code, ran.stderr], [0, ""]);
  assert.equal(ran.stdout, OUTLIVED);
  await world.assertNoLeaks();
}

const stories = [
  ...hasSh ? [execWithFileKeyring, fromElsewhere] : [execWithFileKeyring],
  ...missing.length === 0 ? [shellWithSystemKeyring] : [],
];

// Side by side: each takes as long as a session lasts.
Deno.test("a child signs calls before and after its session's end: of `exec` and `shell`, with each keyring, from elsewhere", async () => {
  await Promise.all(stories.map((story) => story()));
});

testIf(
  aws !== undefined,
  "the AWS CLI 2 is not installed",
  "the AWS CLI reads the profiles of a child, its own and those of other sessions",
  async () => {
    await using world = await startWorld();
    const directory = `${world.home}/${PLACE} $HOME ~ *`;
    await world.write(
      `${directory.slice(world.home.length + 1)}/atmos.yaml`,
      quotedConfig(chainedConfig(world.aws.startUrl)),
    );
    await logIn(world, [], { directory });
    const env = await awsCliVariables(`${world.home}/rules`, world.aws.url);
    const who = async (more: readonly string[]) => {
      const call = [aws ?? "", "sts", "get-caller-identity", "--query", "Arn", "--output", "text", ...more];
      const ran = await world.run(["auth", "exec", "--refresh", "--", ...call], { directory, env });
      assert.deepEqual([ran.code, ran.stderr], [0, ""]);
      return ran.stdout;
    };
    assert.match(await who([]), /assumed-role\/ProductionAdmin/);
    assert.match(await who(["--profile", "base-admin"]), /AWSReservedSSO_AdminAccess/);
    await world.assertNoLeaks();
  },
);

Deno.test("with a memory keyring `exec --refresh` says that nothing is renewed, and gives keys", async () => {
  await using world = await startWorld();
  await world.write(
    "atmos.yaml",
    MEMORY_CONFIG,
  );
  const child = helper("exec_child.ts");
  const ran = await world.run(["auth", "exec", "--refresh", "--", ...child], {
    env: MEMORY_KEYS,
    printsSecrets: true,
  });
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(
    ran.stderr,
    /^Warning: The session of "deploy-bot" is not renewed: a memory keyring keeps nothing .*\n$/,
  );
  assert.match(JSON.parse(ran.stdout).environment["AWS_ACCESS_KEY_ID"], /^ASIA/);
  await world.assertNoLeaks();
});

Deno.test("a session that takes a code each time is not renewed, and that is said at the start", async () => {
  await using world = await startWorld();
  await world.write(
    "atmos.yaml",
    `auth:
  keyring: { type: file }
  identities:
    emergency:
      kind: aws/user
      credentials:
        access_key_id: !env EMERGENCY_KEY
        secret_access_key: !env EMERGENCY_SECRET
        mfa_arn: ${MFA_USER.mfaSerial}
        region: us-east-1
`,
  );
  const code = await world.aws.totp(MFA_USER.mfaSerial);
  const keys = { EMERGENCY_KEY: MFA_USER.accessKeyId, EMERGENCY_SECRET: MFA_USER.secretAccessKey };
  const env = { ...keys, ATMOS_MFA_TOKEN: code };
  const ran = await world.run(["auth", "exec", "--refresh", "--", ...helper("exec_child.ts")], {
    env,
    printsSecrets: true,
  });
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(
    ran.stderr,
    /^Warning: The session of "emergency" is not renewed: a code of the MFA device .*\n$/,
  );
  const { environment } = JSON.parse(ran.stdout);
  assert.match(environment["AWS_SHARED_CREDENTIALS_FILE"], /\/aws-user\/credentials$/);
  await world.assertNoLeaks();
});

testIf(hasSh, "sh is not installed", "nothing is left of a child that was killed", async () => {
  await using world = await shortWorld();
  const ran = await world.run(["auth", "exec", "--refresh", "--", "sh", "-c", "kill -KILL $$"]);
  assert.deepEqual([ran.code, ran.stderr], [137, ""]);
  assert.ok(await isSwept(world));
  const missing = await world.run(["auth", "exec", "--refresh", "--", "no-such-program"]);
  assert.equal(missing.code, 127);
  assert.ok(await isSwept(world));
});

/** Starts a child that waits, and tells its process. */
async function waitingChild(world: World) {
  const pid = Promise.withResolvers<number>();
  const running = world.start(["auth", "exec", "--refresh", "--", "sh", "-c", "echo $$; exec sleep 600"], {
    onStdout: (soFar) => soFar.endsWith("\n") && pid.resolve(Number(soFar.trim())),
  });
  return { running, pid: await Promise.race([pid.promise, running.ended.then(() => 0)]) };
}

testIf(
  hasSh && hasSetsid,
  "sh is not installed",
  "SIGTERM ends the child and what was kept for it; what a killed parent left is gone with the next child",
  async () => {
    await using world = await shortWorld();
    const first = await waitingChild(world);
    assert.equal(await isSwept(world), false);
    first.running.kill("SIGTERM");
    assert.equal((await first.running.ended).code, 143);
    assert.ok(await isSwept(world));

    const killed = await waitingChild(world);
    killed.running.kill("SIGKILL");
    Deno.kill(killed.pid, "SIGKILL");
    await killed.running.ended;
    assert.equal(await isSwept(world), false);
    const other = await waitingChild(world);
    // One of a living parent stays.
    assert.equal((await world.run(["auth", "exec", "--refresh", "--", "true"])).code, 0);
    const refreshing = `${world.home}/.local/state/atmos/refreshing`;
    assert.equal((await Array.fromAsync(Deno.readDir(refreshing))).length, 1);
    other.running.kill("SIGTERM");
    await other.running.ended;
    assert.ok(await isSwept(world));
  },
);

testIf(
  hasSh,
  "sh is not installed",
  "that a person is needed is said at once, and what that person gets elsewhere reaches the child",
  async () => {
    await using world = await startWorld();
    await world.write("atmos.yaml", chainedConfig(world.aws.startUrl));
    await logIn(world);
    await endPortalSession(world);
    await endSessionIn(world, "base-admin", -10);
    await endSessionIn(world, "prod-admin", 120);
    world.aws.fault({ operation: "*", effect: { kind: "revoke-refresh-tokens" } });
    const told = Promise.withResolvers<void>();
    const ask = 'eval "$(sed -n "s/^credential_process = //p" "$AWS_CONFIG_FILE" | head -n 1)"';
    const child = ["sh", "-c", `until [ -e go ]; do sleep 0.2; done; ${ask}`];
    const running = world.start(["auth", "exec", "--refresh", "--", ...child], {
      printsSecrets: true,
      onStderr: (soFar) => /^Warning: Could not renew [^]*another terminal/m.test(soFar) && told.resolve(),
    });
    await Promise.race([told.promise, running.ended]);
    await logIn(world);
    await world.write("go", "");
    const ran = await running.ended;
    assert.equal(ran.code, 0, ran.stderr);
    const [, newest] = [...(await world.read(CREDENTIALS)).matchAll(/aws_access_key_id = (\S+)/g)].at(-1) ??
      [];
    assert.equal(JSON.parse(ran.stdout).AccessKeyId, newest);
    await world.assertNoLeaks();
  },
);

import assert from "node:assert/strict";
import { MFA_USER, PLAIN_USER } from "../emulator/mod.ts";
import { assertFailed } from "./clear.ts";
import { USERS_CONFIG } from "./users.ts";
import { type Ran, startWorld, type World } from "./world.ts";

const CONFIG = `${USERS_CONFIG}    from-yaml:
      kind: aws/user
      credentials:
        access_key_id: !env EMERGENCY_AWS_ACCESS_KEY_ID
        secret_access_key: !env EMERGENCY_AWS_SECRET_ACCESS_KEY
        mfa_arn: !env AWS_MFA_ARN
        region: us-east-1
`;

async function userWorld(): Promise<World> {
  const world = await startWorld();
  await world.write("atmos.yaml", CONFIG);
  return world;
}

function keysJson(
  user: { accessKeyId: string; secretAccessKey: string },
  more: Record<string, unknown> = {},
): string {
  return JSON.stringify({
    access_key_id: user.accessKeyId,
    secret_access_key: user.secretAccessKey,
    ...more,
  });
}

async function configured(
  world: World,
  name: string,
  stdin: string,
  ...words: readonly string[]
): Promise<Ran> {
  const ran = await world.run(["auth", "user", "configure", "-i", name, ...words], { stdin });
  assert.equal(ran.code, 0, ran.stderr);
  return ran;
}

Deno.test("an IAM user: configured from a pipe, logged in without MFA, the session used again, forgotten", async () => {
  await using world = await userWorld();
  assertFailed(
    await world.run(["auth", "login", "-i", "deploy-bot"]),
    2,
    /neither atmos.yaml nor the keyring has keys/,
  );
  const shown = await configured(
    world,
    "deploy-bot",
    keysJson(PLAIN_USER, { session_duration: "1h" }),
    "--verify",
  );
  assert.match(shown.stderr, /Keys stored in the keyring/);
  assert.ok(
    shown.stderr.includes(PLAIN_USER.accessKeyId) && shown.stderr.includes(PLAIN_USER.arn),
    shown.stderr,
  );
  const login = await world.run(["auth", "login", "-i", "deploy-bot"]);
  assert.equal(login.code, 0, login.stderr);
  const [asked] = world.aws.requests("GetSessionToken");
  assert.equal(asked?.parameters["DurationSeconds"], "3600");
  const env = await world.run(["auth", "env", "-i", "deploy-bot", "--format", "json"], {
    printsSecrets: true,
  });
  assert.equal(env.code, 0, env.stderr);
  assert.ok(!env.stdout.includes(PLAIN_USER.accessKeyId), "long-lived keys go no further than aws/user");
  assert.equal(world.aws.calls("GetSessionToken"), 1);
  assertFailed(await world.run(["auth", "user", "forget", "-i", "deploy-bot"]), 3, /it must be confirmed/);
  const forgotten = await world.run(["auth", "user", "forget", "-i", "deploy-bot", "--force"]);
  assert.equal(forgotten.code, 0, forgotten.stderr);
  const again = await world.run(["auth", "user", "forget", "-i", "deploy-bot", "--force"]);
  assert.deepEqual([again.code, again.stderr], [0, 'The keyring has no keys of "deploy-bot"\n']);
  assertFailed(await world.run(["auth", "env", "-i", "deploy-bot"]), 2, /neither atmos.yaml nor the keyring/);
  await world.assertNoLeaks();
});

Deno.test("an IAM user with MFA: one code, then the session serves it and the roles behind it", async () => {
  await using world = await userWorld();
  await configured(
    world,
    "emergency-user",
    keysJson(MFA_USER, { mfa_arn: MFA_USER.mfaSerial, session_duration: "1d12h" }),
  );
  assertFailed(
    await world.run(["auth", "login", "-i", "break-glass"]),
    3,
    /a code of arn:aws:iam::123456789012:mfa\/username is needed/,
  );
  const code = await world.aws.totp(MFA_USER.mfaSerial);
  const login = await world.run(["auth", "login", "-i", "break-glass"], { env: { ATMOS_MFA_TOKEN: code } });
  assert.equal(login.code, 0, login.stderr);
  const who = await world.run(["auth", "whoami", "-i", "break-glass", "-o", "json"]);
  assert.equal(
    JSON.parse(who.stdout).principal.startsWith("arn:aws:sts::123456789012:assumed-role/BreakGlass/"),
    true,
  );
  const again = await world.run(["auth", "login", "-i", "break-glass"]);
  assert.equal(again.code, 0, again.stderr);
  assert.equal(world.aws.calls("GetSessionToken"), 1, "the second login asks for no code");
  assert.equal(world.aws.calls("AssumeRole"), 2);
  await world.assertNoLeaks();
});

Deno.test("keys in YAML through !env: used, missed by name, and never mixed with the keyring's", async () => {
  await using world = await userWorld();
  const env = {
    EMERGENCY_AWS_ACCESS_KEY_ID: PLAIN_USER.accessKeyId,
    EMERGENCY_AWS_SECRET_ACCESS_KEY: PLAIN_USER.secretAccessKey,
  };
  const login = await world.run(["auth", "login", "-i", "from-yaml"], { env });
  assert.equal(login.code, 0, login.stderr);
  const half = await world.run(["auth", "login", "-i", "from-yaml"], {
    env: { ...env, EMERGENCY_AWS_SECRET_ACCESS_KEY: undefined },
  });
  assertFailed(half, 2, /EMERGENCY_AWS_SECRET_ACCESS_KEY/);
  const validate = await world.run(["auth", "validate"]);
  assert.equal(validate.code, 0, validate.stdout + validate.stderr);
  assert.match(validate.stdout, /EMERGENCY_AWS_ACCESS_KEY_ID/);
  assertFailed(
    await world.run(["auth", "user", "configure", "-i", "from-yaml"], { env, stdin: keysJson(MFA_USER) }),
    2,
    /atmos.yaml holds the keys/,
  );
  await world.assertNoLeaks();
});

Deno.test("user configure refuses what cannot be keys, and says no word of the secret", async () => {
  await using world = await userWorld();
  const bad: readonly (readonly [string, number, RegExp])[] = [
    ["", 3, /nobody can be asked/],
    ["not json", 2, /it is not JSON/],
    ["{}", 2, /access_key_id/],
    [keysJson(PLAIN_USER, { acess: 1 }), 2, /unknown key "acess"/],
    [keysJson({ ...PLAIN_USER, accessKeyId: "ASIAEMULATORTEMPORAR" }), 2, /temporary credentials/],
    [keysJson({ ...PLAIN_USER, accessKeyId: "short" }), 2, /AKIA and 16/],
    [
      keysJson({ ...PLAIN_USER, secretAccessKey: "with a space, not a real secret" }),
      2,
      /slashes and plus signs/,
    ],
    [keysJson(PLAIN_USER, { mfa_arn: "arn:aws:iam::123456789012:user/username" }), 2, /mfa\/NAME/],
    [keysJson(PLAIN_USER, { session_duration: "36h" }), 2, /12h without MFA/],
    [keysJson(PLAIN_USER, { session_duration: "soon" }), 2, /written like 12h/],
  ];
  for (const [stdin, code, says] of bad) {
    assertFailed(await world.run(["auth", "user", "configure", "-i", "deploy-bot"], { stdin }), code, says);
  }
  const wrong = keysJson({ ...PLAIN_USER, secretAccessKey: "not+the+secret+of+this+key+but+long+enou" });
  assertFailed(
    await world.run(["auth", "user", "configure", "-i", "deploy-bot", "--verify"], { stdin: wrong }),
    4,
    /verify the keys of/,
  );
  assertFailed(
    await world.run(["auth", "user", "configure", "-i", "break-glass"], { stdin: wrong }),
    2,
    /is not an aws\/user/,
  );
  assertFailed(await world.run(["auth", "user", "configure"], { stdin: wrong }), 2, /nobody can be asked/);
  assertFailed(
    await world.run(["auth", "user", "configure", "--identity=off"], { stdin: wrong }),
    2,
    /switched off/,
  );
  assertFailed(
    await world.run(["auth", "login", "-i", "deploy-bot"]),
    2,
    /neither atmos.yaml nor the keyring/,
  );
  await world.assertNoLeaks();
});

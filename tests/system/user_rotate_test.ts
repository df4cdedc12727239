/** Rotating an IAM user's key with the real program, whatever comes between. */
import assert from "node:assert/strict";
import { MFA_USER, PLAIN_USER } from "../emulator/mod.ts";
import { assertFailed } from "./clear.ts";
import { openFileKeyring } from "./keyring.ts";
import { helper, start } from "./program.ts";
import { until } from "./waiting.ts";
import { KEYRING_PASSWORD, type Running, startWorld, type World } from "./world.ts";

const CONFIG = `auth:
  keyring: { type: file }
  identities:
    emergency-user:
      kind: aws/user
      credentials: { region: us-east-1, mfa_arn: "${MFA_USER.mfaSerial}" }
    deploy-bot:
      kind: aws/user
      credentials: { region: us-east-1 }
`;

/** A world in which both users are configured. */
async function configuredWorld(): Promise<World> {
  const world = await startWorld();
  await world.write("atmos.yaml", CONFIG);
  for (
    const [name, { accessKeyId, secretAccessKey }] of [["emergency-user", MFA_USER], [
      "deploy-bot",
      PLAIN_USER,
    ]] as const
  ) {
    const stdin = JSON.stringify({ access_key_id: accessKeyId, secret_access_key: secretAccessKey });
    const ran = await world.run(["auth", "user", "configure", "-i", name], { stdin });
    assert.equal(ran.code, 0, ran.stderr);
  }
  return world;
}

const rotate = (name: string) => ["auth", "user", "rotate", "-i", name];

/** Every key that AWS has of a user, with whether it is active. */
function keysOf({ aws }: World, { arn }: { readonly arn: string }): readonly (readonly [string, boolean])[] {
  return [...aws.state.credentials.values()].filter((key) => key.origin === "iam-user" && key.arn === arn)
    .map(({ accessKeyId, active }) => [accessKeyId, active]);
}

async function assertLogsIn(world: World, name: string): Promise<void> {
  const login = await world.run(["auth", "login", "-i", name]);
  assert.equal(login.code, 0, login.stderr);
}

Deno.test("user rotate proves the new key before it is stored, and only then deactivates the old one", async () => {
  await using world = await configuredWorld();
  const code = await world.aws.totp(MFA_USER.mfaSerial);
  const rotated = await world.run(rotate("emergency-user"), {
    env: { ATMOS_MFA_TOKEN: code },
  });
  assert.equal(rotated.code, 0, rotated.stderr);
  const operations = world.aws.requests().map(({ operation }) => operation);
  const order = [
    "GetSessionToken",
    "ListAccessKeys",
    "CreateAccessKey",
    "GetCallerIdentity",
    "UpdateAccessKey",
  ];
  const places = order.map((operation) => operations.indexOf(operation));
  assert.deepEqual(places, [...places].sort((a, b) => a - b), operations.join(" "));
  assert.equal(world.aws.state.credentials.get(MFA_USER.accessKeyId)?.active, false);
  assert.match(rotated.stderr, new RegExp(`old access key ${MFA_USER.accessKeyId} is deactivated`));
  const refused = await world.run(rotate("emergency-user"));
  assertFailed(refused, 4, /has 2 access keys already/);
  assert.equal(world.aws.calls("CreateAccessKey"), 1);
  await world.assertNoLeaks();
});

Deno.test("user rotate waits until AWS knows the new key", async () => {
  await using world = await configuredWorld();
  world.aws.state.seed.keyPropagation = 2;
  const rotated = await world.run(rotate("deploy-bot"));
  assert.equal(rotated.code, 0, rotated.stderr);
  assert.ok(world.aws.calls("GetCallerIdentity") > 1, "it was proved at once");
  const [old, fresh] = keysOf(world, PLAIN_USER);
  assert.deepEqual(old, [PLAIN_USER.accessKeyId, false]);
  assert.equal(fresh?.[1], true);
  await assertLogsIn(world, "deploy-bot");
  await world.assertNoLeaks();
});

/** Waits until a rotation has tried its new key. */
const untilProved = ({ aws }: World): Promise<void> =>
  until(() => aws.calls("GetCallerIdentity") > 0, () => "the new key was not tried");

for (const signal of ["SIGINT", "SIGKILL"] as const) {
  Deno.test(`user rotate that ${signal} ends leaves the old key in use, and the next one goes on with the new`, async () => {
    await using world = await configuredWorld();
    world.aws.state.seed.keyPropagation = 600;
    const stored = { told: "" };
    const running = world.start(rotate("deploy-bot"), { onStderr: (soFar) => void (stored.told = soFar) });
    await untilProved(world);
    running.kill(signal);
    const { code } = await running.ended;
    assert.equal(code, signal === "SIGINT" ? 130 : 137);
    const made = /Made the access key (\w+);/.exec(stored.told)?.[1];
    assert.deepEqual(keysOf(world, PLAIN_USER), [[PLAIN_USER.accessKeyId, true], [made, true]]);
    await assertLogsIn(world, "deploy-bot");
    const key = world.aws.state.credentials.get(made ?? "");
    assert.ok(key !== undefined);
    delete key.usableFrom;
    const again = await world.run(rotate("deploy-bot"));
    assert.equal(again.code, 0, again.stderr);
    assert.equal(world.aws.calls("CreateAccessKey"), 1);
    assert.deepEqual(keysOf(world, PLAIN_USER), [[PLAIN_USER.accessKeyId, false], [made, true]]);
    await assertLogsIn(world, "deploy-bot");
    await world.assertNoLeaks();
  });
}

Deno.test("user rotate removes a key that it cannot store, and keeps the old one", async () => {
  await using world = await configuredWorld();
  // An older copy of the keyring's file can be read, but is not written to.
  const store = `${world.home}/.local/share/atmos/keyring/default.file.store`;
  const older = await Deno.readTextFile(store);
  assert.equal((await world.run(["auth", "user", "forget", "-i", "emergency-user", "--force"])).code, 0);
  await Deno.writeTextFile(store, older);
  const ran = await world.run(rotate("deploy-bot"));
  assertFailed(ran, 6, /Cannot rotate the keys of "deploy-bot": Cannot write: keyring .* is an older copy/);
  assert.match(ran.stderr, /was deleted again/);
  assert.deepEqual(keysOf(world, PLAIN_USER), [[PLAIN_USER.accessKeyId, true]]);
  assert.equal(await Deno.readTextFile(store), older);
  await assertLogsIn(world, "deploy-bot");
  await world.assertNoLeaks();
});

/** A rotation of `deploy-bot` that has made its key and waits until AWS knows it. */
async function startedRotation(
  world: World,
): Promise<{ readonly running: Running; readonly made: () => string }> {
  world.aws.state.seed.keyPropagation = 600;
  const seen = { told: "" };
  const running = world.start(rotate("deploy-bot"), { onStderr: (soFar) => void (seen.told = soFar) });
  await untilProved(world);
  return { running, made: () => /Made the access key (\w+);/.exec(seen.told)?.[1] ?? "" };
}

/** Lets AWS know the key from now on. */
function makeUsable(world: World, accessKeyId: string): void {
  const key = world.aws.state.credentials.get(accessKeyId);
  assert.ok(key !== undefined);
  delete key.usableFrom;
}

/** Starts a command that waits for a rotation, and comes back when it says so. */
async function waiting(world: World, args: readonly string[], stdin?: string): Promise<Running> {
  const seen = { told: "" };
  const running = world.start(args, {
    ...(stdin === undefined ? {} : { stdin }),
    onStderr: (soFar) => void (seen.told = soFar),
  });
  const ended = { code: undefined as number | undefined };
  running.ended.then(({ code }) => void (ended.code = code));
  await until(() => {
    assert.equal(ended.code, undefined, `it did not wait: ${seen.told}`);
    return /Waiting for (?:process \d+|another process), which is busy with the keys of "deploy-bot"/
      .test(seen.told);
  }, () => `it does not wait: ${seen.told}`);
  return running;
}

Deno.test("user configure during the proof of user rotate waits, and its keys are the ones that are stored", async () => {
  await using world = await configuredWorld();
  const { running, made } = await startedRotation(world);
  const stdin = JSON.stringify({
    access_key_id: MFA_USER.accessKeyId,
    secret_access_key: MFA_USER.secretAccessKey,
  });
  const configuring = await waiting(world, ["auth", "user", "configure", "-i", "deploy-bot"], stdin);
  makeUsable(world, made());
  const [rotated, configured] = await Promise.all([running.ended, configuring.ended]);
  assert.equal(rotated.code, 0, rotated.stderr);
  assert.equal(configured.code, 0, configured.stderr);
  const forgotten = await world.run(["auth", "user", "forget", "-i", "deploy-bot", "--force"]);
  assert.match(forgotten.stderr, new RegExp(`\\(${MFA_USER.accessKeyId}\\)`));
  await world.assertNoLeaks();
});

Deno.test("two user rotate at once are one rotation after the other, and both tell the truth", async () => {
  await using world = await configuredWorld();
  const { running, made } = await startedRotation(world);
  const second = await waiting(world, rotate("deploy-bot"));
  makeUsable(world, made());
  const first = await running.ended;
  assert.equal(first.code, 0, first.stderr);
  assertFailed(await second.ended, 4, /has 2 access keys already/);
  assert.equal(world.aws.calls("CreateAccessKey"), 1);
  assert.deepEqual(keysOf(world, PLAIN_USER), [[PLAIN_USER.accessKeyId, false], [made(), true]]);
  await assertLogsIn(world, "deploy-bot");
});

for (const words of [["user", "forget", "-i", "deploy-bot"], ["logout", "deploy-bot", "--keychain"]]) {
  Deno.test(`${words.slice(0, 2).join(" ")} during user rotate waits, and removes the new key too`, async () => {
    await using world = await configuredWorld();
    const { running, made } = await startedRotation(world);
    const forgetting = await waiting(world, ["auth", ...words, "--force"]);
    makeUsable(world, made());
    const [rotated, forgotten] = await Promise.all([running.ended, forgetting.ended]);
    assert.equal(rotated.code, 0, rotated.stderr);
    assert.equal(forgotten.code, 0, forgotten.stderr);
    assertFailed(await world.run(["auth", "login", "-i", "deploy-bot"]), 2, /user configure/);
    assert.deepEqual(keysOf(world, PLAIN_USER), [[PLAIN_USER.accessKeyId, false], [made(), true]]);
  });
}

Deno.test("user rotate that dies before it deactivates the old key is ended by the next one, which makes no key", async () => {
  await using world = await configuredWorld();
  const [program, ...rest] = helper("crash_program.ts");
  const running = start([program, ...rest, "^UpdateAccessKey$", ...rotate("deploy-bot")], {
    directory: world.home,
    env: world.env,
  });
  assert.equal((await running.ended).code, 137);
  const [old, fresh] = keysOf(world, PLAIN_USER);
  assert.deepEqual([old, fresh?.[1]], [[PLAIN_USER.accessKeyId, true], true]);
  const again = await world.run(rotate("deploy-bot"));
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stderr, new RegExp(`old access key ${PLAIN_USER.accessKeyId} is deactivated`));
  assert.equal(world.aws.calls("CreateAccessKey"), 1);
  assert.deepEqual(keysOf(world, PLAIN_USER), [[PLAIN_USER.accessKeyId, false], fresh]);
  await assertLogsIn(world, "deploy-bot");
  await world.assertNoLeaks();
});

Deno.test("user rotate leaves what a program without our lock stored meanwhile, and deletes its new key", async () => {
  await using world = await configuredWorld();
  const { running, made } = await startedRotation(world);
  const keyring = await openFileKeyring(world.home, KEYRING_PASSWORD);
  const key = { purpose: "user-keys", name: "deploy-bot" } as const;
  const theirs = (await keyring.get({ purpose: "user-keys", name: "emergency-user" })) ?? "";
  await keyring.set(key, theirs);
  makeUsable(world, made());
  const rotated = await running.ended;
  assertFailed(rotated, 1, /another program changed the stored keys of "deploy-bot"/);
  assert.match(rotated.stderr, /was deleted again/);
  assert.equal(await keyring.get(key), theirs);
  assert.deepEqual(keysOf(world, PLAIN_USER), [[PLAIN_USER.accessKeyId, true]]);
});

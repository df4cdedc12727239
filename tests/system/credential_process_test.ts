/**
 * `credential-process`: what an SDK reads, and the one line that a person finds when there is nothing to read.
 */
import assert from "node:assert/strict";
import { formatInstant } from "../../lib/time.ts";
import { endPortalSession, endSessionIn } from "./sessions.ts";
import { chainedConfig, loggedInWorld, type Ran, startWorld, type World } from "./world.ts";

const WORDS = ["auth", "credential-process"];

const ask = (world: World, ...more: readonly string[]): Promise<Ran> =>
  world.run([...WORDS, ...more], { printsSecrets: true });

function keysIn(ran: Ran) {
  assert.deepEqual([ran.code, ran.stderr], [0, ""]);
  return JSON.parse(ran.stdout);
}

/** Exit 3, nothing for the SDK, and exactly one line. */
function assertOneLine(ran: Ran, code: number, says: RegExp): void {
  assert.deepEqual([ran.code, ran.stdout], [code, ""], ran.stderr);
  assert.match(ran.stderr, /^Error: [^\n]+\n$/);
  assert.match(ran.stderr, says);
}

async function withoutPerson(): Promise<World> {
  const world = await loggedInWorld();
  for (const section of ["base-admin", "prod-admin"]) await endSessionIn(world, section, -10);
  await endPortalSession(world);
  world.aws.fault({ operation: "*", effect: { kind: "revoke-refresh-tokens" } });
  return world;
}

Deno.test("`credential-process` prints the session in the form of AWS's SDKs", async () => {
  await using world = await loggedInWorld();
  const keys = keysIn(await ask(world));
  const session = [...world.aws.state.credentials.values()].at(-1);
  assert.deepEqual(keys, {
    Version: 1,
    AccessKeyId: session?.accessKeyId,
    SecretAccessKey: session?.secretAccessKey,
    SessionToken: session?.sessionToken,
    Expiration: formatInstant(session?.expiresAt ?? 0),
    AccountId: "999999999999",
  });
  await world.assertNoLeaks();
});

Deno.test("twenty SDKs that ask at once after the session's end cause one refresh", async () => {
  await using world = await loggedInWorld();
  for (const section of ["base-admin", "prod-admin"]) await endSessionIn(world, section, -10);
  await endPortalSession(world);
  const count = () => ["CreateToken", "GetRoleCredentials", "AssumeRole"].map((name) => tally(world, name));
  const before = count();
  const runs = await Promise.all(Array.from({ length: 20 }, () => ask(world)));
  assert.equal(new Set(runs.map((ran) => keysIn(ran).AccessKeyId)).size, 1);
  assert.deepEqual(count(), before.map((calls) => calls + 1));
  await world.assertNoLeaks();
});

const tally = ({ aws }: World, name: string): number =>
  aws.requests().filter(({ operation }) => operation === name).length;

Deno.test("a person who is needed is exit 3 with one line, even at a terminal", async () => {
  await using world = await withoutPerson();
  assertOneLine(await ask(world), 3, /nobody can be asked here\. Run `atmos auth login`/);
  assertOneLine(await ask(world, "--force-tty"), 3, /nobody can be asked here/);
  assert.equal(world.aws.calls("StartDeviceAuthorization"), 1);
  const runs = await Promise.all(Array.from({ length: 4 }, () => ask(world)));
  for (const ran of runs) assertOneLine(ran, 3, /nobody can be asked here/);
  await world.assertNoLeaks();
});

Deno.test("a session that still lasts is printed where a new one takes a person, with one warning", async () => {
  await using world = await withoutPerson();
  await endSessionIn(world, "prod-admin", 120);
  const ran = await ask(world);
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(JSON.parse(ran.stdout).AccessKeyId, /^ASIA/);
  assert.match(ran.stderr, /^Warning: Could not renew the session of "prod-admin", using the one [^\n]+\n$/);
});

Deno.test("authentication that is off, or words that cannot be read, are exit 2 with one line", async () => {
  await using world = await loggedInWorld();
  for (const off of ["false", "0", "No", "OFF"]) {
    assertOneLine(await ask(world, `--identity=${off}`), 2, /authentication is disabled by --identity=/);
  }
  const variable = await world.run(WORDS, { env: { ATMOS_IDENTITY: "off" } });
  assertOneLine(variable, 2, /authentication is disabled by ATMOS_IDENTITY=off/);
  assertOneLine(await ask(world, "--identity", "nobody"), 2, /nobody/);
  assertOneLine(await ask(world, "--idenity=x"), 2, /--idenity/);
  assertOneLine(await ask(world, "--chain=x"), 2, /--chain/);
  assertOneLine(await ask(world, "--config", "none.yaml"), 2, /none\.yaml/);
  assertOneLine(await ask(world, "--identity"), 2, /nobody can be asked/);
});

Deno.test("AWS away is exit 5, a wrong password of the keyring exit 6, each with one line", async () => {
  await using world = await loggedInWorld();
  for (const section of ["base-admin", "prod-admin"]) await endSessionIn(world, section, -10);
  const wrong = { env: { ATMOS_KEYRING_PASSWORD: "not-a-real-wrong-password" } };
  assertOneLine(await world.run(WORDS, wrong), 6, /is wrong/);
  await world.aws.close();
  assertOneLine(await ask(world), 5, /127\.0\.0\.1/);
});

Deno.test("without a configuration, or with nobody to choose, `credential-process` is exit 2 with one line", async () => {
  await using world = await startWorld();
  assertOneLine(await ask(world), 2, /no atmos\.yaml/);
  await world.write(
    "atmos.yaml",
    chainedConfig(world.aws.startUrl).replace("      default: true\n", ""),
  );
  assertOneLine(await ask(world), 2, /nobody can be asked/);
});

Deno.test("--chain prints a session that somebody else renews while it lasts, and makes one after that", async () => {
  await using world = await loggedInWorld();
  const digest = /chain=([0-9a-f]{64}) mac=\S+\n\[prod-admin\]/.exec(
    await world.read(".config/atmos/aws/my-sso/credentials"),
  )?.[1];
  const { AccessKeyId: kept } = keysIn(await ask(world));
  await endSessionIn(world, "prod-admin", 60);
  const calls = world.aws.requests().length;
  assert.equal(keysIn(await ask(world, `--chain=${digest}`)).AccessKeyId, kept);
  assert.equal(world.aws.requests().length, calls);
  await endSessionIn(world, "prod-admin", -10);
  assert.notEqual(keysIn(await ask(world, `--chain=${digest}`)).AccessKeyId, kept);
  assert.equal(world.aws.calls("AssumeRole"), 2);
});

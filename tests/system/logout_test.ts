/**
 * `logout` on a real disk, with a real keyring and a portal that is told.
 */
import assert from "node:assert/strict";
import { PLAIN_USER } from "../emulator/mod.ts";
import { assertFailed } from "./clear.ts";
import { CREDENTIALS, KEYRING, sectionsOf, snapshot } from "./sessions.ts";
import { until } from "./waiting.ts";
import { chainedConfig, loggedInWorld, logIn, startWorld, succeeds, type World } from "./world.ts";

const USERS = `    deploy-bot: { kind: aws/user, credentials: { region: us-east-1 } }
    deployer:
      kind: aws/assume-role
      via: { identity: deploy-bot }
      principal: { assume_role: "arn:aws:iam::123456789012:role/Deployer" }
`;
const KEYS = JSON.stringify({
  access_key_id: PLAIN_USER.accessKeyId,
  secret_access_key: PLAIN_USER.secretAccessKey,
});
/** Stands in for a browser that keeps something in its profile. */
const BROWSER = '#!/bin/sh\nmkdir -p "${1#*=}/Default"\necho cookie > "${1#*=}/Default/Cookies"\n';

/** The keyring's own files, the session key and the locks stay. */
const isKept = (path: string) =>
  /^\/\.local\/(?:share|state)\/atmos\/keyring\//.test(path) ||
  /^\/\.local\/state\/atmos\/(?:locks\/[0-9a-f]+\.lock|session-key)$/.test(path);

/** Every file below the home with its content. */
async function filesOf({ home }: World): Promise<Readonly<Record<string, string>>> {
  const all = Object.entries(await snapshot(home));
  return Object.fromEntries(all.filter(([path, content]) => content !== "directory" && !isKept(path)));
}

Deno.test("after `logout --all --keychain` every file is as it was before the first login, but for the keyring's own, the session key and the locks", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", chainedConfig(world.aws.startUrl, USERS));
  await world.write("bin/google-chrome-stable", BROWSER);
  await Deno.chmod(`${world.home}/bin/google-chrome-stable`, 0o755);
  const before = await filesOf(world);
  const isNew = (path: string) => !(path in before);
  await logIn(world);
  await succeeds(world, ["auth", "user", "configure", "--identity", "deploy-bot"], { stdin: KEYS });
  await succeeds(world, ["auth", "login", "--identity", "deployer"]);
  await succeeds(world, ["auth", "env"], { printsSecrets: true });
  const env = { DISPLAY: ":0", PATH: `${world.home}/bin:${world.env["PATH"]}` };
  await succeeds(world, ["auth", "console", "--isolated"], { env });
  await until(
    async () => Object.keys(await filesOf(world)).some((path) => path.endsWith("/Default/Cookies")),
    () => "the browser writes no cookies",
  );
  // What a compiled program recalls is kept as well; from source nothing is.
  const between = Object.keys(await filesOf(world))
    .filter((path) => isNew(path) && !path.startsWith("/.local/state/atmos/recall/"))
    .map((path) => path.replace(/-[0-9a-f]{16}\//, "/"));
  assert.deepEqual(between.sort(), [
    "/.config/atmos/aws/aws-user/config",
    "/.config/atmos/aws/aws-user/credentials",
    "/.config/atmos/aws/my-sso/config",
    "/.config/atmos/aws/my-sso/credentials",
    "/.local/share/atmos/console/prod-admin/Default/Cookies",
    "/.local/share/atmos/console/prod-admin/First Run",
  ]);
  const full = await snapshot(world.home);
  await succeeds(world, ["auth", "logout", "--all", "--keychain", "--dry-run"]);
  assert.deepEqual(await snapshot(world.home), full);
  assert.equal(world.aws.calls("Logout"), 0);
  const { stdout } = await succeeds(world, ["auth", "logout", "--all", "--keychain", "--force"]);
  assert.equal(stdout, "");
  assert.deepEqual(await filesOf(world), before);
  assert.equal(world.aws.calls("Logout"), 1);
  // Nothing of it is left in the keyring either.
  assertFailed(await world.run(["auth", "login"]), 3, /nobody can be asked/);
  assertFailed(await world.run(["auth", "login", "--identity", "deploy-bot"]), 2, /user configure/);
  await world.assertNoLeaks();
});

Deno.test("`logout NAME` leaves the other identities and the login; a second time is fine", async () => {
  await using world = await loggedInWorld();
  await succeeds(world, ["auth", "logout", "prod-admin"]);
  assert.deepEqual(await sectionsOf(world), ["base-admin"]);
  const again = await succeeds(world, ["auth", "logout", "prod-admin"]);
  assert.match(again.stderr, /nothing to remove/);
  await succeeds(world, ["auth", "login"]);
  assert.deepEqual(await sectionsOf(world), ["base-admin", "prod-admin"]);
  assert.deepEqual([world.aws.calls("StartDeviceAuthorization"), world.aws.calls("Logout")], [1, 0]);
  await world.assertNoLeaks();
});

Deno.test("`logout --provider` ends the portal's session, so that a copy of its token is worth nothing", async () => {
  await using world = await loggedInWorld();
  const keyring = await Deno.readFile(`${world.home}/${KEYRING}`);
  await succeeds(world, ["auth", "logout", "--provider", "my-sso"]);
  assert.equal(await Deno.stat(`${world.home}/${CREDENTIALS}`).catch(() => "absent"), "absent");
  // Somebody put the keyring back, the newest copy it ever saw included.
  await Deno.remove(`${world.home}/.local/state/atmos/keyring`, { recursive: true });
  await Deno.writeFile(`${world.home}/${KEYRING}`, keyring);
  const ran = await world.run(["auth", "whoami"]);
  assert.equal(ran.code, 3, ran.stderr + ran.stdout);
  await world.assertNoLeaks();
});

Deno.test("`logout` without a portal to reach removes everything here and warns", async () => {
  await using world = await loggedInWorld();
  const ran = await succeeds(world, ["auth", "logout", "--all"], {
    env: { AWS_ENDPOINT_URL_SSO: "http://127.0.0.1:1" },
  });
  assert.match(ran.stderr, /Logged out of everything/);
  await world.assertNoLeaks();
});

Deno.test("`logout` with nothing named and nobody to ask is exit 2 and lists what it can be", async () => {
  await using world = await loggedInWorld();
  const before = await snapshot(world.home);
  assertFailed(await world.run(["auth", "logout"]), 2, /base-admin, prod-admin/);
  assert.deepEqual(await snapshot(world.home), before);
});

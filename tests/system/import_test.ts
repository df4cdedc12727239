/** `atmos auth import` and the identities that a login finds, by the real program against an AWS on loopback. */
import assert from "node:assert/strict";
import { chainedConfig, logIn, startWorld, type World } from "./world.ts";

/** What the AWS CLI would have: a session, a profile, a chain behind it, and a user's. */
const awsConfig = (world: World) =>
  `[default]
region = us-east-1

[sso-session corp]
sso_start_url = ${world.aws.startUrl}
sso_region = us-east-1

[profile core]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = AdminAccess

[profile prod]
role_arn = arn:aws:iam::999999999999:role/ProductionAdmin
source_profile = core
role_session_name = first-light

[profile bot-role]
role_arn = arn:aws:iam::123456789012:role/Deploy
source_profile = bot
`;

/** Every file below a directory with its text, kind and mode. */
async function snapshot(directory: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}/${entry.name}`;
    const { mode, mtime } = await Deno.lstat(path);
    found[path] = `${mode} ${mtime?.getTime()} ${entry.isFile ? await Deno.readTextFile(path) : ""}`;
  }
  return found;
}

/** Whoever opened this for reading would wait forever. */
async function makePipe(path: string): Promise<void> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert.ok(success);
}

Deno.test("a person's AWS profiles become identities that log in, and nothing of theirs is touched or opened", async () => {
  await using world = await startWorld();
  await world.write(".aws/config", awsConfig(world));
  await makePipe(`${world.home}/.aws/credentials`);
  const before = await snapshot(`${world.home}/.aws`);

  const printed = await world.run(["auth", "import"]);
  assert.equal(printed.code, 0, printed.stderr);
  assert.match(printed.stdout, /^auth:\n {4}providers:\n {8}corp:\n/);
  assert.match(printed.stderr, /Not opened {2}~\/\.aws\/credentials/);
  assert.match(printed.stderr, /atmos auth user configure --identity bot\n/);

  await world.write("atmos.yaml", "# ours\nauth:\n    keyring:   { type: file }   # sealed\n");
  await Deno.chmod(`${world.home}/atmos.yaml`, 0o640);
  const written = await world.run(["auth", "import", "--write"]);
  assert.deepEqual([written.code, written.stdout], [0, ""], written.stderr);
  const text = await world.read("atmos.yaml");
  assert.equal(
    text,
    `# ours\nauth:\n    keyring:   { type: file }   # sealed\n${printed.stdout.replace("auth:\n", "")}`,
  );
  assert.equal(((await Deno.stat(`${world.home}/atmos.yaml`)).mode ?? 0) & 0o777, 0o640);

  const valid = await world.run(["auth", "validate", "--strict"]);
  assert.equal(valid.code, 0, valid.stdout);
  await logIn(world, ["--identity", "prod"]);
  const { stdout } = await world.run([
    "auth",
    "whoami",
    "--identity",
    "prod",
    "--verify",
    "--format",
    "json",
  ]);
  assert.equal(
    JSON.parse(stdout).principal,
    "arn:aws:sts::999999999999:assumed-role/ProductionAdmin/first-light",
  );
  assert.deepEqual(await snapshot(`${world.home}/.aws`), before);
  await world.assertNoLeaks();
});

Deno.test("import writes the same file at a second run, and refuses what would not load, a link and ~/.aws", async () => {
  await using world = await startWorld();
  await world.write(".aws/config", awsConfig(world));
  assert.equal((await world.run(["auth", "import", "--write"])).code, 0);
  const text = await world.read("atmos.yaml");
  const again = await world.run(["auth", "import", "--write"]);
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stderr, /Added +nothing\n/);
  assert.equal(await world.read("atmos.yaml"), text);

  // The same file by another name.
  await Deno.mkdir(`${world.home}/linked`);
  await world.write("real.yaml", "auth: {}\n");
  await Deno.symlink(`${world.home}/real.yaml`, `${world.home}/linked/atmos.yaml`);
  const linked = await world.run(["auth", "import", "--write"], { directory: `${world.home}/linked` });
  assert.notEqual(linked.code, 0);
  assert.match(linked.stderr, /symbolic link/);
  assert.equal(await world.read("real.yaml"), "auth: {}\n");

  await world.write(".aws/atmos.yaml", "auth: {}\n");
  const foreign = await world.run(["auth", "import", "--write", "--config", `${world.home}/.aws/atmos.yaml`]);
  assert.equal(foreign.code, 2, foreign.stderr);
  assert.equal(await world.read(".aws/atmos.yaml"), "auth: {}\n");

  await world.write("broken/atmos.yaml", "auth: *nothing\n");
  const broken = await world.run(["auth", "import", "--write"], { directory: `${world.home}/broken` });
  assert.equal(broken.code, 2, broken.stderr);
  assert.equal(await world.read("broken/atmos.yaml"), "auth: *nothing\n");
});

Deno.test("what a portal offers is written once, each role under one name", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", chainedConfig(world.aws.startUrl));
  await logIn(world);
  const found = await world.run(["auth", "import", "--discover", "--write", "--format", "json"]);
  assert.equal(found.code, 0, found.stderr);
  const names = Object.keys(JSON.parse(found.stdout).auth.identities);
  assert.ok(names.includes("sandbox-444455556666/AdminAccess"), found.stdout);
  assert.ok(!names.includes("core-identity/AdminAccess"), "base-admin is that already");
  const listed = await world.run(["auth", "list", "accounts", "--format", "json"]);
  const accounts: { roles: { identities: string[] }[] }[] = JSON.parse(listed.stdout).accounts;
  for (const { identities } of accounts.flatMap(({ roles }) => roles)) assert.equal(identities.length, 1);
  const again = await world.run(["auth", "import", "--discover", "--write", "--format", "json"]);
  assert.equal(again.stdout, '{\n  "auth": {}\n}\n');
  await world.assertNoLeaks();
});

const provisioning = (world: World) =>
  `auth:
  keyring: { type: file }
  providers:
    my-sso:
      kind: aws/iam-identity-center
      region: us-east-1
      start_url: "${world.aws.startUrl}"
      auto_provision_identities: true
`;

async function namesIn(directory: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name);
}

/** Names of the identities of the configuration in a directory. */
async function identitiesIn(world: World, directory = world.home, env = {}): Promise<readonly string[]> {
  const { code, stdout, stderr } = await world.run(["auth", "list", "--identities", "--format", "json"], {
    directory,
    env,
  });
  assert.equal(code, 0, stderr);
  return Object.keys(JSON.parse(stdout).identities ?? {});
}

Deno.test("a login finds identities for every later command, of this portal and realm alone, until the logout", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", provisioning(world));
  assert.deepEqual(await identitiesIn(world), []);
  await logIn(world, ["--provider", "my-sso"]);
  const found = await identitiesIn(world);
  assert.equal(found.length, 9);
  const who = await world.run(["auth", "whoami", "--identity", "development/adminaccess", "--verify"]);
  assert.equal(who.code, 0, who.stderr);
  assert.match(who.stdout, /arn:aws:sts::123456789012:assumed-role\/AWSReservedSSO_AdminAccess_/);

  // The same portal elsewhere is the same; another realm, name or portal is not.
  const elsewhere = `${world.home}/elsewhere`;
  await world.write("elsewhere/atmos.yaml", provisioning(world));
  assert.deepEqual(await identitiesIn(world, elsewhere), found);
  assert.deepEqual(await identitiesIn(world, elsewhere, { ATMOS_AUTH_REALM: "other" }), []);
  await world.write("elsewhere/atmos.yaml", provisioning(world).replace("my-sso", "your-sso"));
  assert.deepEqual(await identitiesIn(world, elsewhere), []);
  await world.write(
    "elsewhere/atmos.yaml",
    provisioning(world).replace(world.aws.startUrl, "https://x.awsapps.com/start"),
  );
  assert.deepEqual(await identitiesIn(world, elsewhere), []);

  // A file that somebody else wrote into names nothing else.
  const directory = `${world.home}/.cache/atmos/auth`;
  const [name] = await namesIn(directory);
  const path = `${directory}/${name}/provisioned-identities.yaml`;
  assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
  await Deno.writeTextFile(
    path,
    `auth: { identities: { evil: { kind: aws/user } }, logs: { level: Trace } }\n`,
  );
  assert.deepEqual(await identitiesIn(world), []);
  await logIn(world, ["--provider", "my-sso"]);
  assert.deepEqual(await identitiesIn(world), found);

  const out = await world.run(["auth", "logout", "--provider", "my-sso"]);
  assert.equal(out.code, 0, out.stderr);
  assert.deepEqual(await identitiesIn(world), []);
  assert.deepEqual(await namesIn(directory), []);
  await world.assertNoLeaks();
});

Deno.test("`login --all` starts with nothing but a portal, and one that cannot be listed is a warning", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", provisioning(world));
  world.aws.fault({
    operation: "ListAccountRoles",
    times: 99,
    effect: { kind: "status", status: 403, code: "ForbiddenException" },
  });
  const failed = await logIn(world, ["--all"]);
  assert.match(
    failed.stderr,
    /Warning: The identities of "my-sso" were not looked for anew: Cannot list the roles/,
  );
  assert.deepEqual(await identitiesIn(world), []);
});

Deno.test("a login that finds identities, and its logout, run with exactly the grants that `permissions` prints", async () => {
  await using world = await startWorld();
  const base = `  identities:
    base:
      kind: aws/permission-set
      default: true
      via: { provider: my-sso }
      principal: { name: AdminAccess, account: { name: core-identity } }
`;
  await world.write("atmos.yaml", provisioning(world) + base);
  for (const words of [["login", "--device-code"], ["list"], ["logout", "--provider", "my-sso"]]) {
    const printed = await world.run(["auth", "permissions", words[0] ?? ""]);
    const grants = printed.stdout.trim().split("\n");
    const ran = await world.run(["auth", ...words], { grants, approve: words[0] === "login" });
    assert.equal(ran.code, 0, ran.stderr);
    assert.doesNotMatch(ran.stderr, /Warning|withholds/);
  }
});

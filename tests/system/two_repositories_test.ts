/**
 * Two repositories whose names are the same and whose accounts are not, on one machine.
 */
import assert from "node:assert/strict";
import { helper } from "./program.ts";
import { endSessionIn, sectionsOf } from "./sessions.ts";
import { logIn, startWorld, type World } from "./world.ts";

const CHILD = helper("exec_child.ts");
const CALLER = new URL("../../scripts/caller_identity.ts", import.meta.url).pathname;
const CALL = [Deno.execPath(), "run", "-q", "--cached-only", "--allow-all", CALLER];

/** The same names everywhere; the account alone is the repository's own. */
function config(startUrl: string, account: string, extra = ""): string {
  return `auth:
  keyring: { type: file }
${extra}  providers:
    my-sso: { kind: aws/iam-identity-center, region: us-east-1, start_url: "${startUrl}" }
  identities:
    dev:
      kind: aws/permission-set
      via: { provider: my-sso }
      principal: { name: AdminAccess, account: { id: "${account}" } }
`;
}

const ACCOUNTS = { left: "111122223333", right: "123456789012" } as const;
type Side = keyof typeof ACCOUNTS;

/** Two repositories, both logged in; the portal is asked once. */
async function twoRepositories(
  extra: Readonly<Record<Side, string>> = { left: "", right: "" },
): Promise<World> {
  const world = await startWorld();
  for (const side of ["left", "right"] as const) {
    await world.write(`${side}/.git/HEAD`, "ref: refs/heads/main\n");
    await world.write(`${side}/atmos.yaml`, config(world.aws.startUrl, ACCOUNTS[side], extra[side]));
  }
  await logIn(world, [], { directory: `${world.home}/left` });
  const second = await world.run(["auth", "login"], { directory: `${world.home}/right` });
  assert.equal(second.code, 0, second.stderr);
  return world;
}

async function accountOf(world: World, side: Side): Promise<string> {
  const ran = await world.run(["auth", "exec", "--", ...CALL], { directory: `${world.home}/${side}` });
  assert.equal(ran.code, 0, ran.stderr);
  return JSON.parse(ran.stdout).Account;
}

async function childOf(world: World, side: Side): Promise<Readonly<Record<string, string>>> {
  const ran = await world.run(["auth", "exec", "--", ...CHILD], { directory: `${world.home}/${side}` });
  assert.equal(ran.code, 0, ran.stderr);
  return JSON.parse(ran.stdout).environment;
}

Deno.test("equal names in two repositories: each acts in its own account, and both sessions stay usable", async () => {
  await using world = await twoRepositories();
  assert.deepEqual([world.aws.calls("StartDeviceAuthorization"), world.aws.calls("GetRoleCredentials")], [
    1,
    2,
  ]);
  const sections = await sectionsOf(world);
  assert.equal(sections.length, 2);
  assert.match(sections.join(" "), /^dev dev@[0-9a-f]{8}$/);
  for (const side of ["left", "right", "left", "right"] as const) {
    assert.equal(await accountOf(world, side), ACCOUNTS[side]);
  }
  assert.equal((await childOf(world, "left"))["AWS_PROFILE"], "dev");
  assert.equal((await childOf(world, "right"))["AWS_PROFILE"], sections[1]);
  // What was used was what was stored: nothing has been made since the logins.
  assert.equal(world.aws.calls("GetRoleCredentials"), 2);
  await world.assertNoLeaks();
});

Deno.test("when one repository's session ends the other's is not taken for it, and each renews its own", async () => {
  await using world = await twoRepositories();
  const [, other = ""] = await sectionsOf(world);
  await endSessionIn(world, other, -10);
  assert.equal(await accountOf(world, "right"), ACCOUNTS.right);
  assert.equal(world.aws.calls("GetRoleCredentials"), 3);
  await endSessionIn(world, "dev", -10);
  assert.equal(await accountOf(world, "left"), ACCOUNTS.left);
  assert.equal(await accountOf(world, "right"), ACCOUNTS.right);
  assert.equal(world.aws.calls("GetRoleCredentials"), 4);
  assert.deepEqual(await sectionsOf(world), ["dev", other]);
});

Deno.test("a repository whose account changed never acts in the old one", async () => {
  await using world = await twoRepositories();
  await world.write("left/atmos.yaml", config(world.aws.startUrl, "999999999999"));
  assert.equal(await accountOf(world, "left"), "999999999999");
  assert.equal(await accountOf(world, "right"), ACCOUNTS.right);
});

Deno.test("a realm keeps a repository's files and keyring apart", async () => {
  await using world = await startWorld();
  const realms = { left: "  realm: customer-a\n", right: "  realm: customer-b\n" };
  for (const side of ["left", "right"] as const) {
    await world.write(`${side}/atmos.yaml`, config(world.aws.startUrl, ACCOUNTS[side], realms[side]));
    await logIn(world, [], { directory: `${world.home}/${side}` });
    assert.equal(await accountOf(world, side), ACCOUNTS[side]);
  }
  // A portal's session of one realm is not the other's: there were two logins.
  assert.equal(world.aws.calls("StartDeviceAuthorization"), 2);
  for (const realm of ["customer-a", "customer-b"]) {
    assert.deepEqual(await sectionsOf(world, `.config/atmos/${realm}/aws/my-sso/credentials`), ["dev"]);
    assert.ok((await Deno.stat(`${world.home}/.local/share/atmos/keyring/${realm}.file.store`)).isFile);
  }
  await world.assertNoLeaks();
});

Deno.test("a section that somebody else wrote is neither used nor changed", async () => {
  await using world = await startWorld();
  const foreign =
    "[dev]\naws_access_key_id = AKIASOMEBODYELSES222\naws_secret_access_key = not-a-real-secret-of-theirs\n";
  await world.write(".config/atmos/aws/my-sso/credentials", foreign);
  await world.write("left/atmos.yaml", config(world.aws.startUrl, ACCOUNTS.left));
  await logIn(world, [], { directory: `${world.home}/left` });
  assert.equal(await accountOf(world, "left"), ACCOUNTS.left);
  const after = await world.read(".config/atmos/aws/my-sso/credentials");
  assert.ok(after.includes(foreign), after);
  assert.match((await sectionsOf(world)).join(" "), /^dev dev@[0-9a-f]{8}$/);
});

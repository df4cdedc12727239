/** The commands for a file keyring itself: another password, and an older copy of its file. */
import assert from "node:assert/strict";
import { PLAIN_USER } from "../emulator/mod.ts";
import { assertFailed } from "./clear.ts";
import { isInstalled, testIf } from "./program.ts";
import { openTerminal } from "./tmux.ts";
import { KEYRING_PASSWORD, type Ran, startWorld, type World } from "./world.ts";

const NEW_PASSWORD = "another-made-up-password";

async function keyringWorld(): Promise<World> {
  const world = await startWorld();
  await world.write(
    "atmos.yaml",
    `auth:
  keyring: { type: file }
  identities:
    deploy-bot: { kind: aws/user, credentials: { region: us-east-1 } }
    second-bot: { kind: aws/user, credentials: { region: us-east-1 } }
`,
  );
  world.guard("new keyring password", NEW_PASSWORD);
  for (const name of ["deploy-bot", "second-bot"]) assert.equal((await configure(world, name)).code, 0);
  return world;
}

function configure(world: World, name: string, env: Record<string, string> = {}): Promise<Ran> {
  const { accessKeyId: access_key_id, secretAccessKey: secret_access_key } = PLAIN_USER;
  const stdin = JSON.stringify({ access_key_id, secret_access_key });
  return world.run(["auth", "user", "configure", "-i", name], { stdin, env });
}

const storeOf = ({ home }: World) => `${home}/.local/share/atmos/keyring/default.file.store`;

testIf(
  await isInstalled("tmux"),
  "no tmux",
  "keyring passwd at a terminal: the old password opens nothing afterwards, the new one everything",
  async () => {
    await using world = await keyringWorld();
    const env = Object.fromEntries(
      Object.entries(world.env).filter(([name]) => name !== "ATMOS_KEYRING_PASSWORD"),
    );
    await using terminal = await openTerminal({ directory: world.home, env });
    await terminal.enter(`${world.program.join(" ")} auth keyring passwd`);
    for (
      const [question, password] of [
        ["? Password:", "not-the-password"],
        ["the password is wrong", KEYRING_PASSWORD],
        ["? New password:", "short"],
        ["fewer than 8 characters", NEW_PASSWORD],
        ["? The same password again:", NEW_PASSWORD],
      ] as const
    ) {
      await terminal.shows(question);
      await terminal.type(password);
      await terminal.press("Enter");
    }
    await terminal.shows("The keyring has a new password");
    assert.equal(await terminal.done(), 0);
    world.watch("the terminal", await terminal.history());

    const old = await world.run(["auth", "login", "-i", "deploy-bot"]);
    assertFailed(old, 6, /the password in ATMOS_KEYRING_PASSWORD is wrong/);
    for (const name of ["deploy-bot", "second-bot"]) {
      const login = await world.run(["auth", "login", "-i", name], {
        env: { ATMOS_KEYRING_PASSWORD: NEW_PASSWORD },
      });
      assert.equal(login.code, 0, login.stderr);
    }
    await world.assertNoLeaks();
  },
);

Deno.test("keyring passwd without a terminal changes nothing", async () => {
  await using world = await keyringWorld();
  const before = await Deno.readTextFile(storeOf(world));
  assertFailed(await world.run(["auth", "keyring", "passwd"]), 3, /nobody can be asked/);
  assert.equal(await Deno.readTextFile(storeOf(world)), before);
  const login = await world.run(["auth", "login", "-i", "deploy-bot"]);
  assert.equal(login.code, 0, login.stderr);
  await world.assertNoLeaks();
});

Deno.test("keyring accept-rollback lets an older copy be written to again, with what it held", async () => {
  await using world = await keyringWorld();
  const older = await Deno.readTextFile(storeOf(world));
  assert.equal((await world.run(["auth", "user", "forget", "-i", "second-bot", "--force"])).code, 0);
  await Deno.writeTextFile(storeOf(world), older);
  const refused = await configure(world, "deploy-bot");
  assert.equal(refused.code, 6, refused.stderr);
  assert.match(refused.stderr, /run: atmos auth keyring accept-rollback/);
  assert.equal(await Deno.readTextFile(storeOf(world)), older);
  const accepted = await world.run(["auth", "keyring", "accept-rollback"]);
  assert.deepEqual([accepted.code, accepted.stderr], [0, "Going on from generation 2\n"]);
  assert.equal((await configure(world, "deploy-bot")).code, 0);
  for (const name of ["deploy-bot", "second-bot"]) {
    const login = await world.run(["auth", "login", "-i", name]);
    assert.deepEqual([login.code, /Warning/.test(login.stderr)], [0, false], login.stderr);
  }
  await world.assertNoLeaks();
});

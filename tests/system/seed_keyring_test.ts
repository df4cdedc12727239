/** Where the manual says that credentials rest, by which password, and until when. */
import assert from "node:assert/strict";
import { PLAIN_USER } from "../emulator/mod.ts";
import { baseText, blockText, commandLines } from "../seed/blocks.ts";
import { assertFailed } from "./clear.ts";
import { testIf } from "./program.ts";
import { missingPrograms, startSession } from "./secret_service.ts";
import { emergencyKeys, hasTmux, NO_TMUX, type Project, startProject } from "./seed_project.ts";
import { CREDENTIALS, endSessionIn, KEYRING, snapshot } from "./sessions.ts";
import { KEYRING_PASSWORD } from "./world.ts";

const ASKED = { ATMOS_KEYRING_TYPE: undefined };
const noSecretService = await missingPrograms("dbus-daemon", "gnome-keyring-daemon", "secret-tool");

const keyringFiles = async ({ world }: Project): Promise<readonly string[]> =>
  Object.keys(await snapshot(world.home)).filter((path) => path.endsWith(".store"));

testIf(
  noSecretService.length === 0,
  `not installed: ${noSecretService.join(", ")}`,
  "System Keyring: on Linux the Secret Service holds what opens the credentials, asked for or by default",
  async () => {
    await using session = await startSession();
    await session.startKeyring();
    const env = {
      ...ASKED,
      ATMOS_KEYRING_PASSWORD: undefined,
      DBUS_SESSION_BUS_ADDRESS: session.env["DBUS_SESSION_BUS_ADDRESS"],
    };
    for (const layers of [[baseText("project"), blockText(441)], [baseText("project")]]) {
      await using project = await startProject(...layers);
      const login = await project.sh("atmos auth login", { env });
      assert.equal(login.code, 0, login.stderr);
      assert.deepEqual(await keyringFiles(project), ["/.local/share/atmos/keyring/default.system.store"]);
      assert.equal((await project.sh("atmos auth whoami", { env })).code, 0);
      assert.match(await session.secretTool(["search", "--all", "service", "atmos-auth"]), /secret = \S+/);
      await project.sh("atmos auth logout --all --force", { env });
      await project.world.assertNoLeaks();
    }
  },
);

Deno.test("System Keyring: where there is none nothing else is used in its place", async () => {
  await using project = await startProject(baseText("project"), blockText(441));
  assertFailed(await project.sh("atmos auth login --device-code", { env: ASKED }), 6, /keyring/);
  assert.deepEqual(await keyringFiles(project), []);
});

Deno.test("File Keyring: in the directory of `spec.path`, sealed by the password of `password_env`", async () => {
  await using project = await startProject(baseText("project"), blockText(448));
  const login = await project.sh("atmos auth login", { env: ASKED });
  assert.equal(login.code, 0, login.stderr);
  assert.deepEqual(await keyringFiles(project), ["/.atmos/keyring/default.file.store"]);
  const store = await project.world.read(".atmos/keyring/default.file.store");
  assert.match(store, /^atmos-keyring\/1\n/);
  assertFailed(
    await project.sh("atmos auth login --force", {
      env: { ...ASKED, ATMOS_KEYRING_PASSWORD: "another-one" },
    }),
    6,
    /password/,
  );
  const renamed = blockText(448).replace("ATMOS_KEYRING_PASSWORD", "MY_OWN_PASSWORD");
  await project.world.write("atmos.yaml", renamed);
  const env = { ...ASKED, ATMOS_KEYRING_PASSWORD: undefined, MY_OWN_PASSWORD: KEYRING_PASSWORD };
  // Another variable may hold any secret of the person's.
  assert.equal((await project.sh("atmos auth trust")).code, 0);
  const own = await project.sh("atmos auth login --provider my-sso", { env });
  assert.equal(own.code, 0, own.stderr);
  await project.world.assertNoLeaks();
});

testIf(
  hasTmux,
  NO_TMUX,
  "File Keyring, Interactive mode: prompts for the password, twice for a new keyring",
  async () => {
    await using project = await startProject(baseText("project"), blockText(448));
    const { world } = project;
    const [interactive] = commandLines(466);
    await using terminal = await project.terminal({ ...ASKED, ATMOS_KEYRING_PASSWORD: undefined });
    await terminal.enter(`clear; ${interactive?.command}`);
    for (const question of ["password", "again"]) {
      await terminal.shows(new RegExp(`${question}[^\\n]*: *$`, "i"));
      await terminal.type(KEYRING_PASSWORD);
      await terminal.press("Enter");
    }
    const screen = await terminal.shows(/Code +[A-Z]{4}-[A-Z]{4}/);
    world.aws.approve(/Code +([A-Z]{4}-[A-Z]{4})/.exec(screen.join("\n"))?.[1] ?? "");
    assert.equal(await terminal.done(), 0, (await terminal.screen()).join("\n"));
    world.watch("the terminal", await terminal.history());
    await world.assertNoLeaks();
  },
);

Deno.test("File Keyring: by default below the data directory; two variables move it; a password from the environment", async () => {
  await using project = await startProject(baseText("project"));
  const { world } = project;
  const [, automatic, custom] = commandLines(466);
  assert.ok(automatic !== undefined && custom !== undefined);
  const env = { ATMOS_KEYRING_PASSWORD: undefined };
  world.guard("keyring password", "my-secure-password");
  const first = await project.sh(automatic.command, { env });
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual(await keyringFiles(project), [`/${KEYRING}`]);
  const second = await project.sh(custom.command.replace("/custom/", `${world.home}/custom/`), { env });
  assert.equal(second.code, 0, second.stderr);
  assert.deepEqual((await keyringFiles(project)).toSorted(), [
    `/${KEYRING}`,
    "/custom/data/atmos/keyring/default.file.store",
  ]);
  // Ours goes over everybody's.
  const both = `export XDG_DATA_HOME='${world.home}/theirs'\n`;
  assert.equal((await project.sh(`${both}${automatic.command}`, { env })).code, 0);
  assert.ok((await keyringFiles(project)).includes("/theirs/atmos/keyring/default.file.store"));
  const ours = await project.sh(`${both}${custom.command.replace("/custom/", `${world.home}/custom/`)}`, {
    env,
  });
  assert.equal(ours.code, 0);
  assert.equal((await keyringFiles(project)).length, 3);
  await world.assertNoLeaks();
});

Deno.test("File Keyring, Password resolution order: without a variable and with nobody to ask it is an error", async () => {
  await using project = await startProject(baseText("project"), blockText(448));
  const env = { ...ASKED, ATMOS_KEYRING_PASSWORD: undefined, ATMOS_FORCE_TTY: undefined };
  const ran = await project.sh("atmos auth login --device-code", { env });
  assertFailed(ran, 3, /ATMOS_KEYRING_PASSWORD/);
});

Deno.test("Memory Keyring: no credential is left on the disk, by configuration or by ATMOS_KEYRING_TYPE", async () => {
  for (
    const [layers, type] of [[[blockText(220), blockText(476)], undefined], [
      [blockText(220)],
      "memory",
    ]] as const
  ) {
    await using project = await startProject(...layers);
    const before = Object.keys(await snapshot(project.world.home));
    const env = { ...emergencyKeys(PLAIN_USER), ATMOS_KEYRING_TYPE: type };
    const ran = await project.sh("atmos auth exec -- aws sts get-caller-identity", { env });
    assert.equal(ran.code, 0, ran.stderr);
    assert.equal(JSON.parse(ran.stdout).Arn, PLAIN_USER.arn);
    const after = Object.keys(await snapshot(project.world.home));
    const left = after.filter((path) => !before.includes(path) && /credentials|keyring|\.store/.test(path));
    assert.deepEqual(left, []);
    await project.world.assertNoLeaks();
  }
});

Deno.test("Credential Expiration: expired credentials are made anew, `whoami` tells the end, `login` makes them anew by hand", async () => {
  await using project = await startProject(baseText("project"));
  const { world } = project;
  const made = () => world.aws.calls("GetRoleCredentials");
  assert.equal((await project.sh("atmos auth login --identity dev-admin")).code, 0);
  assert.match((await project.sh("atmos auth whoami")).stdout, /Expires +\d{4}-\d\d-\d\d .* \(3h 59m\)\n/);
  await endSessionIn(world, "dev-admin", -1, CREDENTIALS);
  const exec = await project.sh("atmos auth exec -- terraform plan", { env: { ATMOS_FORCE_TTY: undefined } });
  assert.equal(exec.code, 0, exec.stderr);
  assert.equal(made(), 2);
  assert.equal((await project.sh("atmos auth login --identity dev-admin")).code, 0);
  assert.equal(made(), 3);
  assert.equal(world.aws.calls("StartDeviceAuthorization"), 1);
});

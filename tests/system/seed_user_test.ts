/** The manual's break-glass users: keys from variables and from the keyring, with a second factor and without. */
import assert from "node:assert/strict";
import { MFA_USER, PLAIN_USER } from "../emulator/mod.ts";
import { block, blockText, commandLines } from "../seed/blocks.ts";
import { testIf } from "./program.ts";
import { emergencyKeys, hasTmux, NO_TMUX, type Project, startProject } from "./seed_project.ts";
import { KEYRING } from "./sessions.ts";
import type { Terminal } from "./tmux.ts";

/** The configuration with MFA, with the device named in one of the other ways. */
const withDevice = (line: string) => blockText(240).replace(/mfa_arn: .*\n/, line);

async function assertIs(
  project: Project,
  { arn }: { arn: string },
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const ran = await project.sh("atmos auth exec -- aws sts get-caller-identity", { env });
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(JSON.parse(ran.stdout).Arn, arn);
}

const isAbsent = (path: string) => Deno.stat(path).then(() => false, () => true);

Deno.test("AWS User, Basic Configuration: keys from variables become a session, and rest nowhere", async () => {
  await using project = await startProject(blockText(220));
  const env = emergencyKeys(PLAIN_USER);
  const login = await project.sh("atmos auth login", { env });
  assert.equal(login.code, 0, login.stderr);
  assert.equal(project.world.aws.requests("GetSessionToken")[0]?.parameters["DurationSeconds"], "43200");
  await assertIs(project, PLAIN_USER, env);
  assert.ok(await isAbsent(`${project.world.home}/${KEYRING}`), "the keyring was not needed");
  await project.world.assertNoLeaks();
});

Deno.test("AWS User, Basic Configuration: keys in the keychain, put there by `atmos auth user configure`", async () => {
  await using project = await startProject(blockText(229));
  const stdin = JSON.stringify({
    access_key_id: PLAIN_USER.accessKeyId,
    secret_access_key: PLAIN_USER.secretAccessKey,
  });
  const configure = await project.sh("atmos auth user configure", {
    stdin,
    env: { ATMOS_FORCE_TTY: undefined },
  });
  assert.equal(configure.code, 0, configure.stderr);
  assert.equal((await project.sh("atmos auth login")).code, 0);
  await assertIs(project, PLAIN_USER, {});
  // Neither the keyring nor any other file holds them in plain text.
  await project.world.assertNoLeaks();
});

interface MfaSetup {
  readonly config: string;
  readonly env: Readonly<Record<string, string>>;
  /** The device that the user has. */
  readonly serial: string;
  /** What `user configure` is given first. */
  readonly stored?: Readonly<Record<string, string>>;
}

/** A login at a terminal, from the manual's command to the box and from the code to the session. */
async function loginWithMfa(setup: MfaSetup, look: (terminal: Terminal) => Promise<void>): Promise<void> {
  await using project = await startProject(setup.config);
  const { world } = project;
  for (const { mfa } of world.aws.state.seed.iamUsers) for (const device of mfa) device.serial = setup.serial;
  if (setup.stored !== undefined) {
    const options = { stdin: JSON.stringify(setup.stored), env: { ATMOS_FORCE_TTY: undefined } };
    assert.equal((await project.sh("atmos auth user configure", options)).code, 0);
  }
  await using terminal = await project.terminal(setup.env);
  const [login] = commandLines(265);
  await terminal.enter(`clear; ${login?.command}`);
  await terminal.shows("╯");
  await look(terminal);
  await terminal.press("C-u");
  await terminal.type(await world.aws.totp(setup.serial));
  await terminal.press("Enter");
  assert.equal(await terminal.done(), 0, (await terminal.screen()).join("\n"));
  const [request] = world.aws.requests("GetSessionToken");
  assert.deepEqual([request?.parameters["SerialNumber"], request?.parameters["DurationSeconds"]], [
    setup.serial,
    "43200",
  ]);
  await assertIs(project, MFA_USER, setup.env);
  assert.equal(world.aws.calls("GetSessionToken"), 1);
  world.watch("the terminal", await terminal.history());
  await world.assertNoLeaks();
}

testIf(
  hasTmux,
  NO_TMUX,
  "Multi-Factor Authentication, Authentication Flow: the box is the one that is drawn, and one code is enough",
  () =>
    loginWithMfa({
      config: withDevice("mfa_arn: !env AWS_MFA_ARN\n"),
      env: { ...emergencyKeys(MFA_USER), AWS_MFA_ARN: "arn:aws:iam::123456789012:mfa/user" },
      serial: "arn:aws:iam::123456789012:mfa/user",
    }, async (terminal) => {
      await terminal.type("123456");
      await terminal.shows("│ │ 123456 ");
      assert.deepEqual(await terminal.screen(), block(265).lines.slice(1));
    }),
);

testIf(
  hasTmux,
  NO_TMUX,
  "Multi-Factor Authentication, Configuration with MFA: the device that the file names",
  () =>
    loginWithMfa({
      config: blockText(240),
      env: emergencyKeys(MFA_USER),
      serial: MFA_USER.mfaSerial,
    }, async (terminal) => {
      assert.ok((await terminal.screen()).some((line) => line.includes(MFA_USER.mfaSerial)));
    }),
);

testIf(
  hasTmux,
  NO_TMUX,
  "Multi-Factor Authentication, mfa_arn: directly, by a variable, or stored in the keychain",
  async () => {
    const [, direct, , byVariable, ...comments] = block(250).lines;
    assert.ok(comments.every((line) => line.startsWith("#")));
    assert.equal(withDevice(`${direct}\n`), blockText(240));
    assert.ok(withDevice(`${byVariable}\n`).includes("mfa_arn: !env AWS_MFA_ARN\n"));
    await loginWithMfa({
      config: blockText(229),
      env: {},
      serial: MFA_USER.mfaSerial,
      stored: {
        access_key_id: MFA_USER.accessKeyId,
        secret_access_key: MFA_USER.secretAccessKey,
        mfa_arn: MFA_USER.mfaSerial,
      },
    }, async () => {});
  },
);

testIf(
  hasTmux,
  NO_TMUX,
  "Multi-Factor Authentication, Troubleshooting: each of the three messages, where it says",
  async () => {
    await using project = await startProject(blockText(240));
    await using terminal = await project.terminal(emergencyKeys(MFA_USER));
    const login = commandLines(265)[0]?.command ?? "";
    await terminal.enter(`clear; ${login}`);
    await terminal.shows("╯");
    await terminal.type("12345");
    await terminal.press("Enter");
    await terminal.shows("MFA token must be 6 digits");
    const right = await project.world.aws.totp(MFA_USER.mfaSerial);
    await terminal.press("C-u");
    await terminal.type(right === "000000" ? "111111" : "000000");
    await terminal.press("Enter");
    await terminal.shows("Invalid MFA token");
    await terminal.press("Escape");
    assert.equal(await terminal.done(), 130);
    await project.world.write(
      "atmos.yaml",
      withDevice("mfa_arn: arn:aws:iam::123456789012:mfa/somebody-else\n"),
    );
    await terminal.enter(`clear; ${login}`);
    await terminal.shows("╯");
    await terminal.type(await project.world.aws.totp(MFA_USER.mfaSerial));
    await terminal.press("Enter");
    assert.equal(await terminal.done(), 4);
    assert.ok((await terminal.screen()).some((line) => line.includes("MFA device not found")));
  },
);

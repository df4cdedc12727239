/** IAM users at a real terminal: what is typed, what is seen, and what is left behind. */
import assert from "node:assert/strict";
import { MFA_USER, PLAIN_USER } from "../emulator/mod.ts";
import { isInstalled, testIf } from "./program.ts";
import { openTerminal, type Terminal } from "./tmux.ts";
import { USERS_CONFIG } from "./users.ts";
import { startWorld, type World } from "./world.ts";

const found = await isInstalled("tmux");

function atTerminal(name: string, work: (world: World, terminal: Terminal) => Promise<void>): void {
  testIf(found, "no tmux", name, async () => {
    await using world = await startWorld();
    await world.write("atmos.yaml", USERS_CONFIG);
    await world.write("bin/atmos", `#!/bin/sh\nexec ${world.program.join(" ")} "$@"\n`);
    await Deno.chmod(`${world.home}/bin/atmos`, 0o755);
    const env = { ...world.env, PATH: `${world.home}/bin:${world.env["PATH"]}` };
    await using terminal = await openTerminal({ directory: world.home, env });
    await work(world, terminal);
    // Whatever was on the screen, the canary searches it.
    world.watch("the terminal", await terminal.history());
    await world.assertNoLeaks();
  });
}

async function answer(terminal: Terminal, question: string, text: string): Promise<void> {
  await terminal.shows(question);
  await terminal.type(text);
  await terminal.press("Enter");
}

/** Echo and line editing are as a shell expects them. */
async function assertSane(terminal: Terminal): Promise<void> {
  await terminal.enter("clear; test $(stty -a | tr ' ;' '\\n\\n' | grep -cxE 'echo|icanon|isig') = 3");
  assert.equal(await terminal.done(), 0, (await terminal.screen()).join("\n"));
}

/** Stores the user with MFA from a pipe. */
async function configure({ run }: World, more: Record<string, string> = {}): Promise<void> {
  const { accessKeyId, secretAccessKey, mfaSerial } = MFA_USER;
  const keys = {
    access_key_id: accessKeyId,
    secret_access_key: secretAccessKey,
    mfa_arn: mfaSerial,
    ...more,
  };
  const ran = await run(["auth", "user", "configure", "-i", "emergency-user"], {
    stdin: JSON.stringify(keys),
  });
  assert.equal(ran.code, 0, ran.stderr);
}

atTerminal(
  "user configure at a terminal: the user is picked, the secret hidden, what is wrong asked again",
  async (world, terminal) => {
    await terminal.enter("atmos auth user configure --verify");
    await terminal.shows("Please choose an identity");
    assert.deepEqual((await terminal.screen()).slice(-2), ["▸ deploy-bot", "  emergency-user"]);
    await terminal.press("Down", "Enter");
    await answer(terminal, "AWS Access Key ID:", "ASIAEMULATORTEMPORAR");
    await terminal.shows("This is the id of temporary credentials");
    await terminal.press("C-u");
    await answer(terminal, "AWS Access Key ID:", MFA_USER.accessKeyId);
    await terminal.shows("AWS Secret Access Key:");
    await terminal.type(MFA_USER.secretAccessKey);
    await terminal.shows(`AWS Secret Access Key: ${"•".repeat(MFA_USER.secretAccessKey.length)}`);
    await terminal.press("Enter");
    await answer(terminal, "MFA device ARN (empty: none):", MFA_USER.mfaSerial);
    await answer(terminal, "Session duration (15m to 36h): 12h", "");
    assert.equal(await terminal.done(), 0);
    const screen = (await terminal.screen()).join("\n");
    for (
      const said of ["✓ Keys stored in the keyring", MFA_USER.arn, MFA_USER.accessKeyId, MFA_USER.mfaSerial]
    ) {
      assert.ok(screen.includes(said), screen);
    }
    await assertSane(terminal);

    // What was stored stands there, and an empty secret keeps the stored one.
    await terminal.enter("clear; atmos auth user configure -i emergency-user");
    await answer(terminal, `AWS Access Key ID: ${MFA_USER.accessKeyId}`, "");
    await answer(terminal, "AWS Secret Access Key (empty: the stored one):", "");
    await answer(terminal, `MFA device ARN (empty: none): ${MFA_USER.mfaSerial}`, "");
    await terminal.shows("Session duration (15m to 36h): 12h");
    await terminal.press("C-u");
    await answer(terminal, "Session duration", "1d12h");
    assert.equal(await terminal.done(), 0);
    const code = await world.aws.totp(MFA_USER.mfaSerial);
    const login = await world.run(["auth", "login", "-i", "emergency-user"], {
      env: { ATMOS_MFA_TOKEN: code },
    });
    assert.equal(login.code, 0, login.stderr);
    assert.equal(world.aws.requests("GetSessionToken").at(-1)?.parameters["DurationSeconds"], "129600");
  },
);

atTerminal(
  "Ctrl-C in user configure stores nothing and leaves the terminal as it was",
  async (world, terminal) => {
    await terminal.enter("atmos auth user configure -i deploy-bot");
    await answer(terminal, "AWS Access Key ID:", PLAIN_USER.accessKeyId);
    await terminal.shows("AWS Secret Access Key:");
    await terminal.type(PLAIN_USER.secretAccessKey);
    await terminal.press("C-c");
    assert.equal(await terminal.done(), 130);
    await assertSane(terminal);
    const login = await world.run(["auth", "login", "-i", "deploy-bot"]);
    assert.equal(login.code, 2, login.stderr);
    assert.match(login.stderr, /neither atmos.yaml nor the keyring has keys/);
  },
);

atTerminal(
  "the MFA box at a terminal is the one of the manual; a session then asks nothing more",
  async (world, terminal) => {
    await configure(world);
    await terminal.enter("clear; atmos auth login -i break-glass");
    await terminal.shows("╯");
    assert.deepEqual(await terminal.screen(), boxWith(""));
    await terminal.type("12345");
    await terminal.press("Enter");
    await terminal.shows("MFA token must be 6 digits");
    const code = await world.aws.totp(MFA_USER.mfaSerial);
    const wrong = code === "000000" ? "111111" : "000000";
    await terminal.type(`${wrong.slice(0, 3)} ${wrong.slice(3)}`);
    await terminal.shows(boxWith(wrong)[6] ?? "");
    await terminal.press("Enter");
    await terminal.shows("Invalid MFA token");
    await terminal.type(wrong);
    await terminal.press("Enter");
    await terminal.shows("This code was used already: wait for the next one");
    await terminal.type(await world.aws.totp(MFA_USER.mfaSerial));
    await terminal.press("Enter");
    assert.equal(await terminal.done(), 0);
    const screen = await terminal.screen();
    assert.deepEqual(screen.slice(0, 2), ["? Enter MFA Token ••••••", "? Enter MFA Token ••••••"]);
    assert.ok(screen.some((line) => line.includes("Authentication successful!")), screen.join("\n"));
    assert.equal(world.aws.calls("GetSessionToken"), 2);
    await terminal.enter("clear; atmos auth login -i break-glass");
    assert.equal(await terminal.done(), 0);
    assert.equal(world.aws.calls("GetSessionToken"), 2);
    assert.equal(world.aws.calls("AssumeRole"), 2);
    await assertSane(terminal);
  },
);

function boxWith(code: string): readonly string[] {
  return [
    "╭─────────────────────────────────────────────────────╮",
    "│ Enter MFA Token                                     │",
    "├─────────────────────────────────────────────────────┤",
    `│ MFA Device: ${MFA_USER.mfaSerial}  │`,
    "│                                                     │",
    "│ ┌──────────────────────────────────────────────┐    │",
    `│ │ ${code.padEnd(44)} │    │`,
    "│ └──────────────────────────────────────────────┘    │",
    "╰─────────────────────────────────────────────────────╯",
  ];
}

atTerminal("Esc in the MFA box ends the login, and nothing is asked of AWS", async (world, terminal) => {
  await configure(world);
  await terminal.enter("atmos auth login -i emergency-user");
  await terminal.shows("╯");
  await terminal.type("123");
  await terminal.press("Escape");
  assert.equal(await terminal.done(), 130);
  assert.equal(world.aws.calls("GetSessionToken"), 0);
  await assertSane(terminal);
});

atTerminal("user forget asks at a terminal, and No removes nothing", async (world, terminal) => {
  await configure(world);
  for (const [key, said] of [["n", "Nothing was removed"], ["y", "Removed the keys"]] as const) {
    await terminal.enter("clear; atmos auth user forget -i emergency-user");
    await terminal.shows("(y/N)");
    await terminal.type(key);
    assert.equal(await terminal.done(), 0);
    assert.ok((await terminal.screen()).join("\n").includes(said));
  }
  const ran = await world.run(["auth", "user", "rotate", "-i", "emergency-user"]);
  assert.match(ran.stderr, /the keyring has none/);
});

/**
 * `shell` in a real terminal: the person's own bash, zsh and fish, with their prompt and their history.
 */
import assert from "node:assert/strict";
import { isInstalled, testIf } from "./program.ts";
import { openTerminal, type Terminal } from "./tmux.ts";
import { KEYRING_PASSWORD, loggedInWorld, type World } from "./world.ts";

/** How a person has set up a shell, with a prompt of their own, and where its history is. */
interface Setup {
  readonly rc: string;
  readonly text: string;
  readonly history: string;
}

const SETUPS: Readonly<Record<string, Setup>> = {
  bash: { rc: ".bashrc", text: "PS1='mine> '\nHISTFILE=~/.bash_history\n", history: ".bash_history" },
  zsh: {
    rc: ".zshrc",
    text: "PS1='mine> '\nHISTFILE=~/.zsh_history\nHISTSIZE=100\nSAVEHIST=100\n",
    history: ".zsh_history",
  },
  fish: {
    rc: ".config/fish/config.fish",
    text: "function fish_prompt; echo -n 'mine> '; end\nset -g fish_greeting\n",
    history: ".local/share/fish/fish_history",
  },
};
const hasTmux = await isInstalled("tmux");

const opened = (world: World) =>
  openTerminal({
    directory: world.home,
    env: { ...world.env, TERM: "xterm-256color", USER: "ana" },
    columns: 160,
  });

const words = (world: World, ...more: readonly string[]) =>
  [...world.program, "auth", "shell", ...more].join(" ");

/** Types a command into the inner shell and waits for what comes of it. */
async function says(terminal: Terminal, command: string, expected: RegExp | string): Promise<void> {
  await terminal.type(command);
  await terminal.press("Enter");
  await terminal.shows(expected);
}

for (const [name, { rc, text, history }] of Object.entries(SETUPS)) {
  const missing = !hasTmux ? "tmux" : !await isInstalled(name) ? name : undefined;
  testIf(
    missing === undefined,
    `${missing} is not installed`,
    `${name} in a terminal: the session, the person's prompt and history, Ctrl-C, the exit code`,
    async () => {
      await using world = await loggedInWorld();
      await world.write(rc, text);
      // Where it has none, fish makes them in the background, and would go on when the home is gone.
      if (name === "fish") await world.write(".local/share/fish/generated_completions/none.fish", "");
      await using terminal = await opened(world);
      await terminal.enter(words(world, "--shell", name));
      await terminal.shows(
        /→ Entering Atmos shell with identity: prod-admin \(my-sso\)\n +The session expires \d/,
      );
      await terminal.shows(/^mine>$/m);
      await says(
        terminal,
        'echo "[$AWS_PROFILE:$ATMOS_IDENTITY:$ATMOS_SHLVL:$ATMOS_KEYRING_PASSWORD]"',
        "[prod-admin:prod-admin:1:]",
      );
      await says(terminal, "sh -c 'printf sleep; echo ing; exec sleep 60'", "sleeping");
      await terminal.press("C-c");
      await says(terminal, "printf 'still %s\\n' here", "still here");
      await says(terminal, "exit 7", "← Exited Atmos shell for identity: prod-admin (my-sso)");
      assert.equal(await terminal.done(), 7);
      assert.match(await world.read(history), /printf 'still %s/);
      world.watch("terminal", await terminal.history());
      await world.assertNoLeaks();
    },
  );
}

testIf(
  hasTmux,
  "tmux is not installed",
  "a shell in a shell is for its own identity, and leaving it comes back to the outer one",
  async () => {
    await using world = await loggedInWorld();
    await using terminal = await opened(world);
    await terminal.enter(words(world, "--shell", "sh"));
    await says(terminal, 'echo "[$ATMOS_IDENTITY:$ATMOS_SHLVL]"', "[prod-admin:1]");
    const inner = words(world, "--shell", "sh", "--identity", "base-admin");
    // The outer one keeps the keyring's password from its shell.
    await says(terminal, inner, "? Password:");
    await says(
      terminal,
      KEYRING_PASSWORD,
      "→ Entering Atmos shell with identity: base-admin (my-sso), 2 deep",
    );
    await says(terminal, 'echo "[$AWS_PROFILE:$ATMOS_IDENTITY:$ATMOS_SHLVL]"', "[base-admin:base-admin:2]");
    await says(terminal, "exit", "← Exited Atmos shell for identity: base-admin");
    await says(terminal, 'echo "<$AWS_PROFILE:$ATMOS_SHLVL>"', "<prod-admin:1>");
    await says(terminal, "exit 0", "← Exited Atmos shell for identity: prod-admin");
    assert.equal(await terminal.done(), 0);
  },
);

Deno.test("the shell's words, input and exit code pass through, and a shell that a signal ends is 128 + n", async () => {
  await using world = await loggedInWorld();
  const ran = await world.run(["auth", "shell", "--shell", "sh", "--", "-s", "one two"], {
    stdin: 'echo "$1 as $AWS_PROFILE"\nexit 3\n',
  });
  assert.deepEqual([ran.code, ran.stdout], [3, "one two as prod-admin\n"], ran.stderr);
  const killed = await world.run(["auth", "shell", "--shell", "sh", "--", "-c", "kill -TERM $$"]);
  assert.equal(killed.code, 143, killed.stderr);
  const off = await world.run([
    "auth",
    "shell",
    "--identity=false",
    "--shell",
    "sh",
    "--",
    "-c",
    "echo $AWS_PROFILE",
  ], {
    env: { AWS_PROFILE: "mine" },
  });
  assert.deepEqual([off.code, off.stdout], [0, "mine\n"], off.stderr);
  await world.assertNoLeaks();
});

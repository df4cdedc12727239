/**
 * A real terminal with a shell in it, through tmux: keys are typed, and what stands on the screen is read.
 */
import assert from "node:assert/strict";
import { eventually } from "./waiting.ts";

/** Numbered, so that the prompt after a command is not taken for the one before it. */
const PROMPT = /^(\d+):(\d+) ready>$/;
const PS1 = "$?:$((PROMPTS=PROMPTS+1)) ready> ";

export interface Terminal extends AsyncDisposable {
  /** Types a text, key by key. */
  readonly type: (text: string) => Promise<void>;
  /** Presses keys by tmux's names: `Enter`, `Down`, `C-c`. */
  readonly press: (...keys: readonly string[]) => Promise<void>;
  /** What stands on the screen now, line by line, without blanks at the ends. */
  readonly screen: () => Promise<readonly string[]>;
  /** Waits until the screen shows something, and gives the screen. */
  readonly shows: (what: RegExp | string) => Promise<readonly string[]>;
  /** Types a command and presses Enter. */
  readonly enter: (command: string) => Promise<void>;
  /** Waits until the shell asks again, and gives the exit code of what ran. */
  readonly done: () => Promise<number>;
  /** Everything that was on the screen since the beginning, what scrolled away included. */
  readonly history: () => Promise<string>;
}

/** What the shell in the terminal gets. */
export interface TerminalOptions {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
}

/** Opens a terminal of its own, with a shell that knows nothing but its environment. */
export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  const { directory, columns = 90, rows = 40 } = options;
  const place = await Deno.makeTempDir({ prefix: "atmos-tmux-" });
  // Shells take their prompt from no environment; this file they read.
  await Deno.writeTextFile(`${place}/rc`, `PROMPTS=0\nPS1='${PS1}'\n`);
  const env = { ...options.env, ENV: `${place}/rc`, LC_ALL: "C.UTF-8" };
  const tmux = (...args: readonly string[]) => runTmux(place, directory, env, args);
  const screen = async () => lines(await tmux("capture-pane", "-p"));
  const shows = (what: RegExp | string) => until(screen, (all) => matches(all, what), String(what));
  const started = ["new-session", "-d", "-x", String(columns), "-y", String(rows), "/bin/sh"];
  const close = async () => {
    await tmux("kill-server").finally(() => Deno.remove(place, { recursive: true }));
  };
  await tmux("start-server", ";", "set-option", "-g", "status", "off", ";", ...started);
  const commands = { entered: 1 };
  await shows("1 ready>").catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    screen,
    shows,
    type: async (text) => void await tmux("send-keys", "-l", text),
    press: async (...keys) => void await tmux("send-keys", ...keys),
    enter: async (command) => {
      commands.entered += 1;
      await tmux("send-keys", "-l", command);
      await tmux("send-keys", "Enter");
    },
    done: async () => {
      const last = (all: readonly string[]) => PROMPT.exec(all.at(-1) ?? "");
      const isBack = (all: readonly string[]) => Number(last(all)?.[2]) === commands.entered;
      return Number(last(await until(screen, isBack, "the prompt"))?.[1]);
    },
    history: () => tmux("capture-pane", "-p", "-S", "-"),
    [Symbol.asyncDispose]: close,
  };
}

async function runTmux(
  place: string,
  directory: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("tmux", {
    args: ["-u", "-f", "/dev/null", "-S", `${place}/socket`, ...args],
    cwd: directory,
    clearEnv: true,
    env: { ...env },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  assert.equal(code, 0, `tmux ${args[0]}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

const lines = (text: string): readonly string[] => text.trimEnd().split("\n").map((line) => line.trimEnd());

const matches = (all: readonly string[], what: RegExp | string): boolean =>
  typeof what === "string" ? all.join("\n").includes(what) : what.test(all.join("\n"));

async function until(
  screen: () => Promise<readonly string[]>,
  isThere: (all: readonly string[]) => boolean,
  what: string,
): Promise<readonly string[]> {
  const seen: { all: readonly string[] } = { all: [] };
  return await eventually(async () => {
    seen.all = await screen();
    return isThere(seen.all) ? seen.all : undefined;
  }, () => `the screen does not show ${what}:\n${seen.all.join("\n")}`);
}

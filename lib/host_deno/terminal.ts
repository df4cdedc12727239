/**
 * The terminal and stdin: key presses, lines and whole inputs.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { Host, Os, Output, Prompt, Screen } from "../host.ts";
import { LIMITS, overLimit } from "../limits.ts";
import { wantsAnsi, wantsColor, wantsOutputColor } from "../ci.ts";
import { splitKeys } from "../terminal/keys.ts";
import { failureOf } from "./failures.ts";
import { listening, treatedOn } from "./signals.ts";
import { sleep } from "./timing.ts";
import { within } from "../deadline.ts";

/** Properties of stderr; reads variables on first use. */
export function screenOfStderr(look: Host["env"]): Screen {
  const isTerminal = Deno.stderr.isTerminal();
  return {
    get ansi() {
      return wantsAnsi(look, isTerminal);
    },
    get color() {
      return wantsColor(look, isTerminal);
    },
    columns: () => columnsSet(look("COLUMNS")) ?? columnsOfTerminal(),
  };
}

/** Properties of stdout; reads variables on first use. */
export function outputOfStdout(look: Host["env"]): Output {
  return {
    get color() {
      return wantsOutputColor(look, Deno.stdout.isTerminal());
    },
  };
}

const FALLBACK_COLUMNS = 80;

function columnsSet(value: string | undefined): number | undefined {
  const columns = /^\d{1,5}$/.test(value ?? "") ? Number(value) : 0;
  return columns > 0 ? columns : undefined;
}

function columnsOfTerminal(): number {
  try {
    return Deno.consoleSize().columns || FALLBACK_COLUMNS;
  } catch (error) {
    // None of the three streams is a terminal.
    if (error instanceof Error) return FALLBACK_COLUMNS;
    throw error;
  }
}

/** Stdin in pieces; what one reader leaves, the next one gets. */
export interface Input {
  readonly prompt: Prompt;
  readonly readInput: Host["readInput"];
}

/** An escape sequence arrives at once; an ESC alone for this long is the Esc key. */
const ESCAPE_MILLIS = 50;

export function standardInput(os: Os): Input {
  const decoder = new TextDecoder();
  const state: { text: string; reading?: Promise<boolean> } = { text: "" };

  async function readPiece(): Promise<string | undefined> {
    const buffer = new Uint8Array(4096);
    try {
      const count = await Deno.stdin.read(buffer);
      return count === null ? undefined : decoder.decode(buffer.subarray(0, count), { stream: true });
    } catch (error) {
      throw failureOf("file-failed", "read standard input", error);
    }
  }

  async function readMore(): Promise<boolean> {
    const piece = await readPiece();
    state.text += piece ?? "";
    delete state.reading;
    return piece !== undefined;
  }

  /** Waits for more text; `false` at the end of input. Reads cannot be canceled, so callers share one. */
  const more = (): Promise<boolean> => state.reading ??= readMore();

  function take(length: number): string {
    const taken = state.text.slice(0, length);
    state.text = state.text.slice(length);
    return taken;
  }

  async function nextKey(): Promise<string | undefined> {
    while (true) {
      const press = splitKeys(state.text).presses[0];
      if (press !== undefined) return take(press.length);
      const begun = state.text.length;
      const came = begun === 0 ? await more() : await within({ sleep }, ESCAPE_MILLIS, more(), () => false);
      if (!came) return begun === 0 ? undefined : take(begun);
    }
  }

  async function line(): Promise<string | undefined> {
    while (!state.text.includes("\n")) {
      if (!await more()) return take(Infinity) || undefined;
    }
    return take(state.text.indexOf("\n") + 1).replace(/\r?\n$/, "");
  }

  async function readInput(): Promise<string> {
    // Do not wait for typing: that would be a prompt without text.
    if (Deno.stdin.isTerminal()) return "";
    while (await more()) {
      if (state.text.length > LIMITS.fileBytes.most) {
        throw new AuthError("file-failed", `Cannot read standard input: ${overLimit("fileBytes")}`);
      }
    }
    return take(Infinity);
  }

  return { readInput, prompt: { line, keys: () => ({ next: nextKey, [Symbol.asyncDispose]: rawMode(os) }) } };
}

/** Turns off the terminal's editing and echo until the returned function restores them, however we exit. */
function rawMode(os: Os): () => Promise<void> {
  // Stdin may be a pipe when ATMOS_FORCE_TTY makes it count as a terminal.
  if (!Deno.stdin.isTerminal()) return () => Promise.resolve();
  const giveBack = () => Deno.stdin.setRaw(false);
  Deno.stdin.setRaw(true, { cbreak: false });
  globalThis.addEventListener("unload", giveBack);
  // A signal's default action would leave the terminal as it is; an exit unloads first. Ctrl-C is a key here.
  const deadly = treatedOn(os).filter(({ name, deadlyCode }) =>
    deadlyCode !== undefined && name !== "SIGINT"
  );
  const ears = listening(deadly, ({ deadlyCode }) => Deno.exit(deadlyCode));
  return () => {
    ears[Symbol.dispose]();
    globalThis.removeEventListener("unload", giveBack);
    giveBack();
    return Promise.resolve();
  };
}

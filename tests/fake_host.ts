/**
 * A world made of values. `fakeHost({ ... })` is a {@linkcode Host} whose clock starts at {@linkcode FAKE_NOW} and
 * moves only by `sleep`, whose files, answers, key presses and children are what the test says, and which
 * remembers everything that was done to it.
 */
import { AuthError } from "../lib/errors.ts";
import { sleep } from "../lib/host_deno/timing.ts";
import type { BrowserCommand, BrowserProcess, Command, Exit, Host, Os, Prompt, Screen } from "../lib/host.ts";
import type { EpochMillis } from "../lib/time.ts";
import { type FakeFiles, fakeFiles, type FakeFilesInit } from "./fake_files.ts";

/** Where the fake's clock starts: 2026-11-23T12:00:00Z. */
export const FAKE_NOW: EpochMillis = Date.UTC(2026, 10, 23, 12, 0, 0);

/** What the network does with a request. `"network-error"` fails as an unreachable host does. */
export type Answer = Response | "network-error" | ((request: Request) => Response | Promise<Response>);

/** One expected request, `POST https://host/path`, and its answer. The query may be left out. */
export interface Exchange {
  readonly request: string;
  readonly respond: Answer;
}

export interface FakeHostInit extends FakeFilesInit {
  /** `linux` by default. */
  readonly os?: Os;
  /** Only these; `HOME` is not set unless it is among them. */
  readonly env?: Readonly<Record<string, string>>;
  /** `/work` by default. */
  readonly workingDirectory?: string;
  readonly now?: EpochMillis;
  /** Other seeds give other random bytes. */
  readonly seed?: number;
  /** Answers in this order, each once, or a function that answers every request. None by default. */
  readonly exchanges?: readonly Exchange[] | ((request: Request) => Response | Promise<Response>);
  /** Answers child processes; without it every program is not found. */
  readonly run?: (command: Command) => Partial<Exit> | Promise<Partial<Exit>>;
  /**
   * Key presses, in order; makes somebody be there. Text of several characters is not split: see `typed`. What
   * comes behind {@linkcode PAUSE} is pressed once somebody has slept.
   */
  readonly keys?: readonly string[];
  /** Lines for `prompt.line`; makes somebody be there. */
  readonly lines?: readonly string[];
  /** Not a terminal, no colours, 80 columns by default. */
  readonly screen?: { readonly ansi?: boolean; readonly color?: boolean; readonly columns?: number };
  readonly outputColor?: boolean;
  /** What happens when a page is shown; `true` when it was. There is no browser by default. */
  readonly openUrl?: (url: URL) => boolean | Promise<boolean>;
  /** A browser that can be driven; none may be started without it. */
  readonly browse?: (command: BrowserCommand) => BrowserProcess | Promise<BrowserProcess>;
  /** Standard input. */
  readonly input?: string;
}

/** A host and what was done to it. */
export interface FakeHost extends Host, Omit<FakeFiles, "files"> {
  /** Copies of every request, bodies unread. */
  readonly requests: readonly Request[];
  /** `METHOD URL` of every request. */
  readonly called: readonly string[];
  readonly commands: readonly Command[];
  /** Browsers that were started. */
  readonly browsers: readonly BrowserCommand[];
  readonly opened: readonly string[];
  /** Classes of grants that were given up. */
  readonly givenUp: readonly string[];
  /** Standard output so far. */
  readonly written: string;
  /** Standard error so far. */
  readonly told: string;
  /** Whether a reader of key presses was not disposed. */
  readonly rawMode: boolean;
  /** Presses Ctrl-C outside of a prompt. */
  readonly interrupt: () => void;
  /** Ends a {@linkcode PAUSE}, as `sleep` does. */
  readonly resume: () => void;
  /** Moves the clock as `sleep` would. */
  readonly advance: (millis: number) => void;
  /** Sends a request to the listener that `listen` started. */
  readonly visit: (url: string, init?: RequestInit) => Promise<Response>;
  /** Fails unless every exchange was used and no other request was made. */
  readonly assertExchanged: () => void;
}

/** The key presses of typing a text. */
export function typed(text: string): readonly string[] {
  return [...text];
}

export function fakeHost(init: FakeHostInit = {}): FakeHost {
  const os = init.os ?? "linux";
  const { browse } = init;
  const clock = { now: init.now ?? FAKE_NOW };
  const output = { written: "", told: "", open: 0 };
  const pauses: (() => void)[] = [];
  const resume = () => {
    // Whoever slept goes on first.
    for (const end of pauses.splice(0)) setTimeout(end, 0);
  };
  const commands: Command[] = [];
  const browsers: BrowserCommand[] = [];
  const opened: string[] = [];
  const givenUp: string[] = [];
  const interruption = new AbortController();
  const network = fakeNetwork(init.exchanges ?? []);
  const loopback = fakeLoopback();
  const { files, ...inspection } = fakeFiles(init, clock, os === "windows");

  return {
    os,
    env: (name) => init.env?.[name],
    workingDirectory: () => init.workingDirectory ?? "/work",
    self: () => ["/usr/local/bin/atmos"],
    calledBy: () => "atmos",
    now: () => clock.now,
    sleep: async (millis, signal) => {
      await fakeSleep(clock, millis, signal);
      resume();
    },
    resume,
    random: fakeRandom(init.seed ?? 1),
    files,
    run: async (command) => {
      commands.push(command);
      if (init.run === undefined) {
        throw new AuthError("command-not-found", `Cannot run ${command.program}: no such program`);
      }
      return { code: 0, stdout: "", ...await init.run(command) };
    },
    prompt: init.keys === undefined && init.lines === undefined
      ? undefined
      : fakePrompt(init, output, pauses),
    screen: fakeScreen(init.screen ?? {}),
    output: { color: init.outputColor ?? false },
    openUrl: async (url) => {
      opened.push(url.href);
      return await init.openUrl?.(url) ?? false;
    },
    browse: browse === undefined ? undefined : async (command) => {
      browsers.push(command);
      return await browse(command);
    },
    readInput: () => Promise.resolve(init.input ?? ""),
    write: (text) => void (output.written += text),
    tell: (text) => void (output.told += text),
    giveUp: (classes) => void givenUp.push(...classes),
    givenUp,
    interrupted: interruption.signal,
    interrupt: () => interruption.abort(new AuthError("interrupted", "Interrupted")),
    advance: (millis) => void (clock.now += millis),
    commands,
    browsers,
    opened,
    ...network,
    ...loopback,
    ...inspection,
    get written() {
      return output.written;
    },
    get told() {
      return output.told;
    },
    get rawMode() {
      return output.open > 0;
    },
  };
}

/** Parallel sleepers do not add up: each wakes no earlier than its own moment. */
async function fakeSleep(clock: { now: EpochMillis }, millis: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const wake = clock.now + millis;
  // One that is called off leaves no timer behind.
  await sleep(0, signal);
  clock.now = Math.max(clock.now, wake);
}

/** Bytes of the generator mulberry32: the same for the same seed. */
function fakeRandom(seed: number): Host["random"] {
  const state = { value: seed };
  const nextByte = () => {
    state.value = (state.value + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state.value ^ (state.value >>> 15), state.value | 1);
    return (mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61))) >>> 14 & 0xff;
  };
  return (byteCount) => Uint8Array.from({ length: byteCount }, nextByte);
}

function fakeScreen(init: NonNullable<FakeHostInit["screen"]>): Screen {
  return { ansi: init.ansi ?? false, color: init.color ?? false, columns: () => init.columns ?? 80 };
}

/** Stands among key presses for a while without any. */
export const PAUSE = "pause";

function fakePrompt(init: FakeHostInit, output: { open: number }, pauses: (() => void)[]): Prompt {
  const keys = [...init.keys ?? []];
  const lines = [...init.lines ?? []];
  return {
    keys: () => {
      output.open += 1;
      return {
        next: async () => {
          const key = keys.shift();
          if (key !== PAUSE) return key;
          await new Promise<void>((resolve) => void pauses.push(resolve));
          return keys.shift();
        },
        [Symbol.asyncDispose]: () => {
          output.open -= 1;
          return Promise.resolve();
        },
      };
    },
    line: () => Promise.resolve(lines.shift()),
  };
}

function fakeNetwork(
  exchanges: NonNullable<FakeHostInit["exchanges"]>,
): Pick<FakeHost, "fetch" | "requests" | "called" | "assertExchanged"> {
  const requests: Request[] = [];
  const called: string[] = [];
  const unexpected: string[] = [];
  const expected = typeof exchanges === "function" ? [] : [...exchanges];

  function answerTo(request: Request): Answer {
    if (typeof exchanges === "function") return exchanges;
    const next = expected[0];
    const name = `${request.method} ${request.url}`;
    if (next === undefined || !isNamed(next.request, name)) {
      unexpected.push(`${name} (expected ${next?.request ?? "no request"})`);
      throw new Error(`Unexpected request ${unexpected.at(-1)}`);
    }
    expected.shift();
    return next.respond;
  }

  return {
    requests,
    called,
    fetch: async (request) => {
      request.signal.throwIfAborted();
      requests.push(request.clone());
      called.push(`${request.method} ${request.url}`);
      const answer = answerTo(request);
      if (answer === "network-error") {
        throw new AuthError("unreachable", `Cannot reach ${new URL(request.url).host}: connection refused`);
      }
      return answer instanceof Response ? answer : await answer(request);
    },
    assertExchanged: () => {
      const unused = expected.map(({ request }) => request);
      if (unexpected.length + unused.length === 0) return;
      throw new Error(
        `Unexpected: ${unexpected.join(", ") || "none"}; unused: ${unused.join(", ") || "none"}`,
      );
    },
  };
}

const isNamed = (pattern: string, name: string) => pattern === name || pattern === name.replace(/\?.*$/, "");

function fakeLoopback(): Pick<FakeHost, "listen" | "visit"> {
  const listeners = new Map<string, (request: Request) => Promise<Response>>();
  return {
    listen: (answer) => {
      const origin = `http://127.0.0.1:${49152 + listeners.size}`;
      listeners.set(origin, answer);
      return Promise.resolve({
        origin,
        [Symbol.asyncDispose]: () => {
          listeners.delete(origin);
          return Promise.resolve();
        },
      });
    },
    visit: (url, init) => {
      const answer = listeners.get(new URL(url).origin);
      if (answer === undefined) throw new Error(`Nobody listens at ${url}`);
      return answer(new Request(url, init));
    },
  };
}

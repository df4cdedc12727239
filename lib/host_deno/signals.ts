/**
 * How we handle each signal while a child runs.
 *
 * @module
 */
import type { Os } from "../host.ts";

/** How we handle a signal. */
export type Treatment =
  | {
    /** `child`: pass it on. `child-unless-terminal`: pass it on unless the terminal sent it to the child. */
    readonly to: "child" | "child-unless-terminal";
    /** The number of a signal that asks a process to exit; the same on every system. */
    readonly ends?: number;
    /**
     * The numbers of a signal that ends a process without a handler, but whose meaning is up to each program.
     */
    readonly ownMeaning?: Readonly<Record<"linux" | "darwin", number>>;
    readonly on?: Exclude<Os, "windows">;
  }
  /** Do not listen, so the system's default action applies. */
  | { readonly to: "us" };

/**
 * Every signal that Deno knows. On Windows a console sends its events to all its programs, so nothing is
 * passed on there: see {@linkcode treatedOn}.
 */
export const SIGNALS: Readonly<Record<Deno.Signal, Treatment>> = {
  // Requests to exit, and limits that a supervisor or the kernel enforces.
  SIGHUP: { to: "child", ends: 1 },
  SIGTERM: { to: "child", ends: 15 },
  // From a watchdog. Our own abort() still ends us: the C library resets the handler and tries again.
  SIGABRT: { to: "child", ends: 6 },
  SIGALRM: { to: "child", ends: 14 },
  SIGVTALRM: { to: "child", ends: 26 },
  SIGPROF: { to: "child", ends: 27 },
  SIGXCPU: { to: "child", ends: 24 },
  SIGXFSZ: { to: "child", ends: 25 },
  SIGIO: { to: "child", ends: 29, on: "linux" },
  SIGPWR: { to: "child", ends: 30, on: "linux" },
  SIGSTKFLT: { to: "child", ends: 16, on: "linux" },
  // The terminal sends these (Ctrl-C, Ctrl-\, Ctrl-T, a new size) to every program in its foreground.
  SIGINT: { to: "child-unless-terminal", ends: 2 },
  SIGQUIT: { to: "child-unless-terminal", ends: 3 },
  SIGINFO: { to: "child-unless-terminal", on: "darwin" },
  SIGWINCH: { to: "child-unless-terminal" },
  // Their meaning is up to the child: reopen a log, print a status.
  SIGUSR1: { to: "child", ownMeaning: { linux: 10, darwin: 30 } },
  SIGUSR2: { to: "child", ownMeaning: { linux: 12, darwin: 31 } },
  SIGURG: { to: "child" },
  // Job control. A shell sends these to all processes of a job, and a handler could only imitate the kernel:
  // only the kernel knows when a stopped job has nobody left to continue it.
  SIGTSTP: { to: "us" },
  SIGTTIN: { to: "us" },
  SIGTTOU: { to: "us" },
  SIGCONT: { to: "us" },
  // About our own children, and our own writes to a closed pipe, which Deno turns into an error.
  SIGCHLD: { to: "us" },
  SIGPIPE: { to: "us" },
  // Faults of this process. A handler that returns would let it continue, or fault again forever.
  SIGBUS: { to: "us" },
  SIGTRAP: { to: "us" },
  SIGSYS: { to: "us" },
  SIGEMT: { to: "us" },
  // Deno cannot listen to them.
  SIGFPE: { to: "us" },
  SIGILL: { to: "us" },
  SIGSEGV: { to: "us" },
  SIGKILL: { to: "us" },
  SIGSTOP: { to: "us" },
  // Other names of SIGIO and SIGSYS, and Ctrl-Break on Windows.
  SIGPOLL: { to: "us" },
  SIGUNUSED: { to: "us" },
  SIGBREAK: { to: "us" },
};

/** What ends programs on Windows: the console notifies the child itself, and we must outlive it. */
const ON_WINDOWS: readonly Deno.Signal[] = ["SIGINT", "SIGBREAK"];

/** A signal to listen to while a child runs. */
export interface Treated {
  readonly name: Deno.Signal;
  /** `nobody`: only outlive it. */
  readonly to: "child" | "child-unless-terminal" | "nobody";
  /** 128 plus its number, if it ends a process without a handler. */
  readonly deadlyCode: number | undefined;
  /** Whether it asks us to stop what we are doing. */
  readonly asksToEnd: boolean;
}

/** The signals to listen to while a child runs. */
export function treatedOn(os: Os): readonly Treated[] {
  if (os === "windows") {
    return ON_WINDOWS.map((name) => ({ name, to: "nobody", deadlyCode: undefined, asksToEnd: false }));
  }
  return Object.entries(SIGNALS).flatMap(([name, treatment]) => {
    if (treatment.to === "us" || (treatment.on ?? os) !== os || !isSignal(name)) return [];
    const { to, ends, ownMeaning } = treatment;
    const number = ends ?? ownMeaning?.[os];
    return [{ name, to, deadlyCode: number && 128 + number, asksToEnd: ends !== undefined }];
  });
}

const isSignal = (name: string): name is Deno.Signal => Object.hasOwn(SIGNALS, name);

/** Listens until disposed. */
export function listening(signals: readonly Treated[], heard: (signal: Treated) => void): Disposable {
  const listeners = signals.map((signal) => [signal.name, () => heard(signal)] as const);
  for (const [name, listener] of listeners) Deno.addSignalListener(name, listener);
  return {
    [Symbol.dispose]: () => {
      for (const [name, listener] of listeners) Deno.removeSignalListener(name, listener);
    },
  };
}

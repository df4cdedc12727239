/**
 * What becomes of each signal that reaches us while a child runs.
 *
 * @module
 */
import type { Os } from "../host.ts";

/** What we do with a signal. */
export type Treatment =
  | {
    /** `child`: we pass it on. `child-unless-terminal`: we pass it on unless the terminal has sent it to the child, too. */
    readonly to: "child" | "child-unless-terminal";
    /** It asks a process to end, and has this number on every system that has it. */
    readonly ends?: number;
    /** It ends a process that knows nothing of it, but means what each program says; with its numbers. */
    readonly ownMeaning?: Readonly<Record<"linux" | "darwin", number>>;
    readonly on?: Exclude<Os, "windows">;
  }
  /** We do not listen, so that the system's default action counts. */
  | { readonly to: "us" };

/**
 * Every signal that Deno knows. On Windows a console sends its events to all its programs, so nothing is passed on there:
 * see {@linkcode treatedOn}.
 */
export const SIGNALS: Readonly<Record<Deno.Signal, Treatment>> = {
  // Requests to end, and limits that a supervisor or the kernel enforces.
  SIGHUP: { to: "child", ends: 1 },
  SIGTERM: { to: "child", ends: 15 },
  // A watchdog's. A real abort() of ours ends us all the same: the C library takes the handler away and tries again.
  SIGABRT: { to: "child", ends: 6 },
  SIGALRM: { to: "child", ends: 14 },
  SIGVTALRM: { to: "child", ends: 26 },
  SIGPROF: { to: "child", ends: 27 },
  SIGXCPU: { to: "child", ends: 24 },
  SIGXFSZ: { to: "child", ends: 25 },
  SIGIO: { to: "child", ends: 29, on: "linux" },
  SIGPWR: { to: "child", ends: 30, on: "linux" },
  SIGSTKFLT: { to: "child", ends: 16, on: "linux" },
  // A terminal sends these (Ctrl-C, Ctrl-\, Ctrl-T, a new size) to every program in its foreground.
  SIGINT: { to: "child-unless-terminal", ends: 2 },
  SIGQUIT: { to: "child-unless-terminal", ends: 3 },
  SIGINFO: { to: "child-unless-terminal", on: "darwin" },
  SIGWINCH: { to: "child-unless-terminal" },
  // They mean what the child says: reopen a log, print a status.
  SIGUSR1: { to: "child", ownMeaning: { linux: 10, darwin: 30 } },
  SIGUSR2: { to: "child", ownMeaning: { linux: 12, darwin: 31 } },
  SIGURG: { to: "child" },
  // Job control. A shell sends them to all processes of a job, and a handler could only imitate what the kernel does:
  // the kernel alone knows when a stopped job has nobody left to continue it.
  SIGTSTP: { to: "us" },
  SIGTTIN: { to: "us" },
  SIGTTOU: { to: "us" },
  SIGCONT: { to: "us" },
  // News of our own children, and of our own writing to a closed pipe, which Deno turns into an error.
  SIGCHLD: { to: "us" },
  SIGPIPE: { to: "us" },
  // Faults of this very process. A handler that returns would let it run on, or fault again without end.
  SIGBUS: { to: "us" },
  SIGTRAP: { to: "us" },
  SIGSYS: { to: "us" },
  SIGEMT: { to: "us" },
  // Deno refuses to listen to them.
  SIGFPE: { to: "us" },
  SIGILL: { to: "us" },
  SIGSEGV: { to: "us" },
  SIGKILL: { to: "us" },
  SIGSTOP: { to: "us" },
  // Other names of SIGIO and SIGSYS, and the Ctrl-Break of Windows.
  SIGPOLL: { to: "us" },
  SIGUNUSED: { to: "us" },
  SIGBREAK: { to: "us" },
};

/** What ends programs on Windows: the console tells the child by itself, and we must outlast it. */
const ON_WINDOWS: readonly Deno.Signal[] = ["SIGINT", "SIGBREAK"];

/** A signal that is listened to while a child runs. */
export interface Treated {
  readonly name: Deno.Signal;
  /** `nobody`: we only outlast it. */
  readonly to: "child" | "child-unless-terminal" | "nobody";
  /** 128 and its number, where it ends a process that does not know it. */
  readonly deadlyCode: number | undefined;
  /** Whether it asks to end whatever is being done. */
  readonly asksToEnd: boolean;
}

/** The signals that are listened to while a child runs. */
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

/** Listens until disposal. */
export function listening(signals: readonly Treated[], heard: (signal: Treated) => void): Disposable {
  const listeners = signals.map((signal) => [signal.name, () => heard(signal)] as const);
  for (const [name, listener] of listeners) Deno.addSignalListener(name, listener);
  return {
    [Symbol.dispose]: () => {
      for (const [name, listener] of listeners) Deno.removeSignalListener(name, listener);
    },
  };
}

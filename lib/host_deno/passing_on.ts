/**
 * Signals on their way to a child: those that are meant for us go to it, and we end when it ends.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { Command, Os, Stopped } from "../host.ts";
import { commandsOf, isInForeground, type ProcessRow, processTable } from "./process_table.ts";
import { listening, type Treated, treatedOn } from "./signals.ts";

/** What this process and its children have in common. */
export interface Family {
  /** How many children run: Ctrl-C is theirs then. */
  children: number;
  /** The signal that asked us to end, once one did: nothing is started after it. */
  stopped?: Stopped;
}

/** @throws AuthError `interrupted` when a signal has asked us to end */
export function assertNotStopped({ stopped }: Pick<Family, "stopped">): void {
  if (stopped === undefined) return;
  throw new AuthError("interrupted", `Stopped by ${stopped.signal}`, {
    exitCode: stopped.code,
    reason: stopped.signal === "SIGINT" ? undefined : "signal",
  });
}

/** What goes on between the signals that we hear and a child. */
interface Passing extends Disposable {
  /** Called as soon as there is a child. */
  readonly to: (child: Deno.ChildProcess) => void;
  /** Resolves when it is known of every signal so far what it means. */
  readonly settled: () => Promise<void>;
}

/**
 * Listens from before the start, so that no signal falls between. Only SIGHUP is listened to from the start on: under
 * `nohup` it is ignored, and a child inherits that as long as we have not listened.
 */
export function passingOn(
  os: Os,
  { isScript = false, stdio }: Pick<Command, "isScript" | "stdio">,
  family: Family,
): Passing {
  const running: { child?: Deno.ChildProcess; late?: Disposable } = {};
  const underWay: Promise<void>[] = [];
  const around = { isScript, family, isHelper: stdio === "capture" };
  const hear = (signals: readonly Treated[]) =>
    listening(signals, (signal) => {
      if (running.child === undefined || signal.to === "nobody") return;
      underWay.push(pass(os, signal, running.child, around));
    });
  const all = treatedOn(os);
  family.children += 1;
  const early = hear(all.filter(({ name }) => name !== "SIGHUP"));
  return {
    to: (child) => {
      running.child = child;
      running.late = hear(all.filter(({ name }) => name === "SIGHUP"));
    },
    settled: async () => void await Promise.all(underWay),
    [Symbol.dispose]: () => {
      early[Symbol.dispose]();
      running.late?.[Symbol.dispose]();
      family.children -= 1;
    },
  };
}

type ProcessTable = readonly ProcessRow[] | undefined;

interface Circumstances {
  readonly family: Family;
  readonly isScript: boolean;
  /** Whether the child only helps us: when a Ctrl-C ends it, that ends us. */
  readonly isHelper: boolean;
}

async function pass(
  os: Os,
  { name, to, deadlyCode, asksToEnd }: Treated,
  child: Deno.ChildProcess,
  { family, isScript, isHelper }: Circumstances,
): Promise<void> {
  const isMaybeTerminal = to === "child-unless-terminal";
  const table = isMaybeTerminal || isScript ? await processTable(os) : undefined;
  const hasItAlready = isMaybeTerminal && isFromTerminal(table);
  if (asksToEnd && deadlyCode !== undefined && (isHelper || !hasItAlready)) {
    family.stopped ??= { signal: name, code: deadlyCode };
  }
  if (hasItAlready) return;
  deliver(child, name, isScript ? table : undefined);
}

/** Sends a signal to a child, and to the commands that a shell waits for. */
export async function send(
  os: Os,
  child: Deno.ChildProcess,
  signal: Deno.Signal,
  isScript: boolean,
): Promise<void> {
  deliver(child, signal, isScript ? await processTable(os) : undefined);
}

/** The shell first: it must know of the signal when it sees its command end. */
function deliver(child: Deno.ChildProcess, signal: Deno.Signal, table: ProcessTable): void {
  untilGone(() => child.kill(signal));
  for (const pid of commandsOf(table ?? [], child.pid)) untilGone(() => Deno.kill(pid, signal));
}

/** Where processes cannot be looked at, whoever has a terminal is taken to be in its foreground. */
function isFromTerminal(table: ProcessTable): boolean {
  const known = table === undefined ? undefined : isInForeground(table, Deno.pid);
  return known ?? [Deno.stdin, Deno.stdout, Deno.stderr].some((stream) => stream.isTerminal());
}

function untilGone(kill: () => void): void {
  try {
    kill();
  } catch (error) {
    // It ended by itself (Deno says so with one of the first two), or may not be signalled: sudo, a scoped grant.
    const { NotFound, PermissionDenied, NotCapable } = Deno.errors;
    if ([TypeError, NotFound, PermissionDenied, NotCapable].some((kind) => error instanceof kind)) return;
    throw error;
  }
}

/**
 * The words of a shell that runs a script. A shell without traps is ended at once by most signals, and leaves its command
 * behind. With these it waits for its command, which gets the signal from us, and ends by the signal then. A Ctrl-C bash
 * treats in this way by itself, and goes on where the command knew what to do with it; other shells need a trap for it.
 */
export function withTraps(os: Os, program: string, args: readonly string[]): readonly string[] {
  const names = treatedOn(os).flatMap(({ name, deadlyCode }) =>
    deadlyCode !== undefined && !(program === "bash" && name === "SIGINT") ? [name.slice("SIG".length)] : []
  );
  const trap = 'trap "trap - $atmos_signal; kill -s $atmos_signal \\$\\$" $atmos_signal';
  const traps = `for atmos_signal in ${names.join(" ")}; do ${trap}; done 2>/dev/null; unset atmos_signal`;
  const [flag = "-c", script = "", ...rest] = args;
  return [flag, `${traps}; ${script}`, ...rest];
}

/**
 * Passes signals for us on to a child; we exit when it exits.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { Command, Os, Stopped } from "../host.ts";
import { commandsOf, isInForeground, type ProcessRow, processTable } from "./process_table.ts";
import { listening, type Treated, treatedOn } from "./signals.ts";

/** State shared by this process and its children. */
export interface Family {
  /** The number of running children; while there are any, they handle Ctrl-C. */
  children: number;
  /** The signal that asked us to exit, if any: start nothing after it. */
  stopped?: Stopped;
}

/** @throws AuthError `interrupted` when a signal has asked us to exit */
export function assertNotStopped({ stopped }: Pick<Family, "stopped">): void {
  if (stopped === undefined) return;
  throw new AuthError("interrupted", `Stopped by ${stopped.signal}`, {
    exitCode: stopped.code,
    reason: stopped.signal === "SIGINT" ? undefined : "signal",
  });
}

/** The link between the signals that we receive and a child. */
interface Passing extends Disposable {
  /** Called as soon as there is a child. */
  readonly to: (child: Deno.ChildProcess) => void;
  /** Resolves when the meaning of every signal so far is known. */
  readonly settled: () => Promise<void>;
}

/**
 * Listens before the child starts, so no signal is lost. Listens to SIGHUP only after the start: `nohup`
 * ignores it, and a child inherits that unless we listen.
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
  /** Whether the child is only our helper: a Ctrl-C that ends it ends us too. */
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

/** Sends a signal to a child and to the commands that a shell waits for. */
export async function send(
  os: Os,
  child: Deno.ChildProcess,
  signal: Deno.Signal,
  isScript: boolean,
): Promise<void> {
  deliver(child, signal, isScript ? await processTable(os) : undefined);
}

/** Signal the shell first: it must know about the signal when its command exits. */
function deliver(child: Deno.ChildProcess, signal: Deno.Signal, table: ProcessTable): void {
  untilGone(() => child.kill(signal));
  for (const pid of commandsOf(table ?? [], child.pid)) untilGone(() => Deno.kill(pid, signal));
}

/** If processes cannot be read, assume that a process with a terminal is in the foreground. */
function isFromTerminal(table: ProcessTable): boolean {
  const known = table === undefined ? undefined : isInForeground(table, Deno.pid);
  return known ?? [Deno.stdin, Deno.stdout, Deno.stderr].some((stream) => stream.isTerminal());
}

function untilGone(kill: () => void): void {
  try {
    kill();
  } catch (error) {
    // It exited by itself (one of the first two), or may not be signaled: sudo, a scoped grant.
    const { NotFound, PermissionDenied, NotCapable } = Deno.errors;
    if ([TypeError, NotFound, PermissionDenied, NotCapable].some((kind) => error instanceof kind)) return;
    throw error;
  }
}

/**
 * Adds traps to a shell that runs a script. Without them most signals end the shell at once and leave its
 * command running. With them it waits for its command, which gets the signal from us, and then ends by the
 * signal. bash handles Ctrl-C this way by itself, and continues if the command handled it; other shells need
 * a trap.
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

/**
 * Keeps Deno's debugger, which has no authentication, closed while credentials are in memory.
 *
 * @module
 */
import { systemOf } from "./start.ts";
import { treatedOn } from "./signals.ts";

/** Deno opens it just before or after we receive the signal; closing it when it is not open does nothing. */
const TIMES = 500;
const PAUSE_MILLIS = 2;

/**
 * Since 2.9.2, from half a second after startup, `deno run` opens its debugger on 127.0.0.1:9229 on every
 * SIGUSR1, even with a listener, and no setting disables that. We close it at once. Without a child that the
 * signal could be for, the signal ends us, as it does any program without a handler.
 *
 * @param isBusy whether there is a child
 */
export function keepDebuggerShut(isBusy: () => boolean): void {
  const signal = treatedOn(systemOf(Deno.build.os)).find(({ name }) => name === "SIGUSR1");
  if (signal === undefined) return;
  Deno.addSignalListener(signal.name, () => {
    if (!isBusy()) Deno.exit(signal.deadlyCode);
    close(closer(), TIMES);
  });
}

function close(once: (() => void) | undefined, times: number): void {
  if (once === undefined || times === 0) return;
  once();
  setTimeout(() => close(once, times - 1), PAUSE_MILLIS);
}

/**
 * `close` of `node:inspector`, which needs no grant, unlike its other functions. Node's `process`, a global,
 * has it loaded; an import would slow down every start.
 */
function closer(): (() => void) | undefined {
  const program: unknown = Reflect.get(globalThis, "process");
  const load = memberOf(program, "getBuiltinModule");
  const inspector: unknown = typeof load === "function" ? load("node:inspector") : undefined;
  const found = memberOf(inspector, "close");
  return typeof found === "function" ? () => void found() : undefined;
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

/**
 * Deno's debugger, which must not be open while credentials are in memory: it asks nobody who they are.
 *
 * @module
 */
import { systemOf } from "./start.ts";
import { treatedOn } from "./signals.ts";

/** Deno opens it by itself, a moment before or after we hear of the signal; to close what is not open does nothing. */
const TIMES = 500;
const PAUSE_MILLIS = 2;

/**
 * From 2.9.2 on, `deno run` opens its debugger on 127.0.0.1:9229 half a second after its start whenever SIGUSR1 comes,
 * whoever listens, and has no setting against it. We close it again at once. With no child that the signal could be for,
 * it ends us, as it ends any program that does not know it.
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
 * `close` of `node:inspector`, which needs no grant as its other functions do. Node's `process`, which is there without
 * an import, has it ready; an import would cost every start its time.
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

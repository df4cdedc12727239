#!/usr/bin/env -S deno run -q --no-prompt --allow-all
/**
 * The program `atmos`.
 *
 * @module
 */
import { start, type Started } from "./lib/cli/recall/start.ts";
import type { Family } from "./lib/host_deno/passing_on.ts";
import { startHost } from "./lib/host_deno/start.ts";

const { stackTraceLimit } = Error;
// A start looks for many files that do not exist. Deno throws for each, and nobody reads those stack traces.
Error.stackTraceLimit = 0;
// Not awaited here: in a compiled program other modules import this file, which must have ended by then.
start(startHost(), Deno.args).then(goOn).then((code) => Deno.exit(code));

/** All of the program is loaded when there is something left to do. */
async function goOn(started: Started | undefined): Promise<number> {
  if (started === undefined) return 0;
  Error.stackTraceLimit = stackTraceLimit;
  const { keepDebuggerShut } = await import("./lib/host_deno/debugger.ts");
  const family: Family = { children: 0 };
  keepDebuggerShut(() => family.children > 0);
  const [{ main }, { denoHost }] = [
    await import("./lib/commands/mod.ts"),
    await import("./lib/host_deno.ts"),
  ];
  // Whether there is a terminal is judged by the host, from the environment; words behind -- are not ours.
  const ownWords = Deno.args.slice(0, [...Deno.args, "--"].indexOf("--"));
  const host = denoHost({ forceTerminal: ownWords.includes("--force-tty"), family });
  return await main(host, Deno.args, started);
}

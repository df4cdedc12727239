/**
 * The real world. This file and those in `host_deno/` are the only ones of the library that touch it.
 *
 * @module
 */
import { AuthError } from "./errors.ts";
import type { Host } from "./host.ts";
import { browserOpener } from "./host_deno/browser.ts";
import { browserDriver } from "./host_deno/driven_browser.ts";
import { denoFiles } from "./host_deno/files.ts";
import { giveUp, softVariable } from "./host_deno/grants.ts";
import { loopbackServer, networkFetch } from "./host_deno/network.ts";
import type { Family } from "./host_deno/passing_on.ts";
import { processRunner } from "./host_deno/processes.ts";
import { startHost } from "./host_deno/start.ts";
import { outputOfStdout, screenOfStderr, standardInput } from "./host_deno/terminal.ts";
import { sleep } from "./host_deno/timing.ts";
import { writeFully } from "./host_deno/writing.ts";
import { canAsk } from "./ci.ts";

/** What the caller of the program knows beside its environment. */
export interface DenoHostOptions {
  /** The streams count as terminals whatever they are, as with `ATMOS_FORCE_TTY`. */
  readonly forceTerminal?: boolean;
  /** What is known of the children of this process, for who has to know it, too. */
  readonly family?: Family;
}

/**
 * The host of a command line program. Making it does nothing and reads nothing; `interrupted` listens for Ctrl-C
 * from its first use on, so whoever takes it must heed it.
 */
export function denoHost({ forceTerminal = false, family = { children: 0 } }: DenoHostOptions = {}): Host {
  const start = startHost();
  const { os } = start;
  const look: Host["env"] = (name) =>
    forceTerminal && name === "ATMOS_FORCE_TTY" ? "true" : softVariable(name);
  const input = standardInput(os);
  const lazy: { interrupted?: AbortSignal } = {};
  const files = denoFiles(os, () => softVariable(os === "windows" ? "USERPROFILE" : "HOME") || undefined);
  return {
    ...start,
    self: ownCommand,
    sleep,
    random: (byteCount) => crypto.getRandomValues(new Uint8Array(byteCount)),
    fetch: networkFetch(files, softVariable),
    files,
    run: processRunner(start, family),
    listen: loopbackServer,
    get prompt() {
      const streams = {
        stdinIsTerminal: Deno.stdin.isTerminal(),
        stderrIsTerminal: Deno.stderr.isTerminal(),
      };
      return canAsk(look, streams) ? input.prompt : undefined;
    },
    screen: screenOfStderr(look),
    output: outputOfStdout(look),
    openUrl: browserOpener({ os, env: softVariable }),
    browse: browserDriver(os),
    readInput: input.readInput,
    tell: (text) => writeFully(Deno.stderr, "standard error", text),
    giveUp,
    get interrupted() {
      return lazy.interrupted ??= interruption(family);
    },
  };
}

/**
 * How to start this very program again, for an AWS SDK's `credential_process`. From source the grants of this
 * process cannot be told from inside; a child needs what we need, and it is started by an SDK as the same person,
 * who can run any program anyhow: so it gets all of them. A compiled program carries its own.
 */
function ownCommand(): readonly [string, ...string[]] {
  const program = Deno.execPath();
  if (Deno.build.standalone) return [program];
  const source = new URL("../cli.ts", import.meta.url);
  return [
    program,
    "run",
    "-q",
    "--no-prompt",
    "--cached-only",
    "--allow-all",
    source.protocol === "file:" ? pathOf(source) : source.href,
  ];
}

/** The path of a `file:` URL: `/a b`, `C:\a b`. */
function pathOf(url: URL): string {
  const path = decodeURIComponent(url.pathname);
  return Deno.build.os === "windows" ? path.slice(1).replaceAll("/", "\\") : path;
}

/** The first Ctrl-C aborts the signal, the second one ends us as if nobody listened. */
function interruption(family: Family): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    if (family.children > 0) return;
    Deno.removeSignalListener("SIGINT", interrupt);
    controller.abort(new AuthError("interrupted", "Interrupted"));
  };
  Deno.addSignalListener("SIGINT", interrupt);
  return controller.signal;
}

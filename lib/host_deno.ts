/**
 * The real host. Only this file and `host_deno/` touch the outside world.
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

/** What the program's caller knows beyond its environment. */
export interface DenoHostOptions {
  /** Treat the streams as terminals, as with `ATMOS_FORCE_TTY`. */
  readonly forceTerminal?: boolean;
  /** The state of this process's children, shared with the caller. */
  readonly family?: Family;
}

/**
 * The host of a command-line program. Creating it does and reads nothing. `interrupted` listens for Ctrl-C
 * from its first use, so callers that read it must handle it.
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
 * The command that starts this program again, for an AWS SDK's `credential_process`. From source we cannot
 * tell the grants of this process, and a child needs the same, so it gets all: an SDK starts it as the same
 * user, who can run any program anyway. A compiled program carries its own grants.
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

/** The first Ctrl-C aborts the signal; the second one ends the process by default. */
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

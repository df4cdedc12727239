#!/usr/bin/env -S deno run -q --no-prompt --allow-all
/**
 * The program `atmos`.
 *
 * @module
 */
import { main } from "./lib/commands/mod.ts";
import { denoHost } from "./lib/host_deno.ts";

// Whether there is a terminal is judged by the host, from the environment; words behind -- are not ours.
const ownWords = Deno.args.slice(0, [...Deno.args, "--"].indexOf("--"));
const host = denoHost({ forceTerminal: ownWords.includes("--force-tty") });

Deno.exit(await main(host, Deno.args));

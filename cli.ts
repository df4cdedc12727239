#!/usr/bin/env -S deno run -q --allow-all
/**
 * The program `atmos`.
 *
 * @module
 */
import { main } from "./lib/commands/mod.ts";
import { denoHost } from "./lib/host_deno.ts";

// Whether there is a terminal is judged by the host, from the environment; words behind -- are not ours.
const ownWords = Deno.args.slice(0, [...Deno.args, "--"].indexOf("--"));
if (ownWords.includes("--force-tty")) Deno.env.set("ATMOS_FORCE_TTY", "true");

Deno.exit(await main(denoHost(), Deno.args));

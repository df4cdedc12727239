/**
 * The command line, killed at a rename: `PATTERN WORD...`. It dies just before it renames a temporary file to a path
 * that the pattern matches; everything up to there is what users run.
 */
import { main } from "../../lib/commands/mod.ts";
import { denoHost } from "../../lib/host_deno.ts";

const [pattern = "", ...words] = Deno.args;
const { rename } = Deno;
Reflect.set(Deno, "rename", async (from: string, to: string) => {
  if (new RegExp(pattern).test(to)) Deno.kill(Deno.pid, "SIGKILL");
  await rename(from, to);
});
Deno.exit(await main(denoHost(), words));

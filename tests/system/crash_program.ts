/**
 * The command line, killed at some moment: `PATTERN WORD...`. It dies just before it renames a temporary file to a path
 * that the pattern matches, or sends a request with such an `Action`; everything up to there is what users run.
 */
import { main } from "../../lib/commands/mod.ts";
import { denoHost } from "../../lib/host_deno.ts";
import { derived } from "../../lib/session/derive.ts";

const [pattern = "", ...words] = Deno.args;
const isMeant = new RegExp(pattern);

function dieAt(moment: string): void {
  if (isMeant.test(moment)) Deno.kill(Deno.pid, "SIGKILL");
}

const { rename } = Deno;
Reflect.set(Deno, "rename", async (from: string, to: string) => {
  dieAt(to);
  await rename(from, to);
});
const host = denoHost();
const dying = derived(host, {
  fetch: async (request) => {
    dieAt(new URLSearchParams(await request.clone().text()).get("Action") ?? "");
    return await host.fetch(request);
  },
});
Deno.exit(await main(dying, words));

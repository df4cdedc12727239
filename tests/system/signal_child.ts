/**
 * A child that writes every signal it hears into a file, a line each, after the line `ready`. The signal that is named
 * (SIGTERM otherwise) ends it with exit code 33, a moment later and after the line `bye`.
 */
import { treatedOn } from "../../lib/host_deno/signals.ts";

const [file = "", last = "SIGTERM"] = Deno.args;
const say = (line: string) => Deno.writeTextFileSync(file, `${line}\n`, { append: true });

for (const { name } of treatedOn(Deno.build.os === "darwin" ? "darwin" : "linux")) {
  Deno.addSignalListener(name, () => {
    say(name);
    if (name === last) setTimeout(end, 200);
  });
}
setTimeout(() => Deno.exit(99), 600_000);
say("ready");

function end(): void {
  say("bye");
  Deno.exit(33);
}

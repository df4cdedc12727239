/**
 * A child of `exec`: says as JSON what it got. With the word `files` also what stands in the files that it was
 * pointed to, with `stdin` what it reads there; with `signals` it waits for one and says which came.
 */
const wants = new Set(Deno.args);
const say = (value: unknown) => console.log(JSON.stringify(value));

if (wants.has("signals")) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      say({ signal });
      Deno.exit(33);
    });
  }
  say("ready");
  setTimeout(() => Deno.exit(99), 600_000);
} else {
  const file = (name: string) => Deno.readTextFileSync(Deno.env.get(name) ?? "");
  say({
    environment: Deno.env.toObject(),
    words: Deno.args,
    directory: Deno.cwd(),
    ...(wants.has("files") ? { config: file("AWS_CONFIG_FILE") } : {}),
    ...(wants.has("stdin") ? { stdin: await new Response(Deno.stdin.readable).text() } : {}),
  });
}

/**
 * Keeps a hermetic AWS running on this machine until Ctrl-C:
 *
 *     deno task emulator [--port=N] [--interval=SECONDS] [--json]
 *
 * `--port` default any free one, `--interval` between polls of a device login default 1, `--json` prints what
 * a program needs (with the bearer of `/_control/*`) in place of the text for people.
 */
import { defaultSeed, type Emulator, startEmulator } from "../tests/emulator/mod.ts";
import { chainedConfig } from "./chained_config.ts";

const USAGE = "usage: deno task emulator [--port=N] [--interval=SECONDS] [--json]";

interface Options {
  port: number;
  interval: number;
  json: boolean;
}

/** Throws RangeError on anything that is not an option. */
function readOptions(args: readonly string[]): Options {
  const options = { port: 0, interval: 1, json: false };
  for (const arg of args.join("\n").replaceAll(/^(--\w+)\n(?=\d)/gm, "$1=").split("\n").filter(Boolean)) {
    const [, name, digits] = /^--(port|interval)=(\d{1,5})$/.exec(arg) ?? [];
    if (arg === "--json") options.json = true;
    else if (name === "port" && Number(digits) < 65536) options.port = Number(digits);
    else if (name === "interval") options.interval = Number(digits);
    else throw new RangeError(`${arg}: not an option of this program`);
  }
  return options;
}

function describe({ url, startUrl, environment }: Emulator): string {
  const exports = Object.entries(environment).map(([name, value]) => `  export ${name}=${value}`);
  return `AWS emulator at ${url}. Nothing here reaches AWS; all state is gone when it stops.

In the shell where you try it:

${exports.join("\n")}

In an atmos.yaml:

${chainedConfig(startUrl)}
Then run "atmos auth login --device-code", open the link it shows in a browser of yours, and click Approve.
  Accounts and permission sets: ${startUrl}
  Device page:                  ${url}/device

Ctrl-C stops it.
`;
}

async function main(args: readonly string[]): Promise<number> {
  const { port, interval, json } = readOptions(args);
  const seed = defaultSeed();
  seed.portal.interval = interval;
  const emulator = await startEmulator({ seed, port });
  const { url, startUrl, environment, controlToken } = emulator;
  const text = json
    ? `${JSON.stringify({ url, startUrl, environment, controlToken })}\n`
    : describe(emulator);
  await Deno.stdout.write(new TextEncoder().encode(text));
  await interrupted();
  await emulator.close();
  return 0;
}

function interrupted(): Promise<void> {
  // Windows knows no SIGTERM.
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  return new Promise((resolve) => {
    for (const signal of signals) Deno.addSignalListener(signal, () => resolve());
  });
}

try {
  Deno.exit(await main(Deno.args));
} catch (cause) {
  if (!(cause instanceof RangeError)) throw cause;
  await Deno.stderr.write(new TextEncoder().encode(`${cause.message}\n${USAGE}\n`));
  Deno.exit(2);
}

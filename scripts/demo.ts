/**
 * The whole promise in one run, `deno task demo`: the real command line, as its own process with real permission
 * flags and a home of its own, against an AWS that runs on this machine for as long as the demo does. Nothing
 * leaves the machine, and nothing outside a temporary directory is written.
 *
 * @module
 */
import { startEmulator } from "../tests/emulator/mod.ts";
import { chainedConfig } from "./chained_config.ts";

const CLI = new URL("../cli.ts", import.meta.url).pathname;
const CALLER = new URL("./caller_identity.ts", import.meta.url).pathname;
const REPOSITORY = new URL("..", import.meta.url).pathname;

const isPlain = Deno.noColor || !Deno.stdout.isTerminal();
const bold = (text: string) => isPlain ? text : `\x1b[1m${text}\x1b[0m`;
const dim = (text: string) => isPlain ? text : `\x1b[2m${text}\x1b[0m`;

const KEYRING = `  keyring:
    type: file                # its password comes from ATMOS_KEYRING_PASSWORD

`;

/** What one run of the command line gave. */
interface Run {
  readonly code: number;
  readonly stdout: string;
}

/** The permissions that the command line gets: this demo's directories, the emulator, and the program it runs. */
function permissions(home: string, port: string): readonly string[] {
  return [
    "--no-prompt",
    `--allow-net=127.0.0.1:${port}`,
    `--allow-read=${home},${REPOSITORY},/usr/local/etc/atmos`,
    `--allow-write=${home}`,
    `--allow-run=${Deno.execPath()}`,
    "--allow-env",
    "--allow-sys=uid",
  ];
}

/** Shows a command as a person would type it, runs it, shows what it says, and fails if it does. */
async function atmos(
  shown: string,
  args: readonly string[],
  world: { readonly home: string; readonly env: Record<string, string>; readonly port: string },
  onStderr: (text: string) => Promise<void> = () => Promise.resolve(),
): Promise<Run> {
  console.log(`\n${bold(`$ ${shown}`)}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", ...permissions(world.home, world.port), CLI, ...args],
    cwd: world.home,
    clearEnv: true,
    env: world.env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [stdout, , { code }] = await Promise.all([
    relay(child.stdout, (text) => Deno.stdout.writeSync(new TextEncoder().encode(text))),
    relay(child.stderr, async (text) => {
      Deno.stderr.writeSync(new TextEncoder().encode(text));
      await onStderr(text);
    }),
    child.status,
  ]);
  if (code !== 0) throw new Error(`${shown} ended with exit code ${code}`);
  return { code, stdout };
}

async function relay(stream: ReadableStream<Uint8Array>, show: (text: string) => unknown): Promise<string> {
  let all = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    all += text;
    await show(text);
  }
  return all;
}

/** Approves the login as a browser would: opens the page that the CLI printed, and presses its button. */
async function approveInBrowser(page: string): Promise<void> {
  const html = await (await fetch(page)).text();
  const code = /name="user_code"[^>]*value="([^"]+)"/.exec(html)?.[1];
  if (code === undefined) throw new Error("The device page shows no code");
  console.log(dim(`  [demo] a browser opens ${page} and presses Approve`));
  const body = new URLSearchParams({ user_code: code, answer: "approve" });
  const answer = await fetch(new URL("/device", page), { method: "POST", body });
  await answer.text();
  if (!answer.ok) throw new Error(`The device page answered ${answer.status}`);
}

async function main(): Promise<void> {
  const started = performance.now();
  await using aws = await startEmulator();
  aws.state.seed.portal.interval = 1;
  const home = await Deno.makeTempDir({ prefix: "atmos-demo-" });
  try {
    await run(aws, home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
  console.log(dim(`\n${((performance.now() - started) / 1000).toFixed(1)} s, nothing left behind.`));
}

async function run(aws: Awaited<ReturnType<typeof startEmulator>>, home: string): Promise<void> {
  const world = {
    home,
    port: new URL(aws.url).port,
    env: {
      HOME: home,
      PATH: Deno.env.get("PATH") ?? "",
      DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME") ?? ""}/.cache/deno`,
      ATMOS_KEYRING_PASSWORD: "a-demo-password-not-a-secret",
      ...(isPlain ? { NO_COLOR: "1" } : {}),
      ...aws.environment,
    },
  };
  const text = chainedConfig(aws.startUrl, KEYRING);
  await Deno.writeTextFile(`${home}/atmos.yaml`, text);
  console.log(bold("An AWS for this demo runs on this machine, with this atmos.yaml beside it:\n"));
  console.log(dim(text));

  await atmos("atmos auth validate", ["auth", "validate"], world);
  let approving: Promise<void> | undefined;
  await atmos("atmos auth login --device-code", ["auth", "login", "--device-code"], world, async (said) => {
    const page = /http:\/\/127\.0\.0\.1:\d+\/\S*device\S*/.exec(said)?.[0];
    if (page !== undefined) approving ??= approveInBrowser(page);
    await approving;
  });
  await atmos("atmos auth whoami", ["auth", "whoami"], world);
  await atmos("atmos auth list", ["auth", "list"], world);
  await atmos("atmos auth env --format json", ["auth", "env", "--format", "json"], world);
  const shown = "atmos auth exec -- deno run caller_identity.ts";
  const exec = ["auth", "exec", "--", Deno.execPath(), "run", "-q", "--allow-all", CALLER];
  const { stdout } = await atmos(shown, exec, world);
  prove(stdout);
}

/** The last word: AWS itself said who signed the call. */
function prove(stdout: string): void {
  const { Arn } = JSON.parse(stdout);
  const expected = "arn:aws:sts::999999999999:assumed-role/ProductionAdmin/atmos-demo";
  if (Arn !== expected) throw new Error(`The identity that answered is ${Arn}, not ${expected}`);
  console.log(`\n${bold("Proved:")} the call was signed by the chained role, ${Arn}`);
}

await main();

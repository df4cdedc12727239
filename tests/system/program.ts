/**
 * The program under test as a process: started, watched, waited for.
 */
import { PATIENCE_MILLIS } from "./waiting.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** The name of a variable with the path of a compiled program to test in place of the source. */
const COMPILED = "ATMOS_TEST_PROGRAM";

/** What a run gave. `code` is 128 + n when signal n ended it. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run that has not ended yet. */
export interface Running {
  readonly pid: number;
  /** Does nothing when it has ended. */
  readonly kill: (signal: Deno.Signal) => void;
  readonly ended: Promise<Ran>;
}

export interface StartOptions {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Told of stdout and stderr as they grow. */
  readonly onStdout?: (soFar: string) => void;
  readonly onStderr?: (soFar: string) => void;
}

/** Whether a compiled program is tested: it carries its own permissions, which no test can narrow. */
export const isCompiled = (): boolean => (Deno.env.get(COMPILED) ?? "") !== "";

/**
 * The program under test, as its first words.
 *
 * @param grants permission flags in place of all permissions; a compiled program ignores them
 */
export function program(grants: readonly string[] = ["--allow-all"]): readonly [string, ...string[]] {
  const compiled = Deno.env.get(COMPILED) ?? "";
  if (compiled !== "") return [compiled];
  // Nothing may be fetched, and nothing asked: a missing module or grant is a failure.
  return [Deno.execPath(), "run", "-q", "--no-prompt", "--cached-only", ...grants, `${ROOT}cli.ts`];
}

/** A module of this directory as a program of its own. */
export function helper(name: string): readonly [string, ...string[]] {
  return [
    Deno.execPath(),
    "run",
    "-q",
    "--no-prompt",
    "--cached-only",
    "--allow-all",
    `${ROOT}tests/system/${name}`,
  ];
}

/** Starts a program; it has exactly the environment that is given. */
export function start([command, ...args]: readonly [string, ...string[]], options: StartOptions): Running {
  const child = new Deno.Command(command, {
    args,
    cwd: options.directory,
    clearEnv: true,
    env: { ...options.env },
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return { pid: child.pid, kill: (signal) => kill(child, signal), ended: ended(child, options) };
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // That is how Deno says that it has ended.
    if (!(error instanceof TypeError)) throw error;
  }
}

/** A run that hangs fails its test, and not the whole suite. */
async function ended(child: Deno.ChildProcess, options: StartOptions): Promise<Ran> {
  const { promise: hung, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    kill(child, "SIGKILL");
    reject(new Error(`the program did not end within ${PATIENCE_MILLIS / 60_000} minutes`));
  }, PATIENCE_MILLIS);
  try {
    return await Promise.race([whole(child, options), hung]);
  } finally {
    clearTimeout(timer);
  }
}

async function whole(child: Deno.ChildProcess, options: StartOptions): Promise<Ran> {
  const [stdout, stderr, { code }] = await Promise.all([
    collect(child.stdout, options.onStdout),
    collect(child.stderr, options.onStderr),
    child.status,
    options.stdin === undefined ? undefined : feed(child.stdin, options.stdin),
  ]);
  return { code, stdout, stderr };
}

async function feed(stdin: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
}

async function collect(
  stream: ReadableStream<Uint8Array>,
  watch: (soFar: string) => void = () => {},
): Promise<string> {
  let all = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    all += text;
    watch(all);
  }
  return all;
}

/** Whether a program is on the PATH of the tests. */
export async function isInstalled(name: string): Promise<boolean> {
  const directories = (Deno.env.get("PATH") ?? "").split(":").filter((directory) => directory !== "");
  for (const directory of directories) {
    const info = await Deno.stat(`${directory}/${name}`).catch((error: unknown) => {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
        return undefined;
      }
      throw error;
    });
    if (info?.isFile) return true;
  }
  return false;
}

/** A test that needs something of the machine; without it, it stands among the skipped with the reason. */
export function testIf(condition: boolean, reason: string, name: string, fn: () => Promise<void>): void {
  Deno.test({ name: condition ? name : `${name} (skipped: ${reason})`, ignore: !condition, fn });
}

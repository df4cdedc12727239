/**
 * The real command line as its own process, in a home of its own, against an AWS on loopback. Every system test
 * uses it, and with it the canary: whatever secret was in play is searched for in all that was printed and written.
 */
import assert from "node:assert/strict";
import { findSecrets } from "../emulator/canary.ts";
import {
  type Emulator,
  type EmulatorOptions,
  type IssuedSecret,
  PLAIN_USER,
  startEmulator,
} from "../emulator/mod.ts";
import { program, type Ran, type Running, start, type StartOptions } from "./program.ts";

export type { Ran, Running } from "./program.ts";

/** The password of every file keyring in the tests. */
export const KEYRING_PASSWORD = "not-a-real-keyring-password";

export interface RunOptions extends Pick<StartOptions, "stdin" | "onStdout" | "onStderr"> {
  /** On top of the world's variables; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: the home. */
  readonly directory?: string;
  /** Whether stdout is meant to hold secrets, as that of `env` is. */
  readonly printsSecrets?: boolean;
  /** Approves a login as soon as its page is printed. */
  readonly approve?: boolean;
  /** Words before the program's own, such as those of `setpriv`. */
  readonly under?: readonly string[];
  /** Permission flags in place of all permissions. */
  readonly grants?: readonly string[];
}

export interface World extends AsyncDisposable {
  readonly aws: Emulator;
  /** The home directory; `atmos.yaml` belongs below it. */
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly write: (path: string, text: string) => Promise<void>;
  readonly read: (path: string) => Promise<string>;
  /** Runs `atmos` with these words. */
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** Starts `atmos` with these words. */
  readonly start: (args: readonly string[], options?: RunOptions) => Running;
  /** Words for starting `atmos` by other means, such as a terminal. */
  readonly program: readonly [string, ...string[]];
  /** Adds a secret that the emulator does not know of. */
  readonly guard: (kind: string, value: string) => void;
  /** Adds a text that must not hold a secret: what a child saw, a log outside of the home. */
  readonly watch: (name: string, text: string) => void;
  /**
   * The canary: fails when a secret stands in an output or a file that is not meant to hold it. AWS credentials
   * files are; `allowed` are further ones.
   */
  readonly assertNoLeaks: (allowed?: (path: string) => boolean) => Promise<void>;
}

/** A configuration with one portal, a permission set, and a role chained behind it, which is the default. */
export function chainedConfig(startUrl: string, extra = ""): string {
  return `auth:
  keyring: { type: file }
  providers:
    my-sso: { kind: aws/iam-identity-center, region: us-east-1, start_url: "${startUrl}" }
  identities:
    base-admin:
      kind: aws/permission-set
      via: { provider: my-sso }
      principal: { name: AdminAccess, account: { name: core-identity } }
    prod-admin:
      kind: aws/assume-role
      default: true
      via: { identity: base-admin }
      principal: { assume_role: "arn:aws:iam::999999999999:role/ProductionAdmin", session_name: first-light }
${extra}`;
}

/** A configuration that keeps nothing: long-lived keys out of {@linkcode MEMORY_KEYS}. */
export const MEMORY_CONFIG = `auth:
  keyring: { type: memory }
  identities:
    deploy-bot:
      kind: aws/user
      credentials:
        access_key_id: !env MEMORY_KEY
        secret_access_key: !env MEMORY_SECRET
        region: us-east-1
`;
export const MEMORY_KEYS = { MEMORY_KEY: PLAIN_USER.accessKeyId, MEMORY_SECRET: PLAIN_USER.secretAccessKey };

/** Starts an emulator and makes a home with nothing in it. */
export async function startWorld(options: EmulatorOptions = {}): Promise<World> {
  const aws = await startEmulator(options);
  aws.state.seed.portal.interval = 1;
  const home = await Deno.makeTempDir({ prefix: "atmos-world-" });
  await Deno.mkdir(`${home}/tmp`);
  const env = worldVariables(home, aws);
  const outputs: Record<string, string> = {};
  const guarded: IssuedSecret[] = [{ kind: "keyring password", value: KEYRING_PASSWORD }];
  const watch = (name: string, text: string) => {
    outputs[`${Object.keys(outputs).length} ${name}`] = text;
  };
  const begin = (args: readonly string[], given: RunOptions = {}): Running => {
    const running = startAtmos(aws, home, env, args, given);
    const ended = running.ended.then((ran) => {
      watch(args.join(" "), `${given.printsSecrets ? "" : ran.stdout}\n${ran.stderr}`);
      return ran;
    });
    return { ...running, ended };
  };
  return {
    aws,
    home,
    env,
    program: program(),
    guard: (kind, value) => void guarded.push({ kind, value }),
    watch,
    write: (path, text) => writeBelow(home, path, text),
    read: (path) => Deno.readTextFile(`${home}/${path}`),
    start: begin,
    run: (args, given) => begin(args, given).ended,
    assertNoLeaks: async (allowed = () => false) => {
      const leaks = await findSecrets([...aws.secrets(), ...guarded], {
        texts: outputs,
        dirs: [home],
        isAllowed: (path) => path.endsWith("/credentials") || allowed(path),
      });
      assert.deepEqual(leaks, []);
    },
    [Symbol.asyncDispose]: async () => {
      await aws.close();
      await removeTree(home);
    },
  };
}

/** A world with the chained configuration, logged in. */
export async function loggedInWorld(extra = "", options: EmulatorOptions = {}): Promise<World> {
  const world = await startWorld(options);
  try {
    await world.write("atmos.yaml", chainedConfig(world.aws.startUrl, extra));
    await logIn(world);
    return world;
  } catch (error) {
    await world[Symbol.asyncDispose]();
    throw error;
  }
}

/** Runs `atmos` with words that must not fail. */
export async function succeeds(
  world: Pick<World, "run">,
  words: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  const ran = await world.run(words, options);
  assert.equal(ran.code, 0, ran.stderr);
  return ran;
}

/** Logs in at the device page. */
export async function logIn(
  world: World,
  words: readonly string[] = [],
  options: RunOptions = {},
): Promise<Ran> {
  return await succeeds(world, ["auth", "login", "--device-code", ...words], { approve: true, ...options });
}

function worldVariables(home: string, aws: Emulator): Record<string, string> {
  const outer = (name: string) => Deno.env.get(name) ?? "";
  return {
    HOME: home,
    PATH: outer("PATH"),
    TMPDIR: `${home}/tmp`,
    DENO_DIR: outer("DENO_DIR") || `${outer("HOME")}/.cache/deno`,
    ATMOS_KEYRING_PASSWORD: KEYRING_PASSWORD,
    NO_COLOR: "1",
    ...aws.environment,
  };
}

async function writeBelow(home: string, path: string, text: string): Promise<void> {
  const whole = `${home}/${path}`;
  await Deno.mkdir(whole.slice(0, whole.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(whole, text);
}

function startAtmos(
  aws: Emulator,
  home: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  options: RunOptions,
): Running {
  const approver = options.approve ? approving(aws) : () => {};
  const [first, ...rest] = [...options.under ?? [], ...program(options.grants), ...args];
  if (first === undefined) throw new RangeError("No program to start");
  return start([first, ...rest], {
    directory: options.directory ?? home,
    env: merged(env, options.env ?? {}),
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    ...(options.onStdout === undefined ? {} : { onStdout: options.onStdout }),
    onStderr: (soFar) => {
      options.onStderr?.(soFar);
      approver(soFar);
    },
  });
}

function merged(
  env: Readonly<Record<string, string>>,
  edits: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const all: Record<string, string> = { ...env };
  for (const [name, value] of Object.entries(edits)) {
    if (value === undefined) delete all[name];
    else all[name] = value;
  }
  return all;
}

/** Presses Approve once for every code that is printed. */
function approving(aws: Emulator): (printed: string) => void {
  const approved = new Set<string>();
  return (printed) => {
    for (const [, code] of printed.matchAll(/\b([A-Z]{4}-[A-Z]{4})\b/g)) {
      if (code === undefined || approved.has(code)) continue;
      approved.add(code);
      aws.approve(code);
    }
  };
}

/** A shell that was just ended may still write its history into its home. */
async function removeTree(path: string): Promise<void> {
  for (let left = 50;; left--) {
    try {
      return await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (left === 0 || error instanceof Deno.errors.NotFound) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

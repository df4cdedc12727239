/**
 * A project in which the manual's commands are typed as they stand there: `atmos`, `aws` and `terraform` on the PATH,
 * somebody at a terminal who approves logins, and an AWS on loopback that is reached through the SDKs' own variables.
 */
import assert from "node:assert/strict";
import { type CommandLine, commandLines } from "../seed/blocks.ts";
import { PLAIN_USER } from "../emulator/mod.ts";
import { helper, isInstalled } from "./program.ts";
import { awsCliVariables, findAwsCli } from "./awscli.ts";
import { openTerminal, type Terminal } from "./tmux.ts";
import { type Ran, type RunOptions, startWorld, type World } from "./world.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const awsCli = await findAwsCli();

export const hasTmux = await isInstalled("tmux");
export const NO_TMUX = "tmux is not installed";

/** What the stand-in for Terraform said when it planned or applied; everything else it does without a word. */
export interface TerraformRun {
  readonly words: readonly string[];
  readonly directory: string;
  readonly variables: readonly string[];
  readonly principal: string;
}

export interface Project extends AsyncDisposable {
  readonly world: World;
  /** Runs lines as they are, in `/bin/sh` or in another shell. */
  readonly sh: (command: string, options?: RunOptions, shell?: readonly string[]) => Promise<Ran>;
  /** A terminal in the project, with variables on top of its own. */
  readonly terminal: (more?: Readonly<Record<string, string | undefined>>) => Promise<Terminal>;
}

/**
 * Makes a project.
 *
 * @param layers the text of `atmos.yaml`, above those of files that it is laid over; the lowest first
 */
export async function startProject(...layers: readonly string[]): Promise<Project> {
  const world = await startWorld();
  try {
    await writeLayers(world, layers);
    await writePrograms(world);
    return await projectIn(world);
  } catch (error) {
    await world[Symbol.asyncDispose]();
    throw error;
  }
}

/** Writes the layers of a configuration over what was there. */
async function writeLayers(world: World, layers: readonly string[]): Promise<void> {
  for (const [at, text] of layers.slice(0, -1).entries()) await world.write(`.atmos.d/${at}.yaml`, text);
  await world.write("atmos.yaml", layers.at(-1) ?? "");
}

async function projectIn(world: World): Promise<Project> {
  const env = {
    PATH: `${world.home}/bin:${world.env["PATH"]}`,
    // There is no keyring of an operating system here.
    ATMOS_KEYRING_TYPE: "file",
    ...(awsCli === undefined ? {} : await awsCliVariables(`${world.home}/models`, world.aws.url)),
  };
  // A container has no browser: logins show a code.
  const person = { ATMOS_FORCE_TTY: "true", container: "oci" };
  return {
    world,
    sh: (command, options = {}, shell = ["/bin/sh", "-c"]) =>
      world.run([], {
        approve: true,
        printsSecrets: /\bauth env\b/.test(command),
        ...options,
        // What follows are words that the line does not ask for.
        under: [...shell, command],
        env: { ...env, ...person, ...options.env },
      }),
    terminal: (more = {}) =>
      openTerminal({
        directory: world.home,
        env: defined({ ...world.env, ...env, container: "oci", ...more }),
      }),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

const defined = (all: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]),
  );

/** `atmos`, `aws` and `terraform`. */
async function writePrograms(world: World): Promise<void> {
  const caller = [Deno.execPath(), "run", "-q", "--cached-only", "-A", `${ROOT}scripts/caller_identity.ts`];
  const programs = {
    atmos: started(world.program),
    aws: started(awsCli === undefined ? caller : [awsCli]),
    terraform: `case "$1" in plan | apply) ${started(helper("seed_terraform.ts"))} ;; esac`,
  };
  for (const [name, script] of Object.entries(programs)) {
    await world.write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
    await Deno.chmod(`${world.home}/bin/${name}`, 0o755);
  }
}

const started = (words: readonly string[]): string =>
  `exec ${words.map((word) => `'${word}'`).join(" ")} "$@"`;

/** Runs every line of a block, one after the other. */
export async function runBlock(
  project: Project,
  line: number,
  names: Readonly<Record<string, string>> = {},
): Promise<readonly (Ran & CommandLine)[]> {
  const runs: (Ran & CommandLine)[] = [];
  for (const one of commandLines(line, names)) runs.push({ ...one, ...await project.sh(one.command) });
  return runs;
}

/** What stand-ins for Terraform said, each on a line of its own. */
export function terraformRuns(printed: string): readonly TerraformRun[] {
  return printed.split("\n").filter((line) => line.startsWith('{"words":')).map((line) => JSON.parse(line));
}

/** Who AWS takes the person for with the permission set AdminAccess of an account. */
export const adminOf = (account: string): string =>
  `arn:aws:sts::${account}:assumed-role/AWSReservedSSO_AdminAccess_0123456789abcdef/jane.doe@example.com`;

/** What `whoami` says to programs. */
export async function whoami(
  { sh }: Project,
  words = "",
  env: RunOptions["env"] = {},
): Promise<Readonly<Record<string, unknown>>> {
  const ran = await sh(`atmos auth whoami --output json ${words}`, { env });
  assert.equal(ran.code, 0, ran.stderr);
  return JSON.parse(ran.stdout);
}

/** The variables that the manual's break-glass users take their keys from. */
export const emergencyKeys = (user: { readonly accessKeyId: string; readonly secretAccessKey: string }) => ({
  EMERGENCY_AWS_ACCESS_KEY_ID: user.accessKeyId,
  EMERGENCY_AWS_SECRET_ACCESS_KEY: user.secretAccessKey,
});

/** What stands in a person's own `~/.aws/credentials`: the keys of an IAM user of the emulator's. */
export function personalProfile(): string {
  const { accessKeyId, secretAccessKey } = PLAIN_USER;
  return `[my-personal-profile]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}

/**
 * Stand-ins for CI systems: a workspace, the variables of a job, and the shell that runs its steps as the runner does.
 */
// @ts-types="yaml/types"
import { parse } from "yaml";
import type { Ran, World } from "./world.ts";

/** The top of the repository, without a slash at its end. */
export const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");

/** The role that the workflow of the emulator's seed may assume, as a configuration for GitHub. */
export const ROLE = "arn:aws:iam::123456789012:role/GitHubActionsRole";
export const PRINCIPAL = "arn:aws:sts::123456789012:assumed-role/GitHubActionsRole/ci";

export function githubConfig(extra = ""): string {
  return `auth:
  providers:
    github-oidc:
      kind: github/oidc
      region: us-east-1
      spec: { audience: sts.us-east-1.amazonaws.com }
  identities:
    github-deploy:
      kind: aws/assume-role
      default: true
      via: { provider: github-oidc }
      principal: { assume_role: "${ROLE}", session_name: ci }
${extra}`;
}

/** What a runner sets for every job; with `id-token: write` also what the token is asked with. */
export function githubJob({ aws, home }: World, mayAsk = true): Readonly<Record<string, string | undefined>> {
  return {
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_EVENT_NAME: "push",
    GITHUB_WORKSPACE: `${home}/work`,
    RUNNER_TEMP: `${home}/runner`,
    // There is neither a password nor a bus: whatever opened a keyring would fail.
    ATMOS_KEYRING_PASSWORD: undefined,
    ...(mayAsk ? aws.github : {}),
  };
}

/** Lines of a script, run as a step. */
export interface Shell {
  readonly program: readonly [string, ...string[]];
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** GitHub's own way to run a step with `shell: bash`. */
export const GITHUB_BASH = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"] as const;

export async function runScript(script: string, { program, directory, env }: Shell): Promise<Ran> {
  const [command, ...args] = program;
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args, script],
    cwd: directory,
    clearEnv: true,
    env: { ...env },
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, stdout: out ?? "", stderr: err ?? "" };
}

/** A step of a composite action or a job. */
export interface Step {
  readonly name: string;
  readonly run: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The steps and the inputs' defaults of a composite action. */
export function readAction(text: string): {
  readonly steps: readonly Step[];
  readonly inputs: Readonly<Record<string, string>>;
} {
  const { inputs, runs } = parse(text) as {
    inputs: Record<string, { default: string }>;
    runs: { using: string; steps: readonly Step[] };
  };
  const defaults = Object.entries(inputs).map(([name, input]) => [name, input.default] as const);
  return { steps: runs.steps, inputs: Object.fromEntries(defaults) };
}

/** A GitHub runner: what one step writes to the files of the job, the next one finds in its environment. */
export interface Runner {
  readonly step: (step: Step, inputs?: Readonly<Record<string, string>>) => Promise<Ran>;
  /** What the runner would show of everything that was printed: with what was masked taken out. */
  readonly log: () => string;
  readonly env: () => Readonly<Record<string, string>>;
}

export async function githubRunner(
  world: World,
  job: Readonly<Record<string, string | undefined>>,
): Promise<Runner> {
  const { home } = world;
  const commands = `${home}/runner/_runner_file_commands`;
  await Deno.mkdir(commands, { recursive: true });
  await Deno.mkdir(`${home}/work`, { recursive: true });
  const state: { env: Record<string, string>; path: string[]; masked: string[]; printed: string } = {
    env: Object.fromEntries(
      Object.entries({ ...world.env, GITHUB_ACTION_PATH: ROOT, ...job })
        .flatMap(([name, value]) => value === undefined ? [] : [[name, value]]),
    ),
    path: [],
    masked: [],
    printed: "",
  };
  if (job["ATMOS_KEYRING_PASSWORD"] === undefined) delete state.env["ATMOS_KEYRING_PASSWORD"];
  let count = 0;
  return {
    env: () => state.env,
    log: () => state.masked.reduce((log, secret) => log.replaceAll(secret, "***"), state.printed),
    step: async ({ run, env = {} }, inputs = {}) => {
      count += 1;
      const files = {
        GITHUB_ENV: `${commands}/set_env_${count}`,
        GITHUB_PATH: `${commands}/add_path_${count}`,
      };
      for (const file of Object.values(files)) await Deno.writeTextFile(file, "");
      const given = Object.entries(env).map(([name, value]) => [name, evaluated(value, inputs)] as const);
      const deno = Deno.execPath().replace(/\/[^/]*$/, "");
      const ran = await runScript(run, {
        program: GITHUB_BASH,
        directory: `${home}/work`,
        env: {
          ...state.env,
          ...Object.fromEntries(given),
          ...files,
          PATH: [...state.path.toReversed(), deno, state.env["PATH"]].join(":"),
        },
      });
      for (const [, secret = ""] of ran.stdout.matchAll(/^::add-mask::(.+)$/gm)) state.masked.push(secret);
      state.printed += ran.stdout.replace(/^::add-mask::.*\n/gm, "") + ran.stderr;
      Object.assign(state.env, assignments(await Deno.readTextFile(files.GITHUB_ENV)));
      state.path.push(
        ...(await Deno.readTextFile(files.GITHUB_PATH)).split("\n").filter((line) => line !== ""),
      );
      return ran;
    },
  };
}

/** The only expressions that are used. */
function evaluated(text: string, inputs: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{\{ inputs\.(\w+) \}\}/g, (_, name: string) => {
    const value = inputs[name];
    if (value === undefined) throw new RangeError(`no input ${name}`);
    return value;
  });
}

/** The file commands of GitHub Actions: `NAME=value`, or `NAME<<DELIMITER` with lines up to it. */
function assignments(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const [, name, delimiter] = /^([^=<]+)<<(.+)$/.exec(line) ?? [];
    if (name !== undefined) {
      const end = lines.indexOf(delimiter ?? "", at + 1);
      if (end < 0) throw new SyntaxError(`no end of ${name}`);
      found[name] = lines.slice(at + 1, end).join("\n");
      at = end;
    } else if (line !== "") {
      const equals = line.indexOf("=");
      if (equals < 1) throw new SyntaxError(`no assignment: ${line}`);
      found[line.slice(0, equals)] = line.slice(equals + 1);
    }
  }
  return found;
}

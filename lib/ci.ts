/**
 * Who is there: a person at a terminal, or a CI system.
 *
 * @module
 */
import type { Host } from "./host.ts";
import { isOffWord } from "./switch.ts";

/** Each of these says, by being there at all, that a CI system runs us. */
const CI_VARIABLES = [
  "CODEBUILD_BUILD_ARN",
  "TF_BUILD",
  "bamboo_planKey",
  "BITBUCKET_COMMIT",
  "BITRISE_IO",
  "BUILDKITE",
  "CIRCLECI",
  "CIRRUS_CI",
  "CF_BUILD_ID",
  "DRONE",
  "GERRIT_PROJECT",
  "GITEA_ACTIONS",
  "GITHUB_ACTIONS",
  "GITLAB_CI",
  "GO_PIPELINE_LABEL",
  "BUILDER_OUTPUT",
  "HARNESS_BUILD_ID",
  "HUDSON_URL",
  "PROW_JOB_ID",
  "SEMAPHORE",
  "TEAMCITY_VERSION",
  "TRAVIS",
  "TF_VAR_spacelift_run_id",
] as const;

/** Every variable that `isCi` asks for. */
export const CI_SETTINGS: readonly string[] = ["CI", "JENKINS_URL", "BUILD_ID", "CI_NAME", ...CI_VARIABLES];

/** Whether a CI system runs us. */
export function isCi(env: Host["env"]): boolean {
  if (env("CI")?.toLowerCase() === "true") return true;
  if (env("JENKINS_URL") !== undefined && env("BUILD_ID") !== undefined) return true;
  if (["codeship", "sourcehut"].includes(env("CI_NAME") ?? "")) return true;
  return CI_VARIABLES.some((name) => env(name) !== undefined);
}

/** A variable that asks for something: set, not empty, and not an off-word. */
function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== "" && !isOffWord(value);
}

/** Whether the streams count as terminals whatever they are: `ATMOS_FORCE_TTY`. */
export const forcesTerminal = (env: Host["env"]): boolean => isOn(env("ATMOS_FORCE_TTY"));

/** What decides whether somebody can be asked. */
export interface Streams {
  readonly stdinIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
}

/** Whether somebody can be asked: terminals to read from and to draw on, no CI, and not told otherwise. */
export function canAsk(env: Host["env"], streams: Streams): boolean {
  const atTerminal = (streams.stdinIsTerminal && streams.stderrIsTerminal) || forcesTerminal(env);
  return atTerminal && !isCi(env) && !isOffWord(env("ATMOS_INTERACTIVE") ?? "");
}

/** Whether standard error understands cursor movement. */
export function wantsAnsi(env: Host["env"], stderrIsTerminal: boolean): boolean {
  return (stderrIsTerminal || forcesTerminal(env)) && env("TERM") !== "dumb";
}

/** Whether colours are wanted on standard error. */
export function wantsColor(env: Host["env"], stderrIsTerminal: boolean): boolean {
  return colorWish(env) ?? wantsAnsi(env, stderrIsTerminal);
}

/**
 * Whether colours are wanted on standard output. A terminal that is only pretended is for questions: it colours no
 * data that a program reads.
 */
export function wantsOutputColor(env: Host["env"], stdoutIsTerminal: boolean): boolean {
  return colorWish(env) ?? (stdoutIsTerminal && env("TERM") !== "dumb");
}

/** What the environment says of colours; the first that decides: no-color.org, bixense.com/clicolors, Atmos. */
function colorWish(env: Host["env"]): boolean | undefined {
  const force = env("ATMOS_FORCE_COLOR") ?? env("FORCE_COLOR") ?? "";
  if ((env("NO_COLOR") ?? "") !== "") return false;
  if (isOn(env("CLICOLOR_FORCE")) || isOn(force)) return true;
  return isOn(env("ATMOS_NO_COLOR")) || env("CLICOLOR") === "0" || isOffWord(force) ? false : undefined;
}

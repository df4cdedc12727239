/**
 * `atmos auth env`: the session as variables, for a shell, a program or a CI system.
 *
 * @module
 */
import { isPersistent } from "../../config/types.ts";
import { AuthError } from "../../errors.ts";
import type { LinkSession } from "../../chain/types.ts";
import type { EnvironmentEdits, Host } from "../../host.ts";
import { onlyInherited } from "../../output/environment.ts";
import { ENVIRONMENT_FORMATS, type EnvironmentFormat, formatEnvironment } from "../../output/format.ts";
import { chooseIdentity, disabledWords, wishOf } from "../../cli/run/choose.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { type Context, openContext } from "../../cli/run/context.ts";
import { choice, text, toggle, usage, type Values } from "../../cli/line/flags.ts";
import type { Making } from "../../cli/recall/use.ts";
import type { Configured } from "../../cli/run/kept_places.ts";
import { obtainSession, sessionEnvironment } from "../../cli/run/session.ts";
import { FOR_COMPONENT_FLAGS, wantedComponent } from "../../cli/line/stack_flag.ts";

const FLAGS = {
  format: choice(ENVIRONMENT_FORMATS, "FORMAT", `${ENVIRONMENT_FORMATS.join(", ")}; bash by default`, {
    short: "f",
    variable: "ATMOS_AUTH_ENV_FORMAT",
  }),
  files: toggle("Print where the session is kept instead of the session: no secret is printed"),
  outputFile: text(
    "FILE",
    "Write to a file (mode 0600), a pipe or a device instead of standard output; - is that",
    {
      short: "o",
      variable: "ATMOS_AUTH_ENV_OUTPUT_FILE",
    },
  ),
  login: toggle("Accepted for Atmos: the session is made when there is none, anyway"),
  ...FOR_COMPONENT_FLAGS,
} as const;

export const env = command({
  description: "Print the session of an identity as environment variables.\n" +
    "A session that is still fresh is used as it is; otherwise it is made, and you are asked where you must be.",
  examples: [
    ["Set the variables in this shell", 'eval "$(atmos auth env)"'],
    ["For a program that reads JSON", "atmos auth env --format json"],
    ["For a file that a tool loads", "atmos auth env --format dotenv --output-file .env.aws"],
  ],
  flags: FLAGS,
  run: printEnvironment,
});

async function printEnvironment(
  { host, globals, input, known }: Call<Values<typeof FLAGS>>,
): Promise<number> {
  const format = input.format ?? "bash";
  if (disabledWords(host, globals) !== undefined) {
    await (await targetOf(host, format, input.outputFile, undefined))({ set: {}, unset: [] });
    return 0;
  }
  await using context = await openContext(host, globals, { component: wantedComponent(input) });
  if (input.files === true && !isPersistent(context.auth().keyring.type)) {
    throw usage(
      "Cannot print where the session is kept: with a memory keyring it is in no file",
      "Leave out --files to print the session itself",
    );
  }
  const put = await targetOf(context.host, format, input.outputFile, context);
  const plan = await context.plan(await chooseIdentity(host, context.auth(), wishOf(host, globals)));
  const files = input.files === true;
  // What is written to a file is written by the whole program, once in a job.
  const keeper = input.outputFile === undefined && format !== "github" ? known.keeper : undefined;
  const editsOf = (session: LinkSession) => sessionEnvironment(context, plan, session, files);
  const making: Making = (session) => {
    const edits = editsOf(session);
    return {
      as: "text",
      text: formatEnvironment(format, onlyInherited(edits, host.env)),
      dependsOn: edits.unset,
    };
  };
  const target = await obtainSession(context, plan, { keeper, making });
  if (files && target.section === undefined) {
    throw new AuthError("file-failed", "Cannot print where the session is stored: it is in no file", {
      hints: ["Leave out --files to print the session itself"],
    });
  }
  await put(onlyInherited(editsOf(target), host.env));
  return 0;
}

/** Writes variables to where they are wanted. */
type Put = (edits: EnvironmentEdits) => Promise<void>;

/** Where they are wanted: what cannot be written to is found out before there is a session. */
async function targetOf(
  host: Host,
  format: EnvironmentFormat,
  file: string | undefined,
  context: Context | undefined,
): Promise<Put> {
  if (format === "github") return await targetForGithub(host, file, context);
  if (file === undefined) {
    return (edits) => Promise.resolve(host.write(formatEnvironment(format, edits)));
  }
  const output = await opened(host, file, "replace", context);
  return (edits) => output.write(formatEnvironment(format, edits));
}

async function opened(host: Host, file: string, how: "replace" | "append", context: Context | undefined) {
  const { openOutput } = await import("../../cli/run/output_file.ts");
  return await openOutput(host, file, how, context && configuredPlaces(context));
}

function configuredPlaces(context: Context): Configured {
  const { files, directory } = context.loaded();
  return { auth: context.auth(), files, directory, log: context.logFile };
}

/** Later steps of the job get the variables through the file, and everything that it prints is masked. */
async function targetForGithub(
  host: Host,
  file: string | undefined,
  context: Context | undefined,
): Promise<Put> {
  const target = file ?? host.env("GITHUB_ENV") ?? "";
  if (target === "" && file === undefined) {
    throw new AuthError("usage", "Cannot write for GitHub Actions: GITHUB_ENV is not set", {
      hints: ["Run it in a step of a GitHub Actions job, or name a file with --output-file FILE"],
    });
  }
  const { githubMasks } = await import("../../output/format.ts");
  const output = await opened(host, target, "append", context);
  return async (edits) => {
    host.write(githubMasks(edits));
    await output.write(formatEnvironment("github", edits));
  };
}

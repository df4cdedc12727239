/**
 * `atmos auth exec`: a command with a session.
 *
 * @module
 */
import type { EnvironmentEdits, Host } from "../host.ts";
import { childEnvironment, ownSecretVariables } from "../output/environment.ts";
import { chooseIdentity, disabledWords, wishOf } from "./choose.ts";
import { type Call, command } from "./command.ts";
import { type Context, openContext } from "./context.ts";
import { usage } from "./flags.ts";
import { obtainSession, sessionEnvironment } from "./session.ts";

export const exec = command({
  description: "Run a command with the session of an identity in its environment.\n" +
    "The command gets files with the session and the profile to use, and none of the credentials that were\n" +
    "there before. Its exit code is ours.",
  operands: "-- COMMAND [ARGUMENT...]",
  examples: [
    ["Plan with the default identity", "atmos auth exec -- terraform plan"],
    ["Ask AWS who you are", "atmos auth exec --identity prod-admin -- aws sts get-caller-identity"],
  ],
  flags: {},
  run: executeCommand,
});

async function executeCommand({ host, globals, rest }: Call<unknown>): Promise<number> {
  const [program, ...args] = rest ?? [];
  if (program === undefined || program === "") {
    throw usage("No command to run", "Write it behind two hyphens: atmos auth exec -- terraform plan");
  }
  const run = async (world: Host, environment: EnvironmentEdits) =>
    (await world.run({ program, args, environment, stdio: "inherit" })).code;
  if (disabledWords(host, globals) !== undefined) return await run(host, { set: {}, unset: [] });
  await using context = await openContext(host, globals);
  const name = await chooseIdentity(host, context.auth(), wishOf(host, globals));
  return await run(context.host, await identityEnvironment(context, name));
}

async function identityEnvironment(context: Context, name: string): Promise<EnvironmentEdits> {
  const plan = await context.plan(name);
  const credentials = sessionEnvironment(context, plan, await obtainSession(context, plan), true);
  return childEnvironment(credentials, name, ownSecretVariables(context.auth().keyring.passwordVariable));
}

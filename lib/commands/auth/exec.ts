/**
 * `atmos auth exec`: a command with a session.
 *
 * @module
 */
import type { EnvironmentEdits, Host } from "../../host.ts";
import { identityEnvironment, withVariables } from "../../cli/run/child.ts";
import { chooseIdentity, disabledWords, wishOf } from "../../cli/run/choose.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { openContext } from "../../cli/run/context.ts";
import { toggle, usage, type Values } from "../../cli/line/flags.ts";
import type { Refreshed } from "../../cli/run/refreshing.ts";
import { FOR_COMPONENT_FLAGS, wantedComponent } from "../../cli/line/stack_flag.ts";

const FLAGS = {
  refresh: toggle("Renew the session while the command runs, however long that is"),
  ...FOR_COMPONENT_FLAGS,
} as const;

export const exec = command({
  description: "Run a command with the session of an identity in its environment.\n" +
    "The command gets files with the session and the profile to use, and none of the credentials that were\n" +
    "there before. Its exit code is ours.",
  operands: "-- COMMAND [ARGUMENT...]",
  examples: [
    ["Plan with the default identity", "atmos auth exec -- terraform plan"],
    ["Ask AWS who you are", "atmos auth exec --identity prod-admin -- aws sts get-caller-identity"],
    ["A job that takes longer than its session", "atmos auth exec --refresh -- ./nightly-copy.sh"],
  ],
  flags: FLAGS,
  run: executeCommand,
});

async function executeCommand(call: Call<Values<typeof FLAGS>>): Promise<number> {
  const { host, globals, input, rest, known } = call;
  const [program, ...args] = rest ?? [];
  if (program === undefined || program === "") {
    throw usage("No command to run", "Write it behind two hyphens: atmos auth exec -- terraform plan");
  }
  const run = async (world: Host, environment: EnvironmentEdits) =>
    (await world.run({ program, args, environment, stdio: "inherit" })).code;
  if (disabledWords(host, globals) !== undefined) {
    const { hostWhenOff } = await import("../../cli/run/off.ts");
    return await run(await hostWhenOff(host, globals), { set: {}, unset: [] });
  }
  if (known.child !== undefined) return await run(host, known.child);
  const component = wantedComponent(input);
  await using context = await openContext(host, globals, { component });
  const name = await chooseIdentity(host, context.auth(), wishOf(host, globals));
  const plan = await context.plan(name, { forCommands: true });
  const common = context.auth().commonEnv ?? [];
  if (input.refresh !== true) {
    return await run(context.host, await identityEnvironment(context, plan, known.keeper, common));
  }
  const { whileRefreshed } = await import("../../cli/run/refreshing.ts");
  const work = ({ environment }: Refreshed) => run(context.host, withVariables(common, environment));
  return await whileRefreshed(context, globals, plan, { component, mayAsk: true }, work);
}

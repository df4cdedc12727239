/**
 * `atmos auth shell`: a shell with a session.
 *
 * @module
 */
import { enteringText, leavingText, type ShellView } from "../../output/shell.ts";
import { styleOf } from "../../output/style.ts";
import { chooseIdentity, disabledWords, wishOf } from "../../cli/run/choose.ts";
import { printable } from "../../terminal/escape.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { openContext } from "../../cli/run/context.ts";
import { text, type Values } from "../../cli/line/flags.ts";
import { withVariables } from "../../cli/run/child.ts";
import { DEPTH, depthOf, runFirst, shellPrograms } from "../../cli/run/shells.ts";
import { hostWhenOff } from "../../cli/run/off.ts";
import { whileRefreshed } from "../../cli/run/refreshing.ts";
import { FOR_COMPONENT_FLAGS, wantedComponent } from "../../cli/line/stack_flag.ts";

const FLAGS = {
  shell: text("PROGRAM", "The shell to start, instead of the one in SHELL", { variable: "ATMOS_SHELL" }),
  ...FOR_COMPONENT_FLAGS,
} as const;

export const shell = command({
  description: "Start a shell with the session of an identity in its environment.\n" +
    "It is your own shell, with your prompt and your history. Its session is renewed as long as it is open, where\n" +
    "that takes no person.",
  operands: "[-- ARGUMENT...]",
  strayHint:
    "Name the shell with --shell, and write what is meant for it behind two hyphens: atmos auth shell -- -l",
  examples: [
    ["With the default identity", "atmos auth shell"],
    ["Another shell, as another one", "atmos auth shell --identity prod-admin --shell zsh"],
    ["A login shell", "atmos auth shell -- -l"],
  ],
  flags: FLAGS,
  run: openShell,
});

async function openShell({ host, globals, input, rest }: Call<Values<typeof FLAGS>>): Promise<number> {
  const programs = shellPrograms(host, input.shell);
  const off = disabledWords(host, globals);
  if (off !== undefined) {
    host.tell(`Authentication is disabled by ${printable(off)}: the shell has the environment as it is\n`);
    return await runFirst(await hostWhenOff(host, globals), programs, rest ?? [], { set: {}, unset: [] });
  }
  const component = wantedComponent(input);
  await using context = await openContext(host, globals, { component });
  const name = await chooseIdentity(host, context.auth(), wishOf(host, globals));
  const plan = await context.plan(name, { forCommands: true });
  const common = context.auth().commonEnv ?? [];
  const depth = depthOf(host) + 1;
  const style = styleOf(host.screen);
  const wish = { component, mayAsk: true };
  return await whileRefreshed(context, globals, plan, wish, async ({ environment, session, isRefreshed }) => {
    const view = (): ShellView => ({
      identity: name,
      provider: plan.provider?.name,
      expiresAt: session().expiresAt,
      isRefreshed,
      depth,
    });
    host.tell(enteringText(view(), style, host.now()));
    const own = withVariables(common, environment);
    const nested = { ...own, set: { ...own.set, [DEPTH]: String(depth) } };
    const code = await runFirst(context.host, programs, rest ?? [], nested);
    host.tell(leavingText(view(), style, host.now()));
    return code;
  });
}

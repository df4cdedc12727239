/**
 * `atmos auth shell`: a shell with a session.
 *
 * @module
 */
import { isAuthError } from "../errors.ts";
import type { EnvironmentEdits, Host } from "../host.ts";
import { enteringText, leavingText, type ShellView } from "../output/shell.ts";
import { styleOf } from "../output/style.ts";
import { chooseIdentity, disabledWords, wishOf } from "./choose.ts";
import { printable } from "../terminal/escape.ts";
import { type Call, command } from "./command.ts";
import { openContext } from "./context.ts";
import { text, type Values } from "./flags.ts";
import { withVariables } from "./exec.ts";
import { hostWhenOff } from "./off.ts";
import { whileRefreshed } from "./refreshing.ts";
import { FOR_COMPONENT_FLAGS, wantedComponent } from "./stack_flag.ts";

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

/** Counts the shells that one is in. */
export const DEPTH = "ATMOS_SHLVL";

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

export function depthOf({ env }: Pick<Host, "env">): number {
  const depth = Number(env(DEPTH) ?? 0);
  return Number.isSafeInteger(depth) && depth > 0 ? depth : 0;
}

type Programs = readonly [string, ...string[]];

/**
 * The shell that is wanted, or those that the platform has. No argument makes it a login shell: that would read
 * /etc/profile, which sets PATH anew, and what the project put there would be gone.
 */
export function shellPrograms({ os, env }: Pick<Host, "os" | "env">, wanted: string | undefined): Programs {
  if (wanted !== undefined && wanted !== "") return [wanted];
  const own = env("SHELL") ?? "";
  // A Unix shell on Windows names itself as no Windows program can be named.
  if (own !== "" && !(os === "windows" && own.startsWith("/"))) return [own];
  return os === "windows" ? [env("COMSPEC") || "cmd.exe"] : ["bash", "sh"];
}

/** Runs the first of these programs that is there. */
export async function runFirst(
  host: Pick<Host, "run">,
  [program, ...others]: Programs,
  args: readonly string[],
  environment: EnvironmentEdits,
): Promise<number> {
  try {
    return (await host.run({ program, args, environment, stdio: "inherit" })).code;
  } catch (error) {
    const [next, ...later] = others;
    if (next === undefined || !isAuthError(error, "command-not-found")) throw error;
    return await runFirst(host, [next, ...later], args, environment);
  }
}

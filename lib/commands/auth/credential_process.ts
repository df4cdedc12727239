/**
 * `atmos auth credential-process`: the session for an AWS SDK, which starts the program that stands behind
 * `credential_process` in a profile and reads what it prints.
 *
 * @module
 */
import { targetOf } from "../../chain/plan.ts";
import type { ChainPlan, LinkSession } from "../../chain/types.ts";
import { derived } from "../../session/derive.ts";
import { isAlive } from "../../time.ts";
import type { Making } from "../../cli/recall/use.ts";
import { chooseIdentity, disabledWords, wishOf } from "../../cli/run/choose.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { type Context, openContext } from "../../cli/run/context.ts";
import { text, usage, type Values } from "../../cli/line/flags.ts";
import { aimed, type Keeping, obtainSession, unattended } from "../../cli/run/session.ts";
import { credentialsJson } from "../../cli/run/session_use.ts";
import { FOR_COMPONENT_FLAGS, wantedComponent } from "../../cli/line/stack_flag.ts";

const FLAGS = {
  chain: text("DIGEST", "Print the session of this chain while it lasts: whoever wrote this line renews it"),
  ...FOR_COMPONENT_FLAGS,
} as const;

export const credentialProcess = command({
  description: "Print the session of an identity as an AWS SDK reads it from a `credential_process`.\n" +
    "A session that is still fresh is printed as it is; otherwise it is made where that takes no person. Nobody is\n" +
    "ever asked: exit code 3, with one line on standard error, says that somebody must log in.",
  examples: [
    ["What an SDK gets", "atmos auth credential-process --identity prod-admin"],
    [
      "In a profile of ~/.aws/config",
      "credential_process = atmos auth credential-process --identity prod-admin --chdir /work/infra",
    ],
  ],
  flags: FLAGS,
  run: printCredentials,
});

type Input = Values<typeof FLAGS>;

async function printCredentials({ host, globals, input, known }: Call<Input>): Promise<number> {
  const off = disabledWords(host, globals);
  if (off !== undefined) throw usage(`Cannot print credentials: authentication is disabled by ${off}`);
  const alone = derived(host, { prompt: undefined });
  await using opened = await openContext(alone, globals, { component: wantedComponent(input) });
  const context = unattended(opened);
  const plan = await context.plan(await chooseIdentity(alone, context.auth(), wishOf(host, globals)));
  const textOf = ({ session }: Pick<LinkSession, "session">) => `${credentialsJson(session)}\n`;
  const making: Making = (target) => ({ as: "text", text: textOf(target), dependsOn: [] });
  const keeping: Keeping = { keeper: known.keeper, making };
  const target = input.chain === undefined
    ? await obtainSession(context, plan, keeping)
    : await renewedSession(context, plan, input.chain, keeping) ?? await obtainSession(context, plan);
  host.write(textOf(target));
  return 0;
}

/** What somebody else renews is not made here as well, as long as it lasts. */
async function renewedSession(
  context: Context,
  plan: ChainPlan,
  digest: string,
  keeping: Keeping,
): Promise<LinkSession | undefined> {
  if (!/^[0-9a-f]{64}$/.test(digest)) throw usage("Cannot read --chain: it is 64 hexadecimal digits");
  const keep = aimed(context, plan, keeping, { chain: digest, until: "end" });
  const stored = await context.sessions(plan).read({ step: targetOf(plan), digest });
  if (stored === undefined || !isAlive(stored.session, context.host.now())) return undefined;
  await keep();
  return stored;
}

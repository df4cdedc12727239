/**
 * `atmos auth permissions`: what a command needs of Deno's sandbox, for this configuration on this machine.
 *
 * @module
 */
import { checkChains } from "../../../chain/check.ts";
import { planChain, targetOf } from "../../../chain/plan.ts";
import { disabledBy, selectIdentity } from "../../../chain/select.ts";
import type { ChainPlan } from "../../../chain/types.ts";
import { didYouMean } from "../../../config/nearest.ts";
import { ownPlaceOf } from "../../../config/ownership.ts";
import type { Host } from "../../../host.ts";
import { type CommandGrants, permissionFlags, permissionsJson } from "../../../output/permissions.ts";
import { wishOf } from "../../../cli/run/choose.ts";
import { type Call, command } from "../../../cli/line/command.ts";
import { type Context, openContext } from "../../../cli/run/context.ts";
import { type Flags, outputFormat, usage, type Values } from "../../../cli/line/flags.ts";
import type { GlobalInput } from "../../../cli/line/globals.ts";
import { newLedger, notingHost } from "../../../cli/run/ledger.ts";
import type { Needs } from "../../../cli/line/needs.ts";
import { commandAt, needsOf } from "../../../cli/line/tree.ts";
import { noteChain, type Noting } from "./chain.ts";
import {
  noteConsole,
  noteKeyring,
  noteKindnesses,
  noteOutput,
  noteProgram,
  noteSessions,
  noteWords,
} from "./parts.ts";
import { projectNeeds } from "../../../cli/run/trust_ask.ts";

const FLAGS = {
  format: outputFormat(["flags", "json"]),
} as const;

export const permissions = command({
  description:
    "Show what a command needs of Deno's sandbox, as flags for `deno run`, narrowed to this configuration\n" +
    "and this machine: for --identity, or the default identity, or else for all of them.",
  word: "[COMMAND]",
  operands: "[-- PROGRAM]",
  strayHint: "Join the words of a command by a hyphen: user-configure",
  examples: [
    ["What printing the session needs", "atmos auth permissions env"],
    ["What running one program with it needs", "atmos auth permissions exec -- terraform"],
    ["Which may be left out, too", "atmos auth permissions env --format json"],
  ],
  flags: FLAGS,
  run: showPermissions,
});

const MOST_USED = "env";

async function showPermissions(
  { host, globals, input, word, rest, known }: Call<Values<typeof FLAGS>>,
): Promise<number> {
  const { root } = known.tree;
  const [name, needs] = findCommand(needsOf(root), word ?? MOST_USED);
  const flags = (await commandAt(root, name))?.flags ?? {};
  const grants = await grantsOf(host, globals, { name, needs, flags, program: rest?.[0] });
  host.write(input.format === "json" ? permissionsJson(grants) : permissionFlags(grants, host.os));
  return 0;
}

const hyphened = (name: string) => name.replaceAll(" ", "-");

function findCommand(
  all: ReadonlyMap<string, Needs>,
  word: string,
): readonly [name: string, needs: Needs] {
  const found = [...all].find(([name]) => hyphened(name) === hyphened(word));
  if (found !== undefined) return found;
  const hint = didYouMean(word, [...all.keys()].map(hyphened));
  throw usage(
    `Unknown command ${JSON.stringify(word)} for atmos auth`,
    hint,
    "Run `atmos auth --help` to see the commands",
  );
}

/** Of which command. */
interface Wanted {
  readonly name: string;
  readonly needs: Needs;
  readonly flags: Flags;
  /** The program that `exec` is to start. */
  readonly program: string | undefined;
}

/** Commands that read the manifests of stacks. */
const STACK_COMMANDS = /^(?:describe|list) (?:components?|stacks)$|^(?:terraform|tofu|helmfile|packer)$/;

async function grantsOf(world: Host, globals: GlobalInput, wanted: Wanted): Promise<CommandGrants> {
  const ledger = newLedger();
  const host = notingHost(world, ledger);
  const noting = { host, ledger };
  const { name, needs, flags } = wanted;
  noteWords(noting, flags);
  await using context = await openContext(host, globals, { evenBroken: true, around: world });
  await noteOwnPlaces(noting, world, context);
  if (/\bworkflows?$/.test(name)) await (await import("./workflows.ts")).noteWorkflows(context);
  if (name === "trust") await projectNeeds(context);
  if (STACK_COMMANDS.test(name)) await (await import("./stacks.ts")).noteStacks(noting, context);
  const plans = plansOf(host, globals, context, wanted);
  let opensKeyring = needs.keyring && (!needs.network || name === "logout");
  for (const plan of plans) {
    opensKeyring = await noteChain(noting, plan, wanted) || opensKeyring;
    noteSessions(noting, context.directory(plan), needs);
    if (name === "console") await noteConsole(noting, plan);
  }
  if (opensKeyring) await noteKeyring(noting, context);
  await noteOutput(noting, name, context.auth());
  const { noteComponents } = await import("./components.ts");
  const program = await noteComponents(noting, context, name);
  noteProgram(noting, needs, wanted.program ?? program);
  noteKindnesses(noting, wanted, context);
  return { command: name, needed: ledger.needed(), optional: ledger.optional() };
}

/** Of the directories of a file in one of the user's places the owner is asked: else it is anybody's. */
async function noteOwnPlaces({ ledger }: Noting, world: Host, context: Context): Promise<void> {
  for (const { realPath } of context.loaded().files) {
    const place = await ownPlaceOf(world, realPath);
    if (place !== undefined) ledger.like("read", place);
  }
}

/** Of the identity that is meant; of all that can be used when none is, or when the command looks at all. */
function plansOf(
  host: Host,
  globals: GlobalInput,
  context: Context,
  { name, needs }: Wanted,
): readonly ChainPlan[] {
  const auth = context.auth();
  if ((needs.sessions === "none" && !needs.network) || auth.identities.size === 0) return [];
  const wish = name === "list" ? undefined : wishOf(host, globals);
  // What is needed is asked where authentication is off, too.
  const one = wish === undefined || name === "logout" || disabledBy(wish) !== undefined
    ? undefined
    : selectIdentity(auth, wish);
  const all = () => checkChains(auth).flatMap((verdict) => "plan" in verdict ? [verdict.plan] : []);
  const plans = one?.type === "named" ? [planChain(auth, one.name)] : all();
  if (!name.startsWith("user ")) return plans;
  // They choose among users, whatever the default is.
  const users = plans.filter(isUser);
  return users.length > 0 ? users : all().filter(isUser);
}

const isUser = (plan: ChainPlan): boolean => targetOf(plan).config.kind === "aws/user";

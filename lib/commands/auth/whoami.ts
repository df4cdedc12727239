/**
 * `atmos auth whoami`: who one is, without ever asking for a credential.
 *
 * @module
 */
import { isPersistent } from "../../config/types.ts";
import { targetOf } from "../../chain/plan.ts";
import type { ChainPlan, ChosenDuration, Link } from "../../chain/types.ts";
import type { AwsSession } from "../../credentials.ts";
import { type AuthError, exitCodeOf, isAuthError, isFailure } from "../../errors.ts";
import { awsFilePaths } from "../../files/aws_sessions.ts";
import type { Host } from "../../host.ts";
import { disabledText } from "../../output/disabled.ts";
import { pointersEnvironment } from "../../output/environment.ts";
import { styleOf } from "../../output/style.ts";
import { unusedReason, unusedText } from "../../output/unused.ts";
import { type HeldStep, whoamiJson, whoamiText, type WhoamiView } from "../../output/whoami.ts";
import { formatDuration } from "../../duration.ts";
import { isAlive } from "../../time.ts";
import { chooseIdentity, disabledWords, wishOf } from "../../cli/run/choose.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { type Context, openContext } from "../../cli/run/context.ts";
import { derived } from "../../session/derive.ts";
import { choice, toggle, type Values } from "../../cli/line/flags.ts";
import { makeSession, pointersOf, surroundings } from "../../cli/run/session.ts";
import { FOR_COMPONENT_FLAGS, wantedComponent } from "../../cli/line/stack_flag.ts";
import { type Unused, unusedSection } from "./unused.ts";
import { shortPath } from "../../paths.ts";

const FLAGS = {
  output: choice(["text", "json"], "FORMAT", "text or json; text by default", {
    short: "of",
    also: ["format"],
    variable: "ATMOS_AUTH_WHOAMI_OUTPUT",
  }),
  cached: toggle("Look at what is kept and touch nothing else"),
  verify: toggle("Ask AWS whether the session is good, and who it is"),
  ...FOR_COMPONENT_FLAGS,
} as const;

export const whoami = command({
  description: "Show who you are: the identity, its chain, and what of the chain is in hand until when.\n" +
    "What can be had without a person is had; nobody is asked for a credential. Exit code 3 says that somebody\n" +
    "must log in.",
  examples: [
    ["The default identity", "atmos auth whoami"],
    ["For a program", "atmos auth whoami --output json"],
    ["Ask AWS", "atmos auth whoami --identity prod-admin --verify"],
  ],
  flags: FLAGS,
  run: showIdentity,
});

type Input = Values<typeof FLAGS>;

async function showIdentity({ host, globals, input }: Call<Input>): Promise<number> {
  const off = disabledWords(host, globals);
  if (off !== undefined) {
    host.write(disabledText(off, input.output));
    return 0;
  }
  const alone = derived(host, { prompt: undefined, browse: undefined });
  await using context = await openContext(alone, globals, { component: wantedComponent(input) });
  const plan = await context.plan(
    await chooseIdentity(host, context.auth(), wishOf(host, globals), { remember: input.cached !== true }),
  );
  const failure = input.cached === true ? undefined : await refreshed(context, plan);
  const { view, exitCode } = await lookAt(context, plan, input.verify === true, failure);
  const isFatal = failure !== undefined && failure.code !== "person-needed";
  // What ends the command is told once, as every error is.
  const shown = isFatal ? { ...view, reason: undefined, advice: undefined } : view;
  host.write(
    input.output === "json" ? whoamiJson(view) : whoamiText(shown, styleOf(host.output), host.now()),
  );
  if (isFatal) throw failure;
  return exitCode;
}

/** Gets what can be had without a person; what stood in the way, if anything. */
async function refreshed(context: Context, plan: ChainPlan): Promise<AuthError | undefined> {
  try {
    await makeSession(context, plan, { renew: "nothing", deviceCode: false });
    return undefined;
  } catch (error) {
    if (isFailure(error)) return error;
    throw error;
  }
}

interface Verdict {
  readonly view: WhoamiView;
  readonly exitCode: number;
}

async function lookAt(
  context: Context,
  plan: ChainPlan,
  verify: boolean,
  failure: AuthError | undefined,
): Promise<Verdict> {
  const { storedLinks } = await import("../../chain/run.ts");
  const links = await storedLinks(context.host, plan, context.sessions(plan));
  const target = links.at(-1);
  const session = target?.session;
  const alive = session !== undefined && isAlive(session, context.host.now());
  const caller = verify && alive ? await callerOf(context.host, plan, session) : undefined;
  const rows = await Promise.all(links.map((link) => identityRow(context, plan, link)));
  const unused = rows.at(-1)?.unused;
  const view: WhoamiView = {
    ...describe(context, plan, session, target?.section),
    chain: [...providerRow(context, plan), ...rows.map(({ row }) => row)],
    state: session === undefined ? "absent" : alive ? "valid" : "expired",
    principal: caller?.arn ?? session?.principalArn,
    account: caller?.accountId ?? session?.accountId ?? configuredAccount(plan),
    verified: caller?.verified,
    ...(alive ? { reason: undefined, advice: undefined } : shortcoming(plan, { session, unused }, failure)),
  };
  if (!alive) return { view, exitCode: exitCodeOf("person-needed") };
  return { view, exitCode: caller?.verified === false ? exitCodeOf("refused") : 0 };
}

type Described = Omit<
  WhoamiView,
  "chain" | "state" | "principal" | "account" | "verified" | "reason" | "advice"
>;

function describe(
  context: Context,
  plan: ChainPlan,
  session: AwsSession | undefined,
  section: string | undefined,
): Described {
  const step = targetOf(plan);
  const { realm } = context.auth();
  const pointers = section === undefined ? undefined : pointersOf(context, plan, section);
  return {
    identity: step.name,
    kind: step.config.kind,
    provider: plan.provider?.name,
    realm: realm === undefined
      ? undefined
      : { name: realm, source: context.host.env("ATMOS_AUTH_REALM") ? "env" : "config" },
    region: step.regionKnown ? step.region : undefined,
    issuedAt: session?.issuedAt,
    expiresAt: session?.expiresAt,
    duration: durationText(step.duration),
    environment: pointers === undefined ? {} : pointersEnvironment(pointers, surroundings(plan)).set,
    paths: pointers === undefined ? [] : [pointers.credentialsFile, pointers.configFile],
  };
}

/** How long a session is asked for and which limit won. */
function durationText({ seconds, from, shortenedFrom, limitReason }: ChosenDuration): string | undefined {
  if (seconds === undefined || from === undefined) return undefined;
  return shortenedFrom === undefined
    ? `${formatDuration(seconds)}, by ${from}`
    : `${formatDuration(seconds)}, not the ${formatDuration(shortenedFrom)} of ${from}: ${limitReason}`;
}

/** The provider's own session rests in the keyring, which is not opened for a look. */
function providerRow(context: Context, { provider }: ChainPlan): readonly HeldStep[] {
  if (provider === undefined) return [];
  const { type } = context.auth().keyring;
  const isKept = provider.config.kind === "aws/iam-identity-center" && isPersistent(type);
  const found = isKept ? `the ${type} keyring, not opened` : undefined;
  return [{ name: provider.name, kind: provider.config.kind, state: undefined, expiresAt: undefined, found }];
}

/** What is stored of a step; `unused`: what is stored in vain. */
async function identityRow(
  context: Context,
  plan: ChainPlan,
  { link, session, section }: {
    readonly link: Link;
    readonly session: AwsSession | undefined;
    readonly section: string | undefined;
  },
): Promise<{ readonly row: HeldStep; readonly unused: Unused | undefined }> {
  const unused = session === undefined ? await unusedSection(context, plan, link) : undefined;
  const { credentials } = awsFilePaths(context.host, context.directory(plan));
  const file = shortPath(context.host, credentials);
  const { name, config, inserted } = link.step;
  const place = session !== undefined && section === undefined ? "memory" : `${file} [${section}]`;
  const row: HeldStep = {
    name: inserted ? `${name} (inserted)` : name,
    kind: config.kind,
    state: session === undefined ? "absent" : isAlive(session, context.host.now()) ? "valid" : "expired",
    expiresAt: session?.expiresAt,
    found: unused !== undefined
      ? `${file} [${unused.section}], ${unusedText(unused.flaw)}`
      : session === undefined
      ? undefined
      : place,
  };
  return { row, unused };
}

function configuredAccount(plan: ChainPlan): string | undefined {
  const { config } = targetOf(plan);
  if (config.kind === "aws/permission-set") return "id" in config.account ? config.account.id : undefined;
  return config.kind === "aws/assume-role" ? config.roleArn.split(":")[4] : undefined;
}

/** Why there is no usable session, and what to do. */
function shortcoming(
  plan: ChainPlan,
  { session, unused }: { readonly session: AwsSession | undefined; readonly unused: Unused | undefined },
  failure: AuthError | undefined,
): Pick<WhoamiView, "reason" | "advice"> {
  const state = unused !== undefined
    ? `The stored session is not used (${unusedReason(unused.flaw)})`
    : session === undefined
    ? "There is no session"
    : "The session has expired";
  const told = failure === undefined ? state : `${state}: ${failure.message}`;
  return { reason: told, advice: `Run \`atmos auth login --identity ${targetOf(plan).name}\`` };
}

interface Caller {
  readonly verified: boolean;
  readonly arn?: string;
  readonly accountId?: string;
}

/** Who AWS says the session is; a refusal is an answer, too. */
async function callerOf(host: Host, plan: ChainPlan, session: AwsSession): Promise<Caller> {
  const { getCallerIdentity } = await import("../../aws/sts.ts");
  const { region, endpointUrl } = targetOf(plan);
  try {
    const { arn, accountId } = await getCallerIdentity(host, { region, endpointUrl }, session);
    return { verified: true, arn, accountId };
  } catch (error) {
    if (isAuthError(error, "refused", "session-rejected")) return { verified: false };
    throw error;
  }
}

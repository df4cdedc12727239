/**
 * `atmos auth console`: the web console, as an identity.
 *
 * @module
 */
import { parseArn, partitionOfRegion } from "../../../arn.ts";
import { destinationPage } from "../../../aws/console_destinations.ts";
import { getSigninToken, type Signin, signinFor, signinLink } from "../../../aws/federation.ts";
import { targetOf } from "../../../chain/plan.ts";
import type { ChainPlan, IdentityStep } from "../../../chain/types.ts";
import type { AuthConfig } from "../../../config/types.ts";
import type { Secret } from "../../../credentials.ts";
import { AuthError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { consoleJson, type ConsoleLength, consoleText, type Opening } from "../../../output/console.ts";
import { warningText } from "../../../output/problem.ts";
import { styleOf } from "../../../output/style.ts";
import { isCi } from "../../../ci.ts";
import { roleOf } from "../../../cli/run/chain_names.ts";
import { chooseIdentity, disabledWords, wishOf } from "../../../cli/run/choose.ts";
import { type Call, command } from "../../../cli/line/command.ts";
import { consoleProfile, isolatingBrowser, startBrowser } from "../../../cli/run/browser_profile.ts";
import { consoleLength, flagSeconds, wishedLength } from "./length.ts";
import { type Context, openContext } from "../../../cli/run/context.ts";
import { outputFormat, text, toggle, usage, type Values } from "../../../cli/line/flags.ts";
import { obtainSession } from "../../../cli/run/session.ts";
import { FOR_COMPONENT_FLAGS, wantedComponent } from "../../../cli/line/stack_flag.ts";
import { shortPath } from "../../../paths.ts";
import { CONSOLE_SECONDS, lengthsText } from "../../../aws_durations.ts";

const FLAGS = {
  destination: text(
    "PAGE",
    "A service (s3, ec2, lambda, ...), or the https address of a page of the console",
  ),
  duration: text(
    "DURATION",
    `How long the console session lasts, ${lengthsText(CONSOLE_SECONDS)}, where AWS lets one choose`,
  ),
  issuer: text("NAME", "Whom the console names as the place to log in again; atmos by default"),
  printOnly: toggle("Print the URL on standard output, and nothing else. It logs in whoever has it"),
  format: outputFormat(["text", "json"]),
  noOpen: toggle("Show the URL instead of opening a browser"),
  isolated: toggle("Open it in a Chromium with a profile of this identity's own"),
  ...FOR_COMPONENT_FLAGS,
} as const;

type Input = Values<typeof FLAGS>;

export const webConsole = command({
  description: "Open the web console in the browser, as an identity.",
  examples: [
    ["The default identity", "atmos auth console"],
    ["At a service, as another one", "atmos auth console --identity prod-admin --destination s3"],
    ["Beside the console of another identity", "atmos auth console --identity dev-admin --isolated"],
    ["For another program", "atmos auth console --print-only"],
    ["For one that wants to know more of it", "atmos auth console --format json"],
  ],
  flags: FLAGS,
  run: openConsole,
});

async function openConsole({ host, globals, input }: Call<Input>): Promise<number> {
  const chosen = flagSeconds(input.duration);
  const off = disabledWords(host, globals);
  if (off !== undefined) throw usage(`Cannot open the console: authentication is disabled by ${off}`);
  await using context = await openContext(host, globals, { component: wantedComponent(input) });
  const plan = await context.plan(await chooseIdentity(host, context.auth(), wishOf(host, globals)));
  assertFederable(context.auth(), plan);
  const { signin, page } = placesOf(host, plan, input.destination);
  assertShowable(host, input);
  const { session } = await obtainSession(context, plan);
  const wish = wishedLength(plan, chosen);
  const { token, durationRefused } = await getSigninToken(context.host, signin, session, wish.seconds);
  const length = consoleLength(wish, durationRefused, session, context.host.now());
  const link = signinLink(signin, token, input.issuer ?? "atmos", page);
  await present(context, plan, input, link, { page: page.href, account: session.accountId, length });
  return 0;
}

/** Sessions of IAM users have no console; nothing is attempted with them. */
function assertFederable(auth: AuthConfig, plan: ChainPlan): void {
  const { name, config } = targetOf(plan);
  if (config.kind !== "aws/user") return;
  const roles = [...auth.identities.values()].filter(({ config }) =>
    config?.via !== undefined && "identity" in config.via && config.via.identity === name
  ).map((role) => role.name);
  throw new AuthError(
    "unsupported",
    `Cannot open the console as "${name}": AWS signs in sessions of roles, and an aws/user has none`,
    {
      where: `auth.identities.${name}.kind`,
      hints: [
        roles.length > 0
          ? `Use a role that starts from it: --identity ${roles.join(", --identity ")}`
          : `Chain a role: add an aws/assume-role identity with via: { identity: ${name} }, and open the console as that`,
      ],
    },
  );
}

function placesOf(
  host: Pick<Host, "env">,
  plan: ChainPlan,
  destination: string | undefined,
): { readonly signin: Signin; readonly page: URL } {
  const step = targetOf(plan);
  const partition = partitionOf(step);
  const signin = signinFor(host.env, { partition, region: step.region, endpointUrl: step.endpointUrl });
  const isRegionOwn = step.regionKnown && partitionOfRegion(step.region) === partition;
  return {
    signin,
    page: destinationPage(signin.pages, destination, isRegionOwn ? step.region : undefined),
  };
}

function partitionOf({ config, region }: IdentityStep): string {
  const arn = config.kind === "aws/assume-role" ? parseArn(config.roleArn) : undefined;
  return arn?.partition ?? partitionOfRegion(region) ?? "aws";
}

/** Before anything is asked of AWS: a link that nobody sees would be worth nothing, and one in a CI log too much. */
function assertShowable(host: Pick<Host, "env">, { printOnly, noOpen, format }: Input): void {
  if (printOnly === true || noOpen === true || format === "json" || !isCi(host.env)) return;
  throw nowhereToShow("this is a CI system");
}

function nowhereToShow(reason: string): AuthError {
  return new AuthError("person-needed", `Cannot open the console: it needs a browser, and ${reason}`, {
    hints: ["Run it with --print-only to get the URL; it logs in whoever has it, so keep it out of logs"],
  });
}

/** What AWS granted, for the person. */
interface Grant {
  readonly page: string;
  readonly account: string | undefined;
  readonly length: ConsoleLength;
}

async function present(
  context: Context,
  plan: ChainPlan,
  input: Input,
  link: Secret,
  { page, account, length }: Grant,
): Promise<void> {
  const { host } = context;
  const { name, config } = targetOf(plan);
  const view = {
    provider: plan.provider?.name,
    identity: name,
    account,
    role: roleOf(config),
    page,
    length,
  };
  if (input.format === "json") return host.write(consoleJson(view, link.reveal()));
  if (input.printOnly === true) {
    if (length.note !== undefined) host.tell(warningText(length.note, host.screen));
    return host.write(`${link.reveal()}\n`);
  }
  const isolated = input.isolated ?? context.auth().consoleIsolated;
  const profile = input.noOpen === true || !isolated ? undefined : await openIsolated(context, plan, link);
  const opened = profile !== undefined ||
    (input.noOpen !== true && await host.openUrl(new URL(link.reveal())));
  if (!opened && input.noOpen !== true && host.prompt === undefined) {
    throw nowhereToShow("none was found here");
  }
  const opening: Opening = opened
    ? { type: "opened", profile: profile && shortPath(host, profile) }
    : { type: "link", link: link.reveal() };
  host.tell(consoleText(view, opening, styleOf(host.screen), host.now()));
}

/** @returns the profile; `undefined` when no such browser can be shown, which is said */
async function openIsolated(context: Context, plan: ChainPlan, link: Secret): Promise<string | undefined> {
  const { host } = context;
  const program = await isolatingBrowser(host);
  if (program === undefined) {
    const reason = "No Chrome, Chromium, Edge or Brave can be shown here, and --isolated needs one";
    host.tell(warningText(`${reason}: the usual browser is used`, host.screen));
    return undefined;
  }
  const profile = await consoleProfile(host, context.auth().realm, plan);
  await startBrowser(host, program, profile, link.reveal());
  return profile;
}

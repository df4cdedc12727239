/**
 * `atmos auth explain`: what a login would do. It touches no network, opens no keyring and asks nobody.
 *
 * @module
 */
import { isPersistent, KEYRINGS } from "../../config/types.ts";
import { type Forecast, forecast, questionsOf, type StepForecast } from "../../chain/forecast.ts";
import { planChain, targetOf } from "../../chain/plan.ts";
import type { ChainPlan, IdentityStep } from "../../chain/types.ts";
import type { Need } from "../../config/need.ts";
import type { Host } from "../../host.ts";
import { disabledText } from "../../output/disabled.ts";
import { childEnvironment, ownSecretVariables, pointersEnvironment } from "../../output/environment.ts";
import {
  type ExplainedStep,
  explainJson,
  explainText,
  type ExplainView,
  type Override,
} from "../../output/explain.ts";
import { shownText } from "../../output/list_view.ts";
import { styleOf } from "../../output/style.ts";
import { unusedText } from "../../output/unused.ts";
import { derived } from "../../session/derive.ts";
import { hasLocalBrowser } from "../../terminal/local_browser.ts";
import { chooseIdentity, disabledWords, wishOf } from "../../cli/run/choose.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { type Context, openContext } from "../../cli/run/context.ts";
import { outputFormat, type Values } from "../../cli/line/flags.ts";
import { pointersOf, surroundings } from "../../cli/run/session.ts";
import { FOR_COMPONENT_FLAGS, wantedComponent } from "../../cli/line/stack_flag.ts";
import { needsFor } from "../../cli/run/trust_ask.ts";
import { SECRET_VARIABLES } from "../../session_variables.ts";
import { type Unused, unusedSection } from "./unused.ts";

const FLAGS = {
  format: outputFormat(["text", "json"]),
  ...FOR_COMPONENT_FLAGS,
} as const;

export const explain = command({
  description:
    "Show what a login would do, without doing any of it: the chain, what is in hand until when, what you\n" +
    "would be asked, how long sessions last and why, which variables a command would get, and what is in their way.",
  examples: [
    ["The default identity", "atmos auth explain"],
    ["Another one, for a program", "atmos auth explain --identity prod-admin --format json"],
    ["What Terraform would get for a component", "atmos auth explain --component myapp --stack dev"],
  ],
  flags: FLAGS,
  run: explainLogin,
});

async function explainLogin({ host, globals, input }: Call<Values<typeof FLAGS>>): Promise<number> {
  const off = disabledWords(host, globals);
  if (off !== undefined) {
    host.write(disabledText(off, input.format));
    return 0;
  }
  // Which identity is meant may be asked; nothing else, not even whether a file is to be trusted.
  const component = wantedComponent(input);
  await using context = await openContext(derived(host, { prompt: undefined }), globals, { component });
  const name = await chooseIdentity(host, context.auth(), wishOf(host, globals), { remember: false });
  const needs = needsFor(context.loaded(), { type: "identity", name });
  const plan = needs.length === 0 ? await context.plan(name) : planChain(context.loaded().asWritten, name);
  const view = await explained(context, plan, needs);
  host.write(
    input.format === "json" ? explainJson(view) : explainText(view, styleOf(host.output), host.now()),
  );
  return 0;
}

/** Where trust is missing, no session is looked for, and nothing is shown of what needs it but what it would do. */
async function explained(context: Context, plan: ChainPlan, needs: readonly Need[]): Promise<ExplainView> {
  const { storedLinks } = await import("../../chain/run.ts");
  const { host } = context;
  const isTrusted = needs.length === 0;
  const links = isTrusted
    ? await storedLinks(host, plan, context.sessions(plan))
    : plan.identities.map(() => ({ link: undefined, session: undefined, section: undefined }));
  const outlook = forecast(plan, links.map(({ session }) => session), host.now());
  const { keyring } = context.auth();
  const target = targetOf(plan);
  const edits = childEdits(context, plan, links.at(-1)?.section);
  return {
    identity: target.name,
    kind: target.config.kind,
    ready: outlook.isReady,
    chain: [
      ...providerStep(context, plan, outlook),
      ...await Promise.all(outlook.steps.map(async (step, index) => {
        const { link, session } = links[index] ?? {};
        const unused = link === undefined || session !== undefined
          ? undefined
          : await unusedSection(context, plan, link);
        return identityStep(step, unused);
      })),
    ].map((step) => ({
      ...step,
      becomes: isTrusted ? maskedIn(context, step.name, step.becomes) : undefined,
    })),
    questions: !isTrusted ? [] : questionsOf(plan, outlook, {
      missingPassword: KEYRINGS[keyring.type].hasPassword && !host.env(keyring.passwordVariable)
        ? keyring.passwordVariable
        : undefined,
      hasMfaToken: (host.env("ATMOS_MFA_TOKEN") ?? "") !== "",
      hasBrowser: await hasLocalBrowser(host),
      keepsPortal: isPersistent(keyring.type),
    }),
    variables: isTrusted ? maskedValues(context, target.name, edits.set) : {},
    overrides: isTrusted ? overridesOf(host, edits, ownSecretVariables(keyring.passwordVariable)) : [],
    needs: needs.flatMap(({ values }) => values.map(({ path, at, does }) => ({ path, at, does }))),
  };
}

function providerStep(
  context: Context,
  { provider }: ChainPlan,
  outlook: Forecast,
): readonly ExplainedStep[] {
  if (provider === undefined) return [];
  const { type } = context.auth().keyring;
  const isKept = provider.config.kind === "aws/iam-identity-center" && isPersistent(type);
  return [{
    name: provider.name,
    kind: provider.config.kind,
    inserted: false,
    becomes: undefined,
    state: undefined,
    expiresAt: undefined,
    place: isKept ? `the ${type} keyring, not opened` : undefined,
    action: !outlook.needsProvider ? "nothing" : isKept ? "renew" : "make",
    duration: undefined,
  }];
}

function identityStep(
  { step, holding, expiresAt, action }: StepForecast,
  unused: Unused | undefined,
): ExplainedStep {
  const { seconds, from, shortenedFrom, limitSeconds, limitReason } = step.duration;
  return {
    name: step.name,
    kind: step.config.kind,
    inserted: step.inserted,
    becomes: principalOf(step),
    state: holding,
    expiresAt,
    place: unused === undefined ? undefined : unusedText(unused.flaw),
    action,
    duration: { seconds, from, shortenedFrom, limitSeconds, limitReason },
  };
}

function principalOf({ config }: IdentityStep): string | undefined {
  switch (config.kind) {
    case "aws/permission-set": {
      const account = "id" in config.account ? config.account.id : config.account.name;
      return `${config.permissionSet} in ${account}`;
    }
    case "aws/assume-role":
      return config.roleArn;
    case "aws/user":
      return undefined;
  }
}

/** What a variable of the environment says is shown as its reference. */
function maskedIn(context: Context, identity: string, text: string | undefined): string | undefined {
  const { masks } = context.auth().identities.get(identity) ?? {};
  return [...masks ?? []].reduce(
    (shown, [value, reference]) => value === "" ? shown : shown?.replaceAll(value, reference),
    text,
  );
}

function maskedValues(context: Context, identity: string, set: Edits["set"]): Edits["set"] {
  const entry = context.auth().identities.get(identity) ?? {};
  return Object.fromEntries(Object.entries(set).map(([name, value]) => [name, shownText(value, entry)]));
}

interface Edits {
  readonly set: Readonly<Record<string, string | undefined>>;
  readonly unset: readonly string[];
}

/** What a child of `exec` gets and loses. With a memory keyring it gets keys, which nobody has yet. */
function childEdits(context: Context, plan: ChainPlan, section: string | undefined): Edits {
  const { keyring } = context.auth();
  const { name } = targetOf(plan);
  const pointers = pointersOf(context, plan, section ?? name);
  const secrets = ownSecretVariables(keyring.passwordVariable);
  const { set, unset } = childEnvironment(pointersEnvironment(pointers, surroundings(plan)), name, secrets);
  if (isPersistent(keyring.type)) return { set, unset };
  const { AWS_SHARED_CREDENTIALS_FILE: _, AWS_CONFIG_FILE: __, AWS_PROFILE: ___, ...others } = set;
  const keys = [...SECRET_VARIABLES, "AWS_CREDENTIAL_EXPIRATION"];
  return {
    set: { ...others, ...Object.fromEntries(keys.map((key) => [key, undefined])) },
    unset: ["AWS_PROFILE", ...unset.filter((key) => !keys.includes(key))],
  };
}

/** The variables of this environment that would win over the session, or that it replaces; never their values. */
function overridesOf(
  { env }: Pick<Host, "env">,
  { set, unset }: Edits,
  ownSecrets: readonly string[],
): readonly Override[] {
  // Our own secrets are taken away, too, but no SDK heeds them.
  const heeded = unset.filter((name) => env(name) !== undefined && !ownSecrets.includes(name));
  const removed = heeded.map((name) => ({
    name,
    effect:
      "is set here: taken away from children of `exec` and `shell`, and by `env`; other programs would heed it",
  }));
  const replaced = Object.entries(set).flatMap(([name, value]) => {
    const present = env(name);
    return present === undefined || present === value
      ? []
      : [{ name, effect: "is set here to something else: replaced" }];
  });
  return [...removed, ...replaced];
}

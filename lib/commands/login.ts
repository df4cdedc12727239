/**
 * `atmos auth login`: makes the credentials anew.
 *
 * @module
 */
import { planProvider, targetOf } from "../chain/plan.ts";
import type { ChainPlan, IdentityStep, LinkOutcome } from "../chain/types.ts";
import type { AuthConfig, KeyringType } from "../config/types.ts";
import { awsFilePaths } from "../files/aws_files.ts";
import { loginText, type LoginView } from "../output/login.ts";
import { shortPath } from "../output/path_text.ts";
import { styleOf } from "../output/style.ts";
import { stepNames } from "./chain_names.ts";
import { chooseIdentity, disabledWords, wishOf } from "./choose.ts";
import { type Call, command } from "./command.ts";
import { type Context, openContext } from "./context.ts";
import { text, toggle, usage, type Values } from "./flags.ts";
import { makeSession } from "./session.ts";

const FLAGS = {
  provider: text("NAME", "Log in to a provider alone, without an identity", { short: "p" }),
  force: toggle("Make the provider's own session anew, too"),
  deviceCode: toggle("Show a code to approve in any browser, even when nobody can be asked"),
} as const;

export const login = command({
  description: "Authenticate and keep the session.\n" +
    "The identity's credentials are made anew; the session of its provider is used again while it is fresh.",
  examples: [
    ["The default identity", "atmos auth login"],
    ["Another one", "atmos auth login --identity prod-admin"],
    [
      "A provider alone, from a machine without a browser",
      "atmos auth login --provider my-sso --device-code",
    ],
  ],
  flags: FLAGS,
  run: logIn,
});

async function logIn({ host, globals, input }: Call<Values<typeof FLAGS>>): Promise<number> {
  const off = disabledWords(host, globals);
  if (off !== undefined) {
    host.tell(`Authentication is disabled by ${off}: nothing to log in to\n`);
    return 0;
  }
  if (input.provider !== undefined && globals.identity !== undefined) {
    throw usage("Cannot log in: --provider and --identity exclude each other");
  }
  await using context = await openContext(host, globals);
  const provider = input.provider ?? onlyProvider(context.auth());
  const options = {
    renew: input.force === true ? "everything" : "target",
    deviceCode: input.deviceCode === true,
  } as const;
  const view = provider === undefined
    ? await logInToIdentity(
      context,
      await chooseIdentity(host, context.auth(), wishOf(host, globals)),
      options,
    )
    : await logInToProvider(context, provider, options);
  host.tell(loginText(view, styleOf(host.screen), host.now()));
  return 0;
}

/** Where there is no identity yet, the only provider is what can be meant. */
function onlyProvider({ identities, providers }: AuthConfig): string | undefined {
  return identities.size === 0 && providers.size === 1 ? [...providers.keys()][0] : undefined;
}

type Options = Parameters<typeof makeSession>[2];

async function logInToIdentity(context: Context, name: string, options: Options): Promise<LoginView> {
  const plan = await context.plan(name);
  return identityView(context, plan, await makeSession(context, plan, options));
}

function identityView(context: Context, plan: ChainPlan, target: LinkOutcome): LoginView {
  const step = targetOf(plan);
  const inFiles = target.section !== undefined;
  const { credentials, config } = awsFilePaths(context.host, context.directory(plan));
  return {
    provider: plan.provider?.name,
    identity: step.name,
    chain: stepNames(plan),
    realm: context.auth().realm,
    account: target.session.accountId,
    role: roleOf(step),
    region: step.regionKnown ? step.region : undefined,
    expiresAt: target.session.expiresAt,
    files: inFiles ? [credentials, config].map((path) => shortPath(path, context.host.env("HOME"))) : [],
    section: target.section === step.name ? undefined : target.section,
    kept: inFiles ? undefined : "nowhere: with a memory keyring the session ends with this command",
  };
}

/** What an identity becomes, in AWS's words. */
function roleOf({ config }: IdentityStep): string | undefined {
  switch (config.kind) {
    case "aws/permission-set":
      return config.permissionSet;
    case "aws/assume-role":
      return config.roleArn;
    case "aws/user":
      return undefined;
  }
}

async function logInToProvider(context: Context, name: string, options: Options): Promise<LoginView> {
  const provider = planProvider(context.auth(), name);
  const { runProvider } = await import("../chain/run.ts");
  const { expiresAt } = await runProvider(context.host, provider, context.stores({ provider }), options);
  return {
    provider: provider.name,
    identity: undefined,
    chain: [],
    realm: context.auth().realm,
    account: undefined,
    role: undefined,
    region: provider.config.region,
    expiresAt,
    files: [],
    section: undefined,
    kept: keptText(context.auth().keyring.type),
  };
}

/** Where a provider's own session is. */
function keptText(type: KeyringType): string {
  return type === "memory"
    ? "nowhere: with a memory keyring it ends with this command"
    : `in the ${type} keyring`;
}

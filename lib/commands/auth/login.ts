/**
 * `atmos auth login`: makes the credentials anew.
 *
 * @module
 */
import { type AuthConfig, isPersistent, type KeyringType } from "../../config/types.ts";
import { AuthError } from "../../errors.ts";
import { loginText, type LoginView } from "../../output/login.ts";
import { styleOf } from "../../output/style.ts";
import {
  chooseIdentity,
  chooseTagged,
  disabledWords,
  nobodyTagged,
  taggedIdentities,
  wishOf,
} from "../../cli/run/choose.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { type Context, openContext } from "../../cli/run/context.ts";
import { text, texts, toggle, usage, type Values } from "../../cli/line/flags.ts";
import type { GlobalInput } from "../../cli/line/globals.ts";
import { identityView } from "./login_view.ts";
import { provisionIdentities, provisioningOf } from "../../cli/run/provision.ts";
import { makeSession } from "../../cli/run/session.ts";
import { FOR_COMPONENT_FLAGS, wantedComponent } from "../../cli/line/stack_flag.ts";

const FLAGS = {
  provider: text("NAME", "Log in to a provider alone, without an identity", { short: "p" }),
  all: toggle("Log in to every identity, to each provider once"),
  tags: texts("TAG,...", "Only identities with one of these tags"),
  force: toggle("Make the provider's own session anew, too"),
  deviceCode: toggle(
    "Show a code to approve in any browser, even when nobody can be asked; false: open the browser of this machine, whatever it looks like",
  ),
  qr: toggle("Show that page as a QR code, too; by itself over SSH"),
  ...FOR_COMPONENT_FLAGS,
} as const;

export const login = command({
  description: "Authenticate and keep the session.\n" +
    "The identity's credentials are made anew; the session of its provider is used again while it is fresh.\n" +
    "Where this machine has a browser it opens; over SSH, in containers and without a display a code is shown.",
  examples: [
    ["The default identity", "atmos auth login"],
    ["Another one", "atmos auth login --identity prod-admin"],
    ["Every identity with a tag", "atmos auth login --all --tags prod"],
    [
      "A provider alone, from a machine without a browser",
      "atmos auth login --provider my-sso --device-code",
    ],
  ],
  flags: FLAGS,
  run: logIn,
});

type Input = Values<typeof FLAGS>;

async function logIn({ host, globals, input }: Call<Input>): Promise<number> {
  const off = disabledWords(host, globals);
  if (off !== undefined) {
    host.tell(`Authentication is disabled by ${off}: nothing to log in to\n`);
    return 0;
  }
  assertTogether(globals.identity !== undefined, input);
  await using context = await openContext(host, globals, { component: wantedComponent(input) });
  const wish = {
    deviceCode: input.deviceCode === true,
    browser: input.deviceCode === false ? true : undefined,
    qr: input.qr,
  };
  const options = { renew: input.force === true ? "everything" : "target", ...wish } as const;
  const tellOf = (view: LoginView) => host.tell(loginText(view, styleOf(host.screen), host.now()));
  if (input.all === true) {
    const unused = input.tags.length > 0 ? [] : unusedPortals(context.auth());
    for (const name of unused) {
      tellOf(await logInToProvider(context, name, options));
      await provisionIdentities(context, [name]);
    }
    if (unused.length > 0 && context.auth().identities.size === 0) return 0;
    const { logInToAll } = await import("./login_all.ts");
    await logInToAll(context, namesOf(context.auth(), input.tags), { ...wish, force: input.force === true });
    return 0;
  }
  const provider = input.provider ?? onlyProvider(context.auth());
  const view = provider === undefined
    ? await logInToIdentity(context, await chosen(context, globals, input), options)
    : await logInToProvider(context, provider, options);
  tellOf(view);
  await provisionIdentities(context, [view.provider]);
  return 0;
}

/** Portals that are to find identities, and have none yet. */
function unusedPortals(auth: AuthConfig): readonly string[] {
  const used = new Set(
    [...auth.identities.values()].map(({ config }) =>
      config?.via !== undefined && "provider" in config.via ? config.via.provider : undefined
    ),
  );
  return provisioningOf(auth, [...auth.providers.keys()]).map(({ name }) => name).filter((name) =>
    !used.has(name)
  );
}

/** Each of these says what to log in to; two of them contradict each other. */
function assertTogether(hasIdentity: boolean, input: Input): void {
  const given = [
    ...input.all === true ? ["--all"] : [],
    ...input.provider === undefined ? [] : ["--provider"],
    ...hasIdentity ? ["--identity"] : [],
  ];
  if (given.length > 1) throw usage(`Cannot log in: ${given.join(" and ")} exclude each other`);
  if (input.provider !== undefined && input.tags.length > 0) {
    throw usage("Cannot log in: --provider and --tags exclude each other");
  }
}

/** What `--all` stands for, in the order of the names. */
function namesOf(auth: AuthConfig, tags: readonly string[]): readonly string[] {
  if (tags.length > 0) {
    const tagged = taggedIdentities(auth, tags).map(({ name }) => name);
    if (tagged.length === 0) throw nobodyTagged(auth, tags);
    return tagged;
  }
  if (auth.identities.size > 0) return [...auth.identities.keys()].sort();
  throw new AuthError("not-found", "Cannot log in: no identity is configured", {
    hints: ["Add one below auth.identities"],
  });
}

/** Tags choose only where nobody named an identity. */
async function chosen(context: Context, globals: GlobalInput, input: Input): Promise<string> {
  const wish = wishOf(context.host, globals);
  const isNamed = wish.flag !== undefined || (wish.variable ?? "") !== "";
  return input.tags.length > 0 && !isNamed
    ? await chooseTagged(context.host, context.auth(), input.tags)
    : await chooseIdentity(context.host, context.auth(), wish);
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

async function logInToProvider(context: Context, name: string, options: Options): Promise<LoginView> {
  const provider = await context.planProvider(name);
  const { runProvider } = await import("../../chain/run.ts");
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
  return !isPersistent(type)
    ? "nowhere: with a memory keyring it ends with this command"
    : `in the ${type} keyring`;
}

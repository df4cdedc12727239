/**
 * What an Identity Center offers to whoever logs in to it.
 *
 * @module
 */
import { withRetries } from "../../aws/retry.ts";
import { listAccountRoles, listAccounts } from "../../aws/sso.ts";
import { withProvider } from "../../chain/run.ts";
import type { ProviderStep } from "../../chain/types.ts";
import type { IamIdentityCenterProvider } from "../../config/types.ts";
import type { SsoToken } from "../../credentials.ts";
import { AuthError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { ListedAccount } from "../../output/list_accounts.ts";
import { usage } from "../line/flags.ts";
import type { Context } from "./context.ts";
import { atOnce, CALLS_AT_ONCE } from "../../at_once.ts";

/** An Identity Center as a step. */
export type PortalStep = ProviderStep & { readonly config: IamIdentityCenterProvider };

/** Asks a portal for all it offers; whoever is there logs in to it where its session is no longer fresh. */
export async function portalAccounts(
  context: Pick<Context, "host" | "stores">,
  { name, config }: PortalStep,
): Promise<readonly ListedAccount[]> {
  const stores = context.stores({ provider: { name, config } });
  const options = { renew: "nothing", deviceCode: false } as const;
  return await withProvider(context.host, { name, config }, stores, options, async (credentials) => {
    if (credentials.type !== "sso-token") throw new TypeError("An Identity Center gives a token");
    return await accountsOf(context.host, config, credentials);
  });
}

/** The Identity Center that is meant: the one that is named, or the only one. */
export async function portalOf(
  { loaded, planProvider }: Pick<Context, "loaded" | "planProvider">,
  name: string | undefined,
): Promise<PortalStep> {
  const portals = [...loaded().asWritten.providers.values()].filter(({ config }) =>
    config?.kind === "aws/iam-identity-center"
  )
    .map((entry) => entry.name).sort();
  const [only] = portals;
  if (name === undefined && only === undefined) {
    throw new AuthError("not-found", "Cannot list accounts: no provider is an Identity Center", {
      hints: ["Add a provider of the kind aws/iam-identity-center"],
    });
  }
  if (name === undefined && portals.length > 1) {
    throw usage(
      "Cannot list accounts: there are several Identity Centers",
      `Name one with --provider: ${portals.join(", ")}`,
    );
  }
  const step = await planProvider(name ?? only ?? "");
  const { config } = step;
  if (config.kind === "aws/iam-identity-center") return { name: step.name, config };
  throw usage(
    `Cannot list accounts: the provider "${step.name}" is not an Identity Center but ${config.kind}`,
  );
}

/** Every account with its roles, sorted by name, then id. */
async function accountsOf(
  host: Host,
  { region, endpointUrl }: IamIdentityCenterProvider,
  token: SsoToken,
): Promise<readonly ListedAccount[]> {
  const patient = withRetries({
    fetch: host.fetch,
    env: host.env,
    sleep: host.sleep,
    random: host.random,
    interrupted: host.interrupted,
  });
  const place = { region, endpointUrl };
  const accounts = (await listAccounts(patient, place, token)).toSorted((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1
  );
  const roles = new Map<string, readonly string[]>();
  await atOnce(CALLS_AT_ONCE, accounts, async ({ id }) => {
    roles.set(id, await listAccountRoles(patient, place, token, id));
  });
  return accounts.map(({ id, name }) => ({
    id,
    name,
    roles: (roles.get(id) ?? []).toSorted().map((role) => ({ name: role, identities: [] })),
  }));
}

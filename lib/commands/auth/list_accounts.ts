/**
 * `atmos auth list accounts`: what a person may become through an Identity Center, and which of it has a name here.
 *
 * @module
 */
import type { AuthConfig } from "../../config/types.ts";
import {
  ACCOUNT_FORMATS,
  type AccountsView,
  formatAccounts,
  type ListedAccount,
} from "../../output/list_accounts.ts";
import { styleOf } from "../../output/style.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { openContext } from "../../cli/run/context.ts";
import { outputFormat, text, type Values } from "../../cli/line/flags.ts";
import { portalAccounts, portalOf } from "../../cli/run/portal.ts";

const FLAGS = {
  format: outputFormat(ACCOUNT_FORMATS),
  provider: text("NAME", "The Identity Center, where several are configured", { short: "p" }),
} as const;

export const listAccountsCommand = command({
  description:
    "List the accounts and roles that an Identity Center offers you, and the identities that stand for them.\n" +
    "The session of the access portal is used while it is fresh; else you are asked to log in, as `login` would.",
  examples: [
    ["Everything that the portal offers", "atmos auth list accounts"],
    ["For a program", "atmos auth list accounts --provider my-sso --format json"],
  ],
  flags: FLAGS,
  run: listAll,
});

async function listAll({ host, globals, input }: Call<Values<typeof FLAGS>>): Promise<number> {
  await using context = await openContext(host, globals);
  const auth = context.auth();
  const { name, config } = await portalOf(context, input.provider);
  const accounts = await portalAccounts(context, { name, config });
  const view: AccountsView = {
    provider: name,
    accounts: accounts.map((account) => named(auth, name, account)),
  };
  host.write(formatAccounts(input.format ?? "table", view, styleOf(host.output)));
  return 0;
}

/** With the identities that stand for each role. */
function named(auth: AuthConfig, provider: string, account: ListedAccount): ListedAccount {
  const identitiesFor = (role: string) =>
    [...auth.identities.values()].flatMap(({ name, config }) => {
      if (config?.kind !== "aws/permission-set" || config.via.provider !== provider) return [];
      const isHere = "id" in config.account
        ? config.account.id === account.id
        : config.account.name === account.name;
      return isHere && config.permissionSet === role ? [name] : [];
    }).sort();
  return { ...account, roles: account.roles.map(({ name }) => ({ name, identities: identitiesFor(name) })) };
}

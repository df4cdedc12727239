/**
 * Accounts and roles of an Identity Center as identities: `<account>/<role>`, as Atmos names them.
 *
 * @module
 */
import { isAccountId } from "../arn.ts";
import { namer } from "./names.ts";
import { sectionText } from "./section.ts";
import type { Fields } from "./types.ts";

/** An account with what one may become in it. */
export interface FoundAccount {
  /** 12 digits. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly { readonly name: string }[];
}

/** One role of one account. */
export interface FoundRole {
  readonly account: Pick<FoundAccount, "id" | "name">;
  readonly role: string;
}

/** Every role of every account, by account name, then id, then role. What has no name cannot be asked for. */
export function rolesOf(accounts: readonly FoundAccount[]): readonly FoundRole[] {
  const whole = accounts.filter(({ id }) => isAccountId(id)).toSorted((a, b) =>
    compare(a.name, b.name) || compare(a.id, b.id)
  );
  return whole.flatMap((account) =>
    [...new Set(account.roles.map(({ name }) => name))].filter((name) => name !== "").sort()
      .map((role) => ({ account, role }))
  );
}

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0;

/**
 * Roles by the names that they get. Accounts of one name are told apart by their ids.
 *
 * @param taken names that are in use for something else
 */
export function namedRoles(
  roles: readonly FoundRole[],
  taken: Iterable<string> = [],
): ReadonlyMap<string, FoundRole> {
  const ids = Map.groupBy(roles, ({ account }) => account.name.toLowerCase());
  const isShared = ({ account }: FoundRole) =>
    new Set(ids.get(account.name.toLowerCase())?.map((other) => other.account.id)).size > 1;
  const name = namer("identity", taken);
  return new Map(roles.map((found) => {
    const { account: { id, name: account }, role } = found;
    const shown = account.trim() === "" ? id : isShared(found) ? `${account}-${id}` : account;
    return [name(`${shown}/${role}`), found];
  }));
}

/** A role as an identity. */
export function roleFields(provider: string, { account, role }: FoundRole): Fields {
  return {
    kind: "aws/permission-set",
    via: { provider },
    principal: { name: role, account: { id: account.id } },
  };
}

/** The file that a login keeps for the loader. */
export function provisionedText(
  provider: string,
  startUrl: string,
  accounts: readonly FoundAccount[],
): string {
  const identities = new Map(
    [...namedRoles(rolesOf(accounts))].map(([name, found]) => [name, roleFields(provider, found)]),
  );
  return `# What ${JSON.stringify(startUrl)} offered at the last login, for auto_provision_identities.\n` +
    "# Changes are lost: identities of your own belong into atmos.yaml, which beats this file.\n" +
    sectionText({ providers: new Map(), identities });
}

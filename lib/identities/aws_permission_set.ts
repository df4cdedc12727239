/**
 * `aws/permission-set`: a role of one account, as Identity Center assigns it to the person.
 *
 * @module
 */
import { type AwsHost, type RemoteFailure, type ServicePlace } from "../aws/client.ts";
import { withRetries } from "../aws/retry.ts";
import { getRoleCredentials, listAccounts, type PortalAccount } from "../aws/sso.ts";
import { didYouMean } from "../config/nearest.ts";
import type { PermissionSetIdentity } from "../config/types.ts";
import type { AwsSession, SsoToken } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { counted } from "../counting.ts";

/** What taking a permission set needs of the world. */
export type PermissionSetHost = AwsHost & Pick<Host, "now" | "sleep" | "random">;

/**
 * The role credentials of a permission set. AWS alone decides how long they live.
 *
 * @throws AuthError `not-found` or `config-invalid` for the account's name; `refused` when it is not assigned;
 *   `session-rejected` when the portal no longer knows the token; `throttled`; `unreachable`
 */
export async function takePermissionSet(
  host: PermissionSetHost,
  name: string,
  config: PermissionSetIdentity,
  place: ServicePlace,
  token: SsoToken,
): Promise<AwsSession> {
  const patient = withRetries(host);
  const accountId = "id" in config.account
    ? config.account.id
    : accountNamed(name, config.account.name, await listAccounts(patient, place, token));
  return await getRoleCredentials(patient, place, token, { accountId, name: config.permissionSet }, {
    doing: `get credentials of the permission set "${config.permissionSet}" in account ${accountId}`,
    where: `auth.identities.${name}.principal`,
    hints: (failure) => assignmentHints(failure, config.permissionSet, accountId),
  });
}

function assignmentHints(
  failure: RemoteFailure,
  permissionSet: string,
  accountId: string,
): readonly string[] {
  if (failure.status !== 403 && failure.status !== 404) return [];
  return [
    `You are logged in, but the permission set "${permissionSet}" is not assigned to you in account ${accountId}`,
    "Check the spelling of principal.name and principal.account, or ask for the assignment",
  ];
}

/** The id of the account of that name. Names are not unique in an organisation. */
function accountNamed(identity: string, accountName: string, accounts: readonly PortalAccount[]): string {
  const where = `auth.identities.${identity}.principal.account.name`;
  const [first, ...others] = accounts.filter((account) => account.name === accountName);
  if (first === undefined) {
    const near = didYouMean(accountName, accounts.map((account) => account.name));
    throw new AuthError(
      "not-found",
      `Cannot find the account "${accountName}": the portal lists no account of that name`,
      {
        where,
        hints: [
          near,
          `The portal lists ${
            counted(accounts.length, "account")
          } for you; an account that is not assigned to you is not among them`,
        ],
      },
    );
  }
  if (others.length === 0) return first.id;
  const ids = [first, ...others].map((account) => account.id).join(", ");
  throw new AuthError(
    "config-invalid",
    `Cannot choose the account "${accountName}": several accounts have that name`,
    {
      where,
      hints: [`Use principal.account.id with one of ${ids}`],
    },
  );
}

/**
 * The AWS access portal of IAM Identity Center: lists a user's accounts and roles, and gets credentials for
 * them. Every operation is unsigned; the bearer token goes nowhere else.
 *
 * @module
 */
import { type AwsSession, Secret, type SsoToken } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import type { EpochMillis } from "../time.ts";
import { type Attempt, type AwsHost, callAws, clientOptions, type ServicePlace } from "./client.ts";
import { tolerateWithheldVariables } from "./sdk_variables.ts";

/** An account that the user can access. */
export interface PortalAccount {
  readonly id: string;
  readonly name: string;
}

const PAGE = 100;
/** Stop after this many pages: the service is repeating itself. */
const MOST_PAGES = 1000;

async function portal(host: AwsHost, place: ServicePlace) {
  tolerateWithheldVariables();
  const sdk = await import("./sdk_sso.ts");
  return { sdk, client: new sdk.SSOClient(clientOptions(host, "SSO", place)) };
}

/** Calls ListAccounts for all pages. */
export async function listAccounts(
  host: AwsHost,
  place: ServicePlace,
  token: SsoToken,
): Promise<readonly PortalAccount[]> {
  const { sdk, client } = await portal(host, place);
  const attempt = { doing: "list the accounts of the access portal", operation: "sso:ListAccounts" };
  return await everyPage(attempt.operation, async (nextToken) => {
    const output = await callAws(attempt, () =>
      client.send(
        new sdk.ListAccountsCommand({
          accessToken: token.accessToken.reveal(),
          maxResults: PAGE,
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
      ));
    const items = (output.accountList ?? []).map((account) => ({
      id: account.accountId ?? "",
      name: account.accountName ?? "",
    }));
    return { items, nextToken: output.nextToken };
  });
}

/** Calls ListAccountRoles for all pages: the names of the user's permission sets in an account. */
export async function listAccountRoles(
  host: AwsHost,
  place: ServicePlace,
  token: SsoToken,
  accountId: string,
): Promise<readonly string[]> {
  const { sdk, client } = await portal(host, place);
  const attempt = { doing: `list the roles of the account ${accountId}`, operation: "sso:ListAccountRoles" };
  return await everyPage(attempt.operation, async (nextToken) => {
    const output = await callAws(attempt, () =>
      client.send(
        new sdk.ListAccountRolesCommand({
          accessToken: token.accessToken.reveal(),
          accountId,
          maxResults: PAGE,
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
      ));
    return {
      items: (output.roleList ?? []).map(({ roleName }) => roleName ?? ""),
      nextToken: output.nextToken,
    };
  });
}

/** Follows pages until the service returns an absent, null or empty token. */
async function everyPage<Item>(
  operation: string,
  page: (nextToken: string | undefined) => Promise<{ items: readonly Item[]; nextToken: string | undefined }>,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  const seen = new Set<string>();
  let nextToken: string | undefined;
  for (let count = 0; count < MOST_PAGES; count++) {
    const answer = await page(nextToken);
    all.push(...answer.items);
    nextToken = answer.nextToken === "" || answer.nextToken === null ? undefined : answer.nextToken;
    if (nextToken === undefined) return all;
    if (seen.has(nextToken)) break;
    seen.add(nextToken);
  }
  throw new AuthError("bad-answer", `Cannot read every page of ${operation}: the pages repeat`, {
    where: operation,
  });
}

/**
 * Calls GetRoleCredentials. The permission set's session duration determines their lifetime; it cannot be
 * requested.
 *
 * @throws AuthError `session-rejected` when the token is no longer known (401); `refused` when the account or
 * permission set is not assigned (403, which the service's model does not mention); `throttled` (429)
 */
export async function getRoleCredentials(
  host: AwsHost & { readonly now: () => EpochMillis },
  place: ServicePlace,
  token: SsoToken,
  role: { readonly accountId: string; readonly name: string },
  attempt: Omit<Attempt, "operation">,
): Promise<AwsSession> {
  const { sdk, client } = await portal(host, place);
  const issuedAt = host.now();
  const output = await callAws({ ...attempt, operation: "sso:GetRoleCredentials" }, () =>
    client.send(
      new sdk.GetRoleCredentialsCommand({
        accessToken: token.accessToken.reveal(),
        accountId: role.accountId,
        roleName: role.name,
      }),
    ));
  const given = output.roleCredentials;
  if (
    given?.accessKeyId === undefined || given.secretAccessKey === undefined ||
    given.sessionToken === undefined ||
    given.expiration === undefined || !Number.isFinite(given.expiration)
  ) {
    throw new AuthError("bad-answer", "Cannot use the answer of sso:GetRoleCredentials: it is incomplete", {
      where: "sso:GetRoleCredentials",
    });
  }
  return {
    type: "aws-session",
    accessKeyId: given.accessKeyId,
    secretAccessKey: new Secret(given.secretAccessKey),
    sessionToken: new Secret(given.sessionToken),
    issuedAt,
    expiresAt: given.expiration,
    accountId: role.accountId,
  };
}

/**
 * Calls Logout, which invalidates the token in the portal. Role credentials issued for it stay valid until
 * they expire.
 *
 * @throws AuthError `session-rejected` when the portal does not know the token, or no longer
 */
export async function endPortalSession(
  host: AwsHost,
  place: ServicePlace,
  accessToken: Secret,
): Promise<void> {
  const { sdk, client } = await portal(host, place);
  await callAws(
    { doing: "end the session of the access portal", operation: "sso:Logout" },
    () => client.send(new sdk.LogoutCommand({ accessToken: accessToken.reveal() })),
  );
}

import { decodeBase64Url, decodeText, encodeBase64Url, encodeText } from "./encoding.ts";
import { json, Refusal } from "./http.ts";
import { isLive } from "./oidc.ts";
import type { PermissionSetSeed } from "./seed_types.ts";
import type { Call, Operation, Service } from "./service.ts";
import { type Context, issueCredential, type PortalSession, stableId } from "./state.ts";

const PATHS: Readonly<Record<string, Operation>> = {
  "GET /assignment/accounts": "ListAccounts",
  "GET /assignment/roles": "ListAccountRoles",
  "GET /federation/credentials": "GetRoleCredentials",
  "POST /logout": "Logout",
};

/** The access portal's API (sso 2019-06-10): a bearer header, snake_case queries, camelCase answers. */
export const portal: Service = {
  recognise({ method, url }) {
    const operation = PATHS[`${method} ${url.pathname}`];
    return operation && { operation, parameters: Object.fromEntries(url.searchParams) };
  },
  handle(context, call) {
    const session = authenticate(context, call);
    switch (call.operation) {
      case "ListAccounts":
        return listAccounts(context, call, session.user);
      case "ListAccountRoles":
        return listAccountRoles(context, call, session.user);
      case "GetRoleCredentials":
        return getRoleCredentials(context, call, session.user);
      default:
        session.ended = true;
        return new Response(null, { status: 200 });
    }
  },
  refuse(refusal) {
    return json(refusal.status, {
      message: refusal.message,
      __type: `com.amazonaws.switchboard.portal#${refusal.code}`,
    }, { "x-amzn-errortype": refusal.code });
  },
};

function authenticate(context: Context, { headers }: Call): PortalSession {
  const token = context.state.accessTokens.get(headers.get("x-amz-sso_bearer_token") ?? "");
  if (token === undefined || context.clock.now() >= token.expiresAt || !isLive(context, token.session)) {
    throw new Refusal(401, "UnauthorizedException", "Session token not found or invalid");
  }
  return token.session;
}

function listAccounts(context: Context, call: Call, user: string): Response {
  const { accounts, assignments } = context.state.seed;
  const assigned = accounts.filter(({ id }) =>
    assignments.some((assignment) => assignment.user === user && assignment.accountId === id)
  );
  const { items, nextToken } = page(context, call, assigned);
  return json(200, {
    nextToken,
    accountList: items.map(({ id, name, email }) => ({
      accountId: id,
      accountName: name,
      emailAddress: email,
    })),
  });
}

function listAccountRoles(context: Context, call: Call, user: string): Response {
  const accountId = required(call, "account_id");
  const roles = context.state.seed.assignments
    .filter((assignment) => assignment.user === user && assignment.accountId === accountId)
    .map(({ permissionSet }) => ({ roleName: permissionSet, accountId }));
  if (roles.length === 0) throw noAccess();
  const { items, nextToken } = page(context, call, roles);
  return json(200, { nextToken, roleList: items });
}

function getRoleCredentials(context: Context, call: Call, user: string): Response {
  const accountId = required(call, "account_id");
  const roleName = required(call, "role_name");
  const { assignments, permissionSets } = context.state.seed;
  const assigned = assignments.some((assignment) =>
    assignment.user === user && assignment.accountId === accountId && assignment.permissionSet === roleName
  );
  const permissionSet = permissionSets.find(({ name }) => name === roleName);
  if (!assigned || permissionSet === undefined) throw noAccess();
  const roleArn = reservedRoleArn(accountId, permissionSet);
  const credential = issueCredential(context, {
    origin: "permission-set",
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${reservedRoleName(permissionSet)}/${user}`,
    userId: `${stableId("AROA", roleArn)}:${user}`,
    principalArn: roleArn,
    mayAssume: permissionSet.mayAssume ?? ["*"],
    mfa: false,
    expiresAt: Math.floor(context.clock.now() / 1000 + permissionSet.sessionDuration) * 1000,
  });
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = credential;
  return json(200, {
    roleCredentials: { accessKeyId, secretAccessKey, sessionToken, expiration: expiresAt },
  });
}

const reservedRoleName = ({ name, suffix }: PermissionSetSeed) => `AWSReservedSSO_${name}_${suffix}`;

/** The role that Identity Center makes in an account for a permission set. */
export function reservedRoleArn(accountId: string, permissionSet: PermissionSetSeed): string {
  return `arn:aws:iam::${accountId}:role/aws-reserved/sso.amazonaws.com/${reservedRoleName(permissionSet)}`;
}

/** Not in the service model: AWS answers so for accounts and permission sets that are not assigned. */
const noAccess = () => new Refusal(403, "ForbiddenException", "No access");

function required({ parameters }: Call, name: string): string {
  const value = parameters[name];
  if (!value) throw new Refusal(400, "InvalidRequestException", `Missing required parameter: ${name}`);
  return value;
}

/** Tokens carry their operation and offset, so that one made up or of another list is refused. */
function page<Item>({ pageSize, state }: Context, { parameters, operation }: Call, all: readonly Item[]) {
  const limit = parameters["max_result"] === undefined ? 100 : Number(parameters["max_result"]);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw new Refusal(400, "InvalidRequestException", "max_result must be between 1 and 100");
  }
  const start = parameters["next_token"] ? readPageToken(parameters["next_token"], operation) : 0;
  const end = start + Math.min(limit, pageSize);
  const last = { empty: "", null: null, absent: undefined }[state.seed.portal.lastPageToken];
  return {
    items: all.slice(start, end),
    nextToken: end < all.length ? encodeBase64Url(encodeText(`${operation}/${end}`)) : last,
  };
}

function readPageToken(token: string, operation: Operation): number {
  const bytes = decodeBase64Url(token);
  const [of, offset] = bytes === undefined ? [] : decodeText(bytes).split("/");
  if (of !== operation) throw new Refusal(400, "InvalidRequestException", "Invalid next_token");
  return Number(offset);
}

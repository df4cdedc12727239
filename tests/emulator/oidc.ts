import { encodeBase64Url, sameText, sha256 } from "./encoding.ts";
import { json, readJsonObject, Refusal } from "./http.ts";
import { BASE64URL, CONSONANTS } from "./random.ts";
import type { Incoming } from "./server.ts";
import type { Call, Operation, Service } from "./service.ts";
import {
  type Context,
  type DeviceGrant,
  issueSecret,
  type PortalSession,
  type Registration,
} from "./state.ts";

const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";
/** Legacy tokens, of registrations without scopes, cannot be refreshed but last as long as the session. */
const REFRESH_SCOPE = "sso:account:access";

const PATHS: Readonly<Record<string, Operation>> = {
  "/client/register": "RegisterClient",
  "/device_authorization": "StartDeviceAuthorization",
  "/token": "CreateToken",
};

/** IAM Identity Center's OIDC service (2019-06-10): unsigned, JSON in camelCase. */
export const oidc: Service = {
  recognise(incoming) {
    const operation = incoming.method === "POST" ? PATHS[incoming.url.pathname] : undefined;
    return operation && { operation, parameters: jsonParameters(incoming) };
  },
  handle(context, call) {
    const body = readJsonObject(call.text);
    if (body === undefined) throw refused("invalid_request", "The request body is not a JSON object");
    switch (call.operation) {
      case "RegisterClient":
        return registerClient(context, body);
      case "StartDeviceAuthorization":
        return startDeviceAuthorization(context, call.parameters);
      default:
        return createToken(context, call);
    }
  },
  refuse(refusal) {
    const body = { error: refusal.code, error_description: refusal.message, ...refusal.extra };
    return json(refusal.status, body, {
      "x-amzn-errortype": `${EXCEPTIONS[refusal.code] ?? refusal.code}:http://internal.amazon.com/coral/`,
    });
  },
};

const EXCEPTIONS: Readonly<Record<string, string>> = {
  authorization_pending: "AuthorizationPendingException",
  slow_down: "SlowDownException",
  expired_token: "ExpiredTokenException",
  access_denied: "AccessDeniedException",
  invalid_client: "InvalidClientException",
  invalid_client_metadata: "InvalidClientMetadataException",
  invalid_grant: "InvalidGrantException",
  invalid_redirect_uri: "InvalidRedirectUriException",
  invalid_request: "InvalidRequestException",
  invalid_scope: "InvalidScopeException",
  server_error: "InternalServerException",
  unauthorized_client: "UnauthorizedClientException",
  unsupported_grant_type: "UnsupportedGrantTypeException",
};

function refused(code: string, message: string): Refusal {
  return new Refusal(code === "invalid_client" ? 401 : 400, code, message);
}

function jsonParameters(incoming: Incoming): Record<string, string> {
  const members = Object.entries(readJsonObject(incoming.text) ?? {});
  return Object.fromEntries(
    members.map(([name, value]) => [name, Array.isArray(value) ? value.join(" ") : String(value)]),
  );
}

function registerClient(context: Context, body: Record<string, unknown>): Response {
  const { clientName, clientType } = body;
  if (typeof clientName !== "string" || clientName === "") {
    throw refused("invalid_request", "clientName is required");
  }
  if (clientType !== "public") throw refused("invalid_client_metadata", "clientType must be public");
  const scopes = textList(body, "scopes") ?? [];
  const grantTypes = textList(body, "grantTypes");
  const redirectUris = textList(body, "redirectUris") ?? [];
  const unknown = grantTypes?.find((type) =>
    ![DEVICE_CODE, "authorization_code", "refresh_token"].includes(type)
  );
  if (unknown !== undefined) throw refused("unsupported_grant_type", `Unsupported grant type: ${unknown}`);
  if (scopes.some((scope) => !/^[\w-]+:[\w-]+:[\w-]+$/.test(scope))) {
    throw refused("invalid_scope", "Invalid scope");
  }
  if (grantTypes?.includes("authorization_code")) {
    if (!redirectUris.length || typeof body["issuerUrl"] !== "string") {
      throw refused("invalid_request", "authorization_code needs redirectUris and issuerUrl");
    }
    if (!redirectUris.every((uri) => loopbackRedirect(uri) !== undefined)) {
      throw refused("invalid_redirect_uri", "A redirect URI must be http on 127.0.0.1");
    }
  }
  const now = context.clock.now();
  const registration: Registration = {
    clientId: context.random.text(BASE64URL, 22),
    clientSecret: issueSecret(context, "client secret", 180),
    clientName,
    scopes,
    grantTypes,
    redirectUris,
    expiresAt: now + context.state.seed.portal.registrationLifetime * 1000,
  };
  context.state.registrations.set(registration.clientId, registration);
  return json(200, {
    clientId: registration.clientId,
    clientSecret: registration.clientSecret,
    clientIdIssuedAt: Math.floor(now / 1000),
    clientSecretExpiresAt: Math.floor(registration.expiresAt / 1000),
  });
}

function textList(body: Record<string, unknown>, name: string): string[] | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw refused("invalid_request", `${name} must be a list of strings`);
}

/** The URI without its port when it is http on the loopback literal: any port will do (RFC 8252 section 7.3). */
export function loopbackRedirect(uri: string): string | undefined {
  if (!URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  if (url.protocol !== "http:" || url.hostname !== "127.0.0.1" || url.hash) return undefined;
  return `http://127.0.0.1${url.pathname}${url.search}`;
}

function startDeviceAuthorization(context: Context, parameters: Record<string, string>): Response {
  const { state, clock, random, url } = context;
  const registration = authenticateClient(context, parameters);
  requireGrant(registration, DEVICE_CODE);
  if (!isStartUrl(context, parameters["startUrl"])) {
    throw new Refusal(400, "invalid_request", "Invalid start url provided", {
      reason: "InvalidStartUrl",
    });
  }
  const { interval, deviceCodeLifetime } = state.seed.portal;
  const grant: DeviceGrant = {
    deviceCode: issueSecret(context, "device code"),
    userCode: `${random.text(CONSONANTS, 4)}-${random.text(CONSONANTS, 4)}`,
    clientId: registration.clientId,
    interval: interval ?? 5,
    expiresAt: clock.now() + deviceCodeLifetime * 1000,
    status: "pending",
  };
  state.deviceGrants.set(grant.deviceCode, grant);
  return json(200, {
    deviceCode: grant.deviceCode,
    userCode: grant.userCode,
    verificationUri: `${url}/device`,
    verificationUriComplete: `${url}/device?user_code=${grant.userCode}`,
    expiresIn: deviceCodeLifetime,
    interval,
  });
}

function isStartUrl({ state, url }: Context, startUrl: string | undefined): boolean {
  const trimmed = startUrl?.replace(/\/?(#\/?)?$/, "");
  return [`${url}/start`, ...state.seed.portal.startUrls].some((known) => known === trimmed);
}

/** The registration of `client_id`, while it lasts. */
export function findRegistration(
  { state, clock }: Context,
  clientId: string | undefined,
): Registration | undefined {
  const registration = state.registrations.get(clientId ?? "");
  return registration !== undefined && clock.now() < registration.expiresAt ? registration : undefined;
}

function authenticateClient(
  context: Context,
  { clientId, clientSecret = "" }: Record<string, string>,
): Registration {
  const registration = findRegistration(context, clientId);
  if (registration === undefined || !sameText(registration.clientSecret, clientSecret)) {
    throw refused("invalid_client", "Client credentials are not valid");
  }
  return registration;
}

function requireGrant({ grantTypes, redirectUris }: Registration, grant: string): void {
  const granted = grantTypes?.includes(grant) ??
    (grant === "authorization_code" ? redirectUris.length > 0 : true);
  if (!granted) throw refused("unauthorized_client", `The client is not registered for ${grant}`);
}

async function createToken(context: Context, { parameters }: Call): Promise<Response> {
  const registration = authenticateClient(context, parameters);
  const { grantType = "" } = parameters;
  if (![DEVICE_CODE, "authorization_code", "refresh_token"].includes(grantType)) {
    throw refused("unsupported_grant_type", "Unsupported grant type");
  }
  requireGrant(registration, grantType);
  if (grantType === "refresh_token") return refresh(context, registration, parameters);
  const user = grantType === DEVICE_CODE
    ? redeemDeviceCode(context, registration, parameters)
    : await redeemAuthorizationCode(context, registration, parameters);
  const endsAt = context.clock.now() + context.state.seed.portal.sessionLifetime * 1000;
  return issueTokens(context, registration, { user, endsAt, ended: false });
}

/** One poll, in the order of RFC 8628 section 3.5; answers with the person who approved. */
function redeemDeviceCode(
  { state, clock }: Context,
  { clientId }: Registration,
  { deviceCode = "" }: Record<string, string>,
): string {
  const grant = state.deviceGrants.get(deviceCode);
  if (grant === undefined || grant.clientId !== clientId || grant.status === "used") {
    throw refused("invalid_grant", "Invalid device code");
  }
  const now = clock.now();
  const tooSoon = grant.lastPoll !== undefined && now - grant.lastPoll < grant.interval * 1000;
  grant.lastPoll = now;
  if (now >= grant.expiresAt) throw refused("expired_token", "The device code has expired");
  if (grant.status === "denied") throw refused("access_denied", "The request was denied");
  if (tooSoon) {
    grant.interval += 5;
    throw refused("slow_down", "Polled sooner than the interval allows");
  }
  if (grant.status === "pending" || grant.user === undefined) {
    throw refused("authorization_pending", "The person has not answered yet");
  }
  grant.status = "used";
  return grant.user;
}

/** RFC 6749 section 4.1.3 and RFC 7636 section 4.6. */
async function redeemAuthorizationCode(
  { state, clock }: Context,
  { clientId }: Registration,
  { code = "", codeVerifier = "", redirectUri }: Record<string, string>,
): Promise<string> {
  const grant = state.authorizationCodes.get(code);
  if (grant === undefined || grant.clientId !== clientId || grant.used || clock.now() >= grant.expiresAt) {
    throw refused("invalid_grant", "Invalid authorization code");
  }
  grant.used = true;
  const challenge = encodeBase64Url(await sha256(codeVerifier));
  if (!/^[\w.~-]{43,128}$/.test(codeVerifier) || !sameText(challenge, grant.challenge)) {
    throw refused("invalid_grant", "The code verifier does not match the challenge");
  }
  if (redirectUri !== grant.redirectUri) {
    throw refused("invalid_grant", "Not the redirect URI of the request");
  }
  return grant.user;
}

/** Rotates; a token that comes back a second time ends its whole family (RFC 9700 section 4.14.2). */
function refresh(
  context: Context,
  registration: Registration,
  { refreshToken = "" }: Record<string, string>,
): Response {
  const token = context.state.refreshTokens.get(refreshToken);
  if (token?.used) token.session.ended = true;
  if (token === undefined || token.clientId !== registration.clientId || !isLive(context, token.session)) {
    throw refused("invalid_grant", "Invalid refresh token");
  }
  token.used = true;
  return issueTokens(context, registration, token.session);
}

/** Whether a person's portal session still lasts. */
export function isLive({ clock }: Context, session: PortalSession): boolean {
  return !session.ended && clock.now() < session.endsAt;
}

function issueTokens(context: Context, registration: Registration, session: PortalSession): Response {
  const { state, clock } = context;
  const refreshable = registration.scopes.includes(REFRESH_SCOPE) &&
    (registration.grantTypes?.includes("refresh_token") ?? true);
  const { accessTokenLifetime, sessionLifetime } = state.seed.portal;
  const now = clock.now();
  const lifetime = refreshable ? accessTokenLifetime : sessionLifetime;
  const expiresAt = Math.min(now + lifetime * 1000, session.endsAt);
  const accessToken = issueSecret(context, "access token", 240);
  state.accessTokens.set(accessToken, { session, expiresAt });
  const refreshToken = refreshable ? issueSecret(context, "refresh token", 240) : undefined;
  if (refreshToken !== undefined) {
    state.refreshTokens.set(refreshToken, { session, clientId: registration.clientId, used: false });
  }
  return json(200, {
    accessToken,
    tokenType: "Bearer",
    expiresIn: Math.floor((expiresAt - now) / 1000),
    refreshToken,
  });
}

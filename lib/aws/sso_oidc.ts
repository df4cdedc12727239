/**
 * IAM Identity Center's OAuth service. Follows RFC 8628, but with camelCase JSON instead of the RFC's forms.
 * Never retries: a request whose response was lost may have spent a code or refresh token.
 *
 * @module
 */
import { Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import type { EpochMillis, Lifetime } from "../time.ts";
import { type AwsHost, callAws, clientOptions, type ServicePlace } from "./client.ts";
import { tolerateWithheldVariables } from "./sdk_variables.ts";
import { endpointVariant, serviceEndpoint } from "./endpoints.ts";
import { LOOPBACK } from "../loopback.ts";

/** Our client name in Identity Center. */
const CLIENT_NAME = "atmos-auth";
/**
 * The scope for refreshable sessions; without it the service issues a token of 8 h that cannot be refreshed.
 */
const SCOPE = "sso:account:access";
const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
/** The browser's callback; registered without a port, so any port is accepted (RFC 8252 section 7.3). */
export const CALLBACK_PATH = "/oauth/callback";
const REDIRECT_URI = `http://${LOOPBACK}${CALLBACK_PATH}`;

type OidcHost = AwsHost & { readonly now: () => EpochMillis };

/** A client registered for one flow, valid for about 90 days. */
export interface Registration extends Lifetime {
  readonly clientId: string;
  readonly clientSecret: Secret;
}

/** A device authorization in progress. */
export interface DeviceAuthorization {
  readonly deviceCode: Secret;
  /** The code that the user compares with the page: `ABCD-EFGH`. */
  readonly userCode: string;
  readonly verificationUri: string;
  /** The page with the code filled in, if the service returns one. */
  readonly verificationUriComplete: string | undefined;
  readonly expiresAt: EpochMillis;
  readonly intervalSeconds: number;
}

/** A response of CreateToken. */
export interface IssuedToken extends Lifetime {
  readonly accessToken: Secret;
  readonly refreshToken: Secret | undefined;
}

async function oidc(host: AwsHost, place: ServicePlace) {
  tolerateWithheldVariables();
  const sdk = await import("./sdk_sso_oidc.ts");
  return { sdk, client: new sdk.SSOOIDCClient(clientOptions(host, "SSO_OIDC", place)) };
}

/** What to register a client for. */
export type ClientPurpose = { readonly flow: "device" } | {
  readonly flow: "browser";
  readonly startUrl: string;
};

/** Calls RegisterClient, for one flow with refresh. */
export async function registerClient(
  host: OidcHost,
  place: ServicePlace,
  purpose: ClientPurpose,
): Promise<Registration> {
  const { sdk, client } = await oidc(host, place);
  const attempt = { doing: "register with Identity Center", operation: "sso-oidc:RegisterClient" };
  const issuedAt = host.now();
  const output = await callAws(attempt, () =>
    client.send(
      new sdk.RegisterClientCommand({
        clientName: CLIENT_NAME,
        clientType: "public",
        scopes: [SCOPE],
        ...purpose.flow === "device" ? { grantTypes: [DEVICE_GRANT, "refresh_token"] } : {
          grantTypes: ["authorization_code", "refresh_token"],
          redirectUris: [REDIRECT_URI],
          issuerUrl: purpose.startUrl,
        },
      }),
    ));
  const { clientId, clientSecret, clientSecretExpiresAt } = output;
  if (clientId === undefined || clientSecret === undefined) throw incomplete(attempt.operation);
  const expiresAt = (clientSecretExpiresAt ?? 0) * 1000;
  return { clientId, clientSecret: new Secret(clientSecret), issuedAt, expiresAt };
}

/** Calls StartDeviceAuthorization. An absent or zero interval means five seconds (RFC 8628 section 3.2). */
export async function startDeviceAuthorization(
  host: OidcHost,
  place: ServicePlace,
  registration: Registration,
  startUrl: string,
): Promise<DeviceAuthorization> {
  const { sdk, client } = await oidc(host, place);
  const operation = "sso-oidc:StartDeviceAuthorization";
  const startedAt = host.now();
  const output = await callAws({
    doing: "start a login at Identity Center",
    operation,
    hints: ({ code }) =>
      code === "invalid_request" || code === "InvalidRequestException"
        ? [`Check the start URL (${startUrl}) and that its Identity Center lives in ${place.region}`]
        : [],
  }, () =>
    client.send(
      new sdk.StartDeviceAuthorizationCommand({
        clientId: registration.clientId,
        clientSecret: registration.clientSecret.reveal(),
        startUrl,
      }),
    ));
  const { deviceCode, userCode } = output;
  const verificationUri = page(output.verificationUri);
  if (deviceCode === undefined || userCode === undefined || verificationUri === undefined) {
    throw incomplete(operation);
  }
  return {
    deviceCode: new Secret(deviceCode),
    userCode,
    verificationUri,
    verificationUriComplete: page(output.verificationUriComplete),
    expiresAt: startedAt + (output.expiresIn ?? 600) * 1000,
    intervalSeconds: output.interval === undefined || output.interval <= 0 ? 5 : output.interval,
  };
}

/** A web address that a browser may open, normalized to be safe to print. */
function page(address: string | undefined): string | undefined {
  const url = URL.parse(address ?? "");
  return url?.protocol === "https:" || url?.protocol === "http:" ? url.href : undefined;
}

/** The parameters sent to the service through the user's browser. */
export interface AuthorizationRequest {
  /** With the listener's port. */
  readonly redirectUri: string;
  readonly state: Secret;
  readonly challenge: string;
}

/**
 * The page where the user approves the authorization code grant (RFC 6749 section 4.1.1), on the host that
 * the SDK uses. The service expects the scopes as `scopes`.
 */
export async function authorizationPage(
  host: AwsHost,
  place: ServicePlace,
  { clientId }: Registration,
  request: AuthorizationRequest,
): Promise<URL> {
  const url = new URL(`${await serviceAddress(host, place)}/authorize`);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: request.redirectUri,
    state: request.state.reveal(),
    code_challenge_method: "S256",
    code_challenge: request.challenge,
    scopes: SCOPE,
  }).toString();
  return url;
}

/** The service's address without a trailing slash: the override, else the SDK's own rules. */
async function serviceAddress(host: AwsHost, place: ServicePlace): Promise<string> {
  const override = serviceEndpoint(host.env, "SSO_OIDC", place.endpointUrl);
  if (override !== undefined) return override.href.replace(/\/$/, "");
  const { client } = await oidc(host, place);
  const variant = endpointVariant(host.env);
  const { url } = client.config.endpointProvider({
    Region: place.region,
    UseFIPS: variant.useFipsEndpoint,
    UseDualStack: variant.useDualstackEndpoint,
  });
  return url.href.replace(/\/$/, "");
}

/** What to request a token with. */
export type Grant =
  | { readonly deviceCode: Secret }
  | { readonly refreshToken: Secret }
  | { readonly code: Secret; readonly verifier: Secret; readonly redirectUri: string };

/**
 * Calls CreateToken. If a refresh returns no new refresh token, the old one stays valid.
 *
 * @throws AuthError whose `remoteCode` is OAuth's: `authorization_pending`, `slow_down`, `expired_token`,
 * `access_denied`, `invalid_grant`, `invalid_client`
 */
export async function createToken(
  host: OidcHost,
  place: ServicePlace,
  registration: Registration,
  grant: Grant,
): Promise<IssuedToken> {
  const { sdk, client } = await oidc(host, place);
  const attempt = { doing: "get a token from Identity Center", operation: "sso-oidc:CreateToken" };
  const issuedAt = host.now();
  const output = await callAws(attempt, () =>
    client.send(
      new sdk.CreateTokenCommand({
        clientId: registration.clientId,
        clientSecret: registration.clientSecret.reveal(),
        ...grantParameters(grant),
      }),
    ));
  if (output.accessToken === undefined || output.expiresIn === undefined) throw incomplete(attempt.operation);
  const old = "refreshToken" in grant ? grant.refreshToken : undefined;
  return {
    accessToken: new Secret(output.accessToken),
    refreshToken: output.refreshToken === undefined ? old : new Secret(output.refreshToken),
    issuedAt,
    expiresAt: issuedAt + output.expiresIn * 1000,
  };
}

function grantParameters(grant: Grant) {
  if ("deviceCode" in grant) return { grantType: DEVICE_GRANT, deviceCode: grant.deviceCode.reveal() };
  if ("refreshToken" in grant) {
    return { grantType: "refresh_token", refreshToken: grant.refreshToken.reveal() };
  }
  return {
    grantType: "authorization_code",
    code: grant.code.reveal(),
    codeVerifier: grant.verifier.reveal(),
    redirectUri: grant.redirectUri,
  };
}

function incomplete(operation: string): AuthError {
  return new AuthError("bad-answer", `Cannot use the answer of ${operation}: it is incomplete`, {
    where: operation,
  });
}

/**
 * AWS Security Token Service: the operations that turn one identity into another.
 *
 * @module
 */
import type { LongLivedKeys } from "../config/types.ts";
import { type AwsSession, type OidcToken, type SamlAssertion, Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import type { EpochMillis } from "../time.ts";
import {
  type Attempt,
  type AwsHost,
  callAws,
  clientOptions,
  sdkCredentials,
  type ServicePlace,
} from "./client.ts";
import { tolerateWithheldVariables } from "./sdk_variables.ts";

/** The SDK's response, not validated yet. */
interface SdkSession {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
  readonly Expiration?: Date | undefined;
}

/** A request for AssumeRole. */
export interface AssumeRoleRequest {
  readonly roleArn: string;
  /** 2 to 64 characters of `[\w+=,.@-]`. */
  readonly sessionName: string;
  readonly externalId: string | undefined;
  /** 900 to 43200; `undefined`: an hour. */
  readonly durationSeconds: number | undefined;
}

/** The parts of the host that an STS call uses. */
export type StsHost = AwsHost & { readonly now: () => EpochMillis };

async function sts(host: AwsHost, place: ServicePlace, signer: AwsSession | LongLivedKeys | undefined) {
  tolerateWithheldVariables();
  const sdk = await import("./sdk_sts.ts");
  const client = new sdk.STSClient({
    ...clientOptions(host, "STS", place),
    ...(signer === undefined ? {} : { credentials: sdkCredentials(signer) }),
  });
  return { sdk, client };
}

/**
 * Calls AssumeRole, signed with the previous link's session.
 *
 * @throws AuthError `refused`, `session-rejected`, `throttled`, `unreachable`, `bad-answer`
 */
export async function assumeRole(
  host: StsHost,
  place: ServicePlace,
  base: AwsSession,
  request: AssumeRoleRequest,
  attempt: Omit<Attempt, "operation">,
): Promise<AwsSession> {
  const { sdk, client } = await sts(host, place, base);
  const issuedAt = host.now();
  const output = await callAws(
    { ...attempt, operation: "sts:AssumeRole" },
    () => client.send(new sdk.AssumeRoleCommand(assumeRoleInput(request))),
  );
  return readSession("sts:AssumeRole", output.Credentials, issuedAt, output.AssumedRoleUser?.Arn);
}

function assumeRoleInput(request: AssumeRoleRequest) {
  return {
    RoleArn: request.roleArn,
    RoleSessionName: request.sessionName,
    ...(request.externalId === undefined ? {} : { ExternalId: request.externalId }),
    ...(request.durationSeconds === undefined ? {} : { DurationSeconds: request.durationSeconds }),
  };
}

/** Calls AssumeRoleWithWebIdentity, unsigned, so ambient credentials have no effect. */
export async function assumeRoleWithWebIdentity(
  host: StsHost,
  place: ServicePlace,
  token: OidcToken,
  request: Omit<AssumeRoleRequest, "externalId">,
  attempt: Omit<Attempt, "operation">,
): Promise<AwsSession> {
  const { sdk, client } = await sts(host, place, undefined);
  const issuedAt = host.now();
  const output = await callAws({ ...attempt, operation: "sts:AssumeRoleWithWebIdentity" }, () =>
    client.send(
      new sdk.AssumeRoleWithWebIdentityCommand({
        ...assumeRoleInput({ ...request, externalId: undefined }),
        WebIdentityToken: token.token.reveal(),
      }),
    ));
  return readSession(
    "sts:AssumeRoleWithWebIdentity",
    output.Credentials,
    issuedAt,
    output.AssumedRoleUser?.Arn,
  );
}

/** A request for AssumeRoleWithSAML: a pair from the assertion. */
export interface AssumeRoleWithSamlRequest {
  readonly roleArn: string;
  /** ARN of the IAM SAML provider. */
  readonly providerArn: string;
  /** 900 to 43200; `undefined`: an hour. The assertion may end the session sooner. */
  readonly durationSeconds: number | undefined;
}

/** Calls AssumeRoleWithSAML, unsigned. Safe to repeat, because STS accepts an assertion more than once. */
export async function assumeRoleWithSaml(
  host: StsHost,
  place: ServicePlace,
  base: SamlAssertion,
  request: AssumeRoleWithSamlRequest,
  attempt: Omit<Attempt, "operation">,
): Promise<AwsSession> {
  const { sdk, client } = await sts(host, place, undefined);
  const issuedAt = host.now();
  const output = await callAws({ ...attempt, operation: "sts:AssumeRoleWithSAML" }, () =>
    client.send(
      new sdk.AssumeRoleWithSAMLCommand({
        RoleArn: request.roleArn,
        PrincipalArn: request.providerArn,
        SAMLAssertion: base.assertion.reveal(),
        ...(request.durationSeconds === undefined ? {} : { DurationSeconds: request.durationSeconds }),
      }),
    ));
  return readSession(
    "sts:AssumeRoleWithSAML",
    output.Credentials,
    issuedAt,
    output.AssumedRoleUser?.Arn,
  );
}

/** A request for GetSessionToken. */
export interface SessionTokenRequest {
  /** 900 to 43200, up to 129600 with MFA. */
  readonly durationSeconds: number;
  /** The device's ARN and one of its codes: six digits, valid once. */
  readonly mfa: { readonly serialNumber: string; readonly code: string } | undefined;
}

/** Calls GetSessionToken, signed with an IAM user's long-lived keys. Repeat it only without a code. */
export async function getSessionToken(
  host: StsHost,
  place: ServicePlace,
  keys: LongLivedKeys,
  request: SessionTokenRequest,
  attempt: Omit<Attempt, "operation">,
): Promise<AwsSession> {
  const { sdk, client } = await sts(host, place, keys);
  const issuedAt = host.now();
  const output = await callAws({ ...attempt, operation: "sts:GetSessionToken" }, () =>
    client.send(
      new sdk.GetSessionTokenCommand({
        DurationSeconds: request.durationSeconds,
        ...(request.mfa === undefined
          ? {}
          : { SerialNumber: request.mfa.serialNumber, TokenCode: request.mfa.code }),
      }),
    ));
  return readSession("sts:GetSessionToken", output.Credentials, issuedAt, undefined);
}

/** AWS's identity of a session. */
export interface CallerIdentity {
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
}

/** Calls GetCallerIdentity, which needs no permission, so it shows whether a session or keys are valid. */
export async function getCallerIdentity(
  host: StsHost,
  place: ServicePlace,
  session: AwsSession | LongLivedKeys,
  attempt: Omit<Attempt, "operation"> = { doing: "verify the session" },
): Promise<CallerIdentity> {
  const { sdk, client } = await sts(host, place, session);
  const operation = "sts:GetCallerIdentity";
  const output = await callAws(
    { ...attempt, operation },
    () => client.send(new sdk.GetCallerIdentityCommand({})),
  );
  const { Account: accountId, Arn: arn, UserId: userId } = output;
  if (accountId === undefined || arn === undefined || userId === undefined) {
    throw incomplete(operation);
  }
  return { accountId, arn, userId };
}

function readSession(
  operation: string,
  sdk: SdkSession | undefined,
  issuedAt: EpochMillis,
  principalArn: string | undefined,
): AwsSession {
  const expiresAt = sdk?.Expiration?.getTime();
  if (
    sdk?.AccessKeyId === undefined || sdk.SecretAccessKey === undefined || sdk.SessionToken === undefined ||
    expiresAt === undefined || !Number.isFinite(expiresAt)
  ) throw incomplete(operation);
  const accountId = principalArn?.split(":")[4];
  return {
    type: "aws-session",
    accessKeyId: sdk.AccessKeyId,
    secretAccessKey: new Secret(sdk.SecretAccessKey),
    sessionToken: new Secret(sdk.SessionToken),
    issuedAt,
    expiresAt,
    ...(accountId === undefined ? {} : { accountId }),
    ...(principalArn === undefined ? {} : { principalArn }),
  };
}

function incomplete(operation: string): AuthError {
  return new AuthError("bad-answer", `Cannot use the answer of ${operation}: it is incomplete`, {
    where: operation,
    hints: ["A proxy may have changed the answer; try again without it"],
  });
}

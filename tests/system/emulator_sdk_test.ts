/** The emulator as AWS's own SDK for JavaScript sees it: nothing here goes through lib/. */
import assert from "node:assert/strict";
import {
  CreateAccessKeyCommand,
  IAMClient,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import {
  GetRoleCredentialsCommand,
  ListAccountRolesCommand,
  ListAccountsCommand,
  LogoutCommand,
  paginateListAccounts,
  SSOClient,
} from "@aws-sdk/client-sso";
import {
  CreateTokenCommand,
  RegisterClientCommand,
  SSOOIDCClient,
  StartDeviceAuthorizationCommand,
} from "@aws-sdk/client-sso-oidc";
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { type Emulator, MFA_USER, PLAIN_USER, startEmulator } from "../emulator/mod.ts";

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";

/** One attempt, no retries: what the emulator answers is what the test sees. */
const settings = ({ url }: Emulator) => ({ region: "us-east-1", endpoint: url, maxAttempts: 1 });
const stsClient = (emulator: Emulator, credentials: Keys) =>
  new STSClient({ ...settings(emulator), credentials });

async function login(emulator: Emulator) {
  const oidc = new SSOOIDCClient(settings(emulator));
  const { clientId, clientSecret, clientSecretExpiresAt } = await oidc.send(
    new RegisterClientCommand({
      clientName: "sdk-test",
      clientType: "public",
      scopes: ["sso:account:access"],
      grantTypes: [DEVICE_CODE, "refresh_token"],
    }),
  );
  assert.equal(clientSecretExpiresAt, Math.floor(emulator.now() / 1000) + 90 * 24 * 3600);
  const device = await oidc.send(
    new StartDeviceAuthorizationCommand({ clientId, clientSecret, startUrl: emulator.startUrl }),
  );
  const poll = () =>
    oidc.send(
      new CreateTokenCommand({
        clientId,
        clientSecret,
        grantType: DEVICE_CODE,
        deviceCode: device.deviceCode,
      }),
    );
  await assert.rejects(poll(), { name: "AuthorizationPendingException", error: "authorization_pending" });
  emulator.approve(device.userCode ?? "");
  emulator.advance(5000);
  const token = await poll();
  const refresh = (refreshToken: string | undefined) =>
    oidc.send(new CreateTokenCommand({ clientId, clientSecret, grantType: "refresh_token", refreshToken }));
  return { poll, token, refresh, accessToken: token.accessToken ?? "" };
}

async function permissionSet(emulator: Emulator, accountId: string, roleName: string): Promise<Keys> {
  const { accessToken } = await login(emulator);
  const portal = new SSOClient(settings(emulator));
  const { roleCredentials } = await portal.send(
    new GetRoleCredentialsCommand({ accessToken, accountId, roleName }),
  );
  return keysOf(roleCredentials);
}

function keysOf(found: { [name in keyof Keys]?: string | undefined } | undefined): Keys {
  const { accessKeyId, secretAccessKey, sessionToken } = found ?? {};
  assert.ok(accessKeyId && secretAccessKey && sessionToken);
  return { accessKeyId, secretAccessKey, sessionToken };
}

Deno.test("AWS SDK: the device flow gives a token that can be refreshed, and its code works once", async () => {
  await using emulator = await startEmulator();
  const { poll, token, refresh } = await login(emulator);
  assert.equal(token.tokenType, "Bearer");
  assert.equal(token.expiresIn, 3600);
  await assert.rejects(poll(), { name: "InvalidGrantException" });
  const renewed = await refresh(token.refreshToken);
  assert.notEqual(renewed.refreshToken, token.refreshToken);
  await assert.rejects(refresh(token.refreshToken), { name: "InvalidGrantException" });
  await assert.rejects(
    refresh(renewed.refreshToken),
    { name: "InvalidGrantException" },
    "the family is revoked",
  );
});

Deno.test("AWS SDK: polling faster than the interval is SlowDownException", async () => {
  await using emulator = await startEmulator();
  const oidc = new SSOOIDCClient(settings(emulator));
  const { clientId, clientSecret } = await oidc.send(
    new RegisterClientCommand({ clientName: "sdk-test", clientType: "public" }),
  );
  const { deviceCode } = await oidc.send(
    new StartDeviceAuthorizationCommand({ clientId, clientSecret, startUrl: emulator.startUrl }),
  );
  const poll = () =>
    oidc.send(new CreateTokenCommand({ clientId, clientSecret, grantType: DEVICE_CODE, deviceCode }));
  await assert.rejects(poll(), { name: "AuthorizationPendingException" });
  await assert.rejects(poll(), { name: "SlowDownException" });
});

Deno.test("AWS SDK: a client secret that is not the issued one is InvalidClientException with status 401", async () => {
  await using emulator = await startEmulator();
  const oidc = new SSOOIDCClient(settings(emulator));
  const start = new StartDeviceAuthorizationCommand({
    clientId: "nobody",
    clientSecret: "x",
    startUrl: emulator.startUrl,
  });
  await assert.rejects(oidc.send(start), (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
    assert.equal(error.name, "InvalidClientException");
    assert.equal(error.$metadata?.httpStatusCode, 401);
    return true;
  });
});

Deno.test("AWS SDK: its paginator walks every page of accounts", async () => {
  await using emulator = await startEmulator();
  const { accessToken } = await login(emulator);
  const names: (string | undefined)[] = [];
  for await (
    const page of paginateListAccounts({ client: new SSOClient(settings(emulator)) }, { accessToken })
  ) {
    assert.ok((page.accountList?.length ?? 0) <= 2);
    names.push(...(page.accountList ?? []).map(({ accountName }) => accountName));
  }
  assert.deepEqual(names, ["core-identity", "development", "production", "sandbox", "sandbox", "security"]);
  assert.equal(emulator.calls("ListAccounts"), 3);
});

Deno.test("AWS SDK: portal refusals arrive with their names and statuses", async () => {
  await using emulator = await startEmulator();
  const { accessToken } = await login(emulator);
  const portal = new SSOClient(settings(emulator));
  const credentials = (accountId: string, roleName: string) =>
    portal.send(new GetRoleCredentialsCommand({ accessToken, accountId, roleName }));
  await assert.rejects(credentials("012345678901", "AdminAccess"), {
    name: "ForbiddenException",
    message: "No access",
  });
  await assert.rejects(credentials("111122223333", "AdminAcces"), { name: "ForbiddenException" });
  emulator.fault({ operation: "ListAccounts", effect: { kind: "status", status: 429 } });
  await assert.rejects(portal.send(new ListAccountsCommand({ accessToken })), {
    name: "TooManyRequestsException",
  });
  const roles = await portal.send(new ListAccountRolesCommand({ accessToken, accountId: "111122223333" }));
  assert.deepEqual(roles.roleList?.map(({ roleName }) => roleName), ["AdminAccess", "ReadOnlyAccess"]);
  await portal.send(new LogoutCommand({ accessToken }));
  await assert.rejects(portal.send(new ListAccountsCommand({ accessToken })), {
    name: "UnauthorizedException",
  });
});

Deno.test("AWS SDK: a permission set chains through three roles, each known to GetCallerIdentity", async () => {
  await using emulator = await startEmulator();
  let credentials = await permissionSet(emulator, "111122223333", "AdminAccess");
  const arns: (string | undefined)[] = [];
  for (
    const RoleArn of [
      "arn:aws:iam::999999999999:role/ProductionAdmin",
      "arn:aws:iam::999999999999:role/audit/ProductionAuditor",
      "arn:aws:iam::012345678901:role/SecurityAudit",
    ]
  ) {
    const answer = await stsClient(emulator, credentials).send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: "sdk" }),
    );
    credentials = keysOf({
      accessKeyId: answer.Credentials?.AccessKeyId,
      secretAccessKey: answer.Credentials?.SecretAccessKey,
      sessionToken: answer.Credentials?.SessionToken,
    });
    const identity = await stsClient(emulator, credentials).send(new GetCallerIdentityCommand({}));
    assert.equal(identity.UserId, answer.AssumedRoleUser?.AssumedRoleId);
    arns.push(identity.Arn);
  }
  assert.deepEqual(arns, [
    "arn:aws:sts::999999999999:assumed-role/ProductionAdmin/sdk",
    "arn:aws:sts::999999999999:assumed-role/ProductionAuditor/sdk",
    "arn:aws:sts::012345678901:assumed-role/SecurityAudit/sdk",
  ]);
});

Deno.test("AWS SDK: role chaining for more than an hour is refused, for an hour it is not", async () => {
  await using emulator = await startEmulator();
  const sts = stsClient(emulator, await permissionSet(emulator, "111122223333", "AdminAccess"));
  const assume = (DurationSeconds: number) =>
    sts.send(
      new AssumeRoleCommand({
        RoleArn: "arn:aws:iam::999999999999:role/ProductionAdmin",
        RoleSessionName: "sdk",
        DurationSeconds,
      }),
    );
  await assert.rejects(assume(3601), {
    name: "ValidationError",
    message: /1 hour session limit .* role chaining/,
  });
  const { Credentials } = await assume(3600);
  assert.ok(Math.abs((Credentials?.Expiration?.getTime() ?? 0) - emulator.now() - 3_600_000) < 5000);
});

Deno.test("AWS SDK: what is tampered with or unknown is refused", async () => {
  await using emulator = await startEmulator();
  const credentials = await permissionSet(emulator, "111122223333", "AdminAccess");
  const whoami = (keys: Keys) => stsClient(emulator, keys).send(new GetCallerIdentityCommand({}));
  const flip = (text: string) => text.slice(0, -1) + (text.endsWith("A") ? "B" : "A");
  await whoami(credentials);
  await assert.rejects(whoami({ ...credentials, secretAccessKey: flip(credentials.secretAccessKey) }), {
    name: "SignatureDoesNotMatch",
  });
  await assert.rejects(whoami({ ...credentials, sessionToken: flip(credentials.sessionToken ?? "") }), {
    name: "InvalidClientTokenId",
  });
  await assert.rejects(whoami({ ...credentials, accessKeyId: flip(credentials.accessKeyId) }), {
    name: "InvalidClientTokenId",
  });
  emulator.fault({ operation: "GetCallerIdentity", effect: { kind: "expire-credentials" } });
  await assert.rejects(whoami(credentials), { name: "ExpiredToken" });
});

Deno.test("AWS SDK: a client whose clock is an hour behind is told so", async () => {
  await using emulator = await startEmulator();
  emulator.advance(3_600_000);
  const { accessKeyId, secretAccessKey } = PLAIN_USER;
  const sts = stsClient(emulator, { accessKeyId, secretAccessKey });
  await assert.rejects(sts.send(new GetCallerIdentityCommand({})), {
    name: "SignatureDoesNotMatch",
    message: /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$/,
  });
});

Deno.test("AWS SDK: an IAM user's session takes an MFA code, once", async () => {
  await using emulator = await startEmulator();
  const { accessKeyId, secretAccessKey, mfaSerial } = MFA_USER;
  const sts = stsClient(emulator, { accessKeyId, secretAccessKey });
  const TokenCode = await emulator.totp(mfaSerial);
  const command = () =>
    new GetSessionTokenCommand({ SerialNumber: mfaSerial, TokenCode, DurationSeconds: 129600 });
  const { Credentials } = await sts.send(command());
  assert.match(Credentials?.AccessKeyId ?? "", /^ASIA[A-Z2-7]{16}$/);
  await assert.rejects(sts.send(command()), {
    name: "AccessDenied",
    message: /invalid MFA one time pass code/,
  });
});

Deno.test("AWS SDK: an IAM user rotates a key", async () => {
  await using emulator = await startEmulator();
  const { accessKeyId, secretAccessKey } = PLAIN_USER;
  const iam = new IAMClient({ ...settings(emulator), credentials: { accessKeyId, secretAccessKey } });
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({}));
  await assert.rejects(iam.send(new CreateAccessKeyCommand({})), { name: "LimitExceededException" });
  await iam.send(new UpdateAccessKeyCommand({ AccessKeyId: AccessKey?.AccessKeyId, Status: "Inactive" }));
  const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({}));
  assert.deepEqual(AccessKeyMetadata?.map((key) => [key.AccessKeyId, key.Status]), [
    [accessKeyId, "Active"],
    [AccessKey?.AccessKeyId, "Inactive"],
  ]);
});

Deno.test("AWS SDK: a workflow's token opens its role without any keys", async () => {
  await using emulator = await startEmulator();
  const sts = new STSClient(settings(emulator));
  const assume = (WebIdentityToken: string) =>
    sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: "arn:aws:iam::123456789012:role/GitHubActionsRole",
        RoleSessionName: "GitHubActions",
        WebIdentityToken,
      }),
    );
  const answer = await assume(await emulator.githubToken("sts.amazonaws.com"));
  assert.equal(answer.SubjectFromWebIdentityToken, "repo:example-org/infrastructure:ref:refs/heads/main");
  await assert.rejects(assume(await emulator.githubToken("nobody")), {
    name: "InvalidIdentityTokenException",
  });
});

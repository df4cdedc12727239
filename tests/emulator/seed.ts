import type { RoleSeed, Seed } from "./seed_types.ts";

/** The person who signs in at the access portal. */
export const PORTAL_USER = "jane.doe@example.com";

/** An IAM user with an MFA device, and one without; their keys are made up. */
export const MFA_USER = {
  arn: "arn:aws:iam::123456789012:user/username",
  accessKeyId: "AKIAEMULATORUSERNAM2",
  secretAccessKey: "not+a+real+secret/emulator/with/mfa/0001",
  mfaSerial: "arn:aws:iam::123456789012:mfa/username",
  mfaSecret: "EMULATORMFASECRETNOTREAL22222222",
};
export const PLAIN_USER = {
  arn: "arn:aws:iam::123456789012:user/deploy-bot",
  accessKeyId: "AKIAEMULATORDEPLOY22",
  secretAccessKey: "not+a+real+secret/emulator/deploybot0002",
};

const HOUR = 3600;

/** A fresh copy of the default organisation: six accounts (three pages), two of them called `sandbox`. */
export function defaultSeed(): Seed {
  return {
    region: "us-east-1",
    portal: {
      startUrls: ["https://mycompany.awsapps.com/start", "https://company.awsapps.com/start"],
      interval: 5,
      deviceCodeLifetime: 600,
      registrationLifetime: 90 * 24 * HOUR,
      accessTokenLifetime: HOUR,
      sessionLifetime: 8 * HOUR,
      lastPageToken: "empty",
    },
    accounts: [
      account("111122223333", "core-identity"),
      account("123456789012", "development"),
      account("999999999999", "production"),
      account("444455556666", "sandbox"),
      account("777788889999", "sandbox"),
      account("012345678901", "security"),
    ],
    portalUsers: [{ name: PORTAL_USER }],
    permissionSets: [
      { name: "AdminAccess", sessionDuration: 4 * HOUR, suffix: "0123456789abcdef" },
      { name: "ReadOnlyAccess", sessionDuration: 12 * HOUR, suffix: "fedcba9876543210", mayAssume: [] },
    ],
    assignments: [
      ...["111122223333", "123456789012", "999999999999", "444455556666", "777788889999"].map((
        accountId,
      ) => ({
        user: PORTAL_USER,
        accountId,
        permissionSet: "AdminAccess",
      })),
      ...["111122223333", "123456789012", "999999999999", "012345678901"].map((accountId) => ({
        user: PORTAL_USER,
        accountId,
        permissionSet: "ReadOnlyAccess",
      })),
    ],
    roles: defaultRoles(),
    iamUsers: [
      {
        arn: MFA_USER.arn,
        accessKeys: [{ id: MFA_USER.accessKeyId, secret: MFA_USER.secretAccessKey, active: true }],
        mfa: [{ serial: MFA_USER.mfaSerial, secret: MFA_USER.mfaSecret, enabledAt: Date.UTC(2026, 0, 1) }],
        requireMfaForIam: true,
      },
      {
        arn: PLAIN_USER.arn,
        accessKeys: [{ id: PLAIN_USER.accessKeyId, secret: PLAIN_USER.secretAccessKey, active: true }],
        mfa: [],
      },
    ],
    samlProviders: [],
    oidcProviders: [{
      arn: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
      issuer: "https://token.actions.githubusercontent.com",
      clientIds: ["sts.amazonaws.com", "sts.us-east-1.amazonaws.com"],
    }],
    github: {
      issuer: "https://token.actions.githubusercontent.com",
      repository: "example-org/infrastructure",
      ref: "refs/heads/main",
    },
  };
}

function account(id: string, name: string) {
  return { id, name, email: `aws+${name}-${id.slice(0, 4)}@example.com` };
}

function defaultRoles(): RoleSeed[] {
  return [
    {
      // Longer than role chaining allows, so that asking for its maximum is refused behind a permission set.
      arn: "arn:aws:iam::999999999999:role/ProductionAdmin",
      maxSessionDuration: 4 * HOUR,
      trust: [{
        action: "sts:AssumeRole",
        principals: ["111122223333"],
        principalArnLike: [
          "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_AdminAccess_*",
        ],
      }],
    },
    {
      arn: "arn:aws:iam::999999999999:role/audit/ProductionAuditor",
      trust: [{ action: "sts:AssumeRole", principals: ["arn:aws:iam::999999999999:role/ProductionAdmin"] }],
    },
    {
      arn: "arn:aws:iam::012345678901:role/SecurityAudit",
      trust: [{
        action: "sts:AssumeRole",
        principals: ["arn:aws:iam::999999999999:role/audit/ProductionAuditor"],
      }],
    },
    {
      arn: "arn:aws:iam::123456789012:role/MyAppRole",
      trust: [{
        action: "sts:AssumeRole",
        principals: ["111122223333", "123456789012"],
        principalArnLike: ["arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_AdminAccess_*"],
      }],
    },
    {
      arn: "arn:aws:iam::777788889999:role/PartnerAccess",
      trust: [{ action: "sts:AssumeRole", principals: ["111122223333"], externalId: "partner-4711" }],
    },
    {
      arn: "arn:aws:iam::123456789012:role/BreakGlass",
      trust: [{
        action: "sts:AssumeRole",
        principals: ["arn:aws:iam::123456789012:root"],
        requireMfa: true,
      }],
    },
    {
      arn: "arn:aws:iam::123456789012:role/Deployer",
      maxSessionDuration: 12 * HOUR,
      trust: [{ action: "sts:AssumeRole", principals: ["123456789012"] }],
    },
    {
      arn: "arn:aws:iam::123456789012:role/AdminRole",
      maxSessionDuration: 12 * HOUR,
      trust: [{
        action: "sts:AssumeRoleWithSAML",
        provider: "arn:aws:iam::123456789012:saml-provider/okta-saml",
        audience: "https://signin.aws.amazon.com/saml",
      }],
    },
    {
      arn: "arn:aws:iam::123456789012:role/GitHubActionsRole",
      trust: [{
        action: "sts:AssumeRoleWithWebIdentity",
        provider: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
        audience: ["sts.amazonaws.com", "sts.us-east-1.amazonaws.com"],
        subject: ["repo:example-org/infrastructure:*"],
      }],
    },
  ];
}

import type { EpochMillis } from "./clock.ts";

/** What exists before anybody calls: one organisation with its people, roles and keys. Durations are seconds. */
export interface Seed {
  /** Region of the Identity Center instance, and of the endpoints when a client asks. */
  region: string;
  portal: PortalSeed;
  accounts: AccountSeed[];
  portalUsers: PortalUserSeed[];
  permissionSets: PermissionSetSeed[];
  assignments: AssignmentSeed[];
  roles: RoleSeed[];
  iamUsers: IamUserSeed[];
  samlProviders: SamlProviderSeed[];
  oidcProviders: OidcProviderSeed[];
  github: GithubSeed;
  /** How long a new access key is still unknown to STS; default 0, in life up to a minute. */
  keyPropagation?: number;
  /** No session lasts longer, whatever was asked for: for tests that outlive one. */
  longestSession?: number;
}

export interface PortalSeed {
  /** Start URLs accepted beside the emulator's own `/start`. */
  startUrls: string[];
  /** Least time between two polls; `undefined` leaves it out of the answer (5 is then the rule). */
  interval: number | undefined;
  deviceCodeLifetime: number;
  registrationLifetime: number;
  accessTokenLifetime: number;
  /** When it ends no refresh token helps any more. */
  sessionLifetime: number;
  /** What stands for "no more pages"; the real service has used all three. */
  lastPageToken: "empty" | "null" | "absent";
}

export interface AccountSeed {
  id: string;
  name: string;
  email: string;
}

export interface PortalUserSeed {
  name: string;
}

export interface PermissionSetSeed {
  name: string;
  /** Length of the role credentials; a client cannot choose it. */
  sessionDuration: number;
  /** The 16 hex digits behind `AWSReservedSSO_NAME_`. */
  suffix: string;
  /** Role ARN patterns that its policy allows to assume; default all. */
  mayAssume?: string[];
}

export interface AssignmentSeed {
  user: string;
  accountId: string;
  permissionSet: string;
}

export interface RoleSeed {
  /** With its path, as IAM shows it. */
  arn: string;
  /** 3600 to 43200, default 3600. */
  maxSessionDuration?: number;
  trust: Trust[];
  mayAssume?: string[];
}

/** One statement of a trust policy; any that matches opens the role. */
export type Trust =
  | {
    action: "sts:AssumeRole";
    /** Account ids, `:root` ARNs, role or user or session ARNs, or `*`. */
    principals: string[];
    /** Condition ArnLike on aws:PrincipalArn: one of these patterns. */
    principalArnLike?: string[];
    externalId?: string;
    requireMfa?: boolean;
  }
  | { action: "sts:AssumeRoleWithSAML"; provider: string; audience?: string }
  | {
    action: "sts:AssumeRoleWithWebIdentity";
    provider: string;
    audience: string[];
    /** Patterns (`*`, `?`) for the `sub` claim. */
    subject: string[];
  };

export interface IamUserSeed {
  arn: string;
  accessKeys: { id: string; secret: string; active: boolean }[];
  mfa: MfaDeviceSeed[];
  /** IAM calls are refused without a session made with MFA. */
  requireMfaForIam?: boolean;
  mayAssume?: string[];
}

export interface MfaDeviceSeed {
  serial: string;
  /** Base32, as authenticator apps take it. */
  secret: string;
  enabledAt: EpochMillis;
}

export interface SamlProviderSeed {
  arn: string;
  /** Entity id of the identity provider. */
  issuer: string;
  /** Checks the signature of the whole response document with the certificate the provider was created with. */
  verify(response: string): boolean | Promise<boolean>;
}

export interface OidcProviderSeed {
  arn: string;
  issuer: string;
  clientIds: string[];
}

/** The workflow run whose token the stand-in for GitHub's token service hands out. */
export interface GithubSeed {
  issuer: string;
  repository: string;
  ref: string;
  environment?: string;
  /** Default 300. */
  tokenLifetime?: number;
}

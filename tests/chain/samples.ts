/** Configurations as the decoder gives them, from what a test wants to say about them. */
import type {
  AssumeRoleIdentity,
  AuthConfig,
  Entry,
  IamIdentityCenterProvider,
  IdentityConfig,
  PermissionSetIdentity,
  Problem,
  ProviderConfig,
  SamlProvider,
  UserIdentity,
  Via,
} from "../../lib/config/types.ts";

export const COMMON_PROVIDER = {
  region: "us-east-1",
  sessionSeconds: undefined,
  consoleSeconds: undefined,
  filesBasePath: undefined,
  endpointUrl: undefined,
};

export const COMMON_IDENTITY = {
  required: false,
  alias: undefined,
  env: [],
  sessionSeconds: undefined,
  endpointUrl: undefined,
  region: undefined,
};

export function sso(with_: Partial<IamIdentityCenterProvider> = {}): IamIdentityCenterProvider {
  return {
    ...COMMON_PROVIDER,
    kind: "aws/iam-identity-center",
    startUrl: "https://mycompany.awsapps.com/start",
    autoProvisionIdentities: false,
    ...with_,
  };
}

export function saml(with_: Partial<SamlProvider> = {}): SamlProvider {
  return {
    ...COMMON_PROVIDER,
    kind: "aws/saml",
    url: "https://company.okta.com/app/amazon_aws/abc123/sso/saml",
    idpArn: undefined,
    driver: undefined,
    username: undefined,
    password: undefined,
    mfa: undefined,
    browserType: undefined,
    browserExecutablePath: undefined,
    downloadBrowserDriver: false,
    ...with_,
  };
}

export function permissionSet(
  provider: string,
  with_: Partial<PermissionSetIdentity> = {},
): PermissionSetIdentity {
  return {
    ...COMMON_IDENTITY,
    kind: "aws/permission-set",
    via: { provider },
    permissionSet: "AdminAccess",
    account: { id: "111122223333" },
    ...with_,
  };
}

export function role(via: Via, with_: Partial<AssumeRoleIdentity> = {}): AssumeRoleIdentity {
  return {
    ...COMMON_IDENTITY,
    kind: "aws/assume-role",
    via,
    roleArn: "arn:aws:iam::999999999999:role/ProductionAdmin",
    sessionName: undefined,
    externalId: undefined,
    durationSeconds: undefined,
    ...with_,
  };
}

export function user(with_: Partial<UserIdentity> = {}): UserIdentity {
  return {
    ...COMMON_IDENTITY,
    kind: "aws/user",
    via: undefined,
    keys: undefined,
    mfaArn: undefined,
    mfaCommand: undefined,
    ...with_,
  };
}

/** An entry that is more than its configuration. */
export function entry<Config>(
  name: string,
  config: Config | undefined,
  with_: Partial<Entry<Config>> = {},
): Entry<Config> {
  return { name, at: undefined, isDefault: false, tags: [], config, problems: [], ...with_ };
}

/** An identity that cannot be used until its problems are mended; one, unless others are given. */
export function blocked(name: string, with_: Partial<Entry<IdentityConfig>> = {}): Entry<IdentityConfig> {
  return entry<IdentityConfig>(name, undefined, { problems: [problem(name)], ...with_ });
}

export function problem(name: string, with_: Partial<Problem> = {}): Problem {
  return {
    severity: "error",
    code: "missing-key",
    path: `auth.identities.${name}.principal`,
    at: { file: "/repo/atmos.yaml", line: 7, column: 5 },
    reason: "principal is missing",
    hint: "Add principal.name",
    blocks: true,
    about: { type: "identity", name },
    ...with_,
  };
}

/** A map of entries, from configurations by name or entries as they are. */
function entries<Config extends { readonly kind: string }>(
  given: Readonly<Record<string, Config | Entry<Config>>>,
): ReadonlyMap<string, Entry<Config>> {
  return new Map(
    Object.entries(given).map(([name, value]) => [name, "kind" in value ? entry(name, value) : value]),
  );
}

export function auth(
  identities: Readonly<Record<string, IdentityConfig | Entry<IdentityConfig>>>,
  providers: Readonly<Record<string, ProviderConfig | Entry<ProviderConfig>>> = { sso: sso() },
): AuthConfig {
  return {
    realm: undefined,
    logs: { level: undefined, file: undefined },
    keyring: { type: "memory", path: undefined, passwordVariable: "ATMOS_KEYRING_PASSWORD" },
    consoleIsolated: false,
    providers: entries(providers),
    identities: entries(identities),
  };
}

/** A chain of three: a permission set of "sso", a role behind it, a role behind that. */
export function threeLinks(): AuthConfig {
  return auth({
    admin: permissionSet("sso"),
    prod: role({ identity: "admin" }),
    audit: role({ identity: "prod" }, {
      roleArn: "arn:aws:iam::999999999999:role/audit/ProductionAuditor",
    }),
  });
}

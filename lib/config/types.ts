/**
 * What a configuration says once it is decoded: after this there is no `unknown`, no date in a string, no
 * duration in a string and no half-set pair. Configuration names turn to camelCase by rule (`start_url` is
 * `startUrl`), so that a problem can print the path as the user wrote it.
 *
 * @module
 */
import type { Secret } from "../credentials.ts";
import type { SourcePosition } from "../errors.ts";
import type { ForeignHome } from "./ownership.ts";
import type { RawMap } from "./raw.ts";
import type { Need } from "./need.ts";
import type { TrustRecord } from "./need.ts";

/** Where chains may start. */
export const PROVIDER_KINDS = ["aws/iam-identity-center", "aws/saml", "github/oidc", "oidc/token"] as const;
/** What chains may pass through. */
export const IDENTITY_KINDS = ["aws/permission-set", "aws/assume-role", "aws/user"] as const;

export type ProviderKind = typeof PROVIDER_KINDS[number];
export type IdentityKind = typeof IDENTITY_KINDS[number];

/** One thing wrong, or odd, in a configuration. */
export interface Problem {
  /** A warning fails `validate` only with `--strict`; a notice, which is about trust, never does. */
  readonly severity: "error" | "warning" | "notice";
  /** A stable name, such as `missing-key` or `unset-variable`. */
  readonly code: string;
  /** The configuration path as the user wrote it: `auth.identities.prod.via`. */
  readonly path: string;
  readonly at: SourcePosition | undefined;
  readonly reason: string;
  readonly hint: string | undefined;
  /**
   * Whether what the problem is about cannot be used until it is mended. Every error blocks, but those in `logs`;
   * so does a warning about a variable that is not set, or a setting that only a trusted file may make.
   */
  readonly blocks: boolean;
  /** What is touched; `undefined` is the whole configuration. */
  readonly about:
    | { readonly type: "provider" | "identity"; readonly name: string }
    | { readonly type: "logs"; readonly name?: undefined }
    | undefined;
}

/** A named entry: its configuration, or why there is none. */
export interface Entry<Config> {
  /** As the user wrote it. */
  readonly name: string;
  readonly at: SourcePosition | undefined;
  /** `default: true`. Known even when the entry is blocked: a broken default is still what was meant. */
  readonly isDefault: boolean;
  readonly tags: readonly string[];
  /** `undefined` exactly when a problem blocks it. */
  readonly config: Config | undefined;
  /** The problems about this entry, warnings included. */
  readonly problems: readonly Problem[];
  /** Texts that come from variables, by what is shown in their place. */
  readonly masks?: ReadonlyMap<string, string>;
  /** It could be used if it were trusted. */
  readonly isUntrusted?: true;
  /** What a blocked entry says it is: it stays what was meant, and nothing is silently taken in its place. */
  readonly declared?: { readonly kind: string | undefined; readonly via: Via | undefined };
}

interface ProviderCommon {
  /** AWS region of the provider's service, and the region chains inherit. */
  readonly region: string;
  /** `session.duration`, in seconds. */
  readonly sessionSeconds: number | undefined;
  /** `console.session_duration`, in seconds. */
  readonly consoleSeconds: number | undefined;
  /** `spec.files.base_path`, absolute: instead of `<config home>/atmos/aws`. */
  readonly filesBasePath: string | undefined;
  /** `spec.endpoint_url`: where AWS's services answer instead of their own hosts. */
  readonly endpointUrl: string | undefined;
}

export interface IamIdentityCenterProvider extends ProviderCommon {
  readonly kind: "aws/iam-identity-center";
  /** Address of the AWS access portal, without a trailing slash or fragment. */
  readonly startUrl: string;
  readonly autoProvisionIdentities: boolean;
}

/** How an assertion is obtained. */
export const SAML_DRIVERS = ["Browser", "GoogleApps", "Okta", "ADFS"] as const;
export type SamlDriver = typeof SAML_DRIVERS[number];

export interface SamlProvider extends ProviderCommon {
  readonly kind: "aws/saml";
  /** The identity provider's page that ends in the assertion. */
  readonly url: string;
  /** ARN of the IAM SAML provider. */
  readonly idpArn: string | undefined;
  /** `undefined`: chosen by what is installed and by the URL. */
  readonly driver: SamlDriver | undefined;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  /** Preferred second factor of the form drivers, as the identity provider names it. */
  readonly mfa: string | undefined;
  readonly browserType: string | undefined;
  readonly browserExecutablePath: string | undefined;
  readonly downloadBrowserDriver: boolean;
}

export interface GithubOidcProvider extends ProviderCommon {
  readonly kind: "github/oidc";
  /** `spec.audience`; `sts.amazonaws.com` when not written. */
  readonly audience: string;
}

/** A token that a CI system hands over in a variable or a file, as GitLab does. */
export interface OidcTokenProvider extends ProviderCommon {
  readonly kind: "oidc/token";
  /** `spec.token_env`, or `spec.token_file` as an absolute path: exactly one. */
  readonly source: { readonly variable: string } | { readonly file: string };
  /** `spec.audience`: checked against the token before it is sent; `undefined`: not checked. */
  readonly audience: string | undefined;
}

/** A kind that Atmos knows and we do not: listed, and refused when used. */
export interface UnsupportedProvider {
  readonly kind: "unsupported";
  /** The kind as written. */
  readonly declaredKind: string;
}

export type ProviderConfig =
  | IamIdentityCenterProvider
  | SamlProvider
  | GithubOidcProvider
  | OidcTokenProvider
  | UnsupportedProvider;

/** A provider of a kind that this program knows. */
export type RunnableProvider = Exclude<ProviderConfig, UnsupportedProvider>;

/** What an identity starts from. Names are as the entry they refer to is written, whatever the case in `via`. */
export type Via = { readonly provider: string } | { readonly identity: string };

/** A variable for commands. */
export interface Variable {
  readonly key: string;
  readonly value: string;
}

interface IdentityCommon {
  /** `required: true`: Terraform runs authenticate it beside the chosen one. */
  readonly required: boolean;
  readonly alias: string | undefined;
  /** `env:` of the identity, in order. */
  readonly env: readonly Variable[];
  /** `session.duration`, in seconds. */
  readonly sessionSeconds: number | undefined;
  /** `spec.endpoint_url`, which beats the provider's. */
  readonly endpointUrl: string | undefined;
  /** The region this identity works in, where it names one. */
  readonly region: string | undefined;
}

export interface PermissionSetIdentity extends IdentityCommon {
  readonly kind: "aws/permission-set";
  readonly via: { readonly provider: string };
  /** `principal.name`: the permission set. */
  readonly permissionSet: string;
  /** By id (12 digits, as in the file's own text) or by name. */
  readonly account: { readonly id: string } | { readonly name: string };
}

export interface AssumeRoleIdentity extends IdentityCommon {
  readonly kind: "aws/assume-role";
  readonly via: Via;
  /** `principal.assume_role`. */
  readonly roleArn: string;
  readonly sessionName: string | undefined;
  readonly externalId: string | undefined;
  /** `principal.duration`, in seconds. */
  readonly durationSeconds: number | undefined;
}

/** Long-lived keys of an IAM user, from YAML. */
export interface LongLivedKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
}

export interface UserIdentity extends IdentityCommon {
  readonly kind: "aws/user";
  readonly via: undefined;
  /** From YAML; `undefined`: from the keyring. */
  readonly keys: LongLivedKeys | undefined;
  /** From YAML; `undefined`: the stored one, if any. */
  readonly mfaArn: string | undefined;
  /** The device as a person may see it, where it is not the ARN itself: `!env NAME`. */
  readonly mfaShown?: string | undefined;
  /** `credentials.mfa_command`: a program that prints the code, as its words. */
  readonly mfaCommand: readonly [string, ...string[]] | undefined;
}

/** A kind that Atmos knows and we do not. */
export interface UnsupportedIdentity {
  readonly kind: "unsupported";
  readonly declaredKind: string;
  readonly via: Via | undefined;
}

export type IdentityConfig = PermissionSetIdentity | AssumeRoleIdentity | UserIdentity | UnsupportedIdentity;

/** An identity of a kind that this program knows. */
export type RunnableIdentity = Exclude<IdentityConfig, UnsupportedIdentity>;

/** What there is to know of a type of keyring. */
interface KeyringFacts {
  /** Whether tokens, keys and sessions outlive the process. */
  readonly isPersistent: boolean;
  /** Whether the user opens it with a password. */
  readonly hasPassword: boolean;
}

/** Where long-lived secrets are stored: a row for each type. */
export const KEYRINGS = {
  system: { isPersistent: true, hasPassword: false },
  file: { isPersistent: true, hasPassword: true },
  memory: { isPersistent: false, hasPassword: false },
} as const satisfies Readonly<Record<string, KeyringFacts>>;

export type KeyringType = keyof typeof KEYRINGS;
export const KEYRING_TYPES = Object.keys(KEYRINGS) as readonly KeyringType[];

type Persistent<Type extends KeyringType> = Type extends unknown
  ? typeof KEYRINGS[Type]["isPersistent"] extends true ? Type : never
  : never;

/** A keyring with a store on this machine. */
export type PersistentKeyring = Persistent<KeyringType>;

/** Whether tokens, keys and sessions outlive the process. */
export function isPersistent(type: KeyringType): type is PersistentKeyring {
  return KEYRINGS[type].isPersistent;
}

export interface KeyringConfig {
  readonly type: KeyringType;
  /** `spec.path`, absolute: a directory. */
  readonly path: string | undefined;
  /** `spec.password_env`, else `ATMOS_KEYRING_PASSWORD`. */
  readonly passwordVariable: string;
  /** What it says needs trust and does not have it: it is not opened. */
  readonly isUntrusted?: boolean;
}

/** The levels a log can be set to, from silent to everything. */
export const LOG_LEVELS = ["off", "error", "warn", "info", "debug", "trace"] as const;
export type LogLevel = typeof LOG_LEVELS[number];

/** The `auth:` section, decoded. Maps are keyed by the names as written. */
export interface AuthConfig {
  /** `ATMOS_AUTH_REALM`, else `auth.realm`; `undefined` when neither is set. */
  readonly realm: string | undefined;
  /** `auth.logs` over `logs`; the file as an absolute path, `undefined` for stderr. */
  readonly logs: {
    readonly level: LogLevel | undefined;
    readonly file: string | undefined;
    /** An untrusted file names it, which it may directly in the temporary directory. */
    readonly isUntrusted?: boolean;
  };
  readonly keyring: KeyringConfig;
  /** `auth.console.isolated` or `isolated_sessions`. */
  readonly consoleIsolated: boolean;
  /** The top-level `env:`, for the commands of `exec` and `shell`. */
  readonly commonEnv?: readonly Variable[];
  readonly providers: ReadonlyMap<string, Entry<ProviderConfig>>;
  readonly identities: ReadonlyMap<string, Entry<IdentityConfig>>;
  /** A file that it is made of is not read until it is trusted. */
  readonly isIncomplete?: boolean;
}

/** A file that the configuration was read from. */
export interface ConfigFile {
  /** Absolute path, as found. */
  readonly path: string;
  /** With every link resolved. */
  readonly realPath: string;
  /** The user's own, or vouched for as a whole: what needs trust has effect. */
  readonly trusted: boolean;
  /** Named on the command line, and without a path to trust. */
  readonly isPipe?: boolean;
  /** The root of the tree that it is in, with every link resolved: its repository's, else its directory. */
  readonly tree: string;
}

/** Where one value came from, for `validate --verbose`. */
export interface Origin {
  readonly at: SourcePosition;
  /** The variable that `!env` read, if it did. */
  readonly variable?: string;
}

/** A configuration as found on disk. */
export interface LoadedConfig {
  readonly auth: AuthConfig;
  /** Every problem, in file order. */
  readonly problems: readonly Problem[];
  /** As written, what needs trust and does not have it included: to show it, never to act on it. */
  readonly asWritten: AuthConfig;
  /** What needs trust and does not have it, in the order of the entries. */
  readonly needs: readonly Need[];
  /** What trusting such needs is kept as; `undefined` where a pipe, which has no path, is among the files. */
  readonly trusting: (needs: readonly Need[]) => Promise<readonly TrustRecord[] | undefined>;
  /** Base directories that are not used, since a checkout could have brought along what is in them. */
  readonly foreignHomes: readonly ForeignHome[];
  /** In the order they were merged: the last one wins. Empty when no configuration was found. */
  readonly files: readonly ConfigFile[];
  /** Directory of the winning file; the working directory when there is none. */
  readonly directory: string;
  /** By configuration path. Found when it is asked for: in a large configuration there are many. */
  readonly origins: () => ReadonlyMap<string, Origin>;
  /** All of the merged configuration, `!env` and `!include` resolved: for workflows, commands and stacks. */
  readonly raw: RawMap;
}

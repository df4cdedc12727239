/**
 * The shape of the `auth:` section, one schema per kind. The decoder reads by them and
 * `schema/atmos-auth.schema.json` is generated from them, so that an editor and `auth validate` agree.
 *
 * @module
 */
import * as v from "valibot";
import * as leaf from "./leaves.ts";
import { allows, FORMED, FORMED_UNBOUND, FREE, needsTrust, UNBOUND } from "./standing.ts";
import { IDENTITY_KINDS, KEYRING_TYPES, PROVIDER_KINDS, SAML_DRIVERS } from "./types.ts";
import { CONSOLE_SECONDS, lengthsText, ROLE_SECONDS } from "../aws_durations.ts";
import { ACCESS_KEY_ID } from "../arn.ts";

const sends = (what: string) => (url: string) => `sends ${what} to ${url}`;
const runs = (command: string) => `runs \`${command}\``;
const starts = (browser: string) => `starts the browser ${browser}`;
/** What a variable for commands does. */
export const setsVariable = (text: string) => `sets ${text} for commands`;
const usesKeys = () => "uses keys written in the file";

const kind = <const Kind extends string>(name: Kind, description: string) => leaf.constant(description, name);

const tags = v.optional(
  v.pipe(v.array(leaf.text("A label.", UNBOUND)), v.description("Labels to filter by.")),
);
const isDefault = v.optional(leaf.flag("Used when no identity is asked for.", FORMED_UNBOUND));
const endpointUrl = v.optional(
  leaf.url("Where AWS's services answer instead of their own hosts.", needsTrust(sends("your session"))),
);
const legacyResolver = leaf.unused("Older form of `spec.endpoint_url`.");

const providerSpec = {
  files: v.optional(v.pipe(
    v.object({
      base_path: v.optional(
        leaf.text(
          "Directory of the AWS files instead of <config home>/atmos/aws; `~` is the home directory.",
          needsTrust((path) => `writes the AWS files below ${path}`),
        ),
      ),
    }),
    v.description("Where the AWS files of this provider are."),
  )),
  endpoint_url: endpointUrl,
  aws: legacyResolver,
};

const providerCommon = {
  region: leaf.region("AWS region of the provider, such as us-east-1; identities inherit it.", FORMED),
  session: v.optional(v.pipe(
    v.object({
      duration: v.optional(leaf.duration("How long sessions behind this provider may last.", FORMED_UNBOUND)),
    }),
    v.description("Sessions behind this provider."),
  )),
  console: v.optional(v.pipe(
    v.object({
      session_duration: v.optional(
        leaf.duration(
          `How long a web console session lasts: ${lengthsText(CONSOLE_SECONDS)}.`,
          FORMED_UNBOUND,
          CONSOLE_SECONDS,
        ),
      ),
    }),
    v.description("The web console."),
  )),
  default: leaf.unused("Only identities are chosen by default.", "silent"),
  tags,
};

const providerSpecOf = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(v.object({ ...providerSpec, ...entries }), v.description("Settings of the kind."));

/** A schema for every kind of provider. */
export const PROVIDER_SCHEMAS = {
  "aws/iam-identity-center": v.object({
    kind: kind("aws/iam-identity-center", "AWS IAM Identity Center (AWS SSO)."),
    start_url: leaf.url(
      "Address of the AWS access portal: https://NAME.awsapps.com/start",
      allows("portal", (url) => `signs you in at ${url}`),
    ),
    ...providerCommon,
    auto_provision_identities: v.optional(
      leaf.flag("List the accounts and roles of the portal as identities.", FORMED),
    ),
    spec: v.optional(providerSpecOf({})),
  }),
  "aws/saml": v.object({
    kind: kind("aws/saml", "A SAML identity provider that AWS trusts."),
    url: leaf.url(
      "The identity provider's page that ends in the SAML response.",
      needsTrust(sends("your sign-in")),
    ),
    ...providerCommon,
    idp_arn: v.optional(leaf.iamArn("ARN of the IAM SAML provider.", FORMED, "saml-provider")),
    driver: v.optional(leaf.word("How the SAML response is obtained.", FREE, SAML_DRIVERS, "unknown-driver")),
    provider_type: v.optional(
      leaf.word("Deprecated: use `driver`.", FREE, SAML_DRIVERS, "unknown-driver"),
    ),
    username: v.optional(
      leaf.text("User name at the identity provider.", needsTrust((name) => `signs in as ${name}`)),
    ),
    password: v.optional(leaf.text(
      "Password at the identity provider: only from a variable, `!env NAME`.",
      needsTrust(() => "sends a password to the identity provider"),
    )),
    mfa: v.optional(leaf.text(
      "Preferred second factor, as the identity provider names it.",
      needsTrust((factor) => `asks for the second factor ${factor}`),
    )),
    browser_type: v.optional(leaf.text("chromium, chrome, msedge, firefox or webkit.", needsTrust(starts))),
    browser_executable_path: v.optional(leaf.text("The browser to start.", needsTrust(starts))),
    download_browser_driver: v.optional(
      leaf.flag("Get a browser when none is installed.", needsTrust(() => "downloads a browser")),
    ),
    spec: v.optional(providerSpecOf({})),
  }),
  "github/oidc": v.object({
    kind: kind("github/oidc", "The OIDC token of a GitHub Actions job."),
    ...providerCommon,
    spec: v.optional(providerSpecOf({
      audience: v.optional(leaf.text("Whom the token is for; sts.amazonaws.com when absent.", FREE)),
    })),
  }),
  "oidc/token": v.object({
    kind: kind("oidc/token", "An OIDC token that a CI system hands over in a variable or a file."),
    ...providerCommon,
    spec: providerSpecOf({
      token_env: v.optional(leaf.variableName(
        "The variable that holds the token.",
        allows(
          "token-variable",
          (name) => `sends the variable ${name}, which holds no token for AWS STS, to AWS`,
        ),
      )),
      token_file: v.optional(leaf.text(
        "The file that holds the token.",
        needsTrust((path) => `sends the content of ${path} to AWS`),
      )),
      audience: v.optional(leaf.text("Whom the token must be for; checked before it is sent.", FREE)),
    }),
  }),
} as const satisfies Record<typeof PROVIDER_KINDS[number], unknown>;

const via = v.pipe(
  v.object({
    provider: v.optional(leaf.text("Name of a provider.", FREE)),
    identity: v.optional(leaf.text("Name of another identity.", FREE)),
  }),
  v.description("What the identity starts from: exactly one of the two."),
);

const variable = v.object({
  key: leaf.matching("Name of the variable.", needsTrust(setsVariable), /^[^=\s\0]+$/, "malformed-variable"),
  value: leaf.anyText("Its value.", needsTrust(setsVariable)),
});

const identityCommon = {
  default: isDefault,
  required: v.optional(
    leaf.flag("Authenticated beside the chosen one before Terraform runs.", FORMED_UNBOUND),
  ),
  alias: v.optional(leaf.text("A name to show.", UNBOUND)),
  tags,
  env: v.optional(v.pipe(
    v.union([v.array(variable), v.record(v.string(), leaf.anyText("Its value.", needsTrust(setsVariable)))]),
    v.description("Variables for commands that run as this identity: a list of key and value, or a map."),
  )),
  session: v.optional(
    v.object({ duration: v.optional(leaf.duration("How long a session may last.", FORMED_UNBOUND)) }),
  ),
  spec: v.optional(v.object({ endpoint_url: endpointUrl })),
  provider: leaf.unused("Atmos writes it for identities that it found itself.", "silent"),
  emulator: leaf.unused("Emulators are not supported."),
};

const principalRegion = v.optional(leaf.region("AWS region that this identity works in.", FORMED));

/** A schema for every kind of identity. */
export const IDENTITY_SCHEMAS = {
  "aws/permission-set": v.object({
    kind: kind("aws/permission-set", "A permission set of IAM Identity Center in an account."),
    via,
    principal: v.pipe(
      v.object({
        name: leaf.text("Name of the permission set.", FREE),
        account: v.pipe(
          v.object({
            id: v.optional(
              leaf.accountId('Account id: 12 digits in quotes, such as "111122223333".', FORMED),
            ),
            name: v.optional(leaf.text("Account name, as IAM Identity Center lists it.", FREE)),
          }),
          v.description("The account, by id or by name."),
        ),
        region: principalRegion,
      }),
      v.description("Whom to become."),
    ),
    ...identityCommon,
    credentials: leaf.unused("Only aws/user has credentials."),
  }),
  "aws/assume-role": v.object({
    kind: kind("aws/assume-role", "An IAM role."),
    via,
    principal: v.pipe(
      v.object({
        assume_role: leaf.iamArn("ARN of the role.", FORMED, "role"),
        session_name: v.optional(
          leaf.matching("Name that the trail shows.", FREE, /^[\w+=,.@-]{2,64}$/, "malformed-session-name"),
        ),
        external_id: v.optional(
          leaf.matching(
            "External id that the role asks for.",
            FREE,
            /^[\w+=,.@:/-]{2,1224}$/,
            "malformed-external-id",
          ),
        ),
        duration: v.optional(
          leaf.duration(
            `How long the session lasts: ${lengthsText(ROLE_SECONDS)}.`,
            FORMED_UNBOUND,
            ROLE_SECONDS,
          ),
        ),
        region: principalRegion,
      }),
      v.description("Whom to become."),
    ),
    ...identityCommon,
    session: v.optional(v.object({
      duration: v.optional(
        leaf.duration(
          `How long the session lasts: ${lengthsText(ROLE_SECONDS)}.`,
          FORMED_UNBOUND,
          ROLE_SECONDS,
        ),
      ),
    })),
    credentials: leaf.unused("Only aws/user has credentials."),
  }),
  "aws/user": v.object({
    kind: kind("aws/user", "An IAM user with long-lived keys, from the keyring or from variables."),
    via: leaf.unused("An IAM user is where a chain starts."),
    credentials: v.optional(v.pipe(
      v.object({
        access_key_id: v.optional(
          leaf.matching(
            "Id of the access key.",
            allows("keys", usesKeys),
            ACCESS_KEY_ID,
            "malformed-access-key-id",
          ),
        ),
        secret_access_key: v.optional(leaf.text(
          "The secret key: only from a variable, `!env NAME`.",
          allows("keys", usesKeys),
        )),
        mfa_arn: v.optional(leaf.mfaSerial(
          "ARN of the MFA device; not a secret.",
          allows("device", (device) => `asks for codes of the MFA device ${device}`),
        )),
        mfa_command: v.optional(v.pipe(
          v.union([
            v.pipe(
              v.array(leaf.anyText("A word of the command.", needsTrust(runs))),
              v.minLength(1, "empty"),
            ),
            leaf.matching(
              "The words in one text: divided by blanks, held together by quotes. No shell reads it.",
              needsTrust(runs),
              /^\s*(?:(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|[^\s"']\S*)(?:\s+|$))+$/,
              "malformed-command",
            ),
          ]),
          v.description(
            "A command that prints the MFA code, such as `ykman oath accounts code -s aws`.",
          ),
        )),
        region: v.optional(leaf.region("AWS region that this identity works in.", FORMED)),
        webflow_enabled: leaf.unused("There is no browser login for IAM users.", "silent"),
        aws: legacyResolver,
      }),
      v.description("The keys, unless they are in the keyring (`atmos auth user configure`)."),
    )),
    principal: leaf.unused("An IAM user is who its keys say."),
    ...identityCommon,
  }),
} as const satisfies Record<typeof IDENTITY_KINDS[number], unknown>;

/** Words for a log level, `Warning` being Atmos's other word for `Warn`. */
export const LEVEL_WORDS = ["Off", "Error", "Warn", "Warning", "Info", "Debug", "Trace"] as const;

/** `logs:` and `auth.logs:`. */
export const LOGS_SCHEMA = v.object({
  level: v.optional(leaf.word("How much is logged.", FREE, LEVEL_WORDS, "unknown-log-level")),
  file: v.optional(leaf.text("File to log to.", allows("log-file", (path) => `logs to ${path}`))),
});

/** 1 to 64 of `a-z0-9_-`, with no `-` or `_` doubled, first or last: Atmos's rule. */
export const REALM = /^(?=.{1,64}$)(?!.*(?:--|__))[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$/;

/** Variables without which programs do not run, or not as their user's: none of them holds a password. */
const NEEDED_VARIABLES = [
  ...["PATH", "Path", "PATHEXT", "HOME", "PWD", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "TZ", "TMPDIR"],
  ...["TMP", "TEMP", "DISPLAY", "WAYLAND_DISPLAY", "SSH_AUTH_SOCK", "ENV", "BASH_ENV", "IFS"],
  ...["USERPROFILE", "USERNAME", "APPDATA", "LOCALAPPDATA", "ProgramData", "PROGRAMDATA", "SystemRoot"],
  ...["SYSTEMROOT", "SystemDrive", "SYSTEMDRIVE", "windir", "WINDIR", "ComSpec", "COMSPEC"],
  // What this program gives to children by itself.
  ...["ATMOS_IDENTITY", "ATMOS_SHLVL", "ATMOS_RUN_TRAIL", "ATMOS_BASE_PATH", "ATMOS_CLI_CONFIG_PATH"],
];

/** No child gets the variable with the password, so it cannot be one that children need. */
const PASSWORD_VARIABLE_NAME = new RegExp(
  `^(?!(?:${NEEDED_VARIABLES.join("|")})$)(?!(?:AWS|LC|LD|DYLD|XDG)_)[A-Za-z_][A-Za-z0-9_]*$`,
);

/** All of `auth:` but the providers and the identities. */
export const AUTH_SCHEMA = v.object({
  realm: v.optional(
    leaf.matching("Keeps the credentials of two projects apart.", FREE, REALM, "malformed-realm"),
  ),
  logs: v.optional(v.pipe(LOGS_SCHEMA, v.description("Logging of authentication."))),
  keyring: v.optional(v.pipe(
    v.object({
      type: v.optional(leaf.word("Where secrets rest.", FREE, KEYRING_TYPES, "unknown-keyring-type")),
      spec: v.optional(v.object({
        path: v.optional(leaf.text(
          "Directory of the file keyring; `~` is the home directory.",
          allows("keyring-directory", (path) => `keeps the keyring in ${path}`),
        )),
        password_env: v.optional(
          leaf.matching(
            "The variable with the password; ATMOS_KEYRING_PASSWORD when absent.",
            allows("password-variable", (name) => `takes the keyring's password from the variable ${name}`),
            PASSWORD_VARIABLE_NAME,
            "reserved-variable",
          ),
        ),
      })),
    }),
    v.description("Where long-lived secrets rest."),
  )),
  console: v.optional(v.pipe(
    v.object({
      isolated: v.optional(leaf.flag("Open the console in a browser profile per identity.", FORMED)),
      isolated_sessions: v.optional(leaf.flag("The same as `isolated`.", FORMED)),
    }),
    v.description("The web console."),
  )),
  integrations: leaf.unused("Integrations are not supported."),
  require_identity: leaf.unused("A setting of components.", "silent"),
});

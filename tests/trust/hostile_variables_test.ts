/** Variables of the person that a clone asks for by name: none is sent, and none is shown. */
import { type Hostile, hostile } from "./cases.ts";
import { portalConfig, roleConfig, samlConfig, tokenConfig, userConfig } from "./configs.ts";

const AWS_PORTAL = "https://mycompany.awsapps.com/start";

/** Such a value would be taken for an address of a portal that holds a secret. */
const SECRET_ADDRESS = "https://hooks.example.com/services/canaryplaintokennotreal90412";

/** What a job of GitHub has: it may ask for a token of any audience. */
const GITHUB_JOB = {
  ACTIONS_ID_TOKEN_REQUEST_URL: "@AWS@/_gha/token?api-version=2.0",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "not-a-real-request-token",
};

const githubConfig = (audience: string) =>
  `auth:
  providers:
    ci: { kind: github/oidc, region: us-east-1, spec: { audience: ${audience} } }
  identities:
    dev:
      kind: aws/assume-role
      via: { provider: ci }
      principal: { assume_role: "arn:aws:iam::123456789012:role/GitHubActionsRole" }
`;

/** Keys whose values must have a form that no secret has: another value is refused, and not shown. */
const FORMS: Readonly<Record<string, string>> = {
  "a provider's region": portalConfig(AWS_PORTAL).replace("us-east-1", "!env GITHUB_TOKEN"),
  "an account id": portalConfig(AWS_PORTAL).replace('"111122223333"', "!env GITHUB_TOKEN"),
  "a role": roleConfig().replace(/arn:\S+/, "!env GITHUB_TOKEN"),
  "a user's region": userConfig().replace("us-east-1", "!env PLAIN_TOKEN"),
  "a role's region": roleConfig("", "region: !env PLAIN_TOKEN"),
  "a portal's address that is no address": portalConfig(AWS_PORTAL).replace(
    `"${AWS_PORTAL}"`,
    "!env GITHUB_TOKEN",
  ),
  "a portal's address with a secret in it": portalConfig(AWS_PORTAL).replace(
    `"${AWS_PORTAL}"`,
    "!env SECRET_ADDRESS",
  ),
  "a session's duration": userConfig("session: { duration: !env GITHUB_TOKEN }"),
  "a role's duration": roleConfig("", "duration: !env PLAIN_TOKEN"),
  "an access key's id": userConfig().replace("USER_KEY", "GITHUB_TOKEN"),
};

hostile(
  Object.entries(FORMS).map(([what, text]): Hostile => ({
    name: `${what} from a variable that holds something else is refused, and the value is not shown`,
    files: { "atmos.yaml": text },
    env: { SECRET_ADDRESS },
    fails: ["env"],
    works: ["list"],
    runs: ["validate", "explain", "complete"],
  })),
);

/** Keys where any text would do: what stands in the variable is nobody's business. */
const ANY_TEXT: Readonly<Record<string, string>> = {
  "a role session's name": roleConfig("", "session_name: !env PLAIN_TOKEN"),
  "an external id": roleConfig("", "external_id: !env GITHUB_TOKEN"),
  "a permission set": portalConfig(AWS_PORTAL).replace("AdminAccess", "!env PLAIN_TOKEN"),
  "an account's name": portalConfig(AWS_PORTAL).replace('id: "111122223333"', "name: !env PLAIN_TOKEN"),
  "an alias": userConfig("alias: !env GITHUB_TOKEN"),
  "a tag": userConfig("tags: [plain, !env GITHUB_TOKEN]"),
  "a provider's tag": portalConfig(AWS_PORTAL, "tags: [!env GITHUB_TOKEN]"),
  "GitHub's audience": githubConfig("!env GITHUB_TOKEN"),
  "a user name for the clone's own login page": samlConfig(
    "@EVIL@/saml",
    "driver: Okta\nusername: !env PLAIN_TOKEN",
  ),
  "a password for the clone's own login page": samlConfig(
    "@EVIL@/adfs/ls/IdpInitiatedSignOn.aspx",
    "driver: ADFS\nusername: jane\npassword: !env GITHUB_TOKEN",
  ),
  "the address of a login page": samlConfig("x").replace('"x"', "!env LOGIN_PAGE"),
  "an endpoint of a provider": portalConfig(AWS_PORTAL, "spec: { endpoint_url: !env LOGIN_PAGE }"),
  "an endpoint of an identity": userConfig("spec: { endpoint_url: !env LOGIN_PAGE }"),
  "a default for a key": userConfig().replace("USER_KEY", '"USER_KEY AKIAEVILNOTAREALKEY2"'),
  "a default for a secret key": userConfig().replace("USER_SECRET", '"USER_SECRET not-a-real-secret"'),
  "a default for an MFA device": userConfig().replace(
    "region:",
    'mfa_arn: !env "NO_SUCH_VARIABLE arn:aws:iam::123456789012:mfa/evil", region:',
  ),
};

hostile(
  Object.entries(ANY_TEXT).map(([what, text]): Hostile => ({
    name: `${what} from a variable needs trust, and no command shows the value`,
    files: { "atmos.yaml": text },
    env: { ...GITHUB_JOB, LOGIN_PAGE: "@EVIL@/canaryplaintokennotreal90412" },
    refused: ["env"],
    works: ["validate", "list"],
    runs: ["explain", "complete"],
  })),
);

/** Keys with a few words as values, and names of other entries: a wrong one is reported, without what it holds. */
const WORDS: Readonly<Record<string, string>> = {
  "a kind": userConfig().replace("aws/user", "!env GITHUB_TOKEN"),
  "a provider's name": portalConfig(AWS_PORTAL).replace("provider: my-sso", "provider: !env GITHUB_TOKEN"),
  "an identity's name": roleConfig().replace("identity: base", "identity: !env PLAIN_TOKEN"),
  "a driver": samlConfig("https://company.okta.com/x", "driver: !env GITHUB_TOKEN"),
  "a realm": `${userConfig()}  realm: !env PLAIN_TOKEN\n`,
  "a keyring's type": `${portalConfig(AWS_PORTAL)}  keyring: { type: !env GITHUB_TOKEN }\n`,
  "a keyring's path": `${
    portalConfig(AWS_PORTAL)
  }  keyring: { type: file, spec: { path: !env GITHUB_TOKEN } }\n`,
  "a directory of AWS files": portalConfig(AWS_PORTAL, "spec: { files: { base_path: !env GITHUB_TOKEN } }"),
  "a token's file": tokenConfig("token_file: !env PLAIN_TOKEN"),
  "an import": `import: !env GITHUB_TOKEN\n${userConfig()}`,
  "an import in a list": `import: [!env SECRET_ADDRESS]\n${userConfig()}`,
};

hostile(
  Object.entries(WORDS).map(([what, text]): Hostile => ({
    name: `${what} from a variable gets nowhere, and no command shows the value`,
    files: { "atmos.yaml": text },
    // What the environment says would win over the file.
    env: { SECRET_ADDRESS, ...what === "a keyring's type" ? { ATMOS_KEYRING_TYPE: undefined } : {} },
    fails: ["login"],
    works: [],
    runs: ["env", "validate", "verbose", "list", "explain", "complete", "doctor"].slice(
      0,
      what === "a kind" || what === "an import" ? 7 : 5,
    ),
  })),
);

hostile([
  {
    name: "a log level and a log file from variables are not shown",
    files: {
      "atmos.yaml": `${userConfig()}  logs: { level: !env GITHUB_TOKEN, file: !env PLAIN_TOKEN }\n`,
    },
    refused: [],
    works: ["list"],
    runs: ["validate", "verbose", "explain"],
  },
  {
    name: "an MFA device from a variable that holds something else is not shown to who is asked for its code",
    files: { "atmos.yaml": userConfig().replace("region:", "mfa_arn: !env PLAIN_TOKEN, region:") },
    env: { ATMOS_MFA_TOKEN: undefined },
    refused: [],
    works: ["list"],
    runs: ["env", "whoami", "login", "explain", "validate"],
    isUsable: true,
  },
  {
    name: "an MFA device from a variable beside literal keys of somebody else needs trust",
    files: {
      "atmos.yaml": `auth:\n  identities:\n    dev:\n      kind: aws/user\n      credentials:\n` +
        "        access_key_id: AKIAEVILNOTAREALKEY2\n        secret_access_key: evil-and-not-a-real-secret\n" +
        "        mfa_arn: !env PLAIN_TOKEN\n        region: us-east-1\n",
    },
    env: { ATMOS_MFA_TOKEN: "123456" },
    refused: ["env", "login", "whoami"],
  },
  {
    name: "literal keys need trust: a session of somebody else's account is not taken for one's own",
    files: {
      "atmos.yaml": userConfig().replace("!env USER_KEY", "AKIAEVILNOTAREALKEY2")
        .replace("!env USER_SECRET", "evil-and-not-a-real-secret"),
    },
    refused: ["env", "exec"],
  },
  {
    name: "a token from a variable that holds something else is not sent",
    files: { "atmos.yaml": tokenConfig("token_env: GITHUB_TOKEN") },
    fails: ["env", "login", "process"],
    works: ["list"],
    runs: ["explain", "validate", "doctor"],
  },
  {
    name: "a token for another audience is not sent to AWS",
    files: { "atmos.yaml": tokenConfig("token_env: VAULT_TOKEN") },
    env: {
      // {"alg":"none"} {"aud":"https://vault.example.com","sub":"canary"}
      VAULT_TOKEN:
        "eyJhbGciOiJub25lIn0.eyJhdWQiOiJodHRwczovL3ZhdWx0LmV4YW1wbGUuY29tIiwic3ViIjoiY2FuYXJ5In0.c2ln",
    },
    fails: ["env", "login"],
    works: ["list"],
  },
  {
    name: "a token whose audience only looks like AWS's is not sent to AWS",
    files: { "atmos.yaml": tokenConfig("token_env: VAULT_TOKEN, audience: sts.amazonaws.com.evil.example") },
    env: {
      // {"alg":"none"} {"aud":"sts.amazonaws.com.evil.example","sub":"canary"}
      VAULT_TOKEN:
        "eyJhbGciOiJub25lIn0.eyJhdWQiOiJzdHMuYW1hem9uYXdzLmNvbS5ldmlsLmV4YW1wbGUiLCJzdWIiOiJjYW5hcnkifQ.c2ln",
    },
    fails: ["env", "login"],
    works: ["list"],
  },
  {
    name: "a token's file of the person's own needs trust",
    files: { "atmos.yaml": tokenConfig("token_file: ~/.aws/credentials") },
    fails: ["env", "login"],
    works: ["list"],
    runs: ["validate", "explain"],
  },
  {
    name: "a token's file of the machine needs trust",
    files: { "atmos.yaml": tokenConfig("token_file: /etc/hostname") },
    refused: ["env", "login"],
    works: ["validate", "list"],
  },
]);

/** Configurations that need no trust: they work, and nobody hears a word about it. */
import { MFA_USER } from "../emulator/mod.ts";
import { assertFree, type Honest, honest } from "./cases.ts";
import { portalConfig, roleConfig, samlConfig, tokenConfig, userConfig } from "./configs.ts";

const AWS_PORTAL = "https://mycompany.awsapps.com/start";
const LOGIN = { works: ["login"], env: { ATMOS_KEYRING_TYPE: "memory" } };

/** Every address at which AWS has portals, in a region of its partition. */
const PORTALS: readonly (readonly [address: string, region: string])[] = [
  ["https://mycompany.awsapps.com/start", "us-east-1"],
  ["https://mycompany.awsapps.com/start/", "us-east-1"],
  ["https://mycompany.awsapps.com/start#/", "us-east-1"],
  ["https://MyCompany.AwsApps.com/start", "us-east-1"],
  ["https://d-9067642ac7.awsapps.com/start", "eu-central-1"],
  ["https://start.home.awsapps.cn/directory/d-9067642ac7", "cn-north-1"],
  ["https://start.us-gov-home.awsapps.com/directory/d-9067642ac7", "us-gov-west-1"],
  ["https://ssoins-722368c49d5f1e1a.portal.us-east-1.app.aws", "us-east-1"],
  ["https://ssoins-722368c49d5f1e1a.portal.eu-west-3.app.aws/start", "eu-west-3"],
  ["https://identitycenter.amazonaws.com/ssoins-722368c49d5f1e1a", "us-east-1"],
];

honest(PORTALS.map(([address, region]): Honest => ({
  name: `a portal at ${address} is AWS's own`,
  files: { "atmos.yaml": portalConfig(address).replaceAll("us-east-1", region) },
  works: ["validate", "explain", "strict"],
})));

honest([
  {
    name: "a login at a portal of AWS works",
    files: { "atmos.yaml": portalConfig(AWS_PORTAL) },
    ...LOGIN,
  },
  {
    name: "a login at the portal that the environment's endpoint names works",
    files: { "atmos.yaml": portalConfig("@PORTAL@") },
    ...LOGIN,
  },
  {
    name: "a portal at the one endpoint that the environment names for all services works",
    files: { "atmos.yaml": portalConfig("@PORTAL@") },
    works: ["login"],
    env: {
      ATMOS_KEYRING_TYPE: "memory",
      ...Object.fromEntries(
        ["STS", "SSO", "SSO_OIDC", "SIGNIN", "IAM"].map((name) => [`AWS_ENDPOINT_URL_${name}`, undefined]),
      ),
      AWS_ENDPOINT_URL: "@AWS@",
    },
  },
  { name: "a user's keys from variables need no trust", files: { "atmos.yaml": userConfig() } },
  {
    name: "a user's keys from variables in an unpacked archive need no trust",
    git: false,
    files: { "atmos.yaml": userConfig() },
  },
  {
    name: "a user's keys from variables work for a child, too",
    files: { "atmos.yaml": userConfig() },
    works: ["exec", "whoami", "list", "explain", "strict"],
  },
  {
    name: "an MFA device from a variable beside keys from variables needs no trust",
    files: { "atmos.yaml": userConfig().replace("region:", "mfa_arn: !env AWS_MFA_ARN, region:") },
    env: { AWS_MFA_ARN: MFA_USER.mfaSerial },
    works: ["validate", "strict", "list", "explain"],
  },
  {
    name: "a literal MFA device needs no trust",
    files: { "atmos.yaml": userConfig().replace("region:", `mfa_arn: "${MFA_USER.mfaSerial}", region:`) },
    works: ["validate", "strict", "list", "explain"],
  },
  {
    name: "an MFA device from a variable beside keys in the keyring needs no trust",
    files: {
      "atmos.yaml":
        "auth: { identities: { dev: { kind: aws/user, credentials: { mfa_arn: !env AWS_MFA_ARN, region: us-east-1 } } } }\n",
    },
    env: { AWS_MFA_ARN: MFA_USER.mfaSerial },
    works: ["validate", "list"],
  },
  {
    name: "all that defines and connects needs no trust",
    files: {
      "atmos.yaml": `${
        roleConfig(
          "alias: Deployer\ntags: [one, two]\nrequired: true\nsession: { duration: 30m }",
          'session_name: deploy\nexternal_id: partner-4711\nduration: 45m\nregion: "eu-west-1"',
        )
      }  realm: project\n  logs: { level: Warn }\n  console: { isolated: true }\n`,
    },
    works: ["env", "exec", "validate"],
  },
  {
    name: "regions, accounts, roles and portals from variables need no trust and are shown",
    files: {
      "atmos.yaml": roleConfig("", "region: !env REGION\nduration: !env DURATION").replace(
        /arn:\S+/,
        "!env ROLE",
      ),
    },
    env: {
      REGION: "eu-west-1",
      DURATION: "30m",
      ROLE: "arn:aws:iam::123456789012:role/Deployer",
    },
    works: ["env", "validate", "explain"],
    says: /Deployer/,
  },
  {
    name: "a portal, an account and a region from variables need no trust",
    files: {
      "atmos.yaml": portalConfig("x").replace('"x"', "!env PORTAL").replace('"111122223333"', "!env ACCOUNT")
        .replace("region: us-east-1", "region: !env REGION"),
    },
    works: ["login"],
    env: {
      ATMOS_KEYRING_TYPE: "memory",
      PORTAL: AWS_PORTAL,
      ACCOUNT: "111122223333",
      REGION: "us-east-1",
    },
  },
  {
    name: "a boolean from a variable needs no trust",
    files: { "atmos.yaml": roleConfig().replace("default: true", "default: !env IS_DEFAULT") },
    env: { IS_DEFAULT: "true" },
  },
  {
    name: "variables outside of auth and import are none of trust's business",
    files: { "atmos.yaml": `vars: { token: !env GITHUB_TOKEN }\n${userConfig()}` },
    works: ["env", "validate"],
  },
  {
    name: "imports, drop-ins and profiles with free values need no trust",
    files: {
      "atmos.yaml": "import: [parts/*.yaml]\nprofiles: { base_path: profiles, default: dev }\n",
      "parts/identities.yaml": roleConfig(),
      "atmos.d/keys.yaml": "auth: { logs: { level: Warn } }\n",
      ".atmos.d/more.yaml": "auth: { identities: { dev: { tags: [more] } } }\n",
      "profiles/dev/dev.yaml": "auth: { identities: { dev: { principal: { session_name: dev } } } }\n",
    },
    works: ["env", "validate"],
  },
  {
    name: "an included map of the clone needs no trust",
    files: {
      "atmos.yaml": "auth: { identities: { dev: !include dev.yaml } }\n",
      "dev.yaml":
        "kind: aws/user\ncredentials: { access_key_id: !env USER_KEY, secret_access_key: !env USER_SECRET, region: us-east-1 }\n",
    },
  },
  {
    name: "the clone's root and the working directory need no trust as base paths",
    files: {
      "atmos.yaml":
        `base_path: !repo-root\nstacks: { base_path: stacks, included_paths: ["*"], name_pattern: "{stage}" }\n` +
        `components: { terraform: { base_path: components } }\n${userConfig()}`,
      "stacks/dev.yaml": "vars: { stage: dev }\n",
    },
    works: ["list stacks", "env"],
  },
  {
    name: "an identity of the clone over the person's own provider with an endpoint needs no trust",
    around: {
      "home/.atmos/atmos.yaml":
        'auth: { providers: { my-sso: { kind: aws/iam-identity-center, region: us-east-1, start_url: "@PORTAL@", ' +
        'spec: { endpoint_url: "@AWS@" } } } }\n',
    },
    files: {
      "atmos.yaml":
        'auth: { identities: { dev: { kind: aws/permission-set, via: { provider: my-sso }, principal: { name: AdminAccess, account: { id: "111122223333" } } } } }\n',
    },
    ...LOGIN,
  },
  {
    name: "an identity of the clone over the person's own login page needs no trust",
    around: {
      "home/.atmos/atmos.yaml": samlConfig("https://adfs.example.com/x", "driver: ADFS\nusername: jane")
        .replace(
          /\n {2}identities:[^]*/,
          "\n",
        ),
    },
    files: {
      "atmos.yaml":
        'auth: { identities: { dev: { kind: aws/assume-role, via: { provider: corp }, principal: { assume_role: "arn:aws:iam::123456789012:role/AdminRole" } } } }\n',
    },
    works: ["validate", "list", "explain"],
  },
  {
    name: "the token of a CI job for AWS needs no trust",
    files: { "atmos.yaml": tokenConfig("token_env: ATMOS_ID_TOKEN, audience: sts.amazonaws.com") },
    env: {
      CI: "true",
      ATMOS_ID_TOKEN: "@TOKEN@",
      ATMOS_KEYRING_TYPE: undefined,
      ATMOS_KEYRING_PASSWORD: undefined,
    },
    works: ["exec", "env"],
    says: /^export AWS_ACCESS_KEY_ID="ASIA/m,
  },
  {
    name: "a job of GitHub needs no trust",
    files: {
      "atmos.yaml":
        'auth: { providers: { ci: { kind: github/oidc, region: us-east-1, spec: { audience: sts.us-east-1.amazonaws.com } } }, identities: { dev: { kind: aws/assume-role, via: { provider: ci }, principal: { assume_role: "arn:aws:iam::123456789012:role/GitHubActionsRole", session_name: ci } } } }\n',
    },
    works: [],
    before: async (arena) => await assertFree(arena, "env", undefined, { ...arena.aws.github, CI: "true" }),
  },
  {
    name: "a keyring in the person's place for it needs no trust",
    files: {
      "atmos.yaml": `${
        portalConfig(AWS_PORTAL)
      }  keyring: { type: file, spec: { path: ~/.atmos/keyring, password_env: ATMOS_KEYRING_PASSWORD } }\n`,
    },
    env: { ATMOS_KEYRING_TYPE: undefined },
    works: ["login", "whoami"],
    mayWrite: /^home\/\.atmos(?:\/|$)/,
  },
  {
    name: "a keyring in the data directory needs no trust",
    files: {
      "atmos.yaml": `${
        portalConfig(AWS_PORTAL)
      }  keyring: { type: file, spec: { path: ~/.local/share/atmos/keyring-dev } }\n`,
    },
    works: ["login"],
  },
  {
    name: "a log in the temporary directory needs no trust, and goes on where it ended",
    files: { "atmos.yaml": `${userConfig()}  logs: { level: Debug, file: "@ROOT@/tmp/atmos-auth.log" }\n` },
    works: ["env", "list", "env"],
    mayWrite: /^tmp\/atmos-auth\.log$/,
  },
  {
    name: "authentication that is off needs no trust",
    files: { "atmos.yaml": userConfig("env: { GREETING: hello }") },
    env: { ATMOS_IDENTITY: "false" },
    works: ["exec", "whoami"],
  },
  {
    name: "another identity's need for trust stands in nobody's way",
    files: {
      "atmos.yaml":
        `${roleConfig()}    other: { kind: aws/user, env: { LD_PRELOAD: ./evil.so }, credentials: { region: us-east-1 } }\n`,
    },
    works: ["env", "exec", "whoami"],
  },
  {
    name: "a component's own identity with free values needs no trust",
    files: {
      "atmos.yaml":
        `${userConfig()}stacks: { base_path: stacks, included_paths: ["*"], name_pattern: "{stage}" }\n`,
      "stacks/dev.yaml":
        'vars: { stage: dev }\ncomponents: { terraform: { myapp: { auth: { identities: { own: { kind: aws/assume-role, via: { identity: dev }, principal: { assume_role: "arn:aws:iam::123456789012:role/Deployer", session_name: own } } } } } } }\n',
    },
    works: ["auth env --component myapp --stack dev -i own", "list stacks"],
  },
  {
    name: "custom commands, aliases and workflows of the clone need no trust to be typed",
    files: {
      "atmos.yaml":
        `${userConfig()}commands: [{ name: hello, steps: [echo hello] }]\naliases: { hi: hello }\nworkflows: { base_path: workflows }\n`,
      "workflows/greet.yaml": "workflows: { greet: { steps: [{ type: shell, command: echo greet }] } }\n",
    },
    works: ["hi", "workflow greet -f greet", "hello"],
    says: /^hello$/m,
  },
]);

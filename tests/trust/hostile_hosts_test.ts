/** Hosts that a clone names, and what it lays over the person's own configuration: nothing goes there. */
import { type Hostile, hostile, LOOKING, USING } from "./cases.ts";
import { portalConfig, roleConfig, samlConfig, userConfig } from "./configs.ts";

const AWS_PORTAL = "https://mycompany.awsapps.com/start";

/** Addresses that are not AWS's, whatever they look like. */
const FOREIGN_PORTALS = [
  "https://evil-awsapps.com/start",
  "https://evilawsapps.com/start",
  "https://awsapps.com/start",
  "https://x.awsapps.com.evil.example/start",
  "https://x.awsapps.com.evil/start",
  "https://evil.example/x.awsapps.com/start",
  "https://evil.example/start?host=x.awsapps.com",
  "https://evil.example/start#.awsapps.com",
  "https://evil.example\\.awsapps.com/start",
  "https://mycompany.awsapps.com./start",
  "https://mycompany.awsapps.c\u043em/start",
  "https://mycompany.awsapps.cn/start",
  "https://evil.home.awsapps.cn/directory/x",
  "https://start.home.awsapps.cn.evil.example/directory/x",
  "https://portal.us-east-1.app.aws/start",
  "https://ssoins-1.portal.evil.app.aws/start",
  "https://ssoins-1.portal.us-east-1.evil.app.aws/start",
  "https://ssoins-1.us-east-1.app.aws/start",
  "https://evil.app.aws/start",
  "https://ssoins-1.portal.us-east-1.app.aws.evil.example/start",
  "https://evilidentitycenter.amazonaws.com/ssoins-1",
  "https://identitycenter.amazonaws.com.evil.example/ssoins-1",
  "https://evil.s3.amazonaws.com/start",
  "https://127.0.0.1/start",
  "@EVIL@/start",
  "@AWS_LOCALHOST@/start",
];

hostile(FOREIGN_PORTALS.map((address): Hostile => ({
  name: `a portal at ${address} needs trust`,
  files: { "atmos.yaml": portalConfig(address) },
  refused: ["login"],
})));

hostile(
  [
    "https://x.awsapps.com@evil.example/start",
    "https://x.awsapps.com:secret@evil.example/start",
    "http://mycompany.awsapps.com/start",
    "javascript://mycompany.awsapps.com/%0aalert(1)",
    "//mycompany.awsapps.com/start",
    "https:///start",
  ].map((address): Hostile => ({
    name: `a portal at ${address} is refused`,
    files: { "atmos.yaml": portalConfig(address) },
    fails: ["login"],
    works: ["list"],
  })),
);

hostile([
  {
    name: "an endpoint of a provider gets no token, from no command",
    files: { "atmos.yaml": portalConfig(AWS_PORTAL, 'spec: { endpoint_url: "@EVIL@" }') },
    refused: USING,
    works: LOOKING,
    runs: ["complete", "doctor"],
  },
  {
    name: "an endpoint of an identity gets no request",
    files: { "atmos.yaml": userConfig('spec: { endpoint_url: "@EVIL@" }') },
    refused: ["env", "exec", "process"],
  },
  {
    name: "an endpoint further up the chain gets no request",
    files: {
      "atmos.yaml": roleConfig().replace(
        "kind: aws/user\n",
        'kind: aws/user\n      spec: { endpoint_url: "@EVIL@" }\n',
      ),
    },
    refused: ["env"],
  },
  {
    name: "an endpoint that only looks like AWS's needs trust",
    files: {
      "atmos.yaml": userConfig('spec: { endpoint_url: "https://sts.us-east-1.amazonaws.com.evil.example" }'),
    },
  },
  {
    name: "the endpoint that the environment names needs trust in a file: the file may change it tomorrow",
    files: { "atmos.yaml": userConfig('spec: { endpoint_url: "@AWS@" }') },
  },
  {
    name: "a login page of a SAML provider needs trust, and gets no password",
    files: {
      "atmos.yaml": samlConfig("@EVIL@/adfs/ls/IdpInitiatedSignOn.aspx", "driver: ADFS\nusername: jane"),
    },
    refused: USING,
    works: LOOKING,
    runs: ["doctor"],
  },
  {
    name: "a login page that a browser would open needs trust",
    files: {
      "atmos.yaml": samlConfig("https://company.okta.com/app/amazon_aws/abc123/sso/saml", "driver: Browser"),
    },
    refused: ["login", "env"],
  },
]);

/** A person's own configuration, with what the clone lays over it. */
const over = (own: string, clone: string) => ({
  around: { "home/.atmos/atmos.yaml": own },
  files: { "atmos.yaml": clone },
});

const OWN_SAML = samlConfig(
  "https://adfs.example.com/adfs/ls/IdpInitiatedSignOn.aspx",
  "driver: ADFS\nusername: jane\npassword: !env ATMOS_SAML_PASSWORD",
);
const provider = (text: string, name = "corp") => `auth: { providers: { ${name}: { ${text} } } }\n`;

hostile([
  {
    name: "a clone that moves the login page of the person's own password needs trust",
    ...over(OWN_SAML, provider('url: "@EVIL@/adfs/ls/IdpInitiatedSignOn.aspx"')),
    refused: ["login", "env", "whoami"],
  },
  {
    name: "a clone that moves the login page by another spelling of the provider's name needs trust",
    ...over(OWN_SAML, provider('URL: "@EVIL@/adfs/ls/IdpInitiatedSignOn.aspx"', "CORP")),
    refused: ["login", "env"],
  },
  {
    name: "a clone that changes the driver of the person's own login page needs trust",
    ...over(OWN_SAML, provider("driver: Browser")),
    refused: ["login", "env"],
  },
  {
    name: "a clone that changes the SAML provider in AWS of the person's own login page needs trust",
    ...over(OWN_SAML, provider('idp_arn: "arn:aws:iam::123456789012:saml-provider/evil"')),
    refused: ["env"],
  },
  {
    name: "a clone that starts a browser of its own for the person's login page needs trust",
    ...over(OWN_SAML, provider("driver: Browser, browser_executable_path: ./leave-mark")),
    refused: ["login", "env"],
  },
  {
    name: "a clone that lets a browser be downloaded for the person's login page needs trust",
    ...over(OWN_SAML, provider("driver: Browser, download_browser_driver: true, browser_type: firefox")),
    refused: ["login"],
  },
  {
    name: "a clone that gives the person's portal an endpoint needs trust",
    ...over(portalConfig(AWS_PORTAL), provider('spec: { endpoint_url: "@EVIL@" }', "my-sso")),
    refused: ["login", "env"],
  },
  {
    name: "a clone that gives the person's identity an endpoint needs trust",
    ...over(
      portalConfig(AWS_PORTAL),
      'auth: { identities: { dev: { spec: { endpoint_url: "@EVIL@" } } } }\n',
    ),
    refused: ["login", "env"],
  },
  {
    name: "a clone that gives the person's IAM user an endpoint from a drop-in needs trust",
    around: { "home/.atmos/atmos.yaml": userConfig() },
    files: {
      "atmos.yaml": "stacks: {}\n",
      "atmos.d/endpoint.yaml": 'auth: { identities: { dev: { spec: { endpoint_url: "@EVIL@" } } } }\n',
    },
    refused: ["env", "exec"],
  },
  {
    name: "a clone that changes the portal behind the person's own endpoint needs trust",
    ...over(
      portalConfig(AWS_PORTAL, 'spec: { endpoint_url: "@AWS@" }'),
      provider('start_url: "https://other.awsapps.com/start"', "my-sso"),
    ),
    refused: ["login", "env"],
  },
  {
    name: "a clone that moves the person's portal off AWS needs trust",
    ...over(portalConfig(AWS_PORTAL), provider('start_url: "https://evil.example/start"', "my-sso")),
    refused: ["login"],
  },
  {
    name:
      "a clone that starts the person's role from a provider of its own needs trust for the endpoint of that",
    ...over(
      portalConfig(AWS_PORTAL),
      `auth:
  providers:
    theirs:
      kind: aws/iam-identity-center
      region: us-east-1
      start_url: ${AWS_PORTAL}
      spec: { endpoint_url: "@EVIL@" }
  identities: { dev: { via: { provider: theirs } } }
`,
    ),
    refused: ["login", "env"],
  },
  {
    name: "a clone that moves the person's AWS files needs trust",
    ...over(portalConfig(AWS_PORTAL), provider("spec: { files: { base_path: ./aws } }", "my-sso")),
    refused: ["login", "env"],
  },
  {
    name: "a clone that moves the person's keyring needs trust",
    ...over(
      portalConfig(AWS_PORTAL),
      "auth: { keyring: { type: file, spec: { path: ./keyring } } }\n",
    ),
    refused: ["login", "env"],
  },
  {
    name: "a clone that asks for another password of the person's keyring needs trust",
    ...over(
      portalConfig(AWS_PORTAL),
      "auth: { keyring: { type: file, spec: { password_env: GITHUB_TOKEN } } }\n",
    ),
    refused: ["login", "env"],
  },
  {
    name: "a clone that adds a program to the person's own MFA device needs trust",
    ...over(
      userConfig().replace("region:", "mfa_arn: arn:aws:iam::123456789012:mfa/username, region:"),
      "auth: { identities: { dev: { credentials: { mfa_command: leave-mark } } } }\n",
    ),
    env: { ATMOS_MFA_TOKEN: undefined },
    refused: ["env", "login", "exec"],
  },
]);

import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeAuth } from "../../lib/config/decode.ts";
import { parseYaml } from "../../lib/config/yaml.ts";
import { awsOffers, usersOf } from "../../lib/import/aws.ts";
import { parseAwsFile } from "../../lib/import/aws_file.ts";
import { checkDraft } from "../../lib/import/check.ts";
import { draftOf } from "../../lib/import/draft.ts";
import { sectionText } from "../../lib/import/section.ts";
import { ofAws } from "./support.ts";

const SESSION = `[sso-session acme]
sso_start_url = https://acme.awsapps.com/start/#/
sso_region = us-east-1
`;
const PORTAL = {
  acme: {
    kind: "aws/iam-identity-center",
    region: "us-east-1",
    start_url: "https://acme.awsapps.com/start",
  },
};

function permissionSet(provider: string, name: string, id: string, region?: string) {
  const where = region === undefined ? {} : { region };
  return { kind: "aws/permission-set", via: { provider }, principal: { name, account: { id }, ...where } };
}

Deno.test("awsOffers() takes sso-session sections and legacy sso_ keys of one portal for one provider", () => {
  const made = ofAws(`${SESSION}
[profile dev]
sso_session = acme
sso_account_id = 111122223333
sso_role_name = Developer
region = eu-west-1
[profile old]
sso_start_url = https://acme.awsapps.com/start
sso_region = us-east-1
sso_account_id = 012345678901
sso_role_name = Admin
region = us-east-1
[profile elsewhere]
sso_start_url = https://acme.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 111122223333
sso_role_name = Admin
`);
  assert.deepEqual(made, {
    providers: { ...PORTAL, "acme-2": { ...PORTAL.acme, region: "eu-west-1" } },
    identities: {
      dev: permissionSet("acme", "Developer", "111122223333", "eu-west-1"),
      old: permissionSet("acme", "Admin", "012345678901"),
      elsewhere: permissionSet("acme-2", "Admin", "111122223333"),
    },
    said: [],
  });
});

Deno.test("awsOffers() follows source_profile, with all that a role is assumed with", () => {
  const made = ofAws(`${SESSION}
[profile dev]
sso_session = acme
sso_account_id = 111122223333
sso_role_name = Developer
[profile prod]
role_arn = arn:aws:iam::999999999999:role/Prod
source_profile = dev
external_id = not-a-secret
role_session_name = ana
duration_seconds = 1800
region = us-west-2
[profile deeper]
role_arn = arn:aws:iam::999999999999:role/Deeper
source_profile = prod
duration_seconds = 7200
`);
  assert.deepEqual(made.identities, {
    dev: permissionSet("acme", "Developer", "111122223333"),
    prod: {
      kind: "aws/assume-role",
      via: { identity: "dev" },
      principal: {
        assume_role: "arn:aws:iam::999999999999:role/Prod",
        session_name: "ana",
        external_id: "not-a-secret",
        duration: "30m",
        region: "us-west-2",
      },
    },
    deeper: {
      kind: "aws/assume-role",
      via: { identity: "prod" },
      principal: { assume_role: "arn:aws:iam::999999999999:role/Deeper", duration: "1h" },
    },
  });
  assert.deepEqual(made.said, [
    "[profile deeper]: its duration of 7200 seconds becomes 1h, which AWS allows",
  ]);
});

Deno.test("awsOffers() gives a role's MFA device to the user who assumes it, and reads no keys", () => {
  const made = ofAws(`[default]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = not-a-real-secret-key
region = us-east-1
[profile admin]
role_arn = arn:aws:iam::111122223333:role/Admin
source_profile = default
mfa_serial = arn:aws:iam::111122223333:mfa/ana
[profile other]
role_arn = arn:aws:iam::111122223333:role/Other
source_profile = default
mfa_serial = arn:aws:iam::111122223333:mfa/second
[profile lost]
role_arn = arn:aws:iam::111122223333:role/Lost
source_profile = gone
duration_seconds = 43200
`);
  const role = (name: string, identity: string, more = {}) => ({
    kind: "aws/assume-role",
    via: { identity },
    principal: { assume_role: `arn:aws:iam::111122223333:role/${name}`, ...more },
  });
  assert.deepEqual(made, {
    identities: {
      default: {
        kind: "aws/user",
        default: true,
        credentials: { mfa_arn: "arn:aws:iam::111122223333:mfa/ana", region: "us-east-1" },
      },
      admin: role("Admin", "default"),
      other: role("Other", "default"),
      lost: role("Lost", "gone", { duration: "12h" }),
      gone: { kind: "aws/user" },
    },
    said: ["[profile other]: mfa_serial is not taken over: default has another device"],
  });
  assert.doesNotMatch(JSON.stringify(made), /not-a-real-secret|AKIA/);
});

Deno.test("awsOffers() makes a user and a role of a profile whose source is itself", () => {
  const made = ofAws(`[profile me]
role_arn = arn:aws:iam::111122223333:role/Admin
source_profile = me
mfa_serial = arn:aws:iam::111122223333:mfa/ana
`);
  assert.deepEqual(made.identities, {
    "me-user": { kind: "aws/user", credentials: { mfa_arn: "arn:aws:iam::111122223333:mfa/ana" } },
    me: {
      kind: "aws/assume-role",
      via: { identity: "me-user" },
      principal: { assume_role: "arn:aws:iam::111122223333:role/Admin" },
    },
  });
});

Deno.test("awsOffers() makes an OIDC provider of a web identity's token file", () => {
  const made = ofAws(`[profile ci]
role_arn = arn:aws:iam::111122223333:role/CI
web_identity_token_file = /var/run/token
role_session_name = ci
`);
  assert.deepEqual(made, {
    providers: {
      "ci-token": { kind: "oidc/token", region: "us-east-1", spec: { token_file: "/var/run/token" } },
    },
    identities: {
      ci: {
        kind: "aws/assume-role",
        via: { provider: "ci-token" },
        principal: { assume_role: "arn:aws:iam::111122223333:role/CI", session_name: "ci" },
      },
    },
    said: ["[profile ci]: it has no region: its provider gets us-east-1"],
  });
});

Deno.test("awsOffers() leaves a web identity whose token file lies where one happens to be", () => {
  const made = ofAws(`[profile ci]
role_arn = arn:aws:iam::111122223333:role/CI
web_identity_token_file = run/token
`);
  assert.deepEqual(made, { said: ["[profile ci]: web_identity_token_file = run/token is no absolute path"] });
});

Deno.test("awsOffers() says what it cannot take over, and of a command only the program's name", () => {
  const made = ofAws(`[dev]
region = us-east-1
[profile box]
role_arn = arn:aws:iam::111122223333:role/Box
credential_source = Ec2InstanceMetadata
[profile tool]
credential_process = "/opt/my corp/get.exe" --password not-a-real-secret
[profile plain]
output = json
[profile half]
sso_session = nowhere
sso_account_id = 111122223333
sso_role_name = X
[profile new]
login_session = arn:aws:iam::111122223333:user/ana
[sso-session broken]
sso_region = us-east-1
`);
  assert.deepEqual(made, {
    said: [
      "[dev]: no SDK reads it: a profile is [profile NAME]",
      "[sso-session broken]: it has no sso_start_url or no sso_region",
      "[profile box]: credential_source = Ec2InstanceMetadata has no counterpart",
      "[profile tool]: its credential_process is not taken over: get is not started for credentials here",
      "[profile plain]: it names no way to sign in; if its keys are in ~/.aws/credentials, add an identity of the kind aws/user",
      "[profile half]: there is no whole [sso-session nowhere]",
      "[profile new]: `aws login` has no counterpart here",
    ],
  });
});

Deno.test("awsOffers() reads a vault's file by its rules: include_profile, keys in the vault, no source", () => {
  const text = `[default]
region = eu-west-1
mfa_serial = arn:aws:iam::111122223333:mfa/ana
[profile common]
region = us-west-2
[profile work]
include_profile = common
mfa_process = pass otp aws
[profile admin]
include_profile = common
role_arn = arn:aws:iam::111122223333:role/Admin
[profile sdk]
credential_process = aws-vault export --format=json work
`;
  assert.deepEqual(usersOf(parseAwsFile(text, "config")), ["aws-vault"]);
  const credentials = { mfa_arn: "arn:aws:iam::111122223333:mfa/ana", region: "us-west-2" };
  assert.deepEqual(ofAws(text, { vault: true }), {
    identities: {
      work: { kind: "aws/user", credentials },
      "admin-user": { kind: "aws/user", credentials },
      admin: {
        kind: "aws/assume-role",
        via: { identity: "admin-user" },
        principal: { assume_role: "arn:aws:iam::111122223333:role/Admin", region: "us-west-2" },
      },
      sdk: { kind: "aws/user", credentials: { mfa_arn: credentials.mfa_arn, region: "eu-west-1" } },
    },
    said: [
      "[profile work]: mfa_process is not taken over: credentials.mfa_command needs trust",
    ],
  });
  // By the rules of AWS the file says much less.
  assert.deepEqual(Object.keys(ofAws(text).identities ?? {}), ["work", "sdk"]);
});

Deno.test("awsOffers() takes granted's profiles, alone where only granted is asked for", () => {
  const text = `[profile web/Admin]
granted_sso_start_url = https://acme.awsapps.com/start/
granted_sso_region = us-east-1
granted_sso_account_id = 111122223333
granted_sso_role_name = Admin
credential_process = granted credential-process --profile web/Admin
[profile user]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
`;
  const expected = { "web/Admin": permissionSet("acme", "Admin", "111122223333") };
  assert.deepEqual(usersOf(parseAwsFile(text, "config")), ["granted"]);
  assert.deepEqual(ofAws(text, { grantedOnly: true }), { providers: PORTAL, identities: expected, said: [] });
  assert.deepEqual(ofAws(text).identities, { ...expected, user: { kind: "aws/user" } });
});

Deno.test("awsOffers() finds the portal of aws-sso-cli's credential_process in its configuration", () => {
  const text = `[profile sec]
credential_process = /usr/bin/aws-sso -u open -S "Main" process --arn arn:aws:iam::012345678901:role/Audit
[profile chained]
credential_process = aws-sso process --sso=Main --arn=arn:aws:iam::111122223333:role/Chained
[profile else]
credential_process = aws-sso -S Other process --arn arn:aws:iam::012345678901:role/Audit
`;
  const portal = {
    alias: "Main",
    startUrl: PORTAL.acme.start_url,
    region: "us-east-1",
    chained: new Set(["111122223333/Chained"]),
  };
  assert.deepEqual(ofAws(text, { portals: [portal] }), {
    providers: PORTAL,
    identities: { sec: permissionSet("acme", "Audit", "012345678901") },
    said: [
      "[profile chained]: it is a chained role, which comes from aws-sso-cli's own configuration",
      "[profile else]: aws-sso-cli's configuration does not say which portal it belongs to",
    ],
  });
});

const name = fc.constantFrom("default", "a", "b", "B", "no", "x/y", "é é", "..", "111122223333");
const value: Readonly<Record<string, fc.Arbitrary<string>>> = {
  region: fc.constantFrom("us-east-1", "cn-north-1", "eu-west-1", "mars-1", "us-gov-west-1"),
  sso_session: name,
  sso_start_url: fc.constantFrom(
    "https://a.awsapps.com/start",
    "https://a.awsapps.com/start/#",
    "http://x",
    "x",
  ),
  sso_region: fc.constantFrom("us-east-1", "nowhere"),
  sso_account_id: fc.constantFrom("111122223333", "012345678901", "12"),
  sso_role_name: fc.constantFrom("Admin", "a b", "é"),
  granted_sso_start_url: fc.constantFrom("https://b.awsapps.com/start"),
  granted_sso_region: fc.constantFrom("us-east-1"),
  granted_sso_account_id: fc.constantFrom("111122223333"),
  granted_sso_role_name: fc.constantFrom("Admin"),
  role_arn: fc.constantFrom(
    "arn:aws:iam::111122223333:role/A",
    "arn:aws-cn:iam::111122223333:role/p/B",
    "arn:aws:iam::1:role/A",
    "x",
  ),
  source_profile: fc.oneof(name, fc.constant("missing")),
  credential_source: fc.constant("Environment"),
  web_identity_token_file: fc.constantFrom("/token", "~/token", "rel\\ative"),
  mfa_serial: fc.constantFrom("arn:aws:iam::111122223333:mfa/ana", "GAHT12345678", "x"),
  external_id: fc.constantFrom("ok", "not ok at all", "x"),
  role_session_name: fc.constantFrom("ana", "a b", "x"),
  duration_seconds: fc.constantFrom("900", "10", "3600", "43200", "1000000", "x", "0"),
  credential_process: fc.constantFrom(
    "aws-vault exec a",
    "aws-vault export b",
    "granted credential-process --profile x/y",
    "aws-sso process --arn arn:aws:iam::111122223333:role/A",
    '"unclosed',
    "/bin/x y",
  ),
  include_profile: name,
  mfa_process: fc.constant("x"),
  aws_access_key_id: fc.constant("AKIAIOSFODNN7EXAMPLE"),
  sso_registration_scopes: fc.constant("sso:account:access"),
};
const section = fc.record(value, { requiredKeys: [] }).map((values) =>
  Object.entries(values).map(([key, text]) => `${key} = ${text}\n`).join("")
);
const config = fc.array(
  fc.tuple(fc.constantFrom("profile ", "profile ", "sso-session ", ""), name, section),
  { maxLength: 12 },
).map((sections) =>
  sections.map(([kind, named, body]) =>
    `[${named === "default" && kind === "profile " ? "" : kind}${named}]\n${body}`
  ).join("\n")
);

Deno.test("whatever ~/.aws/config says, what is made of it passes the decoder without errors", () => {
  const portals = [{
    alias: "Default",
    startUrl: "https://a.awsapps.com/start",
    region: "us-east-1",
    chained: new Set<string>(),
  }];
  fc.assert(
    fc.property(config, fc.boolean(), fc.boolean(), (text, vault, grantedOnly) => {
      const offers = awsOffers(parseAwsFile(text, "config"), { vault, grantedOnly, portals });
      const { draft } = checkDraft(draftOf(offers).draft);
      const { root, issues } = parseYaml(sectionText(draft), "atmos.yaml");
      assert.deepEqual(issues, []);
      const { auth, problems } = decodeAuth(root, {
        realm: undefined,
        keyringType: undefined,
        isTrusted: () => true,
        place: (path) => ({ path, standing: "other" }),
        isNamedEndpoint: () => false,
        isStsToken: () => false,
        found: [],
        fileOrder: () => 0,
      });
      assert.deepEqual(problems.filter(({ severity, blocks }) => severity === "error" || blocks), []);
      assert.deepEqual([...auth.providers.keys()].sort(), [...draft.providers.keys()].sort());
      assert.deepEqual([...auth.identities.keys()].sort(), [...draft.identities.keys()].sort());
      assert.ok([...auth.identities.values()].every((entry) => entry.config !== undefined));
      // The same text makes the same section.
      assert.equal(sectionText(checkDraft(draftOf(offers).draft).draft), sectionText(draft));
    }),
    { numRuns: 400 },
  );
});

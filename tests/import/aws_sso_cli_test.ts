import assert from "node:assert/strict";
import { parseYaml } from "../../lib/config/yaml.ts";
import { awsSsoOffers } from "../../lib/import/aws_sso_cli.ts";
import { outcome } from "./support.ts";

const read = (text: string) => awsSsoOffers(parseYaml(text, "config.yaml").root);

const TEXT = `DefaultSSO: Other
DefaultRegion: eu-west-1
SSOConfig:
  Default:
    SSORegion: us-east-1
    StartUrl: https://acme.awsapps.com/start
    Accounts:
      12345678901:
        Name: security
        Roles:
          Audit:
            DefaultRegion: us-east-1
          Deep:
            Profile: deep
            Via: arn:aws:iam::012345678901:role/Audit
            ExternalId: not-a-secret
            SourceIdentity: ana
          Far:
            Via: 111122223333:Hidden
  Other: { SSORegion: eu-west-1, StartUrl: "https://d-123.awsapps.com/start" }
  Broken: { SSORegion: eu-west-1 }
`;

Deno.test("awsSsoOffers() takes portals, accounts with their lost zeros, and chained roles", () => {
  const set = (name: string, id: string, region?: string) => ({
    kind: "aws/permission-set",
    via: { provider: "acme" },
    principal: { name, account: { id }, ...region === undefined ? {} : { region } },
  });
  assert.deepEqual(outcome(read(TEXT)), {
    providers: {
      acme: {
        kind: "aws/iam-identity-center",
        region: "us-east-1",
        start_url: "https://acme.awsapps.com/start",
      },
      Other: {
        kind: "aws/iam-identity-center",
        region: "eu-west-1",
        start_url: "https://d-123.awsapps.com/start",
      },
    },
    identities: {
      "111122223333/Hidden": set("Hidden", "111122223333", "eu-west-1"),
      "security/Audit": set("Audit", "012345678901"),
      deep: {
        kind: "aws/assume-role",
        via: { identity: "security/Audit" },
        principal: {
          assume_role: "arn:aws:iam::012345678901:role/Deep",
          external_id: "not-a-secret",
          region: "eu-west-1",
        },
      },
      "security/Far": {
        kind: "aws/assume-role",
        via: { identity: "111122223333/Hidden" },
        principal: { assume_role: "arn:aws:iam::012345678901:role/Far", region: "eu-west-1" },
      },
    },
    said: [
      "012345678901, role Deep: SourceIdentity has no counterpart",
      "SSOConfig.Broken: it has no StartUrl or no SSORegion",
    ],
  });
});

Deno.test("awsSsoOffers() names the default portal first, for lines that name none", () => {
  const { portals } = read(TEXT);
  assert.deepEqual(portals.map(({ alias, chained }) => [alias, [...chained]]), [
    ["Other", []],
    ["Default", ["012345678901/Deep", "012345678901/Far"]],
  ]);
});

Deno.test("awsSsoOffers() makes nothing of what is no configuration of aws-sso-cli", () => {
  for (const text of ["", "SSOConfig: 1\n", "SSOConfig: { a: [1] }\n", "x: y\n"]) {
    const { providers, identities } = read(text);
    assert.deepEqual([providers, identities], [[], []]);
  }
});

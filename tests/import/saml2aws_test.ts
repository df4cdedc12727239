import assert from "node:assert/strict";
import { saml2awsOffers } from "../../lib/import/saml2aws.ts";
import { outcome } from "./support.ts";

const read = (text: string) => outcome(saml2awsOffers(text, ".saml2aws"));

Deno.test("saml2awsOffers() makes a provider of each account, and an identity of its role", () => {
  const made = read(`[default]
name                 = default
url                  = https://acme.okta.com/home/amazon_aws/0oa1/272
username             = ana@example.com
provider             = Okta
mfa                  = Auto
aws_session_duration = 28800
aws_profile          = saml
role_arn             = arn:aws:iam::111122223333:role/Admin
region               = eu-west-1

[work]
url                  = \`https://idp.example.com/saml?a=1#x\`
provider             = KeyCloak
aws_session_duration = 3600
aws_profile          = work-admin
role_arn             = arn:aws:iam::111122223333:role/Work
region               = us-east-1
`);
  const role = (name: string, provider: string, more = {}) => ({
    kind: "aws/assume-role",
    via: { provider },
    principal: { assume_role: `arn:aws:iam::111122223333:role/${name}`, ...more },
  });
  assert.deepEqual(made, {
    providers: {
      saml: {
        kind: "aws/saml",
        region: "eu-west-1",
        url: "https://acme.okta.com/home/amazon_aws/0oa1/272",
        driver: "Okta",
        username: "ana@example.com",
      },
      work: {
        kind: "aws/saml",
        region: "us-east-1",
        url: "https://idp.example.com/saml?a=1#x",
        driver: "Browser",
      },
    },
    identities: {
      default: { ...role("Admin", "saml", { duration: "8h" }), default: true },
      "work-admin": role("Work", "work"),
    },
    said: ["[work]: provider = KeyCloak: its pages are shown in a browser"],
  });
});

Deno.test("saml2awsOffers() puts Entra's application into the address that the browser is sent to", () => {
  const made = read(`[azure]
url      = https://account.activedirectory.windowsazure.com
app_id   = 01234567-89ab-cdef-0123-456789abcdef
provider = AzureAD
region   = us-east-1
`);
  assert.deepEqual(made.providers, {
    azure: {
      kind: "aws/saml",
      region: "us-east-1",
      url:
        "https://account.activedirectory.windowsazure.com/applications/redirecttofederatedapplication.aspx" +
        "?Operation=LinkedSignIn&applicationId=01234567-89ab-cdef-0123-456789abcdef",
      driver: "Browser",
    },
  });
});

Deno.test("saml2awsOffers() says what is missing, what has no counterpart, and what AWS would not allow", () => {
  const made = read(`[one]
provider = Okta
[two]
url = https://acme.okta.com/app
provider = Okta
mfa = PUSH
skip_verify = true
[three]
url = http://idp.example.com
region = us-east-1
role_arn = arn:aws:iam::111122223333:role/R
aws_session_duration = 60
`);
  assert.deepEqual(Object.keys(made.providers ?? {}), ["two"]);
  assert.equal(made.identities, undefined);
  assert.deepEqual(made.said, [
    "[one]: it has no url",
    "[two]: it has no region: its provider gets us-east-1",
    "[two]: skip_verify is not taken over: certificates are always checked",
    "[two]: it names no role: add an identity of the kind aws/assume-role behind its provider",
    "[three]: its duration of 60 seconds becomes 15m, which AWS allows",
    'provider three: "http://idp.example.com" would carry secrets unencrypted',
    "identity three: it starts from three, which is not taken over",
  ]);
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { SIGN_IN_HOSTS, signInPage } from "../../lib/saml/sign_in.ts";

Deno.test("signInPage() recognizes the sign-in pages of all partitions, global and regional", () => {
  for (
    const address of [
      "https://signin.aws.amazon.com/saml",
      "https://us-east-1.signin.aws.amazon.com/saml",
      "https://eu-west-1.signin.aws.amazon.com/saml/acs/SAMLSPABCDEF",
      "https://signin.amazonaws-us-gov.com/saml",
      "https://us-gov-west-1.signin.amazonaws-us-gov.com/saml",
      "https://signin.amazonaws.cn/saml",
      "https://cn-north-1.signin.amazonaws.cn/saml/",
      "https://eusc-de-east-1.signin.amazonaws-eusc.eu/saml?x=1#y",
    ]
  ) assert.equal(signInPage(address), "iam", address);
});

Deno.test("signInPage() distinguishes an application of Identity Center", () => {
  const address = "https://us-east-1.signin.aws.amazon.com/platform/saml/acs/0f0e0d0c-1111-2222";
  assert.equal(signInPage(address), "identity-center");
});

Deno.test("signInPage() rejects similar addresses", () => {
  for (
    const address of [
      "",
      "signin.aws.amazon.com/saml",
      "http://signin.aws.amazon.com/saml",
      "https://signin.aws.amazon.com:8443/saml",
      "https://signin.aws.amazon.com.evil.example/saml",
      "https://evilsignin.aws.amazon.com/saml",
      "https://a.b.signin.aws.amazon.com/saml",
      "https://evil.example/https://signin.aws.amazon.com/saml",
      "https://signin.aws.amazon.com@evil.example/saml",
      "https://signin.aws.amazon.com/samlx",
      "https://signin.aws.amazon.com/oauth/saml",
      "https://signin.aws.amazon.com/saml/acs/a/b",
    ]
  ) assert.equal(signInPage(address), undefined, address);
});

Deno.test("signInPage() returns iam only for AWS's hosts", () => {
  fc.assert(fc.property(fc.webUrl({ withQueryParameters: true }), (address) => {
    const { hostname } = new URL(address);
    if (SIGN_IN_HOSTS.some((host) => hostname.endsWith(host))) return;
    assert.equal(signInPage(address), undefined);
  }));
});

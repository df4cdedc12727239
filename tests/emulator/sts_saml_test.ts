import assert from "node:assert/strict";
import { defaultSeed, type Emulator, startEmulator } from "./mod.ts";
import { readAssertion } from "./saml.ts";
import { callSts, keysIn, outcome, postForm, textIn } from "./test_client.ts";

const PROVIDER = "arn:aws:iam::123456789012:saml-provider/okta-saml";
const ROLE = "arn:aws:iam::123456789012:role/AdminRole";
const ISSUER = "http://www.okta.com/exk-test";
const SIGNATURE = "<!-- signed by the test -->";

interface Parts {
  status: string;
  issuer: string;
  issuedAt: number;
  roles: string[];
  sessionNames: string[];
  audience: string;
  recipient: string;
  sessionEndsAt: number;
  signature: string;
}

function respond(emulator: Emulator, changes: Partial<Parts> = {}): string {
  const parts = {
    status: "urn:oasis:names:tc:SAML:2.0:status:Success",
    issuer: ISSUER,
    issuedAt: emulator.now(),
    roles: [`${ROLE},${PROVIDER}`],
    sessionNames: ["jane@example.com"],
    audience: "urn:amazon:webservices",
    recipient: "https://signin.aws.amazon.com/saml",
    sessionEndsAt: emulator.now() + 12 * 3_600_000,
    signature: SIGNATURE,
    ...changes,
  };
  const iso = (moment: number) => new Date(moment).toISOString();
  const attribute = (name: string, values: string[]) =>
    `<a:Attribute Name="https://aws.amazon.com/SAML/Attributes/${name}">${
      values.map((value) => `<a:AttributeValue>${value}</a:AttributeValue>`).join("")
    }</a:Attribute>`;
  return `<?xml version="1.0"?>${parts.signature}
<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion">
<p:Status><p:StatusCode Value="${parts.status}"/></p:Status>
<a:Assertion ID="_1" IssueInstant="${iso(parts.issuedAt)}"><a:Issuer>${parts.issuer}</a:Issuer>
<a:Subject><a:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">jane&#64;example.com</a:NameID>
<a:SubjectConfirmation><a:SubjectConfirmationData Recipient="${parts.recipient}"
 NotOnOrAfter="${iso(parts.issuedAt + 600_000)}"/></a:SubjectConfirmation></a:Subject>
<a:Conditions NotBefore="${iso(parts.issuedAt - 60_000)}" NotOnOrAfter="${iso(parts.issuedAt + 600_000)}">
<a:AudienceRestriction><a:Audience>${parts.audience}</a:Audience></a:AudienceRestriction></a:Conditions>
<a:AuthnStatement SessionNotOnOrAfter="${iso(parts.sessionEndsAt)}"/>
<a:AttributeStatement>${attribute("Role", parts.roles)}${attribute("RoleSessionName", parts.sessionNames)}
</a:AttributeStatement></a:Assertion></p:Response>`;
}

function assume(emulator: Emulator, response: string, changes: Record<string, string> = {}) {
  return postForm(emulator.url, {
    Action: "AssumeRoleWithSAML",
    Version: "2011-06-15",
    RoleArn: ROLE,
    PrincipalArn: PROVIDER,
    SAMLAssertion: btoa(response),
    ...changes,
  });
}

async function startWithProvider(): Promise<Emulator> {
  const seed = defaultSeed();
  seed.samlProviders.push({
    arn: PROVIDER,
    issuer: ISSUER,
    verify: (response) => response.includes(SIGNATURE),
  });
  return await startEmulator({ seed });
}

Deno.test("a SAML response opens a role that it offers and that trusts its provider", async () => {
  await using emulator = await startWithProvider();
  const reply = await assume(emulator, respond(emulator), { DurationSeconds: "43200" });
  assert.equal(textIn(reply.text, "Subject"), "jane@example.com");
  assert.equal(textIn(reply.text, "SubjectType"), "emailAddress");
  assert.equal(textIn(reply.text, "Audience"), "https://signin.aws.amazon.com/saml");
  const identity = await callSts(emulator, keysIn(reply), "GetCallerIdentity");
  assert.equal(
    textIn(identity.text, "Arn"),
    "arn:aws:sts::123456789012:assumed-role/AdminRole/jane@example.com",
  );
});

Deno.test("the credentials end with the identity provider's session, if that is sooner", async () => {
  await using emulator = await startWithProvider();
  const sessionEndsAt = Math.floor(emulator.now() / 1000) * 1000 + 1_800_000;
  const { expiresAt } = keysIn(await assume(emulator, respond(emulator, { sessionEndsAt })));
  assert.equal(expiresAt, sessionEndsAt);
});

Deno.test("SAML responses are refused with the messages of STS", async () => {
  await using emulator = await startWithProvider();
  const cases: [Partial<Parts>, string, RegExp][] = [
    [{ signature: "" }, "400 InvalidIdentityToken", /Response signature invalid/],
    [
      { issuer: "http://other.example" },
      "400 InvalidIdentityToken",
      /Issuer not present in specified provider/,
    ],
    [
      { status: "urn:oasis:names:tc:SAML:2.0:status:Responder" },
      "400 InvalidIdentityToken",
      /success status/,
    ],
    [{ audience: "https://other.example" }, "400 InvalidIdentityToken", /required audience/],
    [{ issuedAt: emulator.now() - 301_000 }, "400 InvalidIdentityToken", /within 5 minutes of issuance/],
    [{ issuedAt: emulator.now() - 600_000 }, "400 ExpiredTokenException", /expired/],
    [{ sessionNames: [] }, "400 InvalidIdentityToken", /RoleSessionName is required/],
    [{ sessionNames: ["a b"] }, "400 InvalidIdentityToken", /must match/],
    [{ roles: [] }, "403 AccessDenied", /Not authorized to perform sts:AssumeRoleWithSAML/],
    [{ roles: [`${ROLE}2,${PROVIDER}`] }, "403 AccessDenied", /Not authorized/],
    [{ recipient: "https://signin.amazonaws.cn/saml" }, "403 AccessDenied", /Not authorized/],
  ];
  for (const [changes, code, message] of cases) {
    const reply = await assume(emulator, respond(emulator, changes));
    assert.equal(outcome(reply), code, JSON.stringify(changes));
    assert.match(textIn(reply.text, "Message") ?? "", message);
  }
  const good = respond(emulator);
  assert.equal(outcome(await assume(emulator, good, { SAMLAssertion: "%%%%" })), "400 InvalidIdentityToken");
  assert.equal(outcome(await assume(emulator, "<a><b></a></b>")), "400 InvalidIdentityToken");
  assert.equal(
    outcome(await assume(emulator, good, { PrincipalArn: `${PROVIDER}2` })),
    "400 InvalidIdentityToken",
  );
  assert.equal(outcome(await assume(emulator, good, { DurationSeconds: "43201" })), "400 ValidationError");
});

Deno.test("readAssertion() takes role and provider in either order, and no document with a DTD", () => {
  const role = (text: string) =>
    readAssertion(
      `<Response xmlns="urn:oasis:names:tc:SAML:2.0:protocol"><Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion">
<Attribute Name="https://aws.amazon.com/SAML/Attributes/Role"><AttributeValue> ${text} </AttributeValue></Attribute>
</Assertion></Response>`,
    )?.roles;
  const expected = [{ roleArn: ROLE, providerArn: PROVIDER }];
  assert.deepEqual(role(`${ROLE},${PROVIDER}`), expected);
  assert.deepEqual(role(`${PROVIDER} ,\n ${ROLE}`), expected);
  assert.deepEqual(role("nothing"), []);
  assert.equal(readAssertion('<!DOCTYPE x [<!ENTITY a "b">]><x/>'), undefined);
  assert.equal(readAssertion("<Response/>"), undefined);
});

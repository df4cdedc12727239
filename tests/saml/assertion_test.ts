import assert from "node:assert/strict";
import fc from "fast-check";
import { LONGEST_RESPONSE, readAssertion } from "../../lib/saml/assertion.ts";
import { Secret } from "../../lib/credentials.ts";
import { isAuthError } from "../../lib/errors.ts";
import { FAKE_NOW } from "../fake_host.ts";
import { samlSigner } from "../emulator/saml_signer.ts";
import { checkAssertion, mutatedResponse } from "./fuzz.ts";

const ROLE = "arn:aws:iam::123456789012:role/AdminRole";
const PROVIDER = "arn:aws:iam::123456789012:saml-provider/okta-saml";
const PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol";
const ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion";
const ROLE_ATTRIBUTE = "https://aws.amazon.com/SAML/Attributes/Role";

const signer = samlSigner();
const read = (base64: string) => readAssertion(new Secret(base64), "auth.providers.okta-saml");
const readXml = (xml: string) => read(btoa(String.fromCharCode(...new TextEncoder().encode(xml))));
const code = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (isAuthError(error)) return error.code;
    throw error;
  }
  return "no error";
};

/** A minimal response with these attribute values of Role. */
function withRoles(values: string, name = ROLE_ATTRIBUTE): string {
  return `<p:Response xmlns:p="${PROTOCOL}" xmlns="${ASSERTION}"><Assertion><AttributeStatement>
<Attribute Name="${name}">${values}</Attribute></AttributeStatement></Assertion></p:Response>`;
}

const rolesOf = (values: string, name?: string) => readXml(withRoles(values, name)).roles;

Deno.test("readAssertion() reads the contents of a signed response", () => {
  const response = signer.respond({
    now: FAKE_NOW,
    roles: [`${ROLE},${PROVIDER}`],
    sessionNames: ["jane@example.com"],
    sessionDuration: 7200,
    sessionEndsAt: FAKE_NOW + 3_600_000,
  });
  assert.deepEqual(read(response), {
    roles: [{ roleArn: ROLE, providerArn: PROVIDER }],
    unreadableRoles: 0,
    encrypted: false,
    sessionNames: ["jane@example.com"],
    sessionSeconds: 7200,
    sessionEndsAt: FAKE_NOW + 3_600_000,
    issuedAt: FAKE_NOW,
    expiresAt: FAKE_NOW + 300_000,
    recipient: "https://signin.aws.amazon.com/saml",
    audiences: ["urn:amazon:webservices"],
  });
});

Deno.test("readAssertion() accepts base64 with line breaks", () => {
  const response = signer.respond({ now: FAKE_NOW, roles: [`${ROLE},${PROVIDER}`] });
  const lines = response.replaceAll(/.{76}/g, "$&\r\n");
  assert.deepEqual(read(lines), read(response));
});

Deno.test("readAssertion() reads a role in either order, with whitespace around the ARNs", () => {
  const expected = [{ roleArn: ROLE, providerArn: PROVIDER }];
  for (
    const text of [
      `${ROLE},${PROVIDER}`,
      `${PROVIDER},${ROLE}`,
      `\n  ${ROLE} ,\n\t${PROVIDER}\n`,
      `<![CDATA[${ROLE},${PROVIDER}]]>`,
      `${ROLE.replace("A", "&#65;")}&#x2c;${PROVIDER.replace("o", "&#x6F;")}`,
    ]
  ) {
    assert.deepEqual(rolesOf(`<AttributeValue>${text}</AttributeValue>`), expected, text);
  }
});

Deno.test("readAssertion() reads roles with paths, commas and other partitions", () => {
  for (const role of ["arn:aws-us-gov:iam::123456789012:role/team/a/Deploy", `${ROLE},with,commas`]) {
    const partition = role.split(":")[1];
    const provider = `arn:${partition}:iam::123456789012:saml-provider/idp`;
    assert.deepEqual(rolesOf(`<AttributeValue>${role},${provider}</AttributeValue>`), [
      { roleArn: role, providerArn: provider },
    ]);
  }
});

Deno.test("readAssertion() reads several values and several attributes, each pair once", () => {
  const value = (name: string) => `<AttributeValue>${ROLE}${name},${PROVIDER}</AttributeValue>`;
  const attribute = (values: string) => `<Attribute Name="${ROLE_ATTRIBUTE}">${values}</Attribute>`;
  const xml = withRoles(value("1") + value("2")).replace(
    "</AttributeStatement>",
    `${attribute(value("2") + value("3"))}</AttributeStatement>`,
  );
  assert.deepEqual(readXml(xml).roles.map(({ roleArn }) => roleArn), [`${ROLE}1`, `${ROLE}2`, `${ROLE}3`]);
});

Deno.test("readAssertion() reads the attribute's old name in the regions in China", () => {
  const value = `<AttributeValue>${ROLE},${PROVIDER}</AttributeValue>`;
  assert.equal(rolesOf(value, "http://www.amazonaws.cn/SAML/Attributes/Role").length, 1);
  assert.equal(rolesOf(value, "Role").length, 0);
});

Deno.test("readAssertion() counts values that are not a pair of a role and a provider, and continues", () => {
  const bad = [
    "",
    ROLE,
    `${ROLE},${ROLE}`,
    `${PROVIDER},${PROVIDER}`,
    `${ROLE},${PROVIDER},${ROLE}`,
    `${ROLE} ${PROVIDER}`,
    `arn:aws:iam::12345:role/Short,${PROVIDER}`,
    `arn:aws:s3:::bucket,${PROVIDER}`,
    `arn:aws:iam::123456789012:role/Esc\u001b[2J,${PROVIDER}`.replace("\u001b", "&#x9b;"),
  ].map((text) => `<AttributeValue>${text}</AttributeValue>`);
  const facts = readXml(withRoles(`${bad.join("")}<AttributeValue>${ROLE},${PROVIDER}</AttributeValue>`));
  assert.deepEqual(facts.roles, [{ roleArn: ROLE, providerArn: PROVIDER }]);
  assert.equal(facts.unreadableRoles, bad.length);
});

Deno.test("readAssertion() joins a text that a comment splits, as the signer did", () => {
  const [role] = rolesOf(`<AttributeValue>${ROLE}<!-- x -->-Audit,${PROVIDER}</AttributeValue>`);
  assert.equal(role?.roleArn, `${ROLE}-Audit`);
});

Deno.test("readAssertion() matches elements by namespace, whatever their prefix", () => {
  const value = `<AttributeValue>${ROLE},${PROVIDER}</AttributeValue>`;
  const foreign = withRoles(value).replace(`xmlns="${ASSERTION}"`, 'xmlns="urn:example"');
  assert.deepEqual(readXml(foreign).roles, []);
  const inner =
    `<a:Assertion xmlns:a="${ASSERTION}"><a:AttributeStatement><a:Attribute Name="${ROLE_ATTRIBUTE}">
<a:AttributeValue>${ROLE},${PROVIDER}</a:AttributeValue></a:Attribute></a:AttributeStatement></a:Assertion>`;
  assert.equal(readXml(`<Response xmlns="${PROTOCOL}">${inner}</Response>`).roles.length, 1);
});

Deno.test("readAssertion() recognizes an encrypted assertion, whose roles are hidden", () => {
  const xml = `<Response xmlns="${PROTOCOL}"><EncryptedAssertion xmlns="${ASSERTION}"/></Response>`;
  const { encrypted, roles } = readXml(xml);
  assert.deepEqual({ encrypted, roles }, { encrypted: true, roles: [] });
});

Deno.test("readAssertion() rejects a login that the identity provider reports as failed, in its words", () => {
  const failed = signer.respond({
    now: FAKE_NOW,
    status: "Responder",
    statusMessage: "Not \u001b[1massigned",
  });
  assert.throws(() => read(failed), (error: unknown) => {
    assert(isAuthError(error, "refused"));
    assert.equal(error.remoteCode, "Responder");
    assert.equal(
      error.message,
      "Cannot log in: the identity provider answered Responder: Not \\u001b[1massigned",
    );
    return true;
  });
});

Deno.test("readAssertion() reports the nested status, which is more specific", () => {
  const status = (value: string) => `urn:oasis:names:tc:SAML:2.0:status:${value}`;
  const xml = `<Response xmlns="${PROTOCOL}"><Status><StatusCode Value="${status("Responder")}">
<StatusCode Value="${status("AuthnFailed")}"/></StatusCode></Status></Response>`;
  assert.throws(() => readXml(xml), { remoteCode: "AuthnFailed" });
});

Deno.test("readAssertion() rejects anything but a SAML response", () => {
  const bad = [
    "",
    "not base64!",
    btoa("not xml"),
    btoa("<html><body>Log in</body></html>"),
    btoa(`<Response xmlns="urn:example"/>`),
    btoa(`<Response xmlns="${PROTOCOL}">`),
    btoa(`<Response xmlns="${PROTOCOL}"/><Response xmlns="${PROTOCOL}"/>`),
    btoa("\xff\xfe<"),
    btoa("<__proto__/>"),
  ];
  for (const response of bad) assert.equal(code(() => read(response)), "bad-answer", response);
});

Deno.test("readAssertion() rejects document types and entities before parsing", () => {
  const bomb = `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>${withRoles("&b;")}`;
  assert.throws(() => readXml(bomb), { code: "bad-answer", message: /document type/ });
  assert.equal(code(() => readXml(`<!doctype html>${withRoles("")}`)), "bad-answer");
});

Deno.test("readAssertion() rejects undeclared entities and invalid characters", () => {
  for (const reference of ["&unknown;", "&#0;", "&#xD800;", "&#x110000;", "&#xFFFE;", "&#99999999999;"]) {
    assert.equal(
      code(() => readXml(withRoles(`<AttributeValue>${reference}</AttributeValue>`))),
      "bad-answer",
    );
    assert.equal(
      code(() => readXml(withRoles(`<AttributeValue a="${reference}"/>`))),
      "bad-answer",
      reference,
    );
  }
});

Deno.test("readAssertion() rejects ten megabytes and deep nesting, and reads a value of many spaces", () => {
  assert.equal(code(() => read("A".repeat(10_000_000))), "bad-answer");
  const deep = "<a>".repeat(10_000) + "</a>".repeat(10_000);
  assert.ok(btoa(deep).length < LONGEST_RESPONSE);
  assert.equal(code(() => readXml(deep)), "bad-answer");
  assert.equal(
    code(() => readXml(withRoles("<AttributeValue>" + " ,".repeat(35_000) + "</AttributeValue>"))),
    "no error",
  );
});

Deno.test("readAssertion() reveals nothing of a response that it cannot parse", () => {
  const secret = "not-a-real-secret-assertion";
  try {
    read(btoa(`<Response><${secret}`));
    assert.fail("it was read");
  } catch (error) {
    assert(isAuthError(error));
    assert.ok(!Deno.inspect(error).includes(secret));
  }
});

Deno.test("readAssertion() never finds a role that is not in the response, however it is mutated", () => {
  fc.assert(fc.property(mutatedResponse(), checkAssertion), { numRuns: 1_000 });
});

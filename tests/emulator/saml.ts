import { findAll, parseXml, type XmlElement } from "./xml.ts";

const ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion";
const PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol";
const ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/";

/** What STS reads from a SAML response; moments in milliseconds. */
export interface Assertion {
  status: string;
  issuer: string;
  subject: string;
  subjectFormat: string;
  recipient: string;
  audiences: string[];
  issuedAt: number;
  notBefore: number;
  notOnOrAfter: number;
  /** SessionNotOnOrAfter of the AuthnStatement. */
  sessionEndsAt?: number;
  roles: { roleArn: string; providerArn: string }[];
  sessionNames: string[];
}

/** `undefined` when the document is not a SAML response with exactly one assertion. */
export function readAssertion(document: string): Assertion | undefined {
  const response = readDocument(document);
  if (response?.namespace !== PROTOCOL || response.name !== "Response") return undefined;
  const [assertion, second] = findAll(response, ASSERTION, "Assertion");
  if (assertion === undefined || second !== undefined) return undefined;
  const first = (name: string) => findAll(assertion, ASSERTION, name)[0];
  const confirmation = first("SubjectConfirmationData")?.attributes ?? {};
  const conditions = first("Conditions")?.attributes ?? {};
  const sessionEndsAt = Date.parse(first("AuthnStatement")?.attributes["SessionNotOnOrAfter"] ?? "");
  return {
    status: findAll(response, PROTOCOL, "StatusCode")[0]?.attributes["Value"] ?? "",
    issuer: textOf(first("Issuer")),
    subject: textOf(first("NameID")),
    subjectFormat: first("NameID")?.attributes["Format"] ?? "",
    recipient: confirmation["Recipient"] ?? "",
    audiences: findAll(assertion, ASSERTION, "Audience").map(textOf),
    issuedAt: moment(assertion.attributes["IssueInstant"], -Infinity),
    notBefore: moment(conditions["NotBefore"], -Infinity),
    notOnOrAfter: Math.min(
      moment(conditions["NotOnOrAfter"], Infinity),
      moment(confirmation["NotOnOrAfter"], Infinity),
    ),
    ...(Number.isNaN(sessionEndsAt) ? {} : { sessionEndsAt }),
    roles: attributeValues(assertion, "Role").flatMap(readRole),
    sessionNames: attributeValues(assertion, "RoleSessionName"),
  };
}

function readDocument(document: string): XmlElement | undefined {
  try {
    return parseXml(document);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

const textOf = (element: XmlElement | undefined): string => element?.text.trim() ?? "";

function moment(text: string | undefined, absent: number): number {
  const value = Date.parse(text ?? "");
  return Number.isNaN(value) ? absent : value;
}

function attributeValues(assertion: XmlElement, name: string): string[] {
  return findAll(assertion, ASSERTION, "Attribute")
    .filter(({ attributes }) => attributes["Name"] === ATTRIBUTES + name)
    .flatMap((attribute) => findAll(attribute, ASSERTION, "AttributeValue").map(textOf));
}

/** The two ARNs come in either order. */
function readRole(value: string): Assertion["roles"] {
  const parts = value.split(",").map((part) => part.trim());
  const roleArn = parts.find((part) => part.includes(":role/"));
  const providerArn = parts.find((part) => part.includes(":saml-provider/"));
  return roleArn !== undefined && providerArn !== undefined ? [{ roleArn, providerArn }] : [];
}

import { generateKeyPairSync } from "node:crypto";
import { SignedXml } from "xml-crypto";
import { encodeText } from "./encoding.ts";
import type { SamlProviderSeed } from "./seed_types.ts";

const PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol";
const ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion";
const CANONICAL = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const ASSERTION_PATH = `//*[local-name(.)='Assertion' and namespace-uri(.)='${ASSERTION}']`;

/** What a response says; everything has a default but the moment. Moments in milliseconds. */
export interface ResponseParts {
  now: number;
  /** Values of the role attribute, as they are written. */
  roles?: string[];
  sessionNames?: string[];
  /** Seconds. */
  sessionDuration?: number;
  sessionEndsAt?: number;
  /** The last word of the status. */
  status?: string;
  statusMessage?: string;
  audience?: string;
  recipient?: string;
  /** Of the assertion's life; default five minutes. */
  lifetime?: number;
}

/** An identity provider's key: signs responses as IdPs do, and is what AWS checks them with. */
export interface SamlSigner {
  issuer: string;
  /** Base64 of a signed response. */
  respond(parts: ResponseParts): string;
  /** The IAM SAML provider that trusts the key, for the seed. */
  provider(arn: string): SamlProviderSeed;
}

export function samlSigner(issuer = "https://idp.example.com/metadata"): SamlSigner {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const secretPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const publicPem = publicKey.export({ type: "spki", format: "pem" }).toString();
  return {
    issuer,
    respond: (parts) => toBase64(sign(responseText(issuer, parts), secretPem)),
    provider: (arn) => ({ arn, issuer, verify: (document) => isSigned(document, publicPem) }),
  };
}

function toBase64(text: string): string {
  return btoa(String.fromCharCode(...encodeText(text)));
}

function sign(document: string, privateKey: string): string {
  // A response without an assertion, such as a refusal, is signed by nobody here.
  if (!document.includes("<saml:Assertion ")) return document;
  const signed = new SignedXml({
    privateKey,
    canonicalizationAlgorithm: CANONICAL,
    signatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  });
  signed.addReference({
    xpath: ASSERTION_PATH,
    digestAlgorithm: "http://www.w3.org/2001/04/xmlenc#sha256",
    transforms: [ENVELOPED, CANONICAL],
  });
  const issuer = `${ASSERTION_PATH}/*[local-name(.)='Issuer']`;
  signed.computeSignature(document, { prefix: "ds", location: { reference: issuer, action: "after" } });
  return signed.getSignedXml();
}

/** Whether the one assertion of a document is what the key signed. */
function isSigned(document: string, publicCert: string): boolean {
  const signature = /<ds:Signature [\s\S]*?<\/ds:Signature>/.exec(document)?.[0];
  if (signature === undefined || document.split("<saml:Assertion ").length !== 2) return false;
  const checked = new SignedXml({ publicCert, getCertFromKeyInfo: () => null });
  try {
    checked.loadSignature(signature);
    const [covered, more] = checked.checkSignature(document) ? checked.getSignedReferences() : [];
    return covered !== undefined && more === undefined && covered.startsWith("<saml:Assertion ");
  } catch (cause) {
    if (cause instanceof Error) return false;
    throw cause;
  }
}

function responseText(issuer: string, parts: ResponseParts): string {
  const { now, status = "Success", statusMessage } = parts;
  const recipient = parts.recipient ?? "https://signin.aws.amazon.com/saml";
  const message = statusMessage === undefined
    ? ""
    : `<samlp:StatusMessage>${escape(statusMessage)}</samlp:StatusMessage>`;
  const code = `urn:oasis:names:tc:SAML:2.0:status:${status}`;
  return `<samlp:Response xmlns:samlp="${PROTOCOL}" xmlns:saml="${ASSERTION}" ID="_${crypto.randomUUID()}"` +
    ` Version="2.0" IssueInstant="${iso(now)}" Destination="${escape(recipient)}">` +
    `<saml:Issuer>${escape(issuer)}</saml:Issuer>` +
    `<samlp:Status><samlp:StatusCode Value="${code}"/>${message}</samlp:Status>` +
    `${status === "Success" ? assertionText(issuer, recipient, parts) : ""}</samlp:Response>`;
}

function assertionText(issuer: string, recipient: string, parts: ResponseParts): string {
  const { now, lifetime = 300_000, roles = [], sessionNames = ["jane@example.com"] } = parts;
  const ends = iso(now + lifetime);
  const sessionEnd = parts.sessionEndsAt === undefined
    ? ""
    : ` SessionNotOnOrAfter="${iso(parts.sessionEndsAt)}"`;
  const duration = parts.sessionDuration === undefined ? [] : [String(parts.sessionDuration)];
  const audience = parts.audience ?? "urn:amazon:webservices";
  return `<saml:Assertion ID="_${crypto.randomUUID()}" Version="2.0" IssueInstant="${iso(now)}">` +
    `<saml:Issuer>${escape(issuer)}</saml:Issuer><saml:Subject>` +
    `<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">jane</saml:NameID>` +
    `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">` +
    `<saml:SubjectConfirmationData NotOnOrAfter="${ends}" Recipient="${escape(recipient)}"/>` +
    `</saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions NotBefore="${iso(now - 30_000)}" NotOnOrAfter="${ends}"><saml:AudienceRestriction>` +
    `<saml:Audience>${escape(audience)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
    `<saml:AuthnStatement AuthnInstant="${iso(now)}"${sessionEnd}/><saml:AttributeStatement>` +
    attribute("Role", roles) + attribute("RoleSessionName", sessionNames) +
    attribute("SessionDuration", duration) + `</saml:AttributeStatement></saml:Assertion>`;
}

function attribute(name: string, values: string[]): string {
  if (values.length === 0) return "";
  const texts = values.map((value) => `<saml:AttributeValue>${escape(value)}</saml:AttributeValue>`);
  return `<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/${name}">${
    texts.join("")
  }</saml:Attribute>`;
}

const iso = (moment: number) => new Date(moment).toISOString();

const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

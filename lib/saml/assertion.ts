/**
 * Reads a SAML response: whether the login succeeded, the roles it offers, and when it expires (SAML 2.0
 * Core; AWS IAM User Guide, "Configure SAML assertions for the authentication response"). Untrusted until AWS
 * verifies the signature: used only to choose a role and to explain refusals.
 *
 * @module
 */
import { isAccountId, parseArn } from "../arn.ts";
import type { Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import { printable } from "../terminal/escape.ts";
import { type EpochMillis, parseInstant } from "../time.ts";
import { childrenOf, parseXml, type XmlElement } from "./xml.ts";
import { isWithin, ROLE_SECONDS } from "../aws_durations.ts";

/** A role, and the IAM SAML provider that federates its users. */
export interface SamlRole {
  readonly roleArn: string;
  readonly providerArn: string;
}

/** The contents of a response. */
export interface Assertion {
  /** In the response's order, each pair once. */
  readonly roles: readonly SamlRole[];
  /** How many values of the role attribute are not a pair of a role and a provider. */
  readonly unreadableRoles: number;
  /** Only AWS can read it. */
  readonly encrypted: boolean;
  /** Values of `RoleSessionName`; AWS requires exactly one. */
  readonly sessionNames: readonly string[];
  /** `SessionDuration`, in seconds: 900 to 43200. */
  readonly sessionSeconds: number | undefined;
  /** `SessionNotOnOrAfter`: the latest end of a session. */
  readonly sessionEndsAt: EpochMillis | undefined;
  readonly issuedAt: EpochMillis | undefined;
  /** When the assertion itself says it expires. */
  readonly expiresAt: EpochMillis | undefined;
  /** The sign-in page that it is addressed to. */
  readonly recipient: string | undefined;
  readonly audiences: readonly string[];
}

const PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol";
const ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion";
const SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success";
/** Old guides for the regions in China use the second one. */
const ATTRIBUTES = ["https://aws.amazon.com/SAML/Attributes/", "http://www.amazonaws.cn/SAML/Attributes/"];
/** IAM's rules for names (IAM API Reference: CreateRole, CreateSAMLProvider). */
const ROLE = /^role\/(?:[\x21-\x7e]{1,510}\/)?[\w+=,.@-]{1,64}$/;
const PROVIDER = /^saml-provider\/[\w.-]{1,128}$/;
/** The limit of STS (AssumeRoleWithSAML, `SAMLAssertion`). */
export const LONGEST_RESPONSE = 100_000;

/**
 * Reads a response.
 *
 * @param response base64 of the whole `Response`; whitespace in it is ignored
 * @throws AuthError `refused` when the identity provider reports a failed login; `bad-answer` when it is not
 * a SAML response or is larger than AWS accepts
 */
export function readAssertion(response: Secret, where: string): Assertion {
  const root = parseXml(decodeResponse(response));
  if (root.namespace !== PROTOCOL || root.name !== "Response") {
    throw new AuthError("bad-answer", "Cannot use the identity provider's answer: it is no SAML response", {
      where,
      hints: ["Check `url`: it must lead to the AWS application of the identity provider"],
    });
  }
  requireSuccess(root, where);
  return factsOf(root);
}

function decodeResponse(response: Secret): string {
  const text = response.reveal();
  if (text.length > LONGEST_RESPONSE) {
    throw unreadable(`it has ${text.length} characters, and AWS takes ${LONGEST_RESPONSE} at most`);
  }
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unreadable("it is not UTF-8 text in base64", cause);
  }
}

function unreadable(reason: string, cause?: unknown): AuthError {
  return new AuthError("bad-answer", `Cannot read the SAML response: ${reason}`, { cause });
}

/** AWS judges a response without a status. */
function requireSuccess(root: XmlElement, where: string): void {
  const [status] = childrenOf(root, PROTOCOL, "Status");
  const [code] = childrenOf(status, PROTOCOL, "StatusCode");
  const value = code?.attributes.get("Value");
  if (value === undefined || value === SUCCESS) return;
  const [detail] = childrenOf(code, PROTOCOL, "StatusCode");
  const name = printable((detail?.attributes.get("Value") ?? value).split(":").at(-1) ?? value);
  const words = childrenOf(status, PROTOCOL, "StatusMessage").map(({ text }) => text.trim()).join(" ");
  throw new AuthError(
    "refused",
    `Cannot log in: the identity provider answered ${name}${words === "" ? "" : `: ${printable(words)}`}`,
    { where, remoteCode: name },
  );
}

function factsOf(root: XmlElement): Assertion {
  const assertions = childrenOf(root, ASSERTION, "Assertion");
  const within = (...path: readonly string[]) =>
    path.reduce<readonly XmlElement[]>(
      (elements, name) => elements.flatMap((element) => childrenOf(element, ASSERTION, name)),
      assertions,
    );
  const attributes = within("AttributeStatement", "Attribute");
  const roles = valuesOf(attributes, "Role").map(readRole);
  const confirmations = within("Subject", "SubjectConfirmation", "SubjectConfirmationData");
  const ends = [...within("Conditions"), ...confirmations].map((element) =>
    momentAt(element, "NotOnOrAfter")
  );
  return {
    roles: distinct(roles.filter((role) => role !== undefined)),
    unreadableRoles: roles.filter((role) => role === undefined).length,
    encrypted: assertions.length === 0 && childrenOf(root, ASSERTION, "EncryptedAssertion").length > 0,
    sessionNames: valuesOf(attributes, "RoleSessionName"),
    sessionSeconds: readSessionSeconds(valuesOf(attributes, "SessionDuration")[0]),
    sessionEndsAt: earliest(within("AuthnStatement").map((one) => momentAt(one, "SessionNotOnOrAfter"))),
    issuedAt: earliest(assertions.map((assertion) => momentAt(assertion, "IssueInstant"))),
    expiresAt: earliest(ends),
    recipient: confirmations.map((data) => data.attributes.get("Recipient")).find((one) => one !== undefined),
    audiences: within("Conditions", "AudienceRestriction", "Audience").map(({ text }) => text.trim()),
  };
}

function valuesOf(attributes: readonly XmlElement[], name: string): readonly string[] {
  return attributes
    .filter((attribute) => ATTRIBUTES.some((prefix) => attribute.attributes.get("Name") === prefix + name))
    .flatMap((attribute) => childrenOf(attribute, ASSERTION, "AttributeValue"))
    // Ignore text around child elements.
    .map(({ text, children }) => children.length === 0 ? text.trim() : "");
}

/** Two ARNs separated by a comma, in either order; a role's name may contain a comma too. */
function readRole(value: string): SamlRole | undefined {
  const [first, second, ...more] = value.split(/,(?=\s*arn:)/).map((part) => part.trim());
  if (first === undefined || second === undefined || more.length > 0) return undefined;
  const [roleArn, providerArn] = isIamArn(first, ROLE) ? [first, second] : [second, first];
  return isIamArn(roleArn, ROLE) && isIamArn(providerArn, PROVIDER) ? { roleArn, providerArn } : undefined;
}

function isIamArn(text: string, resource: RegExp): boolean {
  const arn = parseArn(text);
  return arn?.service === "iam" && isAccountId(arn.accountId) && resource.test(arn.resource);
}

function distinct(roles: readonly SamlRole[]): readonly SamlRole[] {
  const keyOf = ({ roleArn, providerArn }: SamlRole) => `${roleArn} ${providerArn}`;
  return [...new Map(roles.map((role) => [keyOf(role), role])).values()];
}

function readSessionSeconds(value: string | undefined): number | undefined {
  const seconds = value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) : undefined;
  return seconds !== undefined && isWithin(seconds, ROLE_SECONDS) ? seconds : undefined;
}

function momentAt(element: XmlElement, name: string): EpochMillis | undefined {
  return parseInstant(element.attributes.get(name) ?? "");
}

function earliest(moments: readonly (EpochMillis | undefined)[]): EpochMillis | undefined {
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/**
 * The XML that SAML needs: elements by namespace, text with decoded entities, no document type, limited
 * depth. Used only to choose a role and for messages; AWS verifies the signature.
 *
 * @module
 */
import { XMLParser } from "fast-xml-parser";
import { AuthError } from "../errors.ts";

/** An element with resolved names (Namespaces in XML 1.0). */
export interface XmlElement {
  readonly namespace: string;
  /** Without its prefix. */
  readonly name: string;
  /** By name as written, with decoded entities. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Its own text, without that of its children or comments. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

const TEXT = "#text";
const CDATA = "#cdata";
const ATTRIBUTES = ":@";
const ATTRIBUTE_PREFIX = "@";
const NOT_WELL_FORMED = "it is not well-formed XML";
/** Responses nest about ten levels deep. */
const DEEPEST = 50;

type Namespaces = ReadonlyMap<string, string>;

/**
 * Parses a document.
 *
 * @throws AuthError `bad-answer` for a document that is not well-formed, declares a document type or nests
 * deeper than 50 elements
 */
export function parseXml(text: string): XmlElement {
  // Declared entities can expand without limit, so reject them before parsing.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw unreadable("it declares a document type (DTD)");
  const roots = elementsIn(parse(text), new Map([["", ""]]));
  const [root, second] = roots;
  if (root === undefined || second !== undefined) throw unreadable(`it has ${roots.length} root elements`);
  return root;
}

function parse(text: string): unknown {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: ATTRIBUTE_PREFIX,
    textNodeName: TEXT,
    cdataPropName: CDATA,
    ignoreDeclaration: true,
    ignorePiTags: true,
    processEntities: false,
    htmlEntities: false,
    trimValues: false,
    parseTagValue: false,
    parseAttributeValue: false,
    maxNestedTags: DEEPEST,
  });
  try {
    return parser.parse(text, true);
  } catch (error) {
    const tooDeep = error instanceof Error && error.message.includes("nested tags");
    throw unreadable(tooDeep ? `it nests beyond ${DEEPEST} elements` : NOT_WELL_FORMED, error);
  }
}

/** Parser errors quote the document, which contains credentials: keep only their name. */
function unreadable(reason: string, cause?: unknown): AuthError {
  return new AuthError("bad-answer", `Cannot read the SAML response: ${reason}`, {
    cause: cause &&
      new TypeError(`${cause instanceof Error ? cause.name : typeof cause}: its text is withheld`),
  });
}

function elementsIn(nodes: unknown, scope: Namespaces): readonly XmlElement[] {
  return Array.isArray(nodes) ? nodes.flatMap((node) => elementOf(node, scope)) : [];
}

function elementOf(node: unknown, outer: Namespaces): readonly XmlElement[] {
  const entries = entriesOf(node);
  const tag = entries.find(([key]) => key !== ATTRIBUTES && key !== TEXT && key !== CDATA);
  if (tag === undefined) return [];
  const [qualified, content] = tag;
  const attributes = attributesOf(entries.find(([key]) => key === ATTRIBUTES)?.[1]);
  const scope = declared(attributes, outer);
  const { prefix, name } = splitName(qualified);
  return [{
    namespace: scope.get(prefix) ?? "",
    name,
    attributes,
    text: textIn(content),
    children: elementsIn(content, scope),
  }];
}

function entriesOf(node: unknown): readonly (readonly [string, unknown])[] {
  return typeof node === "object" && node !== null ? Object.entries(node) : [];
}

function attributesOf(node: unknown): ReadonlyMap<string, string> {
  return new Map(
    entriesOf(node).map((
      [key, value],
    ) => [key.slice(ATTRIBUTE_PREFIX.length), decodeEntities(String(value))]),
  );
}

/** The namespaces in scope of an element: inherited and its own `xmlns` attributes. */
function declared(attributes: ReadonlyMap<string, string>, outer: Namespaces): Namespaces {
  const own = [...attributes].filter(([name]) => name === "xmlns" || name.startsWith("xmlns:"));
  return own.length === 0
    ? outer
    : new Map([...outer, ...own.map(([name, uri]) => [name.slice("xmlns:".length), uri] as const)]);
}

function splitName(qualified: string): { readonly prefix: string; readonly name: string } {
  const colon = qualified.indexOf(":");
  return { prefix: qualified.slice(0, Math.max(0, colon)), name: qualified.slice(colon + 1) };
}

/** Comments do not split a text, as for the signer (XML canonicalization). */
function textIn(content: unknown): string {
  if (!Array.isArray(content)) return "";
  return content.flatMap(entriesOf).map(([key, value]) => {
    if (key === TEXT) return decodeEntities(String(value));
    return key === CDATA ? cdataText(value) : "";
  }).join("");
}

function cdataText(value: unknown): string {
  const parts = Array.isArray(value) ? value.flatMap(entriesOf) : [];
  return parts.map(([, text]) => String(text)).join("");
}

const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** Characters that a document may contain (XML 1.0 section 2.2). */
const CHARACTER = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]$/u;

/**
 * Decodes character references and the five predefined entities (XML 1.0 section 4.6).
 *
 * @throws AuthError `bad-answer` for an invalid character or an undeclared entity
 */
function decodeEntities(text: string): string {
  return text.replaceAll(
    /&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([^\s;&<]+));/g,
    (_, hex?: string, decimal?: string, name?: string) => {
      const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      const decoded = name !== undefined
        ? PREDEFINED.get(name)
        : point <= 0x10ffff
        ? String.fromCodePoint(point)
        : undefined;
      if (decoded === undefined || !CHARACTER.test(decoded)) throw unreadable(NOT_WELL_FORMED);
      return decoded;
    },
  );
}

/** An element's children with a name in a namespace. */
export function childrenOf(
  element: XmlElement | undefined,
  namespace: string,
  name: string,
): readonly XmlElement[] {
  return element?.children.filter((child) => child.namespace === namespace && child.name === name) ?? [];
}

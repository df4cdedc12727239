/** An element to write: absent values are left out, lists become `<member>`s as in AWS's query protocol. */
export type XmlValue = string | number | boolean | undefined | XmlTree | readonly XmlValue[];
export interface XmlTree {
  readonly [name: string]: XmlValue;
}

/** An element that was read. Prefixes are resolved: elements are known by namespace and local name. */
export interface XmlElement {
  namespace: string;
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  /** The element's own text, without that of its children. */
  text: string;
}

/** A key may carry attributes (`Response xmlns="..."`); the closing tag takes its first word. */
export function renderXml(tree: XmlTree): string {
  return Object.entries(tree).map(([key, value]) => {
    if (value === undefined) return "";
    return `<${key}>${renderValue(value)}</${key.split(" ")[0]}>`;
  }).join("");
}

function renderValue(value: Exclude<XmlValue, undefined>): string {
  if (isList(value)) return value.map((member) => renderXml({ member })).join("");
  return typeof value === "object" ? renderXml(value) : escapeXml(String(value));
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For XML and HTML text and attribute values. */
export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** Reads a document without DTD. Throws SyntaxError on anything else. */
export function parseXml(source: string): XmlElement {
  if (/<!(DOCTYPE|ENTITY)/i.test(source)) throw new SyntaxError("a document type is not allowed");
  const root = newElement("", "", {});
  const open: { element: XmlElement; tag: string; scope: Record<string, string> }[] = [
    { element: root, tag: "", scope: { "": "", xml: "http://www.w3.org/XML/1998/namespace" } },
  ];
  const tokens =
    /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([^\s/>]+)([^>]*?)(\/?)>|([^<]+)|</g;
  for (const [whole, cdata, closing, tag, attributeText = "", selfClosing, text] of source.matchAll(tokens)) {
    const top = open.at(-1);
    if (top === undefined) throw new SyntaxError("text after the document");
    if (cdata !== undefined) top.element.text += cdata;
    else if (text !== undefined) top.element.text += unescapeXml(text);
    else if (tag === undefined) {
      if (whole === "<") throw new SyntaxError("a stray <");
    } else if (closing === "/") {
      if (top.tag !== tag) throw new SyntaxError(`</${tag}> closes <${top.tag}>`);
      open.pop();
    } else {
      const { element, scope } = readTag(tag, attributeText, top.scope);
      top.element.children.push(element);
      if (selfClosing !== "/") open.push({ element, tag, scope });
    }
  }
  const [document, second] = root.children;
  if (open.length !== 1 || document === undefined || second !== undefined) {
    throw new SyntaxError("not one closed document element");
  }
  return document;
}

function readTag(tag: string, attributeText: string, outer: Record<string, string>) {
  const scope = { ...outer };
  const attributes: Record<string, string> = {};
  for (
    const [, name = "", , double, single] of attributeText.matchAll(/([^\s=]+)\s*=\s*("([^"]*)"|'([^']*)')/g)
  ) {
    const value = unescapeXml(double ?? single ?? "");
    if (name === "xmlns") scope[""] = value;
    else if (name.startsWith("xmlns:")) scope[name.slice(6)] = value;
    else attributes[name] = value;
  }
  const [local = "", prefix = ""] = tag.split(":").reverse();
  const namespace = scope[prefix];
  if (namespace === undefined) throw new SyntaxError(`unknown prefix ${prefix}`);
  return { element: newElement(namespace, local, attributes), scope };
}

function newElement(namespace: string, name: string, attributes: Record<string, string>): XmlElement {
  return { namespace, name, attributes, children: [], text: "" };
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replaceAll(/&(#x[0-9a-fA-F]+|#\d+|\w+);/g, (whole, name: string) => {
    if (name.startsWith("#x")) return String.fromCodePoint(parseInt(name.slice(2), 16));
    if (name.startsWith("#")) return String.fromCodePoint(parseInt(name.slice(1), 10));
    return NAMED[name] ?? whole;
  });
}

/** Every element below `element`, itself included, with this namespace and name. */
export function findAll(element: XmlElement, namespace: string, name: string): XmlElement[] {
  const own = element.namespace === namespace && element.name === name ? [element] : [];
  return [...own, ...element.children.flatMap((child) => findAll(child, namespace, name))];
}

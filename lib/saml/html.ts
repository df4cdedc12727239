/**
 * The elements of a page and what they say. Read by an HTML parser, never by patterns over the text.
 *
 * @module
 */
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { harmless } from "./words.ts";

/** An element of a page. */
export type HtmlElement = DefaultTreeAdapterTypes.Element;
type HtmlNode = DefaultTreeAdapterTypes.ChildNode;

/** Every element of a document, in its order; whatever is no HTML has few. */
export function readElements(text: string): readonly Place[] {
  // Without scripts what stands in <noscript> counts: buttons of forms that a script would send.
  return walk(parse(text, { scriptingEnabled: false }).childNodes);
}

/** The value of an attribute; `""` when it is not there. */
export function attribute(element: HtmlElement, name: string): string {
  return element.attrs.find((one) => one.name === name)?.value ?? "";
}

/** What an element says, in one line, harmless to print, at most 300 columns. */
export function textOf(element: HtmlElement): string {
  return harmless(rawText(element));
}

/** An element and what it is inside of. */
export interface Place {
  readonly element: HtmlElement;
  /** The form it belongs to by its place. */
  readonly form: HtmlElement | undefined;
  readonly isDisabled: boolean;
}

/** Every element in the order of the page. No recursion: pages may nest deeper than functions can. */
export function walk(roots: readonly HtmlNode[]): readonly Place[] {
  const places: Place[] = [];
  const pending: { readonly node: HtmlNode; readonly inside: Omit<Place, "element"> }[] = [];
  let stray: HtmlElement | undefined;
  const add = (nodes: readonly HtmlNode[], inside: Omit<Place, "element">) => {
    for (const node of nodes.toReversed()) pending.push({ node, inside });
  };
  add(roots, { form: undefined, isDisabled: false });
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node: element, inside } = next;
    if (!("tagName" in element)) continue;
    if (element.tagName === "form" && isInTable(element)) stray = element;
    const form = element.tagName === "form" ? element : inside.form;
    places.push({ element, form: form ?? stray, isDisabled: inside.isDisabled || has(element, "disabled") });
    const disables = element.tagName === "datalist" ||
      (element.tagName === "fieldset" && has(element, "disabled"));
    add(element.childNodes, { form, isDisabled: inside.isDisabled || disables });
  }
  return places;
}

/** The parser takes such a form out of the tree at once, and leaves its controls beside it. */
function isInTable({ parentNode }: HtmlElement): boolean {
  return parentNode !== null && ["table", "tbody", "thead", "tfoot", "tr"].includes(parentNode.nodeName);
}

/** Whether an attribute is there, whatever its value. */
export function has(element: HtmlElement, name: string): boolean {
  return element.attrs.some((one) => one.name === name);
}

/** Elements may hold each other's texts: no page makes us read all of them again for each. */
const MOST_NODES = 1_000;

/** The text below an element, but scripts and styles; of a crowded one its beginning. */
export function rawText(element: HtmlElement): string {
  const texts: string[] = [];
  const pending: HtmlNode[] = [element];
  let left = MOST_NODES;
  for (let node = pending.pop(); node !== undefined && left > 0; node = pending.pop(), left--) {
    if (node.nodeName === "#text" && "value" in node) texts.push(node.value);
    if (!("childNodes" in node) || node.nodeName === "script" || node.nodeName === "style") continue;
    for (const child of node.childNodes.slice(0, left).toReversed()) pending.push(child);
  }
  return texts.join("");
}

/**
 * The elements of a page and their text, read with an HTML parser.
 *
 * @module
 */
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { harmless } from "./words.ts";

/** An element of a page. */
export type HtmlElement = DefaultTreeAdapterTypes.Element;
type HtmlNode = DefaultTreeAdapterTypes.ChildNode;

/** Every element of a document, in order; anything but HTML has few. */
export function readElements(text: string): readonly Place[] {
  // Without scripts the content of <noscript> counts: buttons of forms that a script would submit.
  return walk(parse(text, { scriptingEnabled: false }).childNodes);
}

/** The value of an attribute; `""` when it is missing. */
export function attribute(element: HtmlElement, name: string): string {
  return element.attrs.find((one) => one.name === name)?.value ?? "";
}

/** An element's text in one line, safe to print, at most 300 columns. */
export function textOf(element: HtmlElement): string {
  return harmless(rawText(element));
}

/** An element and its context. */
export interface Place {
  readonly element: HtmlElement;
  /** The form that contains it. */
  readonly form: HtmlElement | undefined;
  readonly isDisabled: boolean;
}

/** Every element in the page's order. Not recursive, because pages may nest deeper than the stack allows. */
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

/** The parser removes such a form from the tree at once, and leaves its controls beside it. */
function isInTable({ parentNode }: HtmlElement): boolean {
  return parentNode !== null && ["table", "tbody", "thead", "tfoot", "tr"].includes(parentNode.nodeName);
}

/** Whether an attribute is present, whatever its value. */
export function has(element: HtmlElement, name: string): boolean {
  return element.attrs.some((one) => one.name === name);
}

/** Elements may contain each other's texts: this keeps a page from making us read them over and over. */
const MOST_NODES = 1_000;

/** The text within an element, without scripts and styles; truncated in a crowded one. */
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

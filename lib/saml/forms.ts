/**
 * Pages of identity providers and their forms, filled and submitted as by a browser without scripts (HTML,
 * 4.10.21).
 *
 * @module
 */
import type { Secret } from "../credentials.ts";
import { attribute, has, type HtmlElement, type Place, rawText, readElements, textOf, walk } from "./html.ts";
import type { Submission, WebField } from "./web.ts";

/** A control of a form that may send a value. */
export interface Control {
  readonly name: string;
  readonly id: string;
  /**
   * `text`, `hidden`, `password`, `checkbox`, ...; `submit` for every submit button; `select`, `textarea`.
   */
  readonly type: string;
  /** The default values. Several for a multiple-choice list, none for an unchecked box. */
  readonly values: readonly string[];
}

/** A form in a page. */
export interface Form {
  readonly id: string;
  readonly name: string;
  readonly method: "GET" | "POST";
  /** Absolute; `undefined` when the page has an invalid address. */
  readonly action: URL | undefined;
  /** In the page's order, without disabled and nameless ones. */
  readonly controls: readonly Control[];
  readonly element: HtmlElement;
}

/** A parsed page. */
export interface HtmlPage {
  readonly url: URL;
  /** Safe to print; `""` when there is none. */
  readonly title: string;
  readonly forms: readonly Form[];
  /** Every element, in the page's order. */
  readonly elements: readonly HtmlElement[];
}

/** Parses a page; anything but HTML is a page without forms. `url` is its address after all redirects. */
export function readHtml(page: { readonly url: URL; readonly text: string }): HtmlPage {
  const places = readElements(page.text);
  const elements = places.map(({ element }) => element);
  const title = elements.find(({ tagName }) => tagName === "title");
  const base = elements.find((element) => element.tagName === "base" && attribute(element, "href") !== "");
  const baseUrl = resolve(base === undefined ? "" : attribute(base, "href"), page.url) ?? page.url;
  const controls = controlsByForm(places);
  return {
    url: page.url,
    title: title === undefined ? "" : textOf(title),
    forms: elements.filter(({ tagName }) => tagName === "form")
      .map((element) => formOf(element, controls.get(element) ?? [], page.url, baseUrl)),
    elements,
  };
}

/** The first element with this id. */
export function elementById(page: HtmlPage, id: string): HtmlElement | undefined {
  return page.elements.find((element) => attribute(element, "id") === id);
}

/** The text of the first element with this id; `""` when there is none. */
export function textById(page: HtmlPage, id: string): string {
  const element = elementById(page, id);
  return element === undefined ? "" : textOf(element);
}

/** The control with this name, ignoring case. */
export function controlNamed(form: Form, name: string): Control | undefined {
  return form.controls.find((control) => control.name.toLowerCase() === name.toLowerCase());
}

/** Whether a user would see it as an input. */
export function isVisible({ type }: Control): boolean {
  return type !== "hidden" && type !== "submit";
}

/** How to fill a form. */
export interface Filling {
  /** Values by control name; adds missing controls, as such pages' scripts do. */
  readonly values?: Readonly<Record<string, string | Secret>>;
  /** The pressed button: only its value is sent. */
  readonly button?: Control;
}

/**
 * Fills a form: every control with its default, overridden by `values`.
 *
 * @throws RangeError for a form without a usable action
 */
export function fillForm(form: Form, { values = {}, button }: Filling = {}): Submission {
  if (form.action === undefined) throw new RangeError(`The form "${form.id}" has no action`);
  const given = new Map(Object.entries(values));
  const fields = form.controls.flatMap((control): readonly WebField[] => {
    const value = given.get(control.name);
    if (value !== undefined) {
      given.delete(control.name);
      return [[control.name, value]];
    }
    if (Object.hasOwn(values, control.name)) return [];
    if (control.type === "submit" && control !== button) return [];
    return control.values.map((one) => [control.name, one] as const);
  });
  return { method: form.method, url: form.action, fields: [...fields, ...given] };
}

function resolve(reference: string, base: URL): URL | undefined {
  return URL.canParse(reference, base.href) ? new URL(reference, base.href) : undefined;
}

function controlsByForm(places: readonly Place[]): ReadonlyMap<HtmlElement, readonly Control[]> {
  const byId = new Map<string, HtmlElement>();
  for (const { element } of places) {
    const id = attribute(element, "id");
    if (element.tagName === "form" && id !== "" && !byId.has(id)) byId.set(id, element);
  }
  const found = new Map<HtmlElement, Control[]>();
  for (const { element, form, isDisabled } of places) {
    const owner = has(element, "form") ? byId.get(attribute(element, "form")) : form;
    const control = isDisabled ? undefined : controlOf(element);
    if (owner === undefined || control === undefined) continue;
    const controls = found.get(owner);
    if (controls === undefined) found.set(owner, [control]);
    else controls.push(control);
  }
  return found;
}

function formOf(element: HtmlElement, controls: readonly Control[], page: URL, base: URL): Form {
  const action = attribute(element, "action").trim();
  return {
    id: attribute(element, "id"),
    name: attribute(element, "name"),
    method: attribute(element, "method").trim().toLowerCase() === "post" ? "POST" : "GET",
    action: action === "" ? page : resolve(action, base),
    controls,
    element,
  };
}

function controlOf(element: HtmlElement): Control | undefined {
  const [name, id] = [attribute(element, "name"), attribute(element, "id")];
  if (name === "") return undefined;
  const kind = controlKind(element);
  return kind === undefined ? undefined : { name, id, ...kind };
}

function controlKind(element: HtmlElement): Pick<Control, "type" | "values"> | undefined {
  const value = attribute(element, "value");
  const declared = attribute(element, "type").toLowerCase();
  switch (element.tagName) {
    case "input":
      return inputKind(element, declared, value);
    case "button":
      return ["", "submit"].includes(declared) ? { type: "submit", values: [value] } : undefined;
    case "textarea":
      return { type: "textarea", values: [rawText(element)] };
    case "select":
      return { type: "select", values: chosenOptions(element) };
    default:
      return undefined;
  }
}

function inputKind(
  element: HtmlElement,
  declared: string,
  value: string,
): Pick<Control, "type" | "values"> | undefined {
  switch (declared) {
    case "checkbox":
    case "radio": {
      const ticked = has(element, "value") ? value : "on";
      return { type: declared, values: has(element, "checked") ? [ticked] : [] };
    }
    case "submit":
    case "image":
      return { type: "submit", values: [value] };
    case "button":
    case "reset":
    case "file":
      return undefined;
    default:
      return { type: declared === "" ? "text" : declared, values: [value] };
  }
}

/** In a single-choice list the last selected option counts, else the first enabled one. */
function chosenOptions(select: HtmlElement): readonly string[] {
  const options = walk(select.childNodes).map(({ element }) => element)
    .filter((element) => element.tagName === "option" && !has(element, "disabled"));
  const valueOf = (option: HtmlElement) =>
    has(option, "value") ? attribute(option, "value") : rawText(option).replaceAll(/\s+/g, " ").trim();
  const selected = options.filter((option) => has(option, "selected"));
  if (has(select, "multiple")) return selected.map(valueOf);
  const chosen = selected.at(-1) ?? options[0];
  return chosen === undefined ? [] : [valueOf(chosen)];
}

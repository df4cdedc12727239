/**
 * The functions of templates: those of Go's text/template and the few of Sprig that commands are made with.
 *
 * @module
 */
import { isMembers, isTrue, type Refusal, refusal, textOfValue, type Value } from "./template_value.ts";
import { wordFor } from "../counting.ts";

/** A function; its values are in the order of Go's, so that a piped one is the last. */
export type TemplateFunction = (values: readonly Value[], name: string) => Value | Refusal;

/** With this many values, or any number from the first on. */
function taking(least: number, most: number, run: TemplateFunction): TemplateFunction {
  return (values, name) =>
    values.length < least || values.length > most
      ? refusal(`the function ${name} takes ${countText(least, most)}, and got ${values.length}`)
      : run(values, name);
}

function countText(least: number, most: number): string {
  const range = most === least ? `${least}` : most === Infinity ? `${least} or more` : `${least} to ${most}`;
  return `${range} ${wordFor(most, "value")}`;
}

const text = (value: Value): string => value === undefined ? "" : textOfValue(value);
const onText = (run: (text: string) => Value): TemplateFunction =>
  taking(1, 1, ([value]) => run(text(value)));
/** Of two texts; Sprig has the text that is worked on last. */
const onTexts = (run: (first: string, last: string) => Value): TemplateFunction =>
  taking(2, 2, ([first, last]) => run(text(first), text(last)));

function comparing(holds: (order: number) => boolean): TemplateFunction {
  return taking(2, 2, ([first, second], name) => {
    const order = orderOf(first, second);
    return order === undefined
      ? refusal(`the function ${name} compares two numbers or two texts`)
      : holds(order);
  });
}

function orderOf(first: Value, second: Value): number | undefined {
  if (typeof first === "number" && typeof second === "number") return first - second;
  return typeof first === "string" && typeof second === "string"
    ? (first < second ? -1 : Number(first > second))
    : undefined;
}

function index(values: readonly Value[]): Value | Refusal {
  let [value, ...keys] = values;
  for (const key of keys) {
    if (isMembers(value)) value = value.get(text(key));
    else if (Array.isArray(value) && typeof key === "number" && key >= 0 && key < value.length) {
      value = value[key];
    } else return refusal(`the function index finds nothing at ${JSON.stringify(text(key))}`);
  }
  return value;
}

function length([value]: readonly Value[]): Value | Refusal {
  if (typeof value === "string") return new TextEncoder().encode(value).length;
  if (isMembers(value)) return [...value.keys?.() ?? []].length;
  return Array.isArray(value) ? value.length : refusal("the function len takes a text, a list or a map");
}

/** Go's verbs that commands use: `%s %v %d %t %q %%`. */
function printf([format, ...values]: readonly Value[]): Value | Refusal {
  const queue = [...values];
  const refused: string[] = [];
  const filled = text(format).replaceAll(/%(-?\d*)([a-zA-Z%])/g, (found, width: string, verb: string) => {
    if (verb === "%") return "%";
    if (!"svdtq".includes(verb)) refused.push(`the verb ${found} of printf is not supported in templates`);
    else if (queue.length === 0) refused.push(`printf has no value for ${found}`);
    const value = text(queue.shift());
    const shown = verb === "q" ? JSON.stringify(value) : value;
    return width.startsWith("-") ? shown.padEnd(Number(width.slice(1))) : padded(shown, width);
  });
  const [reason] = refused;
  return reason === undefined ? filled : refusal(reason);
}

function padded(shown: string, width: string): string {
  return /^0\d/.test(width) ? shown.padStart(Number(width), "0") : shown.padStart(Number(width));
}

const COMPARISONS: readonly (readonly [string, TemplateFunction])[] = [
  ["eq", taking(2, Infinity, ([first, ...others]) => others.some((other) => text(first) === text(other)))],
  ["ne", taking(2, 2, ([first, second]) => text(first) !== text(second))],
  ["lt", comparing((order) => order < 0)],
  ["le", comparing((order) => order <= 0)],
  ["gt", comparing((order) => order > 0)],
  ["ge", comparing((order) => order >= 0)],
];

/** The first value that decides, else the last one. */
function firstOrLast(values: readonly Value[], decides: (value: Value) => boolean): Value {
  const index = values.findIndex(decides);
  return values.at(index);
}

const LOGIC: readonly (readonly [string, TemplateFunction])[] = [
  ["and", taking(1, Infinity, (values) => firstOrLast(values, (value) => !isTrue(value)))],
  ["or", taking(1, Infinity, (values) => firstOrLast(values, isTrue))],
  ["not", taking(1, 1, ([value]) => !isTrue(value))],
  ["default", taking(2, 2, ([fallback, value]) => isTrue(value) ? value : fallback)],
  ["empty", taking(1, 1, ([value]) => !isTrue(value))],
  ["coalesce", taking(1, Infinity, (values) => values.find(isTrue))],
  ["ternary", taking(3, 3, ([first, second, test]) => isTrue(test) ? first : second)],
  ["index", taking(1, Infinity, index)],
  ["len", taking(1, 1, length)],
];

const TEXTS: readonly (readonly [string, TemplateFunction])[] = [
  ["print", (values) => values.map(text).join("")],
  ["printf", taking(1, Infinity, printf)],
  ["toString", onText((value) => value)],
  ["quote", taking(1, Infinity, (values) => values.map((value) => JSON.stringify(text(value))).join(" "))],
  ["squote", taking(1, Infinity, (values) => values.map((value) => `'${text(value)}'`).join(" "))],
  ["upper", onText((value) => value.toUpperCase())],
  ["lower", onText((value) => value.toLowerCase())],
  ["trim", onText((value) => value.trim())],
  ["trimPrefix", onTexts((prefix, value) => value.startsWith(prefix) ? value.slice(prefix.length) : value)],
  [
    "trimSuffix",
    onTexts((suffix, value) => value.endsWith(suffix) ? value.slice(0, -suffix.length || undefined) : value),
  ],
  ["hasPrefix", onTexts((prefix, value) => value.startsWith(prefix))],
  ["hasSuffix", onTexts((suffix, value) => value.endsWith(suffix))],
  ["contains", onTexts((part, value) => value.includes(part))],
  ["replace", taking(3, 3, ([old, by, value]) => text(value).replaceAll(text(old), () => text(by)))],
  [
    "join",
    taking(
      2,
      2,
      ([between, values]) => Array.isArray(values) ? values.map(text).join(text(between)) : text(values),
    ),
  ],
];

/** By name. */
export const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map([...COMPARISONS, ...LOGIC, ...TEXTS]);

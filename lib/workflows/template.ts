/**
 * Templates with their values filled in. A value is put in as the text it is, and is never read as a template.
 *
 * @module
 */
import { didYouMean } from "../config/nearest.ts";
import { FUNCTIONS } from "./template_functions.ts";
import { type Call, type Operand, parseTemplate, type Pipeline, type Template } from "./template_parse.ts";
import {
  isMembers,
  isRefusal,
  isTrue,
  type Members,
  type Refusal,
  refusal,
  textOfValue,
  type Value,
} from "./template_value.ts";

/** The text, or why there is none. */
export type Filled = { readonly text: string } | Refusal;

/** Whether a text holds an action at all. */
export const isTemplate = (text: string): boolean => text.includes("{{");

/** Fills a template in. */
export function fillTemplate(source: string, data: Members): Filled {
  if (!isTemplate(source)) return { text: source };
  const parsed = parseTemplate(source);
  if ("refused" in parsed) return parsed;
  const filled = fill(parsed.template, data);
  return isRefusal(filled) ? filled : { text: filled };
}

function fill(template: Template, data: Members): string | Refusal {
  let text = "";
  for (const piece of template) {
    if (piece.type === "text") {
      text += piece.text;
      continue;
    }
    const value = evaluate(piece.type === "if" ? piece.test : piece.of, data);
    if (isRefusal(value)) return value;
    const part = piece.type === "value" ? shown(value) : fill(isTrue(value) ? piece.then : piece.other, data);
    if (isRefusal(part)) return part;
    text += part;
  }
  return text;
}

/** Go would print `<no value>`, which a shell takes for a file. */
function shown(value: Value): string | Refusal {
  return value === undefined ? refusal("an action in it has no value") : textOfValue(value);
}

function evaluate(pipeline: Pipeline, data: Members): Value | Refusal {
  let value: Value | Refusal = undefined;
  for (const [index, call] of pipeline.entries()) {
    value = evaluateCall(call, data, index === 0 ? [] : [value]);
    if (isRefusal(value)) return value;
  }
  return value;
}

/** @param piped the value of the call before, which comes last */
function evaluateCall({ head, operands }: Call, data: Members, piped: readonly Value[]): Value | Refusal {
  if (head.type !== "call") {
    return piped.length === 0
      ? evaluateOperand(head, data)
      : refusal("a value takes nothing from a pipeline");
  }
  const values: Value[] = [];
  for (const operand of operands) {
    const value = evaluateOperand(operand, data);
    if (isRefusal(value)) return value;
    values.push(value);
  }
  return callFunction(head.name, [...values, ...piped]);
}

function callFunction(name: string, values: readonly Value[]): Value | Refusal {
  const found = FUNCTIONS.get(name);
  if (found !== undefined) return found(values, name);
  const near = didYouMean(name, [...FUNCTIONS.keys()]);
  return refusal(
    `the function ${name} is not supported in templates${near === undefined ? "" : `. ${near}`}`,
  );
}

function evaluateOperand(operand: Operand, data: Members): Value | Refusal {
  switch (operand.type) {
    case "literal":
      return operand.value;
    case "path":
      return memberAt(data, operand.names, "");
    case "group": {
      const value = evaluate(operand.of, data);
      return isRefusal(value) ? value : memberAt(value, operand.names, "(...)");
    }
    case "call":
      return callFunction(operand.name, []);
  }
}

/** Goes down the names; one that is not there is refused, as a slip of the pen in a command is no empty text. */
function memberAt(start: Value, names: readonly string[], before: string): Value | Refusal {
  let value = start;
  let path = before;
  for (const name of names) {
    if (!isMembers(value)) return refusal(`${path === "" ? "." : path} has no member ${name}`);
    const next = value.get(name);
    if (next === undefined && !hasMember(value, name)) {
      const hint = didYouMean(name, [...value.keys?.() ?? []]);
      return refusal(`there is no ${path}.${name}${hint === undefined ? "" : `. ${hint}`}`);
    }
    path = `${path}.${name}`;
    value = next;
  }
  return value;
}

function hasMember(members: Members, name: string): boolean {
  return members.keys !== undefined && [...members.keys()].includes(name);
}

/**
 * Templates as Go's text/template writes them, the part of it that commands are made with: texts, values, pipelines,
 * `if`, `else if`, `else`, `end`, comments and the hyphens that trim. Anything else is refused by its name.
 *
 * @module
 */
import { parsedJson } from "../parsed_json.ts";

/** A value in a pipeline. */
export type Operand =
  | { readonly type: "literal"; readonly value: string | number | boolean | undefined }
  /** `.a.b`; no names: the dot itself. */
  | { readonly type: "path"; readonly names: readonly string[] }
  /** `(pipeline).a` */
  | { readonly type: "group"; readonly of: Pipeline; readonly names: readonly string[] }
  | { readonly type: "call"; readonly name: string };

/** A function or a value, and what it is given. */
export interface Call {
  readonly head: Operand;
  readonly operands: readonly Operand[];
}

/** Calls, each with the value of the one before as its last operand. */
export type Pipeline = readonly Call[];

/** A piece of a template. */
export type Piece =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "value"; readonly of: Pipeline }
  | { readonly type: "if"; readonly test: Pipeline; readonly then: Template; readonly other: Template };

export type Template = readonly Piece[];

/** A template, or why it cannot be read. */
export type Parsed = { readonly template: Template } | { readonly refused: string };

type Action = { readonly keyword: string; readonly tokens: readonly Token[]; readonly source: string };
type Part = { readonly type: "text"; readonly text: string } | ({ readonly type: "action" } & Action);

/** Actions and parentheses of one template, and words of one action: nobody writes that many, and each may nest. */
const MAX_NESTED = 2000;
const TOO_LARGE = "it is too large for a template";

/** Reads a template. */
export function parseTemplate(source: string): Parsed {
  if (source.matchAll(/\{\{|\(/g).take(MAX_NESTED + 1).toArray().length > MAX_NESTED) {
    return { refused: TOO_LARGE };
  }
  const parts = cut(source);
  if (typeof parts === "string") return { refused: parts };
  const queue = [...parts];
  const parsed = readPieces(queue);
  if (typeof parsed === "string") return { refused: parsed };
  const [left] = queue;
  return left?.type === "action"
    ? { refused: `{{ ${left.source} }} has no {{ if }} before it` }
    : { template: parsed };
}

/** Cuts a text at its actions; the white space that a hyphen trims is gone. */
function cut(source: string): readonly Part[] | string {
  const parts: Part[] = [];
  let at = 0;
  let trims = false;
  while (at < source.length) {
    const open = source.indexOf("{{", at);
    const text = source.slice(at, open < 0 ? source.length : open);
    if (open < 0) return [...parts, textPart(text, trims, false)];
    const end = endOf(source, open);
    if (end === undefined) return `an action is not closed: ${source.slice(open, open + 30)}`;
    const inner = source.slice(open + 2, end);
    parts.push(textPart(text, trims, /^-\s/.test(inner)));
    trims = /\s-$/.test(inner);
    const body = inner.replace(/^-\s/, "").replace(/\s-$/, "").trim();
    at = end + 2;
    if (/^\/\*[\s\S]*\*\/$/.test(body)) continue;
    const tokens = tokensOf(body);
    if (typeof tokens === "string") return tokens;
    parts.push({ type: "action", keyword: keywordOf(tokens), tokens, source: body });
  }
  return parts;
}

function textPart(text: string, trimsStart: boolean, trimsEnd: boolean): Part {
  const start = trimsStart ? text.trimStart() : text;
  return { type: "text", text: trimsEnd ? start.trimEnd() : start };
}

/** Where an action's `}}` stands: not the ones inside of quotes or of a comment. */
function endOf(source: string, open: number): number | undefined {
  const token = /\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|`[^`]*`|\}\}|[\s\S]/y;
  token.lastIndex = open + 2;
  while (token.lastIndex < source.length) {
    const start = token.lastIndex;
    if (token.exec(source)?.[0] === "}}") return start;
  }
  return undefined;
}

type Token =
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "path"; readonly names: readonly string[]; readonly glued: boolean }
  | { readonly type: "word"; readonly name: string }
  | { readonly type: "sign"; readonly sign: "(" | ")" | "|" };

/** Go has no hyphen in a field's name; flags have, and the documentation of Atmos writes them so. */
const TOKEN =
  /(\s*)(?:("(?:[^"\\\n]|\\.)*")|`([^`]*)`|(-?\d+(?:\.\d+)?)|((?:\.[\p{L}_][\p{L}\p{N}_]*(?:-[\p{L}\p{N}_]+)*)+|\.)|([\p{L}_][\p{L}\p{N}_]*)|([()|]))/uy;

function tokensOf(body: string): readonly Token[] | string {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < body.length) {
    if (tokens.length > MAX_NESTED) return TOO_LARGE;
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(body);
    if (match === null) return refusedText(body, start);
    const [, blank, double, back, number, path, word, sign] = match;
    if (double !== undefined) {
      const value = unquoted(double);
      if (value === undefined) return `the text ${double} cannot be read`;
      tokens.push({ type: "string", value });
    } else if (back !== undefined) tokens.push({ type: "string", value: back });
    else if (number !== undefined) tokens.push({ type: "number", value: Number(number) });
    else if (path !== undefined) {
      const names = path.split(".").filter((name) => name !== "");
      tokens.push({ type: "path", names, glued: blank === "" });
    } else if (word !== undefined) tokens.push({ type: "word", name: word });
    else if (sign === "(" || sign === ")" || sign === "|") tokens.push({ type: "sign", sign });
  }
  return tokens;
}

function refusedText(body: string, start: number): string {
  const rest = body.slice(start).trim();
  return rest.startsWith("$") || rest.startsWith(":=") || rest.startsWith("=") || rest.startsWith(",")
    ? `variables are not supported in templates: {{ ${body} }}`
    : `{{ ${body} }} cannot be read at ${JSON.stringify(rest.slice(0, 20))}`;
}

/** A text in double quotes; its escapes are those of JSON, and Go's `\'`, `\a`, `\v` are none that commands need. */
function unquoted(text: string): string | undefined {
  const value = parsedJson(text.replaceAll("\t", "\\t"));
  return typeof value === "string" ? value : undefined;
}

const KEYWORDS = ["if", "else", "end", "range", "with", "define", "template", "block", "break", "continue"];

function keywordOf([first]: readonly Token[]): string {
  return first?.type === "word" && KEYWORDS.includes(first.name) ? first.name : "";
}

/** Pieces up to `else` or `end`, which stay in the queue. */
function readPieces(queue: Part[]): Template | string {
  const pieces: Piece[] = [];
  while (true) {
    const [part] = queue;
    if (
      part === undefined || (part.type === "action" && (part.keyword === "else" || part.keyword === "end"))
    ) {
      return pieces;
    }
    queue.shift();
    const piece = part.type === "text" ? part : readAction(part, queue);
    if (typeof piece === "string") return piece;
    if (piece.type !== "text" || piece.text !== "") pieces.push(piece);
  }
}

function readAction({ keyword, tokens, source }: Action, queue: Part[]): Piece | string {
  if (keyword === "if") return readIf(tokens.slice(1), source, queue);
  if (keyword !== "") return `{{ ${keyword} }} is not supported in templates`;
  const of = readPipeline(tokens, source);
  return typeof of === "string" ? of : { type: "value", of };
}

function readIf(tokens: readonly Token[], source: string, queue: Part[]): Piece | string {
  const test = readPipeline(tokens, source);
  if (typeof test === "string") return test;
  const then = readPieces(queue);
  if (typeof then === "string") return then;
  const next = queue.shift();
  if (next?.type !== "action") return `{{ ${source} }} has no {{ end }}`;
  if (next.keyword === "end") return { type: "if", test, then, other: [] };
  const [, second, ...rest] = next.tokens;
  if (second?.type === "word" && second.name === "if") {
    const inner = readIf(rest, next.source, queue);
    return typeof inner === "string" ? inner : { type: "if", test, then, other: [inner] };
  }
  if (second !== undefined) return `{{ ${next.source} }} is not supported in templates`;
  const other = readPieces(queue);
  if (typeof other === "string") return other;
  const end = queue.shift();
  if (end?.type === "action" && end.keyword === "end") return { type: "if", test, then, other };
  return end === undefined ? `{{ ${source} }} has no {{ end }}` : `{{ ${source} }} has two {{ else }}`;
}

function readPipeline(tokens: readonly Token[], source: string): Pipeline | string {
  const queue = [...tokens];
  const pipeline = readCalls(queue, source);
  if (typeof pipeline !== "string" && queue.length > 0) return `a parenthesis is not opened: {{ ${source} }}`;
  return pipeline;
}

/** Calls up to the end or a closing parenthesis, which stays in the queue. */
function readCalls(queue: Token[], source: string): Pipeline | string {
  const calls: Call[] = [];
  while (true) {
    const operands: Operand[] = [];
    while (queue[0] !== undefined && queue[0].type !== "sign" || isOpening(queue[0])) {
      const operand = readOperand(queue, source);
      if (typeof operand === "string") return operand;
      operands.push(operand);
    }
    const [head, ...rest] = operands;
    if (head === undefined) return `a value is missing: {{ ${source} }}`;
    if (rest.length > 0 && head.type !== "call") return `only a function takes values: {{ ${source} }}`;
    calls.push({ head, operands: rest });
    const [next] = queue;
    if (next?.type !== "sign" || next.sign !== "|") return calls;
    queue.shift();
  }
}

const isOpening = (token: Token | undefined) => token?.type === "sign" && token.sign === "(";

function readOperand(queue: Token[], source: string): Operand | string {
  const token = queue.shift();
  switch (token?.type) {
    case "string":
    case "number":
      return { type: "literal", value: token.value };
    case "path":
      return { type: "path", names: token.names };
    case "word":
      return readWord(token.name, source);
    default:
      return readGroup(queue, source);
  }
}

function readWord(name: string, source: string): Operand | string {
  if (KEYWORDS.includes(name)) return `{{ ${source} }} cannot be read at ${JSON.stringify(name)}`;
  if (name === "true" || name === "false") return { type: "literal", value: name === "true" };
  return name === "nil" ? { type: "literal", value: undefined } : { type: "call", name };
}

function readGroup(queue: Token[], source: string): Operand | string {
  const of = readCalls(queue, source);
  if (typeof of === "string") return of;
  if (queue.shift() === undefined) return `a parenthesis is not closed: {{ ${source} }}`;
  const [next] = queue;
  if (next?.type !== "path" || !next.glued) return { type: "group", of, names: [] };
  queue.shift();
  return { type: "group", of, names: next.names };
}

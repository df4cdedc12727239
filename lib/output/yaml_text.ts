/**
 * Values as YAML 1.2, indented by four spaces as Atmos does it. Every text that could be read as anything else is in
 * double quotes, whose escapes are those of JSON.
 *
 * @module
 */
import { numberText } from "../exact_json.ts";
import { printable } from "../terminal/escape.ts";

/** A document of maps, lists, texts, numbers, bigints and booleans; members that are `undefined` are left out. Ends with a newline. */
export function yamlText(value: unknown): string {
  const lines = blockLines(value, "");
  return lines === undefined ? `${flow(value)}\n` : lines.map((line) => `${line}\n`).join("");
}

/** The lines of a map or list with anything in it; `undefined` for what stands behind its key. */
function blockLines(value: unknown, indent: string): readonly string[] | undefined {
  if (Array.isArray(value) && value.length > 0) {
    return value.flatMap((item) => {
      const [first, ...rest] = blockLines(item, `${indent}  `) ?? [];
      return first === undefined
        ? [`${indent}- ${flow(item)}`]
        : [`${indent}- ${first.trimStart()}`, ...rest];
    });
  }
  const entries = entriesOf(value);
  return entries.length === 0 ? undefined : entries.flatMap(([key, member]) => {
    const inner = blockLines(member, `${indent}    `);
    const head = `${indent}${plain(key)}:`;
    return inner === undefined ? [`${head} ${flow(member)}`] : [head, ...inner];
  });
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).filter(([, member]) => member !== undefined);
}

function flow(value: unknown): string {
  if (typeof value === "string") return plain(value);
  if (typeof value === "number" || typeof value === "bigint") return numberText(value);
  return typeof value === "object" && value !== null ? (Array.isArray(value) ? "[]" : "{}") : String(value);
}

/** Words that readers of YAML 1.1 or 1.2 take for something else than a text. */
const RESERVED = /^(?:true|false|yes|no|on|off|y|n|null|~|nan|inf)$/i;

/** A text as it stands where that is safe: a word that begins with a letter and holds nothing that YAML reads. */
function plain(text: string): string {
  const isSafe = /^[A-Za-z][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+-]+)*$/.test(text) && !RESERVED.test(text);
  return isSafe ? text : printable(JSON.stringify(text.toWellFormed()));
}

/**
 * A path into a document: `.vars.region`, `.auth.identities["a.b"]`, `.vars.zones[0]`.
 *
 * @module
 */
import { AuthError } from "../errors.ts";

const STEP = /\.?\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\.?"((?:[^"\\]|\\.)*)"|\.?([\p{L}\p{N}_$@/:-]+)/uy;

/**
 * The steps of a path: keys, and numbers for the items of lists; a lone `.` is the whole document.
 *
 * @throws AuthError `usage`
 */
export function parseQuery(query: string): readonly (string | number)[] {
  const text = query.trim();
  if (text === ".") return [];
  const steps: (string | number)[] = [];
  for (let at = 0; at < text.length; at = STEP.lastIndex) {
    STEP.lastIndex = at;
    const match = STEP.exec(text);
    if (match === null) throw unreadable(query);
    const [, bracketed, index, quoted, word] = match;
    const key = bracketed ?? quoted;
    if (index !== undefined) steps.push(Number(index));
    else steps.push(key === undefined ? word ?? "" : unescaped(key, query));
  }
  if (steps.length === 0) throw unreadable(query);
  return steps;
}

function unescaped(text: string, query: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch (error) {
    if (error instanceof SyntaxError) throw unreadable(query, error);
    throw error;
  }
}

function unreadable(query: string, cause?: Error): AuthError {
  return new AuthError("usage", `Cannot read the query ${JSON.stringify(query)}: it is not a path`, {
    hints: ['Write it as .vars.region, .vars.zones[0], or .vars["a.b"]; pipes and functions are not read'],
    cause,
  });
}

/** What a path leads to; `null` when there is nothing. */
export function queried(document: unknown, steps: readonly (string | number)[]): unknown {
  return steps.reduce<unknown>((value, step) => {
    if (typeof value !== "object" || value === null) return null;
    if (typeof step === "number") return Array.isArray(value) ? value[step] ?? null : null;
    return new Map(Object.entries(value)).get(step) ?? null;
  }, document) ?? null;
}

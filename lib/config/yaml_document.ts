/**
 * A text to the library's document, in bounds: the reading stops at the first limit that is passed, at the second
 * document, and after a handful of errors, each of which costs more than a thousand characters that are right.
 *
 * @module
 */
// @ts-types="yaml/types"
import { Composer, type Document, Lexer, LineCounter, Parser } from "yaml";
import { LIMITS } from "../limits.ts";

/** An error of the library, with where it is from the start of the text. */
export interface SyntaxFault {
  readonly offset: number;
  readonly code: string;
  readonly message: string;
}

type PassedLimit = "nestingDepth" | "fileMarks";

/** What became of a text. */
export interface ReadDocument {
  /** The first document; `undefined` when there is none, or it is not to be used. */
  readonly document: Document.Parsed | undefined;
  /** In the order in which they were found. */
  readonly faults: readonly SyntaxFault[];
  /** Where a limit was passed, and which. */
  readonly over: { readonly limit: PassedLimit; readonly offset: number } | undefined;
  /** Where a second document begins. */
  readonly second: number | undefined;
  /** Keys, values and marks of the first document. */
  readonly marks: number;
}

/** More of them are echoes of the first. */
const MAX_FAULTS = 20;
/** The document itself, and what stands at the deepest level, lie on the stack of the parser, too. */
const OUTER = 2;
/** What the lexer gives that costs nothing: blanks, line ends, comments, and its own control characters. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const NO_MARK = /^[ \t\r\n#\u0002\u0018\u001f\ufeff]/;

/** The reading of one text. */
interface Reading {
  readonly parser: Parser;
  readonly composer: Composer;
  readonly faults: SyntaxFault[];
  marks: number;
  hasDocument: boolean;
}

/** Reads the first document of a text. `lines` learns where its lines begin. */
export function readDocument(text: string, lines: LineCounter): ReadDocument {
  const reading = newReading(lines);
  const { parser, composer, faults } = reading;
  const result = (found: Partial<ReadDocument>): ReadDocument => ({
    document: undefined,
    over: undefined,
    second: undefined,
    faults,
    marks: reading.marks,
    ...found,
  });
  const documents: Document.Parsed[] = [];
  const feed = (tokens: ReturnType<Parser["next"]>): number | undefined => {
    for (const token of tokens) {
      if (token.type === "error") noteFault(faults, token.offset, "UNEXPECTED_TOKEN", token.message);
      else if (token.type === "document" && reading.hasDocument) return token.offset;
      else documents.push(...composer.next(token));
      if (token.type === "document") reading.hasDocument = true;
    }
    return undefined;
  };
  try {
    for (const lexeme of new Lexer().lex(text)) {
      if (!NO_MARK.test(lexeme)) reading.marks += 1;
      const { offset } = parser;
      const second = feed(parser.next(lexeme));
      const limit = limitPassed(reading);
      if (limit !== undefined) return result({ over: { limit, offset } });
      if (second !== undefined) return result({ document: [...composer.end()][0], second });
    }
    const second = feed(parser.end());
    documents.push(...composer.end());
    return result({ document: documents[0], second });
  } catch (error) {
    if (error instanceof RangeError && faults.length >= MAX_FAULTS) return result({});
    throw error;
  }
}

function newReading(lines: LineCounter): Reading {
  const faults: SyntaxFault[] = [];
  const composer = new Composer({
    // Ours is linear in the number of keys, and knows both places.
    uniqueKeys: false,
    logLevel: "error",
  });
  // The library has no door for this: without it, a text that is wrong in a million places makes a million errors.
  Reflect.set(
    composer,
    "onError",
    (source: ErrorSource, code: string, message: string, warning?: boolean) => {
      if (warning !== true) noteFault(faults, offsetOf(source), code, message);
    },
  );
  lines.addNewLine(0);
  return { parser: new Parser(lines.addNewLine), composer, faults, marks: 0, hasDocument: false };
}

type ErrorSource = number | readonly number[] | { readonly offset: number };

function offsetOf(source: ErrorSource): number {
  if (typeof source === "number") return source;
  return "offset" in source ? source.offset : source[0] ?? 0;
}

/** @throws RangeError when it is one of too many */
function noteFault(faults: SyntaxFault[], offset: number, code: string, message: string): void {
  faults.push({ offset, code, message });
  if (faults.length >= MAX_FAULTS) throw new RangeError("Too many errors");
}

function limitPassed({ parser, marks }: Reading): PassedLimit | undefined {
  if (marks > LIMITS.fileMarks.most) return "fileMarks";
  return parser.stack.length > LIMITS.nestingDepth.most + OUTER ? "nestingDepth" : undefined;
}

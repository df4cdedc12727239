/**
 * AWS's INI files, line by line. The grammar is the one of the SDKs' shared configuration: `=` only, indented lines
 * continue a value, and nothing after a value is a comment, since secrets may hold `;` and `#`.
 *
 * Comment lines directly above a header that start with `atmos:` are ours and belong to that section.
 *
 * @module
 */
import { AuthError } from "../errors.ts";

type LineKind = "header" | "pair" | "continuation" | "comment" | "blank";

/** One line. */
export interface Line {
  readonly kind: LineKind;
  /** With its line ending. */
  readonly raw: string;
  /** The section of a header, the key of a pair in lower case, the text of a comment; else empty. */
  readonly name: string;
  /** The value of a pair. */
  readonly value: string;
}

/** A file's lines. */
export interface IniDocument {
  readonly lines: readonly Line[];
}

/** One section as it is read. */
export interface IniSection {
  readonly name: string;
  /** Our comments directly above the header, without `atmos:`, in order. */
  readonly notes: readonly string[];
  /** By key in lower case; the last one of equal keys counts. */
  readonly values: ReadonlyMap<string, string>;
  /**
   * Our comments, the header and all lines down to the last value, as they stand but for their line endings. Comments
   * and empty lines behind the last value belong to nobody.
   */
  readonly lines: readonly string[];
}

const OUR_MARK = "atmos:";

/**
 * Reads a file.
 *
 * @throws AuthError `file-failed` with the line, for what is no INI file
 */
export function parseIni(text: string, file: string): IniDocument {
  const lines: Line[] = [];
  let before: LineKind | undefined;
  for (const raw of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const line = readLine(raw, before);
    if (line === undefined) throw notIni(file, lines.length + 1);
    lines.push(line);
    if (line.kind !== "comment" && (line.kind !== "blank" || before !== undefined)) before = line.kind;
  }
  return { lines };
}

function notIni(file: string, line: number): AuthError {
  return new AuthError("file-failed", `Cannot read ${file}: line ${line} is not of an INI file`, {
    at: { file, line, column: 1 },
    hints: ["Mend or remove the file; it is left as it is until then"],
  });
}

/**
 * @param before the kind of the line before, comments aside; `undefined` before the first header. An indented line
 *   continues a value, and only a value.
 */
function readLine(raw: string, before: LineKind | undefined): Line | undefined {
  const bare = withoutEnding(raw);
  if (holdsControl(bare)) return undefined;
  // A byte order mark at the start of the file is white space to `trim`.
  const text = bare.trim();
  if (text === "") return { kind: "blank", raw, name: "", value: "" };
  if (isCommentMark(text)) return { kind: "comment", raw, name: text.slice(1).trim(), value: "" };
  if ((before === "pair" || before === "continuation") && bare.trimStart() !== bare) {
    return { kind: "continuation", raw, name: "", value: "" };
  }
  if (text.startsWith("[")) {
    const name = headerName(text);
    return name === undefined ? undefined : { kind: "header", raw, name, value: "" };
  }
  const equals = text.indexOf("=");
  const key = text.slice(0, Math.max(0, equals)).trimEnd();
  if (before === undefined || key === "" || key.includes("[") || key.includes("]")) return undefined;
  return { kind: "pair", raw, name: key.toLowerCase(), value: text.slice(equals + 1).trimStart() };
}

// Looking at characters, not at patterns: a start reads these files, and has no time to compile one.

function withoutEnding(raw: string): string {
  if (!raw.endsWith("\n")) return raw;
  return raw.slice(0, raw.endsWith("\r\n") ? -2 : -1);
}

/** C0 but for the tab, DEL and C1. */
function holdsControl(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if ((code < 0x20 && code !== 0x09) || (code >= 0x7f && code <= 0x9f)) return true;
  }
  return false;
}

const isCommentMark = (text: string): boolean => text.startsWith(";") || text.startsWith("#");

/** The name in a header; behind it only a comment may stand. */
function headerName(text: string): string | undefined {
  const end = text.indexOf("]");
  const after = text.slice(end + 1).trimStart();
  const words = text.slice(1, Math.max(1, end)).trim();
  if (words === "" || (after !== "" && !isCommentMark(after))) return undefined;
  return words.replaceAll(/\s+/g, " ");
}

/** Every section, in the order of the file; one that is written twice is there twice. */
export function sectionsOf({ lines }: IniDocument): readonly IniSection[] {
  const sections: IniSection[] = [];
  let notes: string[] = [];
  let above: string[] = [];
  let values = new Map<string, string>();
  let own: string[] = [];
  /** Comments and empty lines, until it is known whether a value follows. */
  let between: string[] = [];
  for (const { kind, raw, name, value } of lines) {
    const line = withoutEnding(raw);
    if (kind === "header") {
      values = new Map();
      own = [...above, line];
      between = [];
      sections.push({ name, notes, values, lines: own });
    } else if (kind === "pair" || kind === "continuation") {
      own.push(...between, line);
      between = [];
      if (kind === "pair") values.set(name, value);
    } else between.push(line);
    if (kind !== "comment") [notes, above] = [[], []];
    else if (isOurNote(name)) {
      notes.push(name.slice(OUR_MARK.length).trimStart());
      above.push(line);
    }
  }
  return sections;
}

/** Whether a comment's text is ours. */
export const isOurNote = (text: string): boolean => text.startsWith(OUR_MARK);

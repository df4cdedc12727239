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
}

const NOTE = /^atmos:\s*/;

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
  const bare = raw.replace(/\r?\n$/, "");
  // A byte order mark at the start of the file is white space to `trim`.
  const text = bare.trim();
  if (/[^\P{Cc}\t]/u.test(bare)) return undefined;
  if (text === "") return { kind: "blank", raw, name: "", value: "" };
  if (/^[;#]/.test(text)) return { kind: "comment", raw, name: text.slice(1).trim(), value: "" };
  if (/^\s/.test(bare) && (before === "pair" || before === "continuation")) {
    return { kind: "continuation", raw, name: "", value: "" };
  }
  const header = /^\[([^\]]+)\](?:\s*[;#].*)?$/s.exec(text)?.[1]?.trim().replaceAll(/\s+/g, " ");
  if (header !== undefined && header !== "") return { kind: "header", raw, name: header, value: "" };
  const pair = before === undefined ? null : /^([^=[\]]*[^=[\]\s])\s*=\s*(.*)$/s.exec(text);
  return pair === null
    ? undefined
    : { kind: "pair", raw, name: pair[1]?.toLowerCase() ?? "", value: pair[2] ?? "" };
}

/** Every section, in the order of the file; one that is written twice is there twice. */
export function sectionsOf(document: IniDocument): readonly IniSection[] {
  return spansOf(document).map(({ header, end }) => ({
    name: document.lines[header]?.name ?? "",
    notes: notesAbove(document, header).flatMap((index) =>
      document.lines[index]?.name.replace(NOTE, "") ?? []
    ),
    values: new Map(
      document.lines.slice(header, end).flatMap(({ kind, name, value }) =>
        kind === "pair" ? [[name, value]] : []
      ),
    ),
  }));
}

/** Where a section stands: its header, and the line behind its last value. */
export interface Span {
  readonly header: number;
  readonly end: number;
}

export function spansOf({ lines }: IniDocument): readonly Span[] {
  const headers = lines.flatMap(({ kind }, index) => (kind === "header" ? [index] : []));
  return headers.map((header, index) => {
    const body = lines.slice(header, headers[index + 1]);
    return {
      header,
      end: header + 1 + body.findLastIndex(({ kind }) => kind !== "blank" && kind !== "comment"),
    };
  });
}

/** The lines of our comments in the block of comments directly above a header. */
export function notesAbove({ lines }: IniDocument, header: number): readonly number[] {
  const notes: number[] = [];
  for (let index = header - 1; lines[index]?.kind === "comment"; index--) {
    if (NOTE.test(lines[index]?.name ?? "")) notes.unshift(index);
  }
  return notes;
}

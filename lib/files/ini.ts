/**
 * AWS's INI files as text that is edited, never rewritten: every byte that an edit does not concern stays, comments,
 * order, spacing and line endings among them. The grammar is the one of the SDKs' shared configuration: `=` only,
 * indented lines continue a value, and nothing after a value is a comment, since secrets may hold `;` and `#`.
 *
 * Comment lines directly above a header that start with `atmos:` are ours and belong to that section.
 *
 * @module
 */
import { AuthError } from "../errors.ts";

type LineKind = "header" | "pair" | "continuation" | "comment" | "blank";

interface Line {
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

/** What a section is to hold. */
export interface IniEdit {
  /** Our comments directly above the header, without `atmos:`; they replace those that are there. */
  readonly notes: readonly string[];
  /** Keys to set, or to remove where `undefined`; others stay as they are. */
  readonly values: Readonly<Record<string, string | undefined>>;
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

/** The text of a file; of an unedited one, the very text that was read. */
export function printIni({ lines }: IniDocument): string {
  return lines.map(({ raw }) => raw).join("");
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
interface Span {
  readonly header: number;
  readonly end: number;
}

function spansOf({ lines }: IniDocument): readonly Span[] {
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
function notesAbove({ lines }: IniDocument, header: number): readonly number[] {
  const notes: number[] = [];
  for (let index = header - 1; lines[index]?.kind === "comment"; index--) {
    if (NOTE.test(lines[index]?.name ?? "")) notes.unshift(index);
  }
  return notes;
}

/**
 * Sets values and our comments of a section; makes it at the end when it is not there.
 *
 * @throws AuthError `failed` for a value or comment that an INI file cannot hold; it is not quoted
 * @throws TypeError for a section name or key that it cannot hold
 */
export function setSection(document: IniDocument, section: string, edit: IniEdit): IniDocument {
  if (!/^[^\s[\]\p{Cc}]+(?: [^\s[\]\p{Cc}]+)*$/u.test(section)) {
    throw new TypeError(`Not a section name: ${section}`);
  }
  const ending = document.lines.find(({ raw }) => raw.endsWith("\n"))?.raw.endsWith("\r\n") ? "\r\n" : "\n";
  const notes = edit.notes.map((note) => commentLine(section, note, ending));
  const span = spansOf(document).find(({ header }) => document.lines[header]?.name === section);
  if (span === undefined) return appended(document, section, notes, edit, ending);
  const { lines } = document;
  const ours = notesAbove(document, span.header);
  const before = lines.slice(0, span.header).filter((_, index) => !ours.includes(index));
  const body = editedPairs(lines.slice(span.header, span.end), section, edit.values, ending);
  return { lines: [...before, ...notes, ...body, ...lines.slice(span.end)] };
}

function appended(
  { lines }: IniDocument,
  section: string,
  notes: readonly Line[],
  edit: IniEdit,
  ending: string,
): IniDocument {
  const last = lines.at(-1);
  const ended = last === undefined ? [] : [...lines.slice(0, -1), endedLine(last, ending)];
  const gap = last === undefined || last.kind === "blank" ? [] : [blankLine(ending)];
  const header: Line = { kind: "header", raw: `[${section}]${ending}`, name: section, value: "" };
  return { lines: [...ended, ...gap, ...notes, ...editedPairs([header], section, edit.values, ending)] };
}

const blankLine = (ending: string): Line => ({ kind: "blank", raw: ending, name: "", value: "" });

const endedLine = (line: Line, ending: string): Line =>
  line.raw.endsWith("\n") ? line : { ...line, raw: line.raw + ending };

function commentLine(section: string, note: string, ending: string): Line {
  assertHoldable(section, "a comment", note);
  return { kind: "comment", raw: `; atmos: ${note}${ending}`, name: `atmos: ${note}`, value: "" };
}

/** The lines of a section with its values set: those that are there in their place, the others behind them. */
function editedPairs(
  lines: readonly Line[],
  section: string,
  values: IniEdit["values"],
  ending: string,
): readonly Line[] {
  const edited: Line[] = [];
  const done = new Set<string>();
  let isReplaced = false;
  for (const line of lines) {
    if (line.kind !== "continuation") isReplaced = line.kind === "pair" && Object.hasOwn(values, line.name);
    if (!isReplaced) {
      edited.push(line);
      continue;
    }
    const value = values[line.name];
    if (line.kind === "pair" && value !== undefined && !done.has(line.name)) {
      edited.push(withValue(section, line, value));
      done.add(line.name);
    }
  }
  const missing = Object.entries(values).flatMap(([key, value]) =>
    value === undefined || done.has(key) ? [] : [pairLine(section, key, value, ending)]
  );
  if (missing.length === 0) return edited;
  return [...edited.map((line) => endedLine(line, ending)), ...missing];
}

function pairLine(section: string, key: string, value: string, ending: string): Line {
  if (!/^[a-z0-9_.-]+$/.test(key)) throw new TypeError(`Not a key: ${key}`);
  assertHoldable(section, key, value);
  return { kind: "pair", raw: `${key} = ${value}${ending}`, name: key, value };
}

/** A pair with another value; its own spacing and line ending stay. */
function withValue(section: string, line: Line, value: string): Line {
  if (line.value === value) return line;
  assertHoldable(section, line.name, value);
  const [, before = "", after = ""] = /^([^=]*=[^\S\r\n]*)[\s\S]*?(\r?\n?)$/.exec(line.raw) ?? [];
  return { ...line, raw: before + value + after, value };
}

/** Refuses what would be read back as something else. The value itself is not shown: it may be a secret. */
function assertHoldable(section: string, what: string, value: string): void {
  const reason = /\p{Cc}/u.test(value)
    ? "it holds a control character"
    : value !== value.trim()
    ? "it starts or ends with a space"
    : undefined;
  if (reason !== undefined) {
    throw new AuthError("failed", `Cannot write ${what} into the section [${section}]: ${reason}`);
  }
}

/** Removes every section of that name, with our comments above it and the empty lines behind it. */
export function removeSection(document: IniDocument, section: string): IniDocument {
  const { lines } = document;
  const gone = new Set<number>();
  for (const { header, end } of spansOf(document)) {
    if (lines[header]?.name !== section) continue;
    for (const index of notesAbove(document, header)) gone.add(index);
    for (let index = header; index < end || lines[index]?.kind === "blank"; index++) gone.add(index);
  }
  return { lines: lines.filter((_, index) => !gone.has(index)) };
}

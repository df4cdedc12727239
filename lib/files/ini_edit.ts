/**
 * AWS's INI files as text that is edited, never rewritten: every byte that an edit does not concern stays, comments,
 * order, spacing and line endings among them.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import { type IniDocument, isOurNote, type Line } from "./ini.ts";

/** What a section is to hold. */
export interface IniEdit {
  /** Our comments directly above the header, without `atmos:`; they replace those that are there. */
  readonly notes: readonly string[];
  /** Keys to set, or to remove where `undefined`; others stay as they are. */
  readonly values: Readonly<Record<string, string | undefined>>;
}

/** The text of a file; of an unedited one, the very text that was read. */
export function printIni({ lines }: IniDocument): string {
  return lines.map(({ raw }) => raw).join("");
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
    if (isOurNote(lines[index]?.name ?? "")) notes.unshift(index);
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

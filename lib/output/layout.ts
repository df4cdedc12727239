/**
 * Rows, tables and trees of text for people. Every cell is escaped here, once: names and answers from elsewhere
 * may hold control characters.
 *
 * @module
 */
import { printable } from "../terminal/escape.ts";
import { textWidth } from "../terminal/width.ts";
import type { Style, Tone } from "./style.ts";

/** A text, perhaps with a tone. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

/** A label and what it says; rows without a value are left out. */
export type Field = readonly [label: string, value: Cell | undefined];

const GAP = "  ";

/** Labels padded to one width, values in a column, two spaces before all. */
export function fields(rows: readonly Field[], style: Style): string {
  const shown = rows.flatMap(([label, value]) => value === undefined ? [] : [[label, value] as const]);
  const width = Math.max(0, ...shown.map(([label]) => widthOf(label)));
  return shown.map(([label, value]) => `${GAP}${style.dim(pad(label, width))}${GAP}${paint(value, style)}\n`)
    .join("");
}

/** A heading and rows in columns, two spaces before all; an empty cell is `-`. */
export function table(heading: readonly string[], rows: readonly (readonly Cell[])[], style: Style): string {
  const filled = rows.map((row) => heading.map((_, column) => filledCell(row[column])));
  const widths = heading.map((title, column) =>
    filled.reduce((widest, row) => Math.max(widest, widthOf(textOf(row[column] ?? ""))), widthOf(title))
  );
  const line = (cells: readonly Cell[]) =>
    `${GAP}${cells.map((cell, column) => padded(cell, widths[column] ?? 0, style)).join(GAP)}`.trimEnd() +
    "\n";
  return line(heading.map((title) => ({ text: title, tone: "dim" }))) + filled.map(line).join("");
}

/** A line with what hangs below it. */
export interface Branch {
  readonly label: readonly Cell[];
  readonly children: readonly Branch[];
}

/** Branches as a tree; children are indented by three columns. */
export function tree(branches: readonly Branch[], style: Style): string {
  const lines: string[] = [];
  grow(lines, branches, style, "");
  return lines.join("");
}

function grow(lines: string[], branches: readonly Branch[], style: Style, indent: string): void {
  branches.forEach(({ label, children }, at) => {
    const [turn, below] = at === branches.length - 1 ? ["└──", "   "] : ["├──", "│  "];
    lines.push(`${indent}${turn}${label.map((cell) => paint(cell, style)).join("")}\n`);
    grow(lines, children, style, indent + below);
  });
}

/** A cell's text, escaped and in its tone. */
export function paint(cell: Cell, style: Style): string {
  return typeof cell === "string" ? printable(cell) : style[cell.tone](printable(cell.text));
}

function filledCell(cell: Cell | undefined): Cell {
  return cell === undefined || textOf(cell) === "" ? "-" : cell;
}

function padded(cell: Cell, width: number, style: Style): string {
  return paint(cell, style) + " ".repeat(Math.max(0, width - widthOf(textOf(cell))));
}

const textOf = (cell: Cell): string => typeof cell === "string" ? cell : cell.text;
const pad = (text: string, width: number): string =>
  printable(text) + " ".repeat(Math.max(0, width - widthOf(text)));

/** Columns of a text; plain ASCII, which is nearly all there is, is not cut into graphemes. */
function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : textWidth(printable(text));
}

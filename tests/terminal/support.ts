/** A terminal of values: what a driver draws is drawn on a grid, as a VT100 would. */
import { graphemes, textWidth } from "../../lib/terminal/width.ts";
import type { Frame, Machine } from "../../lib/terminal/live.ts";
import { keyOf } from "../../lib/terminal/keys.ts";

/** What a screen shows after it was told a text: rows without trailing spaces, and the cursor. */
export interface Picture {
  readonly rows: readonly string[];
  readonly row: number;
  readonly column: number;
}

/** Plays CR, LF, cursor movement (CUU, CUD, CUF), ED 0, EL 0; ignores SGR; anything else is an error. */
export function played(told: string): Picture {
  const grid: string[][] = [[]];
  let [row, column] = [0, 0];
  const line = (at: number) => grid[at] ??= [];
  // deno-lint-ignore no-control-regex -- terminals speak in control characters
  for (const [part] of told.matchAll(/\x1b\[(\d*)([A-Za-z])|[\r\n]|[^\x1b\r\n]+|[\s\S]/g)) {
    // deno-lint-ignore no-control-regex -- as above
    const sequence = /^\x1b\[(\d*)([A-Za-z])$/.exec(part);
    const count = Number(sequence?.[1] || 1);
    switch (sequence?.[2] ?? part) {
      case "\r":
        column = 0;
        break;
      case "\n":
        row += 1;
        break;
      case "A":
        row = Math.max(0, row - count);
        break;
      case "B":
        row += count;
        break;
      case "C":
        column += count;
        break;
      case "J":
        line(row).length = Math.min(line(row).length, column);
        grid.length = row + 1;
        break;
      case "K":
        line(row).length = Math.min(line(row).length, column);
        break;
      case "m":
        break;
      default:
        if (sequence !== null || /\p{Cc}/u.test(part)) throw new Error(`Not played: ${JSON.stringify(part)}`);
        for (const grapheme of graphemes(part)) {
          const cells = line(row);
          while (cells.length < column) cells.push(" ");
          cells[column] = grapheme;
          for (let rest = 1; rest < textWidth(grapheme); rest++) cells[column + rest] = "";
          column += textWidth(grapheme);
        }
    }
    line(row);
  }
  return { rows: grid.map((cells) => cells.join("").trimEnd()), row, column };
}

/** A machine after some key presses: its picture, or its answer. */
export function pressed<State, Answer>(
  machine: Machine<State, Answer>,
  presses: readonly string[],
  columns = 79,
): Frame | { readonly answer: Answer } {
  let state = machine.initial;
  for (const press of presses) {
    const step = machine.step(state, keyOf(press));
    if (step.kind === "answer") return { answer: step.answer };
    state = step.state;
  }
  return machine.draw(state, columns);
}

export const UP = "\x1b[A";
export const DOWN = "\x1b[B";
export const LEFT = "\x1b[D";
export const HOME = "\x1b[H";
export const END = "\x1b[F";
export const PAGE_UP = "\x1b[5~";
export const PAGE_DOWN = "\x1b[6~";
export const ENTER = "\r";
export const BACKSPACE = "\x7f";
export const ESCAPE = "\x1b";
export const CTRL_C = "\x03";

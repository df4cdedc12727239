/**
 * Questions as state machines: a state, a step per key press, and a picture of the state. This is the one driver of
 * them all; it draws on standard error and leaves the terminal as it found it.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { Host, Prompt } from "../host.ts";
import { printable } from "./escape.ts";
import { fitted, graphemes } from "./width.ts";
import { type Key, keyOf } from "./keys.ts";
import { within } from "../deadline.ts";

/** What asking needs: somebody who is there. */
export interface AskHost extends Pick<Host, "tell" | "screen"> {
  readonly prompt: Prompt;
}

/** What is on the screen: lines, and where the cursor stands in them. */
export interface Frame {
  readonly lines: readonly string[];
  /** Counted from 0. */
  readonly row: number;
  /** In columns of the terminal, counted from 0. */
  readonly column: number;
}

/** What a key press leads to. */
export type Step<State, Answer> =
  | { readonly kind: "stay"; readonly state: State }
  | { readonly kind: "answer"; readonly answer: Answer };

/** A question. Esc and Ctrl-C are not its concern. */
export interface Machine<State, Answer> {
  readonly initial: State;
  readonly step: (state: State, key: Key) => Step<State, Answer>;
  readonly draw: (state: State, columns: number) => Frame;
  /** The line that stays when it is answered. */
  readonly summary: (answer: Answer) => string;
}

export const stay = <State>(state: State): Step<State, never> => ({ kind: "stay", state });
export const answered = <Answer>(answer: Answer): Step<never, Answer> => ({ kind: "answer", answer });

/** The person does not want to answer. */
export function cancelled(): AuthError {
  return new AuthError("interrupted", "Interrupted");
}

/** `Host.sleep`. */
export type Wait = Host["sleep"];

/** How long keys that were typed ahead may take to arrive. */
const TYPE_AHEAD_MILLIS = 100;

/** Takes all keys that arrive before a moment has passed without one; the next one is still to come. */
async function withoutTypeAhead(
  keys: { readonly next: () => Promise<string | undefined> },
  wait: Wait,
): Promise<() => Promise<string | undefined>> {
  while (true) {
    const next = keys.next();
    const came = next.then((key) => key === undefined ? "end" as const : "key" as const);
    const first = await within({ sleep: wait }, TYPE_AHEAD_MILLIS, came, () => "quiet" as const);
    if (first === "key") continue;
    let pending: Promise<string | undefined> | undefined = next;
    return () => {
      const taken = pending ?? keys.next();
      pending = undefined;
      return taken;
    };
  }
}

/**
 * Asks a question with key presses.
 *
 * @param dropTypeAhead waits so many milliseconds: what is typed before then is no answer
 * @throws AuthError `interrupted` for Esc, Ctrl-C and the end of input
 */
export async function ask<State, Answer>(
  host: AskHost,
  machine: Machine<State, Answer>,
  dropTypeAhead?: Wait,
): Promise<Answer> {
  await using keys = host.prompt.keys();
  const next = dropTypeAhead === undefined ? keys.next : await withoutTypeAhead(keys, dropTypeAhead);
  let state = machine.initial;
  let shown = drawn(host, machine.draw(state, columnsOf(host)), undefined);
  while (true) {
    const key = keyOf(await next());
    if (key.kind === "escape" || key.kind === "interrupt" || key.kind === "end-of-input") {
      host.tell(belowFrame(shown));
      throw cancelled();
    }
    const step = machine.step(state, key);
    if (step.kind === "answer") {
      const line = painted(
        fitted(machine.summary(step.answer), host.screen.columns() - 1),
        host.screen.color,
      );
      host.tell(`${erasure(shown)}${line}\r\n`);
      return step.answer;
    }
    state = step.state;
    shown = drawn(host, machine.draw(state, columnsOf(host)), shown);
  }
}

/** The last column stays free: a terminal that is full to the brim may wrap. */
const columnsOf = ({ screen }: AskHost): number => Math.max(10, screen.columns() - 1);

/** Draws a frame over the one before; every line is one row of the terminal, or the arithmetic of rows is lost. */
function drawn(host: AskHost, frame: Frame, before: Frame | undefined): Frame {
  const columns = columnsOf(host);
  const lines = frame.lines.map((line) => fitted(printable(line), columns));
  const up = lines.length - 1 - frame.row;
  const right = Math.min(frame.column, columns);
  host.tell([
    before === undefined ? "" : erasure(before),
    lines.map((line) => painted(line, host.screen.color)).join("\r\n"),
    "\r",
    up > 0 ? `\x1b[${up}A` : "",
    right > 0 ? `\x1b[${right}C` : "",
  ].join(""));
  return frame;
}

/** To the beginning of a frame, and everything from there on away. */
const erasure = ({ row }: Frame): string => `${row > 0 ? `\x1b[${row}A` : ""}\r\x1b[J`;

/** To the line below a frame, which stays. */
function belowFrame({ lines, row }: Frame): string {
  const down = lines.length - 1 - row;
  return `${down > 0 ? `\x1b[${down}B` : ""}\r\n`;
}

/** The marks of questions and of what is chosen, in colours of the terminal's own theme. */
function painted(line: string, color: boolean): string {
  if (!color) return line;
  return line.replace(/^\?(?= )/, "\x1b[32m?\x1b[0m").replace(/^▸.*$/, (whole) => `\x1b[36m${whole}\x1b[0m`);
}

/** A line of text being typed. */
export interface Typing {
  readonly graphemes: readonly string[];
  /** How many of them are left of the cursor. */
  readonly cursor: number;
}

/** A text with the cursor behind it. */
export function typing(text: string): Typing {
  const all = graphemes(text);
  return { graphemes: all, cursor: all.length };
}

export const typedText = ({ graphemes: all }: Typing): string => all.join("");

/** What stands left of the cursor. */
export const beforeCursor = ({ graphemes: all, cursor }: Typing): string => all.slice(0, cursor).join("");

/** A line of text after a key press; one without a meaning here changes nothing. */
export function edited(line: Typing, key: Key): Typing {
  const { graphemes: all, cursor } = line;
  const replaced = (from: number, to: number, text: string): Typing => {
    const before = graphemes(all.slice(0, from).join("") + text);
    return { graphemes: [...before, ...all.slice(to)], cursor: before.length };
  };
  switch (key.kind) {
    case "text":
      return replaced(cursor, cursor, key.text);
    case "backspace":
      return replaced(Math.max(0, cursor - 1), cursor, "");
    case "delete":
      return replaced(cursor, cursor + 1, "");
    case "erase-line":
      return replaced(0, cursor, "");
    case "erase-word":
      return replaced(graphemes(all.slice(0, cursor).join("").replace(/\S+\s*$/, "")).length, cursor, "");
    case "left":
      return { ...line, cursor: Math.max(0, cursor - 1) };
    case "right":
      return { ...line, cursor: Math.min(all.length, cursor + 1) };
    case "home":
      return { ...line, cursor: 0 };
    case "end":
      return { ...line, cursor: all.length };
    default:
      return line;
  }
}

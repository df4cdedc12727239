/**
 * Choosing one of several names: the arrows move, typing filters.
 *
 * @module
 */
import { printable } from "./escape.ts";
import { fitted, textWidth } from "./width.ts";
import {
  answered,
  ask,
  type AskHost,
  beforeCursor,
  cancelled,
  edited,
  type Frame,
  type Machine,
  stay,
  type Step,
  typedText,
  type Typing,
  typing,
} from "./live.ts";
import type { Key } from "./keys.ts";

/** A question with several answers. */
export interface Choice {
  /** Without the question mark that is put before it. */
  readonly question: string;
  /** At least one. */
  readonly options: readonly string[];
  /** The option that the pointer starts at; the first by default. */
  readonly initial?: string | undefined;
}

interface Choosing {
  readonly filter: Typing;
  /** The place of the pointer among the options that the filter leaves. */
  readonly pointer: number;
  /** The first of them on the screen. */
  readonly top: number;
}

/** How many options are on the screen at once. */
const WINDOW = 10;

/**
 * Asks for one of several options.
 *
 * @throws AuthError `interrupted` for Esc, Ctrl-C and the end of input
 * @throws RangeError without options
 */
export async function choose(host: AskHost, choice: Choice): Promise<string> {
  if (choice.options.length === 0) throw new RangeError(`No options for: ${choice.question}`);
  return await (host.screen.ansi ? ask(host, choosing(choice)) : chooseByNumber(host, choice));
}

/** The question as a state machine. */
export function choosing(choice: Choice): Machine<Choosing, string> {
  const initial = choice.initial === undefined ? 0 : Math.max(0, choice.options.indexOf(choice.initial));
  return {
    initial: pointedAt({ filter: typing(""), pointer: 0, top: 0 }, initial, choice.options.length),
    step: (state, key) => stepped(choice.options, state, key),
    draw: (state, columns) => picture(choice, state, columns),
    summary: (answer) => `? ${choice.question} ${answer}`,
  };
}

/** The options that hold what was typed, in their order; upper and lower case are the same. */
function left(options: readonly string[], { filter }: Choosing): readonly string[] {
  const wanted = typedText(filter).toLowerCase();
  return options.filter((option) => option.toLowerCase().includes(wanted));
}

function stepped(options: readonly string[], state: Choosing, key: Key): Step<Choosing, string> {
  const shown = left(options, state);
  const { length } = shown;
  switch (key.kind) {
    case "enter": {
      const answer = shown[state.pointer];
      return answer === undefined ? stay(state) : answered(answer);
    }
    case "up":
      return stay(pointedAt(state, state.pointer === 0 ? length - 1 : state.pointer - 1, length));
    case "down":
    case "tab":
      return stay(pointedAt(state, state.pointer + 1 >= length ? 0 : state.pointer + 1, length));
    case "page-up":
      return stay(pointedAt(state, Math.max(0, state.pointer - WINDOW), length));
    case "page-down":
      return stay(pointedAt(state, state.pointer + WINDOW, length));
    case "home":
      return stay(pointedAt(state, 0, length));
    case "end":
      return stay(pointedAt(state, length - 1, length));
    default:
      return stay(filtered(options, state, key));
  }
}

/** Moves the pointer, and the window as far as it must. */
function pointedAt(state: Choosing, wanted: number, length: number): Choosing {
  const pointer = Math.max(0, Math.min(wanted, length - 1));
  const top = Math.min(Math.max(state.top, pointer - WINDOW + 1), pointer);
  return { ...state, pointer, top: Math.max(0, Math.min(top, length - WINDOW)) };
}

/** The pointer stays on its option while the filter leaves it. */
function filtered(options: readonly string[], state: Choosing, key: Key): Choosing {
  const filter = edited(state.filter, key);
  if (typedText(filter) === typedText(state.filter)) return { ...state, filter };
  const pointed = left(options, state)[state.pointer];
  const narrowed = { filter, pointer: 0, top: 0 };
  const shown = left(options, narrowed);
  return pointedAt(narrowed, pointed === undefined ? 0 : shown.indexOf(pointed), shown.length);
}

function picture({ question, options }: Choice, state: Choosing, columns: number): Frame {
  const shown = left(options, state);
  const visible = shown.slice(state.top, state.top + WINDOW);
  const rows = visible.map((option, index) => `${state.top + index === state.pointer ? "▸" : " "} ${option}`);
  const last = state.top + visible.length;
  const note = shown.length === 0
    ? ["  (no match)"]
    : shown.length > WINDOW
    ? [`  (${state.top + 1}-${last} of ${shown.length})`]
    : [];
  const typed = printable(typedText(state.filter));
  const head = fitted(`? ${printable(question)}`, Math.max(10, columns - 2 - textWidth(typed)));
  return {
    lines: [`${head} ${typed}`, ...rows, ...note],
    row: 0,
    column: textWidth(`${head} ${printable(beforeCursor(state.filter))}`),
  };
}

/** For terminals without cursor movement, and for screen readers. */
async function chooseByNumber(host: AskHost, { question, options, initial }: Choice): Promise<string> {
  const width = String(options.length).length;
  const list = options.map((option, index) =>
    `${String(index + 1).padStart(width + 2)}) ${printable(option)}\n`
  );
  host.tell(`? ${printable(question)}\n${list.join("")}`);
  const byDefault = initial === undefined ? "" : `, or Enter for ${printable(initial)}`;
  while (true) {
    host.tell(`Number or name${byDefault}: `);
    const line = await host.prompt.line();
    if (line === undefined) throw cancelled();
    const text = line.trim();
    const answer = text === ""
      ? initial
      : options.find((option) => option === text) ?? options[Number(text) - 1];
    if (answer !== undefined) return answer;
    host.tell(`Not one of them: ${printable(text)}\n`);
  }
}

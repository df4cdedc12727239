/**
 * A short code typed into a field in a box.
 *
 * @module
 */
import { box, fieldLines } from "./box.ts";
import { printable } from "./escape.ts";
import { fitted, graphemes, textWidth } from "./width.ts";
import type { Key } from "./keys.ts";
import {
  answered,
  ask,
  type AskHost,
  beforeCursor,
  cancelled,
  edited,
  type Machine,
  stay,
  type Step,
  typedText,
  type Typing,
  typing,
} from "./live.ts";
import { bullets } from "./question.ts";

/** What is asked for. */
export interface BoxField {
  readonly title: string;
  /** What is said above the field. */
  readonly lines: readonly string[];
  /** How many characters the answer has; more are not taken. */
  readonly length: number;
  /** What was wrong with the answer before. */
  readonly complaint?: string | undefined;
  /** Says what is wrong with an answer; then it is asked again. */
  readonly check: (text: string) => string | undefined;
}

interface Filling {
  readonly line: Typing;
  readonly complaint: string | undefined;
}

/** Inside of the box, as the documentation of Atmos draws it, and how much less there is inside of the field. */
const BOX_WIDTH = 51;
const LESS_IN_FIELD = 7;
/** A field is not narrower than what goes into it. */
const NARROWEST = 12;

/**
 * Asks for a short code in a box; spaces, as authenticator apps show them, do not count. The code does not stay on
 * the screen.
 *
 * @throws AuthError `interrupted` for Esc, Ctrl-C and the end of input
 */
export async function askInBox(host: AskHost, field: BoxField): Promise<string> {
  return await (host.screen.ansi ? ask(host, filling(field)) : askPlainly(host, field));
}

/** The field as a state machine. */
export function filling(field: BoxField): Machine<Filling, string> {
  return {
    initial: { line: typing(""), complaint: field.complaint },
    step: (state, key) => fillStep(field, state, key),
    draw: ({ line, complaint }, columns) => {
      const wanted = Math.max(BOX_WIDTH, ...field.lines.map((each) => textWidth(printable(each))));
      const width = Math.max(NARROWEST, Math.min(wanted, columns - 4) - LESS_IN_FIELD);
      const text = fitted(printable(typedText(line)), width);
      const lines = [...field.lines, "", ...fieldLines(text, width)];
      const drawing = box({ title: field.title, lines, minWidth: BOX_WIDTH }, columns);
      return {
        lines: [...drawing, ...complaint === undefined ? [] : [complaint]],
        // Above the field: the top, the title, the bar, the lines, an empty one and the field's own top.
        row: field.lines.length + 5,
        column: textWidth(`│ │ ${printable(beforeCursor(line))}`),
      };
    },
    summary: (answer) => `? ${field.title} ${bullets(answer)}`,
  };
}

function fillStep(field: BoxField, { line }: Filling, key: Key): Step<Filling, string> {
  if (key.kind === "enter") {
    const answer = typedText(line);
    const complaint = field.check(answer);
    return complaint === undefined ? answered(answer) : stay({ line: typing(""), complaint });
  }
  if (key.kind === "text" && key.text.trim() === "") return stay({ line, complaint: undefined });
  const after = edited(line, key);
  return stay({ line: after.graphemes.length > field.length ? line : after, complaint: undefined });
}

/** For terminals without cursor movement, and for screen readers. */
async function askPlainly(host: AskHost, field: BoxField): Promise<string> {
  const about = [field.complaint, ...field.lines].flatMap((
    text,
  ) => (text === undefined ? [] : [printable(text)]));
  host.tell(`${about.join("\n")}\n`);
  while (true) {
    host.tell(`${printable(field.title)}: `);
    const text = await host.prompt.line();
    if (text === undefined) throw cancelled();
    const answer = graphemes(text).filter((each) => each.trim() !== "").join("");
    const complaint = field.check(answer);
    if (complaint === undefined) return answer;
    host.tell(`${printable(complaint)}\n`);
  }
}

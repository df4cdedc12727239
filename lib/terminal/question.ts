/**
 * Questions that are answered by typing: a line, a secret, yes or no.
 *
 * @module
 */
import { Secret } from "../credentials.ts";
import { printable } from "./escape.ts";
import { graphemes, textWidth } from "./width.ts";
import { type Key, keyOf } from "./keys.ts";
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
  type Wait,
} from "./live.ts";

/** A question that is answered by typing. */
export interface Question {
  /** Without the question mark that is put before it. */
  readonly question: string;
  /** What stands there already: Enter takes it, a text typed at once takes its place, any other key changes it. */
  readonly initial?: string | undefined;
  /** Says what is wrong with an answer; then it is asked again. */
  readonly check?: ((answer: string) => string | undefined) | undefined;
}

interface Answering {
  readonly line: Typing;
  /** What stands there is what stood there: nothing was pressed yet. */
  readonly untouched: boolean;
  readonly complaint: string | undefined;
}

/**
 * Asks for a line of text; spaces around it do not count.
 *
 * @throws AuthError `interrupted` for Esc, Ctrl-C and the end of input
 */
export async function line(host: AskHost, question: Question): Promise<string> {
  if (host.screen.ansi) return await ask(host, answering(question, (text) => text));
  const byDefault = question.initial === undefined ? "" : ` (${printable(question.initial)})`;
  while (true) {
    host.tell(`? ${printable(question.question)}${byDefault} `);
    const text = await host.prompt.line();
    if (text === undefined) throw cancelled();
    const answer = text.trim() || (question.initial ?? "");
    const complaint = question.check?.(answer);
    if (complaint === undefined) return answer;
    host.tell(`${printable(complaint)}\n`);
  }
}

/**
 * Asks for a text that is not shown; a bullet stands for each character. Spaces count.
 *
 * @throws AuthError `interrupted` for Esc, Ctrl-C and the end of input
 */
export async function secret(host: AskHost, question: Omit<Question, "initial">): Promise<Secret> {
  return new Secret(
    await (host.screen.ansi
      ? ask(host, answering(question, bullets, (text) => text))
      : unseen(host, question)),
  );
}

/** One bullet for each character that a person typed. */
export const bullets = (text: string): string => "•".repeat(graphemes(text).length);

/** The question as a state machine. `shown` is what stands on the screen for what was typed. */
export function answering(
  { question, initial = "", check }: Question,
  shown: (text: string) => string,
  meant = (text: string): string => text.trim(),
): Machine<Answering, string> {
  return {
    initial: { line: typing(initial), untouched: true, complaint: undefined },
    step: (state, key) => answerStep(state, key, (text) => check?.(text), meant),
    draw: ({ line, complaint }) => ({
      lines: [`? ${question} ${shown(typedText(line))}`, ...complaint === undefined ? [] : [complaint]],
      row: 0,
      column: textWidth(printable(`? ${question} ${shown(beforeCursor(line))}`)),
    }),
    summary: (answer) => `? ${question} ${shown(answer)}`,
  };
}

function answerStep(
  { line, untouched }: Answering,
  key: Key,
  check: (answer: string) => string | undefined,
  meant: (text: string) => string,
): Step<Answering, string> {
  if (key.kind !== "enter") {
    const changed = untouched && key.kind === "text" ? typing("") : line;
    return stay({ line: edited(changed, key), untouched: false, complaint: undefined });
  }
  const answer = meant(typedText(line));
  const complaint = check(answer);
  return complaint === undefined ? answered(answer) : stay({ line, untouched: false, complaint });
}

/** Without cursor movement: key presses without an echo, and nothing drawn. */
async function unseen(host: AskHost, { question, check }: Question): Promise<string> {
  await using keys = host.prompt.keys();
  while (true) {
    host.tell(`? ${printable(question)} `);
    const text = await unseenLine(keys.next).finally(() => host.tell("\r\n"));
    const complaint = check?.(text);
    if (complaint === undefined) return text;
    host.tell(`${printable(complaint)}\r\n`);
  }
}

async function unseenLine(next: () => Promise<string | undefined>): Promise<string> {
  let typed = typing("");
  while (true) {
    const key = keyOf(await next());
    if (key.kind === "enter") return typedText(typed);
    if (key.kind === "escape" || key.kind === "interrupt" || key.kind === "end-of-input") throw cancelled();
    typed = edited(typed, key);
  }
}

/** A yes-or-no question. */
export interface Confirmation {
  readonly question: string;
  /** What Enter alone means; no by default. */
  readonly initial?: boolean;
  /** What was typed before the question stood there is no answer to it: waits so many milliseconds for its end. */
  readonly dropTypeAhead?: Wait;
}

/**
 * Asks for yes or no.
 *
 * @throws AuthError `interrupted` for Esc, Ctrl-C and the end of input
 */
export async function confirm(
  host: AskHost,
  { question, initial = false, dropTypeAhead }: Confirmation,
): Promise<boolean> {
  const asked = `${question} ${initial ? "(Y/n)" : "(y/N)"}`;
  if (host.screen.ansi) return await ask(host, confirming(asked, initial), dropTypeAhead);
  const check = (answer: string) =>
    yesOrNo(answer, initial) === undefined ? "Please answer yes or no" : undefined;
  return yesOrNo(await line(host, { question: asked, check }), initial) ?? initial;
}

function yesOrNo(answer: string, initial: boolean): boolean | undefined {
  if (answer === "") return initial;
  return /^y(?:es)?$/i.test(answer) ? true : /^no?$/i.test(answer) ? false : undefined;
}

/** The question as a state machine: one key answers it. */
export function confirming(asked: string, initial: boolean): Machine<undefined, boolean> {
  return {
    initial: undefined,
    step: (_, key) => {
      if (key.kind === "enter") return answered(initial);
      const answer = key.kind === "text" ? yesOrNo(key.text, initial) : undefined;
      return answer === undefined ? stay(undefined) : answered(answer);
    },
    draw: () => ({ lines: [`? ${asked} `], row: 0, column: textWidth(printable(`? ${asked} `)) }),
    summary: (answer) => `? ${asked} ${answer ? "yes" : "no"}`,
  };
}

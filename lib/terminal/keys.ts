/**
 * What terminals send: bytes of key presses cut into single ones, and single ones named.
 *
 * @module
 */

/** A key press by what it asks for. Anything without a meaning here is `other`. */
export type Key =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: KeyName };

type KeyName =
  | "enter"
  | "backspace"
  | "delete"
  | "erase-word"
  | "erase-line"
  | "up"
  | "down"
  | "left"
  | "right"
  | "home"
  | "end"
  | "page-up"
  | "page-down"
  | "tab"
  | "escape"
  | "interrupt"
  | "end-of-input"
  | "other";

/** ECMA-48 and xterm's sequences, with the variants of the Linux console, rxvt and vt220. */
const NAMES: ReadonlyMap<string, KeyName> = new Map<string, KeyName>([
  ["\r", "enter"],
  ["\n", "enter"],
  ["\x7f", "backspace"],
  ["\b", "backspace"],
  ["\x17", "erase-word"],
  ["\x1b\x7f", "erase-word"],
  ["\x15", "erase-line"],
  ["\t", "tab"],
  ["\x1b", "escape"],
  ["\x03", "interrupt"],
  ["\x04", "end-of-input"],
  ["\x10", "up"],
  ["\x0e", "down"],
  ["\x01", "home"],
  ["\x05", "end"],
  ["\x02", "left"],
  ["\x06", "right"],
  ...["\x1b[A", "\x1bOA"].map((keys) => [keys, "up"] as const),
  ...["\x1b[B", "\x1bOB"].map((keys) => [keys, "down"] as const),
  ...["\x1b[C", "\x1bOC"].map((keys) => [keys, "right"] as const),
  ...["\x1b[D", "\x1bOD"].map((keys) => [keys, "left"] as const),
  ...["\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~"].map((keys) => [keys, "home"] as const),
  ...["\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~"].map((keys) => [keys, "end"] as const),
  ["\x1b[3~", "delete"],
  ["\x1b[5~", "page-up"],
  ["\x1b[6~", "page-down"],
]);

/** The name of one key press; `undefined`, the end of input, has one too. */
export function keyOf(press: string | undefined): Key {
  if (press === undefined) return { kind: "end-of-input" };
  const name = NAMES.get(press);
  if (name !== undefined) return { kind: name };
  return /^\p{Cc}/u.test(press) ? { kind: "other" } : { kind: "text", text: press };
}

/** One press: Esc before another sequence, a sequence (CSI, SS3, Alt and a character) or a character. */
const PRESS = new RegExp(
  ["\x1b(?=\x1b)", "\x1b\\[[0-?]*[ -/]*[@-~]", "\x1bO[ -~]", "\x1b[^[O\x1b]", "[^\x1b]"]
    .map((form) => `^${form}`).join("|"),
  "u",
);

/**
 * Cuts what a terminal sent into key presses.
 *
 * @returns the presses, and the rest that may be the beginning of another one (`"\x1b"`, `"\x1b[1"`)
 */
export function splitKeys(sent: string): { readonly presses: readonly string[]; readonly rest: string } {
  const presses: string[] = [];
  let rest = sent;
  for (let match = PRESS.exec(rest); match !== null; match = PRESS.exec(rest)) {
    presses.push(match[0]);
    rest = rest.slice(match[0].length);
  }
  return { presses, rest };
}

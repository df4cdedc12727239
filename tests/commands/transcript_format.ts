/**
 * Transcripts: what a person types and gets, in a file that a person can read. `tests/transcripts/README.md` says how
 * one is written.
 */
import { PAUSE } from "../fake_host.ts";

/** What is set up, or done, before the next command. */
export type Setup =
  | { readonly kind: "env"; readonly name: string; readonly value: string | undefined }
  | { readonly kind: "file"; readonly path: string; readonly mode: number; readonly text: string }
  | { readonly kind: "bytes"; readonly path: string; readonly bytes: Uint8Array }
  | { readonly kind: "link" | "copy"; readonly path: string; readonly target: string }
  | { readonly kind: "directory" | "unreadable" | "unwritable" | "withheld"; readonly path: string }
  | { readonly kind: "held"; readonly thing: string; readonly holder: string }
  | { readonly kind: "cloud" | "offline" | "approve" | "deny" | "terminal" | "browser" | "locked-keyring" }
  | { readonly kind: "page"; readonly answer: "approve" | "deny" | "ignore" }
  | { readonly kind: "press"; readonly keys: readonly string[] }
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "input"; readonly text: string }
  | { readonly kind: "later" | "key-delay" | "lasts"; readonly seconds: number }
  | { readonly kind: "fault"; readonly operation: string; readonly effect: unknown }
  | { readonly kind: "program"; readonly name: string; readonly code: number; readonly stdout: string }
  | { readonly kind: "broken"; readonly name: string };

/** A command, the set-up before it and what is expected of it. */
export interface Step {
  readonly setup: readonly Setup[];
  /** `atmos auth env`, as typed. */
  readonly command: string;
  /** The lines below the command, up to the next set-up. */
  readonly expected: readonly string[];
  /** Numbers of the first of these lines and of the line behind the last. */
  readonly from: number;
  readonly to: number;
}

const EXPECTATION = /^(?:[>!&+~?]|=) ?/;

/** Reads a transcript. Throws a SyntaxError with the line for anything that is not understood. */
export function parseTranscript(text: string): readonly Step[] {
  const lines = text.split("\n");
  const steps: Step[] = [];
  let setup: Setup[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("$ ")) {
      const from = at + 1;
      let to = from;
      while (EXPECTATION.test(lines[to] ?? "")) to += 1;
      steps.push({ setup, command: line.slice(2), expected: lines.slice(from, to), from, to });
      setup = [];
      at = to - 1;
      continue;
    }
    const block: string[] = [];
    while ((lines[at + 1] ?? "").startsWith("|")) block.push((lines[++at] ?? "").replace(/^\| ?/, ""));
    const parsed = parseSetup(line, block);
    if (parsed === undefined) throw new SyntaxError(`Line ${at + 1} is not understood: ${line}`);
    setup.push(parsed);
  }
  return steps;
}

function parseSetup(line: string, block: readonly string[]): Setup | undefined {
  const [word = "", ...rest] = line.split(" ");
  const [first = "", second] = rest;
  const all = rest.join(" ");
  switch (word) {
    case "env": {
      const equals = all.indexOf("=");
      return equals < 0
        ? { kind: "env", name: all, value: undefined }
        : { kind: "env", name: all.slice(0, equals), value: all.slice(equals + 1) };
    }
    case "file":
      return {
        kind: "file",
        path: first,
        mode: second === undefined ? 0o644 : Number.parseInt(second, 8),
        text: textOf(block),
      };
    case "bytes":
      return {
        kind: "bytes",
        path: first,
        bytes: Uint8Array.from((second ?? "").match(/../g) ?? [], (hex) => Number.parseInt(hex, 16)),
      };
    case "link":
    case "copy":
      return { kind: word, path: first, target: second ?? "" };
    case "directory":
    case "unreadable":
    case "unwritable":
    case "withheld":
      return { kind: word, path: first };
    case "held":
      return { kind: "held", thing: all.replace(/ by .*/, ""), holder: all.replace(/.* by /, "") };
    case "broken":
      return { kind: "broken", name: first };
    case "cloud":
    case "offline":
    case "approve":
    case "deny":
    case "terminal":
    case "browser":
    case "locked-keyring":
      return { kind: word };
    case "page":
      return first === "approve" || first === "deny" || first === "ignore"
        ? { kind: "page", answer: first }
        : undefined;
    case "press":
      return { kind: "press", keys: rest.flatMap(keyPresses) };
    case "paste":
      return { kind: "press", keys: rest.map((word) => KEYS[word] ?? word) };
    case "line":
      return { kind: "line", text: all };
    case "input":
      return { kind: "input", text: textOf(block) };
    case "later":
    case "lasts":
    case "key-delay":
      return { kind: word, seconds: secondsOf(first) };
    case "fault":
      return { kind: "fault", operation: first, effect: JSON.parse(rest.slice(1).join(" ")) };
    case "program":
      return { kind: "program", name: first, code: Number(second ?? 0), stdout: textOf(block) };
    default:
      return undefined;
  }
}

const textOf = (block: readonly string[]): string =>
  block.map((text) => `${text.replaceAll("\\t", "\t")}\n`).join("");

const KEYS: Readonly<Record<string, string>> = {
  enter: "\r",
  escape: "\x1b",
  up: "\x1b[A",
  down: "\x1b[B",
  "ctrl-c": "\x03",
  "ctrl-u": "\x15",
  backspace: "\x7f",
  pause: PAUSE,
};

function keyPresses(word: string): readonly string[] {
  const key = KEYS[word];
  return key === undefined ? [...word] : [key];
}

function secondsOf(text: string): number {
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
  return Number(text.slice(0, -1)) * (units[text.slice(-1)] ?? NaN);
}

/** Words of a command line, as a shell would split them: blanks, double and single quotes. */
export function shellWords(line: string): readonly string[] {
  const words: string[] = [];
  for (const [, double, single, plain] of line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)) {
    words.push(double ?? single ?? plain ?? "");
  }
  return words;
}

/** A transcript with the expectations of its steps replaced. */
export function withExpectations(
  text: string,
  steps: readonly (Step & { readonly actual: readonly string[] })[],
): string {
  const lines = text.split("\n");
  for (const { from, to, actual } of steps.toReversed()) lines.splice(from, to - from, ...actual);
  return lines.join("\n");
}

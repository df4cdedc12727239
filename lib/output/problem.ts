/**
 * What went wrong, for a person: what was attempted and why it failed, where, what AWS called it, what to try.
 *
 * @module
 */
import { type AuthError, isAuthError, messageOf, type SourcePosition } from "../errors.ts";
import { printable } from "../terminal/escape.ts";
import { type Field, fields } from "./layout.ts";
import { type Style, styleOf } from "./style.ts";

/** The whole report of an error. With `trace` it holds the causes and their stacks. */
export function errorReport(error: unknown, style: Style, trace: boolean): string {
  const known = isAuthError(error);
  const message = known ? error.message : `Something is wrong inside this program: ${messageOf(error)}`;
  const rows = known
    ? details(error)
    : [["try", "Run it again with --logs-level=Trace and report what it says"] as const];
  return `${style.bad("Error:")} ${printable(message)}\n${fields(rows, style)}${trace ? causes(error) : ""}`;
}

/** What is no failure, but should be known. */
export function warningText(text: string, screen: { readonly color: boolean }): string {
  return `${styleOf(screen).soon("Warning:")} ${printable(text)}\n`;
}

/** `auth.identities.prod.via (/work/atmos.yaml:12:7)`, or whichever part is known. */
export function placeText(where: string | undefined, at: SourcePosition | undefined): string | undefined {
  const position = at === undefined ? undefined : positionText(at);
  // The whole configuration has no path.
  if (where === undefined || where === "" || position === undefined) return where || position;
  return `${where} (${position})`;
}

/** `/work/atmos.yaml:12:7` */
export function positionText(at: SourcePosition): string {
  return `${at.file}:${at.line}:${at.column}`;
}

function details(error: AuthError): readonly Field[] {
  return [
    ["where", placeText(error.where, error.at)],
    [
      "answer",
      error.remoteCode !== undefined && error.message.includes(error.remoteCode)
        ? undefined
        : error.remoteCode,
    ],
    ["request", error.requestId],
    ...error.hints.map((hint, at): Field => [at === 0 ? "try" : "", hint]),
  ];
}

function causes(error: unknown): string {
  const stacks: string[] = [];
  for (let cause = error; cause instanceof Error && stacks.length < 8; cause = cause.cause) {
    stacks.push(cause.stack ?? messageOf(cause));
  }
  return stacks.flatMap((stack) => stack.split("\n")).map((line) => `  ${printable(line)}\n`).join("");
}

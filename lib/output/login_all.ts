/**
 * One line for each identity of `login --all`.
 *
 * @module
 */
import { printable } from "../terminal/escape.ts";
import { textWidth } from "../terminal/width.ts";
import type { EpochMillis } from "../time.ts";
import { expiry } from "./moment.ts";
import type { Style } from "./style.ts";

/** What became of one identity. */
export type LoginLine =
  & { readonly name: string }
  & (
    | {
      readonly type: "done";
      readonly account: string | undefined;
      readonly role: string | undefined;
      readonly expiresAt: EpochMillis;
    }
    | { readonly type: "failed" | "skipped"; readonly reason: string }
  );

/** The line, without a line break; names are padded to `width` columns. */
export function loginLine(line: LoginLine, width: number, style: Style, now: EpochMillis): string {
  const shown = printable(line.name);
  const name = style.name(shown) + " ".repeat(Math.max(0, width - textWidth(shown)));
  if (line.type !== "done") {
    const mark = line.type === "failed" ? style.bad("✗") : style.dim("-");
    return `${mark} ${name}  ${printable(line.reason)}`;
  }
  const facts = [line.account, line.role, `until ${expiry(line.expiresAt, now)}`];
  const words = facts.flatMap((fact) => fact === undefined ? [] : [printable(fact)]);
  return `${style.good("✓")} ${name}  ${words.join("  ")}`;
}

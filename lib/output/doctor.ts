/**
 * What an examination of this machine found, for people and for programs.
 *
 * @module
 */
import { printable } from "../terminal/escape.ts";
import { jsonText } from "./json.ts";
import { type Field, fields } from "./layout.ts";
import type { DoctorDocument } from "./schemas/doctor.ts";
import type { Style } from "./style.ts";
import { counted } from "../counting.ts";

/** `error`: something will fail; `warning`: something may; `note`: good to know; `good`: nothing to say. */
export type Severity = "error" | "warning" | "note" | "good";

/** One thing that was looked at. */
export interface Finding {
  /** A stable name, such as `clock.skew`; several findings may share it. */
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  /** The line that mends it, for a shell. */
  readonly command?: string | undefined;
  /** Mends it: only what loses nothing and surprises nobody. */
  readonly mend?: (() => Promise<void>) | undefined;
}

/** All of it. */
export interface DoctorView {
  readonly findings: readonly Finding[];
  /** What `--fix` mended, by its title. */
  readonly mended: readonly string[];
}

const MARKS = { error: "✗", warning: "!", note: "·", good: "✓" } as const;
const TONES = { error: "bad", warning: "soon", note: "dim", good: "good" } as const;

/** For people: the worst first, each with what mends it. */
export function doctorText({ findings, mended }: DoctorView, style: Style): string {
  const order: readonly Severity[] = ["error", "warning", "note", "good"];
  const sorted = findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  const lines = sorted.map(({ id, severity, title, command, mend }) => {
    const rows: readonly Field[] = severity === "good" ? [] : [
      ["  run", command],
      ["  id", mend === undefined ? id : `${id}, mended by --fix`],
    ];
    return `${style[TONES[severity]](MARKS[severity])} ${printable(title)}\n${fields(rows, style)}`;
  });
  const done = mended.map((title) => `${style.good("✓")} mended: ${printable(title)}\n`);
  return [...done, ...lines, `\n${summaryOf(findings)}\n`].join("");
}

function summaryOf(findings: readonly Finding[]): string {
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const [errors, warnings] = [count("error"), count("warning")];
  if (errors + warnings === 0) return "Nothing is wrong.";
  const words = [[errors, "error"], [warnings, "warning"]] as const;
  return words.filter(([number]) => number > 0).map(([number, word]) => counted(number, word)).join(", ");
}

/** For programs. */
export function doctorJson({ findings, mended }: DoctorView): string {
  const document: DoctorDocument = {
    healthy: findings.every(({ severity }) => severity !== "error"),
    findings: findings.map(({ id, severity, title, command, mend }): DoctorDocument["findings"][number] => ({
      id,
      severity,
      title,
      command,
      fixable: mend !== undefined,
    })),
    mended,
  };
  return jsonText(document);
}

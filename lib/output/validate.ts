/**
 * The verdict on a configuration: every problem with its place, and on request how every entry was understood.
 *
 * @module
 */
import type { ConfigFile, Origin, Problem } from "../config/types.ts";
import { LIMITS, showLimit } from "../limits.ts";
import { jsonText } from "./json.ts";
import { type Cell, type Field, fields, paint } from "./layout.ts";
import { positionText } from "./problem.ts";
import type { ValidationDocument } from "./schemas/validate.ts";
import type { Style } from "./style.ts";
import { counted, firstLines } from "../counting.ts";

/** What became of one provider or identity. */
export interface EntryVerdict {
  readonly type: "provider" | "identity";
  readonly name: string;
  /** `undefined` when the configuration is too broken to tell. */
  readonly kind: string | undefined;
  readonly verdict: "usable" | "unsupported" | "unusable" | "untrusted";
  /** Names from root to target; a step that was put in by us ends with ` (inserted)`. Empty for providers. */
  readonly chain: readonly string[];
  /** What was chosen for it and why, in words. */
  readonly note?: string;
}

/** Everything `validate` found. */
export interface ValidationView {
  readonly valid: boolean;
  readonly files: readonly ConfigFile[];
  readonly problems: readonly Problem[];
  readonly entries: readonly EntryVerdict[];
  readonly origins: ReadonlyMap<string, Origin>;
}

/** For people. `verbose` adds files, entries with their chains, and where each value came from. */
export function validationText(view: ValidationView, style: Style, verbose: boolean): string {
  const parts = [
    ...(verbose ? verboseParts(view, style) : []),
    ...problemTexts(view.problems, style),
    summary(view, style),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** For programs. */
export function validationJson(view: ValidationView, verbose: boolean): string {
  const document: ValidationDocument = {
    valid: view.valid,
    files: view.files.map(({ path, trusted }) => ({ path, trusted })),
    problems: view.problems.map((problem): ValidationDocument["problems"][number] => ({
      severity: problem.severity,
      code: problem.code,
      path: problem.path,
      ...(problem.at === undefined ? {} : problem.at),
      reason: problem.reason,
      ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    })),
    ...(verbose ? { entries: view.entries, origins: originsJson(view.origins) } : {}),
  };
  return jsonText(document);
}

/** The first of them; after so many, their number is what there is to know. */
function problemTexts(problems: readonly Problem[], style: Style): readonly string[] {
  const beyond = `: the first ${showLimit("problemsShown")} are shown, --format json has all\n`;
  return firstLines(problems, LIMITS.problemsShown.most, (problem) => problemText(problem, style), beyond);
}

function problemText(problem: Problem, style: Style): string {
  const severity: Cell = { text: problem.severity, tone: problem.severity === "error" ? "bad" : "soon" };
  const head: readonly Cell[] = [
    severity,
    ...(problem.at === undefined ? [] : [positionText(problem.at)]),
    ...(problem.path === "" ? [] : [{ text: problem.path, tone: "strong" } as const]),
  ];
  const body = [problem.reason, problem.hint].flatMap((line) =>
    line === undefined ? [] : [`  ${paint(line, style)}\n`]
  );
  return `${head.map((cell) => paint(cell, style)).join(" ")}\n${body.join("")}`;
}

function summary(view: ValidationView, style: Style): string {
  const counts = (["error", "warning", "notice"] as const).flatMap((severity) => {
    const count = view.problems.filter((problem) => problem.severity === severity).length;
    return count === 0 ? [] : [counted(count, severity)];
  });
  const found = counts.length === 0 ? "" : `: ${counts.join(", ")}`;
  if (view.valid && view.entries.length === 0) {
    return `${
      style.good("✓")
    } Authentication configuration is valid, but holds no provider and no identity${found}\n`;
  }
  return view.valid
    ? `${style.good("✓")} Authentication configuration is valid${found}\n`
    : `${style.bad("✗")} Authentication configuration is not valid${found}\n`;
}

function verboseParts(view: ValidationView, style: Style): readonly string[] {
  const files = view.files.map((file): Field => [file.trusted ? "trusted" : "untrusted", file.path]);
  const section = (title: string, text: string) => text === "" ? "" : `${style.strong(title)}\n${text}`;
  return [
    section("Files", fields(files, style)),
    section("Providers", entriesText(view, "provider", style)),
    section("Identities", entriesText(view, "identity", style)),
    section(
      "Values",
      fields([...view.origins].map(([path, origin]): Field => [path, originText(origin)]), style),
    ),
  ];
}

const VERDICT_WORDS = {
  usable: "usable",
  unsupported: "unsupported",
  untrusted: "needs trust",
  unusable: "unusable",
} as const;
const VERDICT_TONES = { usable: "good", unsupported: "soon", untrusted: "soon", unusable: "bad" } as const;

function entriesText(view: ValidationView, type: EntryVerdict["type"], style: Style): string {
  return view.entries.filter((entry) => entry.type === type).map((entry) => {
    const verdict = paint({ text: VERDICT_WORDS[entry.verdict], tone: VERDICT_TONES[entry.verdict] }, style);
    const kind = entry.kind === undefined ? "" : ` (${paint(entry.kind, style)})`;
    const below = [
      ...(entry.chain.length === 0 ? [] : [entry.chain.join(" → ")]),
      ...(entry.note === undefined ? [] : [entry.note]),
    ];
    const lines = below.map((line) => `    ${paint(line, style)}\n`).join("");
    return `  ${paint({ text: entry.name, tone: "name" }, style)}${kind} ${verdict}\n${lines}`;
  }).join("");
}

function originText(origin: Origin): string {
  const variable = origin.variable === undefined ? "" : ` (from the variable ${origin.variable})`;
  return `${positionText(origin.at)}${variable}`;
}

function originsJson(
  origins: ReadonlyMap<string, Origin>,
): NonNullable<ValidationDocument["origins"]> {
  return Object.fromEntries(
    [...origins].map((
      [path, { at, variable }],
    ) => [path, { ...at, ...(variable === undefined ? {} : { variable }) }]),
  );
}

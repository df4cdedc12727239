/**
 * What a login would do, for people and for programs.
 *
 * @module
 */
import { formatDuration } from "../duration.ts";
import type { SourcePosition } from "../errors.ts";
import { type EpochMillis, formatInstant } from "../time.ts";
import { jsonText } from "./json.ts";
import { type Field, fields, paint, table } from "./layout.ts";
import { expiry } from "./moment.ts";
import { positionText } from "./problem.ts";
import type { ExplainDocument } from "./schemas/explain.ts";
import type { Style } from "./style.ts";

/** One step of the chain. */
export interface ExplainedStep {
  readonly name: string;
  readonly kind: string;
  readonly inserted: boolean;
  /** What one becomes by it: a permission set in an account, a role, an ARN. */
  readonly becomes: string | undefined;
  /** `undefined`: nobody looked. */
  readonly state: "fresh" | "stale" | "expired" | "absent" | undefined;
  readonly expiresAt: EpochMillis | undefined;
  /** Where something is, when it is not a session in a file; or why the one in the file is not used. */
  readonly place: string | undefined;
  readonly action: "use" | "renew" | "make" | "nothing";
  /** `undefined` for a provider. */
  readonly duration: ExplainedDuration | undefined;
}

/** How long a session lasts, and why. */
export interface ExplainedDuration {
  /** What is asked for; `undefined`: AWS's default. */
  readonly seconds: number | undefined;
  readonly from: string | undefined;
  readonly shortenedFrom: number | undefined;
  readonly limitSeconds: number;
  readonly limitReason: string;
}

/** A variable of the present environment, and what becomes of it. */
export interface Override {
  readonly name: string;
  readonly effect: string;
}

/** Everything `explain` shows. */
export interface ExplainView {
  readonly identity: string;
  readonly kind: string;
  /** Whether `env` and `exec` would take what is in hand. */
  readonly ready: boolean;
  readonly chain: readonly ExplainedStep[];
  readonly questions: readonly string[];
  /** What a child of `exec` gets; a value that only a login makes is `undefined`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly overrides: readonly Override[];
  /** What takes effect only once it is trusted; then nothing else of it is shown. */
  readonly needs: readonly { readonly path: string; readonly at: SourcePosition; readonly does: string }[];
}

/** For people. */
export function explainText(view: ExplainView, style: Style, now: EpochMillis): string {
  const chain = view.chain.map((step) => [
    { text: step.inserted ? `${step.name} (inserted)` : step.name, tone: "name" as const },
    step.kind,
    step.becomes ?? "",
    holdingText(step, now),
    ACTIONS[step.action],
  ]);
  const durations = view.chain.flatMap(({ name, duration }): Field[] =>
    duration === undefined ? [] : [[name, durationText(duration)]]
  );
  const variables = Object.entries(view.variables).map(([name, value]): Field => [
    name,
    value ?? "(made by the login)",
  ]);
  const ready = view.ready
    ? "`env` and `exec` would use the session in hand as it is."
    : "`env` and `exec` would make a session as a login does.";
  const needs = view.needs.map(({ path, at, does }): Field => [`${path} (${positionText(at)})`, does]);
  if (needs.length > 0) {
    return [
      `${style.strong("A login to")} ${view.identity} (${view.kind}) ${style.strong("would be")}\n\n`,
      table(["STEP", "KIND"], chain.map(([name = "", kind = ""]) => [name, kind]), style),
      section("Needs trust: run `atmos auth trust` if you agree", needs, "", style),
      section("How long", durations, "", style),
    ].join("");
  }
  return [
    `${style.strong("A login to")} ${paint(view.identity, style)} (${paint(view.kind, style)}) ${
      style.strong("would be")
    }\n\n`,
    table(["STEP", "KIND", "BECOMES", "IN HAND", "A LOGIN WOULD"], chain, style),
    `\n  ${ready}\n`,
    section(
      "Questions",
      view.questions.map((question): Field => ["asks", question]),
      "  Nothing would be asked.\n",
      style,
    ),
    section("How long", durations, "", style),
    section("Variables of a child", variables, "", style),
    section(
      "In the way",
      view.overrides.map(({ name, effect }): Field => [name, effect]),
      "  No variable of this environment would win over the session.\n",
      style,
    ),
  ].join("");
}

const ACTIONS = {
  use: "use it",
  renew: "use or renew it",
  make: "make it anew",
  nothing: "not need it",
} as const;

function section(title: string, rows: readonly Field[], empty: string, style: Style): string {
  const body = rows.length === 0 ? empty : fields(rows, style);
  return body === "" ? "" : `\n${style.strong(title)}\n${body}`;
}

function holdingText({ state, expiresAt, place }: ExplainedStep, now: EpochMillis): string {
  if (place !== undefined) return place;
  if (expiresAt === undefined) return "";
  return state === "stale" ? `${expiry(expiresAt, now)}, too short` : expiry(expiresAt, now);
}

/** What is asked for, who asked, and the limit with its reason. */
function durationText(duration: ExplainedDuration): string {
  const { seconds, from, shortenedFrom, limitSeconds, limitReason } = duration;
  const limit = `at most ${formatDuration(limitSeconds)}: ${limitReason}`;
  if (seconds === undefined || from === undefined) return `AWS's default; ${limit}`;
  const instead = shortenedFrom === undefined ? "" : ` instead of ${formatDuration(shortenedFrom)}`;
  return `${formatDuration(seconds)}${instead}, by ${from}; ${limit}`;
}

/** For programs. */
export function explainJson(view: ExplainView): string {
  const document: ExplainDocument = {
    identity: view.identity,
    kind: view.kind,
    ready: view.ready,
    needs_trust: view.needs.length === 0 ? undefined : view.needs.map(({ path, does }) => ({ path, does })),
    chain: view.chain.map(({ expiresAt, duration, ...step }): ExplainDocument["chain"][number] => ({
      ...step,
      expiration: expiresAt === undefined ? undefined : formatInstant(expiresAt),
      duration: duration === undefined ? undefined : {
        seconds: duration.seconds,
        from: duration.from,
        shortened_from: duration.shortenedFrom,
        limit_seconds: duration.limitSeconds,
        limit_reason: duration.limitReason,
      },
    })),
    questions: view.questions,
    variables: Object.fromEntries(
      Object.entries(view.variables).map(([name, value]) => [name, value ?? null]),
    ),
    overrides: view.overrides,
  };
  return jsonText(document);
}

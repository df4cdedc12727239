/**
 * Reading a part of the raw tree key by key, collecting what is wrong with it.
 *
 * @module
 */
import { didYouMean } from "../config/nearest.ts";
import {
  describeNode,
  entryOf,
  formatPath,
  isNull,
  type Path,
  type Raw,
  type RawEntry,
} from "../config/raw.ts";
import { AuthError, type SourcePosition } from "../errors.ts";
import { isVariableName } from "../stacks/values.ts";
import type { Fault, Variables } from "./types.ts";

/** A part under reading. */
export interface Part {
  readonly path: Path;
  readonly raw: Raw;
  /** Grows while reading; shared with the parts around it. */
  readonly faults: Fault[];
}

/** What to report of a key, or of the part itself. */
export interface Finding {
  readonly key?: string | number;
  readonly at?: SourcePosition;
  readonly severity?: Fault["severity"];
  readonly reason: string;
  readonly hint?: string | undefined;
}

/** Adds a fault. */
export function report({ path, raw, faults }: Part, { key, at, severity, reason, hint }: Finding): void {
  faults.push({
    severity: severity ?? "error",
    path: key === undefined ? path : [...path, key],
    at: at ?? raw.at,
    reason,
    hint,
  });
}

/** The entry of a key that says something. */
export function said({ raw }: Part, key: string): RawEntry | undefined {
  const entry = entryOf(raw, key);
  return entry === undefined || isNull(entry.value) ? undefined : entry;
}

/** The part below a key; `undefined` when nothing stands there. */
export function partAt(part: Part, key: string): Part | undefined {
  const entry = said(part, key);
  return entry === undefined
    ? undefined
    : { path: [...part.path, entry.key], raw: entry.value, faults: part.faults };
}

/** The items of a list at a key, or the one thing that stands there in place of a list. */
export function itemsAt(part: Part, key: string): readonly Part[] {
  const below = partAt(part, key);
  if (below === undefined) return [];
  if (below.raw.type !== "list") return [below];
  return below.raw.items.map((raw, index) => ({ path: [...below.path, index], raw, faults: part.faults }));
}

/** The text of a scalar; anything else is reported. */
export function textOf({ path, raw, faults }: Part): string | undefined {
  if (raw.type === "scalar" && raw.value !== null) return raw.text;
  const reason = raw.type === "unset"
    ? `the variable ${raw.variable} is not set, and has no default`
    : raw.type === "tag"
    ? raw.fault ?? `${raw.tag} is not evaluated here`
    : `expected a text, found ${describeNode(raw)}`;
  report({ path, raw, faults }, { reason });
  return undefined;
}

/** The text at a key. */
export function textAt(part: Part, key: string): string | undefined {
  const below = partAt(part, key);
  return below === undefined ? undefined : textOf(below);
}

/** True or false at a key. */
export function booleanAt(part: Part, key: string): boolean | undefined {
  const text = textAt(part, key);
  if (text === undefined) return undefined;
  const folded = text.toLowerCase();
  if (folded === "true" || folded === "false") return folded === "true";
  report(part, {
    key,
    at: said(part, key)?.value.at ?? part.raw.at,
    reason: `expected true or false, found ${JSON.stringify(text)}`,
  });
  return undefined;
}

/** One of a few words at a key. */
export function wordAt<Word extends string>(
  part: Part,
  key: string,
  words: readonly Word[],
): Word | undefined {
  const text = textAt(part, key);
  if (text === undefined) return undefined;
  const found = words.find((word) => word === text.toLowerCase());
  if (found === undefined) {
    report(part, {
      key,
      at: said(part, key)?.value.at ?? part.raw.at,
      reason: `${JSON.stringify(text)} is not one of ${words.join(", ")}`,
      hint: didYouMean(text, words),
    });
  }
  return found;
}

/** A map of variables. */
export function variablesAt(part: Part, key: string): Variables {
  const below = partAt(part, key);
  if (below === undefined) return {};
  if (below.raw.type !== "map") {
    report(below, { reason: `expected a map of variables, found ${describeNode(below.raw)}` });
    return {};
  }
  return Object.fromEntries(
    [...below.raw.entries.values()].flatMap(({ key: name, keyAt, value }) => {
      if (!isVariableName(name)) {
        report(below, {
          key: name,
          at: keyAt,
          reason: `${JSON.stringify(name)} cannot be the name of a variable`,
        });
        return [];
      }
      const text = isNull(value)
        ? ""
        : textOf({ path: [...below.path, name], raw: value, faults: part.faults });
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

/** Keys that nobody reads are odd; keys that would change what happens, and that nobody does, are errors. */
export function reportKeys(
  part: Part,
  known: readonly string[],
  refused: Readonly<Record<string, string>> = {},
): void {
  if (part.raw.type !== "map") return;
  for (const { key, keyAt } of part.raw.entries.values()) {
    const folded = key.toLowerCase();
    if (known.includes(folded)) continue;
    const why = Object.hasOwn(refused, folded) ? refused[folded] : undefined;
    report(part, {
      key,
      at: keyAt,
      severity: why === undefined ? "warning" : "error",
      reason: why ?? `the key ${JSON.stringify(key)} is not known`,
      hint: why === undefined ? didYouMean(key, known) : undefined,
    });
  }
}

/** Refuses what cannot be used as it stands. The first fault is the message, the others follow. */
export function assertSound(what: string, faults: readonly Fault[]): void {
  const [first, ...others] = faults.filter(({ severity }) => severity === "error");
  if (first === undefined) return;
  throw new AuthError("config-invalid", `Cannot use ${what}: ${first.reason}`, {
    where: formatPath(first.path),
    at: first.at,
    hints: [
      first.hint,
      ...others.map(({ at, path, reason }) =>
        `Also at ${at.file}:${at.line}:${at.column}: ${formatPath(path)}: ${reason}`
      ),
    ],
  });
}

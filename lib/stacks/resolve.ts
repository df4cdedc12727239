/**
 * `!env` and `!literal` in a component's sections, and what is refused in them.
 *
 * @module
 */
import { parseEnvExpression, resolveEnvTags } from "../config/env_tag.ts";
import {
  formatPath,
  type Path,
  type Raw,
  type RawEntry,
  type RawMap,
  type RawScalar,
  type RawTag,
} from "../config/raw.ts";
import type { Fault } from "./manifest.ts";
import { entryFor, mapIn, textNode, valueIn, withEntries, wordIn } from "./values.ts";

/** What resolving depends on. */
export interface Resolving {
  readonly env: (name: string) => string | undefined;
  /** Whether `{{` in a text means a template. */
  readonly hasTemplates: boolean;
}

/** Why a value of a component cannot be used. */
export interface ValueFault extends Fault {
  /** `vars.vpc_id`. */
  readonly path: string;
}

/**
 * Sections that say what runs, where and with what. What the others hold (`settings`, `hooks`, ...) is shown and never
 * acted upon, so what cannot be evaluated there stays as it is written; `auth` has rules of its own.
 */
const USED_SECTIONS = [
  "vars",
  "env",
  "backend_type",
  "backend",
  "providers",
  "required_providers",
  "required_version",
  "command",
  "metadata",
];

/** The one template that is filled here. */
const OWN_TEMPLATE = "metadata.terraform_workspace_template";

/** The sections with `!env` and `!literal` replaced, and every value that nobody here can evaluate. */
export function resolveSections(
  sections: RawMap,
  { env, hasTemplates }: Resolving,
): { readonly sections: RawMap; readonly faults: readonly ValueFault[] } {
  const own = mapIn(sections, "env");
  const first = own === undefined
    ? sections
    : withEntries(sections, { env: entryFor("env", resolveEnvTags(own, env)) });
  // The component's own variables count before those of the process.
  const variables = (name: string) => ownVariable(first, name) ?? env(name);
  const resolved = resolveEnvTags(first, variables);
  const faults: ValueFault[] = [];
  const entries = new Map<string, RawEntry>();
  for (const [key, entry] of resolved.type === "map" ? resolved.entries : []) {
    const found: ValueFault[] = [];
    entries.set(key, { ...entry, value: settle(entry.value, [key], found, hasTemplates) });
    if (USED_SECTIONS.includes(key)) faults.push(...found.filter(({ path }) => path !== OWN_TEMPLATE));
  }
  return { sections: { ...sections, entries }, faults };
}

function ownVariable(sections: RawMap, name: string): string | undefined {
  const value = valueIn(sections, "env", name);
  return value?.type === "scalar" && value.value !== null ? wordIn(value) : undefined;
}

function settle(raw: Raw, path: Path, faults: ValueFault[], hasTemplates: boolean): Raw {
  const refuse = (reason: string, hint: string): Raw => {
    faults.push({ path: formatPath(path), at: raw.at, reason, hint });
    return raw;
  };
  switch (raw.type) {
    case "scalar":
      if (isRounded(raw)) {
        return refuse(
          `the number ${raw.text} cannot be kept as it is written`,
          "Put it in quotes: Terraform takes a text of digits for the number that it is",
        );
      }
      return hasTemplates && raw.variable === undefined && raw.text.includes("{{")
        ? refuse(
          `it holds a template, ${excerpt(raw.text)}, and templates are not rendered`,
          "Write the value itself, !literal before a text that means what it says, or " +
            "`templates.settings.enabled: false` in atmos.yaml",
        )
        : raw;
    case "list":
      return {
        ...raw,
        items: raw.items.map((item, index) => settle(item, [...path, index], faults, hasTemplates)),
      };
    case "map":
      return {
        ...raw,
        entries: new Map(
          [...raw.entries].map((
            [key, entry],
          ) => [key, { ...entry, value: settle(entry.value, [...path, key], faults, hasTemplates) }]),
        ),
      };
    case "unset":
      return refuse(
        `the variable ${raw.variable} is not set, and has no default`,
        `Set ${raw.variable}, or write a default: !env ${raw.variable} DEFAULT`,
      );
    case "tag":
      if (raw.tag === "!literal" && raw.argument.type === "scalar") {
        return textNode(raw.argument.text, raw.at);
      }
      return refuse(reasonFor(raw), "In stacks `!env`, `!include FILE` and `!literal` are evaluated");
  }
}

/** Whole numbers that Go rounds, since no integer of 64 bits holds them, and what JSON has no number for. */
function isRounded({ value, text }: RawScalar): boolean {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return false;
  return !Number.isFinite(value) || /^[-+]?[\d_]+$/.test(text);
}

function reasonFor({ tag, fault, argument }: RawTag): string {
  if (fault !== undefined) return fault;
  const expression = tag === "!env" && argument.type === "scalar"
    ? parseEnvExpression(argument.text)
    : undefined;
  return expression !== undefined && "malformed" in expression
    ? expression.malformed
    : `${tag} is not evaluated by this program`;
}

function excerpt(text: string): string {
  const found = /\{\{.*?(?:\}\}|$)/s.exec(text)?.[0] ?? text;
  return JSON.stringify(found.length > 60 ? `${found.slice(0, 60)}...` : found);
}

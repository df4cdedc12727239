/**
 * Environment edits as text that a shell, a program or a CI system reads back to exactly the same values.
 *
 * @module
 */
import { AuthError, unreachable } from "../errors.ts";
import type { EnvironmentEdits } from "../host.ts";
import { SECRET_VARIABLES } from "../session_variables.ts";
import { jsonText } from "./json.ts";
import type { EnvDocument } from "./schemas/env.ts";

/** What `env --format` takes. */
export const ENVIRONMENT_FORMATS = ["bash", "json", "dotenv", "fish", "powershell", "cmd", "github"] as const;
export type EnvironmentFormat = typeof ENVIRONMENT_FORMATS[number];

/**
 * The edits in one format; ends with a newline unless it is empty. `json` and `dotenv` are read by programs that
 * start without our variables, so they hold no removals; `github` cannot remove a variable.
 *
 * @throws AuthError `config-invalid` for a name that is not a variable's, or a value that the format cannot hold
 */
export function formatEnvironment(format: EnvironmentFormat, edits: EnvironmentEdits): string {
  const entries = Object.entries(edits.set);
  for (const [name, value] of entries) assertRepresentable(format, name, value);
  switch (format) {
    case "bash":
      return bash(entries, edits.unset);
    case "json":
      return jsonText(edits.set satisfies EnvDocument);
    case "dotenv":
      return lines(entries.map(([name, value]) => `${name}=${dotenvValue(value)}`));
    case "fish":
      return lines([
        ...entries.map(([name, value]) => `set -gx ${name} '${value.replace(/[\\']/g, "\\$&")}'`),
        ...edits.unset.map((name) => `set -e ${name}`),
      ]);
    case "powershell":
      return lines([
        ...entries.map(([name, value]) => `$env:${name} = '${value.replace(POWERSHELL_QUOTES, "$&$&")}'`),
        ...edits.unset.map((name) => `Remove-Item Env:${name}`),
      ]);
    case "cmd":
      return lines([
        ...entries.map(([name, value]) => `set "${name}=${value.replaceAll("%", "%%")}"`),
        ...edits.unset.map((name) => `set "${name}="`),
      ]);
    case "github":
      return lines(entries.map(([name, value]) => `${name}=${value}`));
    default:
      return unreachable(format);
  }
}

/** The lines that make GitHub hide the secrets among the edits in everything that a job prints later. */
export function githubMasks(edits: EnvironmentEdits): string {
  return lines(
    SECRET_VARIABLES.flatMap((name) =>
      edits.set[name] === undefined ? [] : [`::add-mask::${edits.set[name]}`]
    ),
  );
}

/** PowerShell takes the typographic quotes for the plain one (language specification 2.3.5.2). */
const POWERSHELL_QUOTES = /['\u2018\u2019\u201a\u201b]/g;

/**
 * Names come from `env:` of a configuration, and the text is evaluated: what is not a name could be a command.
 * A line break cannot be quoted in `cmd`, and would end a line of `github`.
 */
function assertRepresentable(format: EnvironmentFormat, name: string, value: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new AuthError(
      "config-invalid",
      `Cannot print the variable ${JSON.stringify(name)}: that is not a variable's name`,
      {
        hints: ["Names are letters, digits and underscores; see `env` of the identity"],
      },
    );
  }
  const forbidden = format === "cmd" ? /[\r\n\0"]/ : format === "github" ? /[\r\n\0]/ : /\0/;
  if (forbidden.test(value)) {
    throw new AuthError(
      "config-invalid",
      `Cannot print the variable ${name}: ${format} cannot hold its value`,
      {
        hints: ["Use another --format; json holds any value"],
      },
    );
  }
}

/**
 * In double quotes only these four have a meaning (POSIX 2.2.3); a history `!` has none in evaluated text. The
 * semicolon before the removals keeps `eval $(...)` without quotes right, which makes one line of all.
 */
function bash(entries: readonly (readonly [string, string])[], unset: readonly string[]): string {
  const exports = entries.map(([name, value]) => `export ${name}="${value.replace(/["$`\\]/g, "\\$&")}"`);
  if (unset.length === 0) return lines(exports);
  const separated = exports.map((line, at) => at === exports.length - 1 ? `${line};` : line);
  return lines([...separated, `unset ${unset.join(" ")}`]);
}

/**
 * Bare where every reader agrees, else single quotes, which every reader takes literally; only a value with a
 * single quote or a line break needs double quotes with escapes.
 */
function dotenvValue(value: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(value)) return value;
  if (!/['\r\n\\]/.test(value)) return `'${value}'`;
  const escaped = value.replace(/["$`\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
  return `"${escaped}"`;
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}

/**
 * The manual page, from the records that the command line and its help are read by: `deno run scripts/man.ts` prints
 * it.
 *
 * @module
 */
import type { Command } from "../lib/cli/line/command.ts";
import { type Flags, longName } from "../lib/cli/line/flags.ts";
import { GLOBAL_FLAGS } from "../lib/cli/line/globals.ts";
import { commandsOf } from "../lib/cli/line/tree.ts";
import { ROOT } from "../lib/commands/table.ts";
import manifest from "../deno.json" with { type: "json" };

/** Exit codes with their meaning, as in the README. */
const EXIT_CODES: readonly (readonly [code: string, meaning: string])[] = [
  ["0", "done"],
  ["1", "failed for a reason not below"],
  ["2", "usage or configuration; nothing was attempted"],
  ["3", "a person is needed (login, MFA, password) and none can be asked"],
  ["4", "refused by AWS or the identity provider"],
  ["5", "not reachable: network, proxy, TLS, throttled beyond the retries"],
  ["6", "keyring: locked, wrong password, damaged, unavailable"],
  ["126, 127", "the program to run: not executable, not found"],
  ["130", "interrupted"],
  ["any other", "that of the program that was run; 128+n when a signal ended it"],
];

const FILES: readonly (readonly [file: string, what: string])[] = [
  ["atmos.yaml, .atmos.yaml, atmos.d/, .atmos.d/", "the configuration, here or above, and in ~/.atmos"],
  ["~/.config/atmos/aws/PROVIDER/credentials, config", "sessions, for AWS SDKs"],
  ["~/.local/share/atmos/keyring/", "tokens and long-lived keys, sealed"],
  ["~/.local/state/atmos/", "locks, trusted configuration, the last choice"],
];

/** A command where it stands in the table. */
interface Placed {
  readonly path: string;
  readonly command: Command;
}

/** The page `atmos(1)` in the macros of man(7). */
export async function manualPage(): Promise<string> {
  const commands: readonly Placed[] = await Promise.all(
    commandsOf(ROOT).map(async ([words, { load }]) => ({ path: `atmos ${words}`, command: await load() })),
  );
  return [
    `.TH ATMOS 1 "" "atmos ${manifest.version}" "User Commands"`,
    section("NAME", "atmos \\- sessions of cloud providers, by the identities of atmos.yaml"),
    section("SYNOPSIS", ...commands.map(synopsis)),
    section("DESCRIPTION", paragraph(ROOT.description)),
    section("COMMANDS", ...commands.map(commandText)),
    section("GLOBAL FLAGS", flagsText(GLOBAL_FLAGS)),
    section("EXIT STATUS", ...EXIT_CODES.map(([code, meaning]) => tagged(bold(code), meaning))),
    section("FILES", ...FILES.map(([file, what]) => tagged(bold(file), what))),
    "",
  ].join("\n");
}

/** Text as it is: no request at the start of a line, no escape, and hyphens that can be copied. */
export function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^(?=[.'])/gm, "\\&");
}

const bold = (text: string) => `\\fB${roff(text)}\\fR`;
const section = (title: string, ...parts: readonly string[]) => [`.SH ${title}`, ...parts].join("\n");
const paragraph = (text: string) => `.PP\n${roff(text)}`;
const tagged = (tag: string, text: string) => `.TP\n${tag}\n${roff(text)}`;

function synopsis({ path, command }: Placed): string {
  const operands = [command.word, command.operands].flatMap((part) =>
    part === undefined ? [] : [` ${roff(part)}`]
  )
    .join("");
  return `.PP\n${bold(path)} [flags]${operands}`;
}

function commandText({ path, command }: Placed): string {
  const examples = command.examples.map(([what, line]) =>
    `.PP\n${roff(what)}:\n.RS\n.nf\n${roff(line)}\n.fi\n.RE`
  );
  return [`.SS ${roff(path)}`, paragraph(command.description), flagsText(command.flags), ...examples]
    .filter((part) => part !== "").join("\n");
}

function flagsText(flags: Flags): string {
  return Object.entries(flags).map(([key, flag]) => {
    const names = [
      ...[...flag.short].map((letter) => `-${letter}`),
      longName(key),
      ...flag.also.map((name) => `--${name}`),
    ];
    const value = flag.takes === "none"
      ? ""
      : flag.takes === "required"
      ? ` ${flag.valueName}`
      : ` [${flag.valueName}]`;
    const variable = flag.variable === undefined ? "" : ` Variable: ${flag.variable}.`;
    return tagged(`${names.map(bold).join(", ")}${roff(value)}`, `${flag.help}.${variable}`);
  }).join("\n");
}

if (import.meta.main) console.log(await manualPage());

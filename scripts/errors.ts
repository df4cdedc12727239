/**
 * Generates `docs/errors.md`, the gallery of errors: `deno task errors`. What an error looks like is taken from the
 * transcripts, which are held to be what the program does; what brings it about, and what to do, stands here.
 *
 * @module
 */
import { AuthError, ERROR_CODES, type ErrorCode } from "../lib/errors.ts";
import { parseTranscript, type Step } from "../tests/commands/transcript_format.ts";
import { problemSection } from "./problems.ts";

/** Where the gallery is. */
export const GALLERY_PATH = new URL("../docs/errors.md", import.meta.url);
const TRANSCRIPTS = new URL("../tests/transcripts/", import.meta.url);

/** Looked through before all others, in this order: they show what happens most. */
const FIRST = [
  "errors.txt",
  "login.txt",
  "refusals.txt",
  "selection.txt",
  "config_problems.txt",
  "keyring.txt",
];

interface Explained {
  readonly cause: string;
  readonly remedy: string;
}

const EXPLAINED: Readonly<Record<ErrorCode, Explained>> = {
  "failed": {
    cause: "Something went wrong that has no code of its own; the message says what.",
    remedy: "Do what the message asks. If it makes no sense, run the command with `--logs-level=Trace`.",
  },
  "file-failed": {
    cause: "The system did not let us read, write, list or remove a file or a directory.",
    remedy: "Look at its owner, its mode and the free space. `atmos auth doctor` finds wrong modes.",
  },
  "lock-timeout": {
    cause: "Another process works on the same thing, and has not finished in the time that we wait.",
    remedy: "Let it finish, or end it. A lock ends with its process; there is nothing to remove.",
  },
  "usage": {
    cause: "The command line is wrong: nothing was attempted.",
    remedy: "`--help` behind any command shows how it is used.",
  },
  "config-invalid": {
    cause: "The configuration is not there, cannot be read, or is wrong for what was asked.",
    remedy: "`atmos auth validate` lists every problem with its line. The problems are further down.",
  },
  "unsupported": {
    cause: "The configuration holds something of Atmos's that this program does not do, or AWS does not.",
    remedy: "Use another identity; the message says what would go instead, if anything does.",
  },
  "not-found": {
    cause: "No identity, provider, account or page has that name.",
    remedy: "`atmos auth list` shows the names.",
  },
  "identity-ambiguous": {
    cause: "Several identities can be meant, none is named, and nobody can be asked.",
    remedy: "Name one with `--identity` or `ATMOS_IDENTITY`, or mark one with `default: true`.",
  },
  "untrusted": {
    cause:
      "A file that somebody else may have written would run a program, set a variable, use a path or name a host, and " +
      "you have not trusted it.",
    remedy:
      "Read what it says, then run `atmos auth trust`. In CI set `ATMOS_TRUST_CONFIG=true`, but never where the code of " +
      "forks runs.",
  },
  "permission-missing": {
    cause: "The program runs in Deno's sandbox, without a grant that it needs.",
    remedy: "`atmos auth permissions COMMAND` prints all flags that a command needs.",
  },
  "variable-unset": {
    cause: "A value comes from a variable, by `!env` or `token_env`, that is not set.",
    remedy: "Set it; `!env` may have a default.",
  },
  "person-needed": {
    cause: "Somebody must approve, type or confirm something, and nobody can be asked: no terminal, or CI.",
    remedy: "Run the command in a terminal. A login without one: `atmos auth login --device-code`.",
  },
  "refused": {
    cause: "AWS or the identity provider knows who asks, and says no.",
    remedy:
      "Ask whoever manages the account for the role's trust or the assignment; the request id helps them.",
  },
  "session-rejected": {
    cause: "AWS takes a token, a session or a key for expired, deleted or unknown.",
    remedy:
      "`atmos auth login --force` makes tokens and sessions anew, `atmos auth user configure` takes another key. A clock that is wrong looks the same.",
  },
  "login-not-approved": {
    cause: "Somebody pressed Deny, or nobody approved in time.",
    remedy: "Log in again.",
  },
  "unreachable": {
    cause: "The network, DNS, TLS or a proxy is in the way.",
    remedy: "`atmos auth doctor` tries the way step by step.",
  },
  "throttled": {
    cause: "AWS asks to slow down, and still does after several tries.",
    remedy: "Wait a minute. Many jobs at once: let them share one session.",
  },
  "bad-answer": {
    cause: "The answer is not what the service sends: most often a proxy or a captive portal answered.",
    remedy: "Open the address in a browser; `--logs-level=Debug` shows each request.",
  },
  "keyring-unavailable": {
    cause: "The keyring that is configured cannot be opened on this machine, or did not answer in time.",
    remedy: "Start it, or choose another one: `auth.keyring.type`, `ATMOS_KEYRING_TYPE`.",
  },
  "keyring-locked": {
    cause: "The desktop's keyring is locked, and nobody unlocked it.",
    remedy: "Unlock it, or use the `file` keyring.",
  },
  "keyring-password": {
    cause: "The password does not open the `file` keyring.",
    remedy: "Set the variable to the right one, or unset it to be asked.",
  },
  "keyring-damaged": {
    cause: "The keyring's file is not as it was written: cut short, changed, or an older copy.",
    remedy: "Put back a copy, or move the file away and log in again. It is never overwritten.",
  },
  "keyring-version": {
    cause: "A newer version of this program wrote the keyring's file.",
    remedy: "Use that version.",
  },
  "command-not-executable": {
    cause: "The program that `exec` or `shell` is to start exists, and the system does not start it.",
    remedy: "Look at its mode and its first line.",
  },
  "command-not-found": {
    cause: "There is no program of that name on `PATH`.",
    remedy: "Check the name; what stands behind `--` is started as it is, without a shell.",
  },
  "interrupted": {
    cause: "Ctrl-C, or Esc in a question.",
    remedy: "Nothing is left behind.",
  },
};

/** A step that shows a code, with the file it stands in. */
interface Shown {
  readonly file: string;
  readonly step: Step;
}

/** The steps that end with each code, as far as there are any. */
export async function shownErrors(): Promise<ReadonlyMap<string, Shown>> {
  const names = (await Array.fromAsync(Deno.readDir(TRANSCRIPTS))).map(({ name }) => name)
    .filter((name) => name.endsWith(".txt")).sort();
  const shown = new Map<string, Shown>();
  for (const file of new Set([...FIRST, ...names])) {
    for (const step of parseTranscript(await Deno.readTextFile(new URL(file, TRANSCRIPTS)))) {
      const code = codeOf(step);
      if (code !== undefined && !shown.has(code)) shown.set(code, { file, step });
    }
  }
  return shown;
}

const codeOf = ({ expected }: Step): string | undefined => /^= \d+ (\S+)$/.exec(expected.at(-1) ?? "")?.[1];

/** The text of the gallery. */
export async function gallery(): Promise<string> {
  const shown = await shownErrors();
  const sections = ERROR_CODES.map((code) => section(code, shown.get(code)));
  return `${HEAD}\n${sections.join("\n")}\n${await problemSection()}`;
}

const HEAD = `# Errors

Every error has a code, which stays what it is, and an exit code, which is that of its class. What is printed says what
was attempted and why it failed, **where** (the setting with its file and line, or the operation), what AWS
called it (**answer**), the **request** id that AWS's support asks for, and what to **try**. This page is generated from
\`tests/transcripts\`: \`deno task errors\`.

| exit | class |
| ---: | ----- |
|    1 | failed for a reason not below |
|    2 | usage or configuration: nothing was attempted |
|    3 | a person is needed, and none can be asked |
|    4 | refused by AWS or the identity provider |
|    5 | not reachable, throttled beyond the retries, or no answer of the service |
|    6 | keyring |
|  126 | the program exists and cannot be executed |
|  127 | there is no such program |
|  130 | interrupted |
`;

function section(code: ErrorCode, shown: Shown | undefined): string {
  if (shown === undefined) throw new RangeError(`No transcript shows ${code}: add one to errors.txt`);
  const { exitCode } = new AuthError(code, "");
  const { cause, remedy } = EXPLAINED[code];
  return `## ${code}

Exit code ${exitCode}. ${cause}

\`\`\`console
$ ${shown.step.command}
${errorText(shown.step)}
\`\`\`

${remedy}
`;
}

/** What is told of the error itself: not what was said before it, and no control characters. */
function errorText({ expected }: Step): string {
  const told = expected.filter((line) => line.startsWith("!")).map((line) => line.slice(2));
  const at = told.findLastIndex((line) => /^(?:Error: |Interrupted)/.test(line));
  return told.slice(Math.max(0, at)).join("\n");
}

if (import.meta.main) await Deno.writeTextFile(GALLERY_PATH, await gallery());

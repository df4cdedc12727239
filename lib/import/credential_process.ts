/**
 * `credential_process` lines that only call another tool of this kind.
 *
 * @module
 */
import { parseArn } from "../arn.ts";
import { splitTokens } from "../config/env_tag.ts";

/** What a line leads to. */
export type ProcessOffer =
  /** A profile of the same file, whose credentials aws-vault or granted hand on. */
  | { readonly type: "profile"; readonly name: string }
  /** A role of the access portal that aws-sso-cli calls by this name, or its default one. */
  | {
    readonly type: "aws-sso";
    readonly portal: string | undefined;
    readonly account: string;
    readonly role: string;
  }
  /** A program of which only the name is repeated: what stands behind it may be secret. */
  | { readonly type: "unknown"; readonly program: string };

/** Reads a line. */
export function processOffer(line: string): ProcessOffer {
  const tokens = splitTokens(line);
  const [path = "", ...words] = typeof tokens === "string" ? line.trim().split(/\s+/) : tokens;
  const program = (path.split(/[\\/]/).at(-1) ?? "").replace(/\.exe$/i, "");
  return knownProgram(program, words) ?? { type: "unknown", program };
}

function knownProgram(program: string, words: readonly string[]): ProcessOffer | undefined {
  switch (program) {
    case "aws-vault": {
      const name = words.findLast((word) => !word.startsWith("-"));
      return ["exec", "export"].includes(words[0] ?? "") && words.length > 1 && name !== undefined
        ? { type: "profile", name }
        : undefined;
    }
    case "granted": {
      const name = valueOf(words, "--profile");
      return words[0] === "credential-process" && name !== undefined ? { type: "profile", name } : undefined;
    }
    case "aws-sso": {
      const arn = parseArn(valueOf(words, "--arn", "-a") ?? "");
      return words.includes("process") && arn !== undefined
        ? {
          type: "aws-sso",
          portal: valueOf(words, "--sso", "-S"),
          account: arn.accountId,
          role: arn.resource.split("/").at(-1) ?? "",
        }
        : undefined;
    }
    default:
      return undefined;
  }
}

/** What stands behind a flag: in the next word, or behind `=`. */
function valueOf(words: readonly string[], ...flags: readonly string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    if (flags.includes(word)) return words[index + 1];
    const flag = flags.find((name) => word.startsWith(`${name}=`));
    if (flag !== undefined) return word.slice(flag.length + 1);
  }
  return undefined;
}

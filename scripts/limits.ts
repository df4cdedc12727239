/**
 * Generates `docs/limits.md` out of the table of limits: `deno task limits`.
 *
 * @module
 */
import { type Limit, type LimitName, LIMITS, overLimit, showLimit } from "../lib/limits.ts";

/** Where the table is. */
export const LIMITS_PATH = new URL("../docs/limits.md", import.meta.url);

/** The document. */
export function limitsText(): string {
  const rows = (Object.entries(LIMITS) as [LimitName, Limit][]).map(([name, { of, beyond, reason }]) => {
    const says = reason === undefined ? "" : `\`${overLimit(name).replaceAll("`", "'")}\``;
    return `| ${of} | ${showLimit(name)} | ${beyond} | ${says} |`;
  });
  return `# Limits

Loading a configuration and completing a word take seconds and a few hundred megabytes, whatever the files hold. Nothing
that people write comes near these limits; what passes one is refused in the words of the last column.

Only regular files are read: a device, a socket or a pipe in the place of a file is refused. A pipe is read where the
command line names it (\`--config <(command)\`, \`--config /dev/stdin\`).

| what | at most | beyond | message |
| ---- | ------: | ------ | ------- |
${rows.join("\n")}
`;
}

if (import.meta.main) await Deno.writeTextFile(LIMITS_PATH, limitsText());

/**
 * Files that a person names for our output.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import { expandHome, homeDirectory, isInside, joinPath, resolvePath } from "../paths.ts";
import type { Host } from "../host.ts";
import { withNote } from "./output_notes.ts";

type OutputHost = Pick<Host, "files" | "env" | "os" | "workingDirectory">;

const FILE_MODE = 0o600;

/**
 * Makes a file, or replaces what an earlier run wrote; whatever its mode was, it is 0600.
 *
 * @throws AuthError `usage` for a file that holds something else: it would be lost
 */
export async function writeOutput(host: OutputHost, file: string, content: string): Promise<void> {
  const path = await outputPath(host, file);
  const before = await host.files.readText(path) ?? "";
  if (before.trim() !== "" && !OWN_OUTPUT.test(before)) {
    throw new AuthError(
      "usage",
      `Cannot write to ${path}: it holds something that \`auth env\` did not write`,
      {
        hints: ["Name another file with --output-file FILE, or append to this one with >>"],
      },
    );
  }
  await withNote(host, path, () => host.files.writeText(path, content, FILE_MODE));
}

/** How each format of `auth env` begins. */
const OWN_OUTPUT =
  /^(?:export |set -gx |\$env:|set "|\{\s*")?AWS_(?:ACCESS_KEY_ID|SHARED_CREDENTIALS_FILE)\b/;

/** Adds to a file, or makes it. */
export async function appendOutput(host: OutputHost, file: string, content: string): Promise<void> {
  await host.files.appendText(await outputPath(host, file), content, FILE_MODE);
}

/** @throws AuthError `usage` for a place that is other programs' own */
async function outputPath(host: OutputHost, file: string): Promise<string> {
  const path = resolvePath(host.os, host.workingDirectory(), expandHome(host, file));
  if ((host.env("HOME") ?? host.env("USERPROFILE") ?? "") === "") return path;
  const home = homeDirectory(host);
  const real = await host.files.realPath(path) ?? path;
  const foreign = [".aws", ".ssh"].map((name) => joinPath(host.os, home, name))
    .find((directory) => isInside(host.os, path, directory) || isInside(host.os, real, directory));
  if (foreign === undefined) return path;
  throw new AuthError("usage", `Cannot write to ${path}: ${foreign} is left to the programs it belongs to`, {
    hints: ["Name another file with --output-file FILE"],
  });
}

/**
 * Adds entries to the configuration in force: all that its file says stays as it is, and nothing is written that would
 * not load.
 *
 * @module
 */
import { assertUsable } from "../../../chain/check.ts";
import type { LoadedConfig, Problem } from "../../../config/types.ts";
import { AuthError } from "../../../errors.ts";
import type { Files, Host } from "../../../host.ts";
import { type Additions, additionsTo } from "../../../import/existing.ts";
import { mergedText } from "../../../import/merge.ts";
import type { AuthDraft } from "../../../import/types.ts";
import { positionText } from "../../../output/problem.ts";
import { homeDirectory, isInside, joinPath, knownHome, parentOf } from "../../../paths.ts";
import { derived } from "../../../session/derive.ts";
import { openContext } from "../../../cli/run/context.ts";
import type { GlobalInput } from "../../../cli/line/globals.ts";

/** What was written. */
export interface Written extends Additions {
  readonly path: string;
  readonly isNew: boolean;
  /** Whether what was added takes effect only once it is trusted. */
  readonly needsTrust: boolean;
}

/** Of a new file: it holds no secret, and others who work with the repository read it. */
const FILE_MODE = 0o644;

/**
 * Writes a draft into the configuration in force, or into a new one in the working directory.
 *
 * @throws AuthError `config-invalid` when the entries cannot be added, or the configuration would not load as before;
 *   `file-failed`
 */
export async function writeDraft(host: Host, globals: GlobalInput, draft: AuthDraft): Promise<Written> {
  const before = await loaded(host, globals);
  if (before.files.length > 0) assertUsable(before);
  const path = fileInForce(host, before);
  await assertOurs(host, path);
  const additions = additionsTo(withoutFound(before), draft);
  const text = await host.files.readText(path);
  if (additions.draft.providers.size + additions.draft.identities.size === 0) {
    return { ...additions, path, isNew: false, needsTrust: false };
  }
  const merged = mergedText(text ?? "", path, additions.draft);
  if (merged === undefined) throw cannotAdd(path);
  const after = await loaded(
    overlaid(host, path, await host.files.realPath(path) ?? path, merged),
    globals,
  );
  const problems = newProblems(before, after);
  const [problem] = problems.filter(({ code }) => code !== "untrusted");
  if (problem !== undefined) throw wouldNotLoad(path, problem);
  const mode = (await host.files.status(path))?.mode ?? FILE_MODE;
  await host.files.writeText(path, merged, mode);
  return { ...additions, path, isNew: text === undefined, needsTrust: problems.length > 0 };
}

async function loaded(host: Host, globals: GlobalInput): Promise<LoadedConfig> {
  await using context = await openContext(host, globals, { evenBroken: true });
  return context.loaded();
}

/** The file that beats all others, but for those of profiles. */
function fileInForce({ os, workingDirectory }: Host, { files, directory }: LoadedConfig): string {
  const own = files.filter(({ path }) => parentOf(os, path) === directory).at(-1);
  return own?.path ?? joinPath(os, files.length === 0 ? workingDirectory() : directory, "atmos.yaml");
}

async function assertOurs(host: Host, path: string): Promise<void> {
  if ((await host.files.status(path))?.kind === "other") {
    throw new AuthError("config-invalid", `Cannot write to ${path}: it is not a regular file`);
  }
  if (knownHome(host) === undefined) return;
  const real = await host.files.realPath(path) ?? path;
  const foreign = [".aws", ".ssh"].map((name) => joinPath(host.os, homeDirectory(host), name))
    .find((directory) => isInside(host.os, path, directory) || isInside(host.os, real, directory));
  if (foreign === undefined) return;
  throw new AuthError(
    "config-invalid",
    `Cannot write to ${path}: ${foreign} is left to the programs it belongs to`,
  );
}

/** What a login has found is in no file of the person's: writing it there is what is asked for. */
function withoutFound(
  { asWritten: { providers, identities }, files }: LoadedConfig,
): Pick<LoadedConfig["auth"], "providers" | "identities"> {
  const own = new Set(files.map(({ path }) => path));
  return {
    providers,
    identities: new Map([...identities].filter(([, { at }]) => at === undefined || own.has(at.file))),
  };
}

/** The same world, but for the content of one file. */
function overlaid(host: Host, path: string, real: string, text: string): Host {
  const bytes = new TextEncoder().encode(text);
  const isIt = (asked: string) => asked === path || asked === real;
  const { files } = host;
  const changes: Partial<Files> = {
    readText: async (asked) => isIt(asked) ? text : await files.readText(asked),
    readBytes: async (asked) => isIt(asked) ? bytes : await files.readBytes(asked),
    realPath: async (asked) => isIt(asked) ? real : await files.realPath(asked),
    status: async (asked) => {
      const status = await files.status(asked);
      if (!isIt(asked)) return status;
      const created = { mode: FILE_MODE, owned: true, uid: undefined, writableByOthers: false, links: 1 };
      return { kind: "file", ...created, ...status, size: bytes.length };
    },
  };
  return derived(host, { files: derived(files, changes) });
}

/** Problems that were not there before; those that only moved to another line were. */
function newProblems(before: LoadedConfig, after: LoadedConfig): readonly Problem[] {
  const keyOf = ({ code, path, reason }: Problem) => [code, path, reason.replaceAll(/:\d+/g, "")].join("\0");
  const known = new Set(before.problems.map(keyOf));
  return after.problems.filter((problem) => !known.has(keyOf(problem)));
}

function cannotAdd(path: string): AuthError {
  return new AuthError(
    "config-invalid",
    `Cannot add to ${path} without changing what else it says, so nothing was written`,
    { hints: ["Run the command without --write, and put what it prints where you want it"] },
  );
}

function wouldNotLoad(path: string, { path: where, at, reason }: Problem): AuthError {
  const place = at === undefined ? "" : ` (${positionText(at)})`;
  return new AuthError(
    "config-invalid",
    `Cannot add to ${path}: the configuration would have a new problem, so nothing was written`,
    {
      hints: [
        `It would say of ${where}${place}: ${reason}`,
        "Run the command without --write to see what it makes",
      ],
    },
  );
}

/**
 * How far a project reaches: the directories that an untrusted configuration may name are those of its own tree.
 *
 * @module
 */
import { isGlob } from "../config/glob.ts";
import type { ConfigReading } from "../config/load.ts";
import { nodeAt, type Path } from "../config/raw.ts";
import { mayRead } from "../config/sources.ts";
import type { Need } from "../config/need.ts";
import type { ConfigFile } from "../config/types.ts";
import { TRUST_HINT } from "../config/untrusted.ts";
import { AuthError } from "../errors.ts";
import type { Os } from "../host.ts";
import { resolvePath } from "../paths.ts";
import type { ProjectSettings } from "./types.ts";

interface Reached {
  readonly directory: string;
  readonly key: Path;
  /** The variable that says it in place of the file. */
  readonly variable: string;
}

function reachedBy(os: Os, { stacks, workflowsDirectory, ...types }: ProjectSettings): readonly Reached[] {
  const included = stacks.included.map((pattern): Reached => ({
    directory: resolvePath(os, stacks.directory, startOf(pattern)),
    key: ["stacks", "included_paths"],
    variable: "ATMOS_STACKS_INCLUDED_PATHS",
  }));
  const components = (["terraform", "helmfile", "packer"] as const).map((type): Reached => ({
    directory: types[type].directory,
    key: ["components", type, "base_path"],
    variable: `ATMOS_COMPONENTS_${type.toUpperCase()}_BASE_PATH`,
  }));
  return [
    { directory: stacks.directory, key: ["stacks", "base_path"], variable: "ATMOS_STACKS_BASE_PATH" },
    { directory: workflowsDirectory, key: ["workflows", "base_path"], variable: "ATMOS_WORKFLOWS_BASE_PATH" },
    ...included,
    ...components,
  ];
}

/** The directories of a pattern before its first sign. */
function startOf(pattern: string): string {
  const names = pattern.split("/");
  const first = names.findIndex((name) => isGlob(name));
  return names.slice(0, first < 0 ? -1 : first).join("/") || ".";
}

/** What of a project's directories is not followed until somebody trusts it. */
export async function projectNeeds(
  { session, loaded: { raw, files } }: ConfigReading,
  settings: ProjectSettings,
): Promise<readonly Need[]> {
  const untrusted = files.find(({ trusted }) => !trusted);
  if (untrusted === undefined) return [];
  const fileAt = (key: Path): ConfigFile | undefined => session.files.get(nodeAt(raw, key)?.at.file ?? "");
  const found: Need[] = [];
  const own = { ...session, unread: found };
  for (const { directory, key, variable } of reachedBy(session.host.os, settings)) {
    if ((session.host.env(variable) ?? "") !== "") continue;
    const isBase = nodeAt(raw, key) === undefined;
    if (isBase && session.basePath !== undefined) continue;
    const where = isBase && nodeAt(raw, ["base_path"]) !== undefined ? ["base_path"] : key;
    const real = await session.host.files.realPath(directory);
    const by = fileAt(where) ?? untrusted;
    const at = nodeAt(raw, where)?.at ?? { file: by.path, line: 1, column: 1 };
    if (real !== undefined) await mayRead(own, by, real, { where: where.join("."), at });
  }
  return found;
}

/** @throws AuthError `untrusted` */
export function assertWithinReach([first]: readonly Need[]): void {
  if (first === undefined) return;
  const [{ path, at, does }] = first.values;
  throw new AuthError("untrusted", `Cannot use untrusted settings: this configuration ${does}`, {
    where: path,
    at,
    hints: [TRUST_HINT],
  });
}

/**
 * The names of stacks: what the manifest says, else a template, else a pattern, else its path.
 *
 * @module
 */
import { mergeMaps } from "../config/merge.ts";
import type { RawMap } from "../config/raw.ts";
import { fillName, fillPattern } from "./templates.ts";
import { COMPONENT_TYPES, type StackSettings } from "./types.ts";
import { mapIn, wordIn } from "./values.ts";

/** A name, or why a manifest has none but its path. */
export interface StackName {
  readonly name: string;
  readonly fault?: string;
}

type Naming = Pick<StackSettings, "namePattern" | "nameTemplate" | "listMerge">;

/**
 * The name of the stack that a manifest makes.
 *
 * @param manifest its path below the stacks' directory, without extension
 * @throws AuthError `config-invalid` for a template that says more than `{{ .path.to.value }}`
 */
export function stackName(root: RawMap, manifest: string, naming: Naming): StackName {
  const own = wordIn(root, "name");
  if (own !== undefined && own !== "") return { name: own };
  const { nameTemplate, namePattern } = naming;
  if (nameTemplate === undefined && namePattern === undefined) return { name: manifest };
  const data = namingData(root, naming);
  const { text, missing } = nameTemplate === undefined
    ? fillPattern(namePattern ?? "", (key) => wordIn(data, "vars", key))
    : fillName(nameTemplate, data, "stacks.name_template");
  return missing.length === 0 ? { name: text } : { name: manifest, fault: `it has no ${missing.join(", ")}` };
}

/** Whether names can be told from paths alone, but for manifests that name themselves. */
export function isNamedByPath({ namePattern, nameTemplate }: Naming): boolean {
  return namePattern === undefined && nameTemplate === undefined;
}

/** The variables of the whole stack; those of one type where there are no others. */
function namingData(root: RawMap, { listMerge }: Naming): RawMap {
  const none: RawMap = { ...root, entries: new Map() };
  return COMPONENT_TYPES.toReversed().map((type) => mapIn(root, type)).concat(root)
    .reduce<RawMap>(
      (data, map) => map === undefined ? data : mergeMaps(data, map, { lists: listMerge }),
      none,
    );
}

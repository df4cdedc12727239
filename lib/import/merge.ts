/**
 * A draft into the text of a configuration file.
 *
 * @module
 */
import { mergeMaps } from "../config/merge.ts";
import { emptyMap, type Raw, type RawMap } from "../config/raw.ts";
import { parseYaml } from "../config/yaml.ts";
import { type Added, addEntries } from "../config/yaml_edit.ts";
import { yamlText } from "../output/yaml_text.ts";
import { entriesOf, sectionText } from "./section.ts";
import type { AuthDraft } from "./types.ts";

/**
 * The text of a file with the entries of a draft added below `auth`. None of them may be there before.
 *
 * @returns `undefined` where they cannot be added without changing what else the file says
 */
export function mergedText(text: string, file: string, draft: AuthDraft): string | undefined {
  let merged: string | undefined = text;
  for (
    const [section, entries] of [["providers", draft.providers], ["identities", draft.identities]] as const
  ) {
    if (entries.size === 0 || merged === undefined) continue;
    merged = addEntries(merged, ["auth", section], entriesOf(entries), blockLines);
  }
  return merged !== undefined && saysBoth(text, merged, file, draft) ? merged : undefined;
}

/** `yamlText` indents by four blanks. */
function blockLines(value: Added, step: number): readonly string[] {
  return yamlText(value).trimEnd().split("\n").map((line) => {
    const blanks = /^ */.exec(line)?.[0].length ?? 0;
    return " ".repeat(blanks / 4 * step) + line.slice(blanks);
  });
}

/** Whether a text says all that another one says, and what a draft says, and nothing else. */
function saysBoth(before: string, after: string, file: string, draft: AuthDraft): boolean {
  const [old, added, all] = [before, sectionText(draft), after].map((text) => parseYaml(text, file));
  if (old === undefined || added === undefined || all === undefined) return false;
  if (all.issues.length > old.issues.length) return false;
  return meaning(folded(mergeMaps(old.root, added.root, { foldCase: true }))) === meaning(folded(all.root));
}

/** A tree with the keys of every map in one spelling and merged as the loader does it. */
const folded = (root: RawMap): RawMap => mergeMaps(emptyMap(root.at), root, { foldCase: true });

/** A tree without places, and with maps in one order. */
function meaning(raw: Raw): string {
  switch (raw.type) {
    case "scalar":
      return JSON.stringify([raw.value, typeof raw.value === "string" ? "" : raw.text]);
    case "list":
      return `[${raw.items.map(meaning).join()}]`;
    case "tag":
      return `${raw.tag} ${meaning(raw.argument)}`;
    case "unset":
      return `unset ${raw.variable}`;
    case "map":
      return `{${
        [...raw.entries.values()].map(({ key, value }) =>
          `${JSON.stringify(key.toLowerCase())}:${meaning(value)}`
        )
          .sort().join()
      }}`;
  }
}

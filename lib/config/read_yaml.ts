/**
 * YAML texts, read the quick way where they are simple. The library takes twice as long, and is loaded for the first text
 * that is not.
 *
 * @module
 */
import type { Raw, RawMap } from "./raw.ts";
import type { ParsedYaml } from "./yaml.ts";
import { readSimpleYaml } from "./yaml_simple.ts";

/** What `parseYaml()` of `yaml.ts` gives, which is all that a configuration needs. */
export async function readYaml(text: string, file: string): Promise<ParsedYaml> {
  return quickly(text, file) ?? (await import("./yaml.ts")).parseYaml(text, file);
}

/** What `parseYamlValue()` of `yaml.ts` gives: the top level need not be a map. */
export async function readYamlValue(text: string, file: string): Promise<ParsedYaml<Raw>> {
  return quickly(text, file) ?? (await import("./yaml.ts")).parseYamlValue(text, file);
}

function quickly(text: string, file: string): ParsedYaml<RawMap> | undefined {
  const simple = readSimpleYaml(text, file);
  return simple && { ...simple, issues: [] };
}

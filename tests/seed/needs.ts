/** What of the manual's example configurations needs trust, where somebody else may have written them. */
import { loadConfig } from "../../lib/config/load.ts";
import { fakeHost } from "../fake_host.ts";
import { below, BLOCKS, blockText } from "./blocks.ts";

/** What the values of an example that need trust would do, by its first line; an example without any is left out. */
export async function exampleNeeds(): Promise<ReadonlyMap<number, readonly string[]>> {
  const found = new Map<number, readonly string[]>();
  for (const { line, file } of BLOCKS) {
    if (!file.endsWith(".yaml")) continue;
    const text = blockText(line);
    // A part of the section `auth` is needed as that, too.
    const needs = [...await needsOf(text), ...await needsOf(below("auth", text))];
    if (needs.length > 0) found.set(line, needs);
  }
  return found;
}

async function needsOf(text: string): Promise<readonly string[]> {
  const host = fakeHost({ env: { HOME: "/home/ana" }, files: { "/work/atmos.yaml": text } });
  const { needs } = await loadConfig(host);
  return needs.flatMap(({ values }) => values.map(({ does }) => does));
}

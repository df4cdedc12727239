/** What stacks cost: medians over real files and the real host. */
import { readConfig } from "../lib/config/load.ts";
import { denoHost } from "../lib/host_deno.ts";
import { derived } from "../lib/session/derive.ts";
import { findComponent } from "../lib/stacks/find.ts";
import { loadProject } from "../lib/stacks/loader.ts";
import { manyStacks } from "../tests/system/many_stacks.ts";
import type { Measurement } from "./keyring_bench.ts";

const RUNS = 11;
const LIMIT_MILLIS = 1000;

/** Finds one component of a thousand, whose stack is known by its pattern: all manifests are read for it. */
export async function measureStacks(): Promise<readonly Measurement[]> {
  const home = await Deno.makeTempDir({ prefix: "atmos-bench-" });
  try {
    const { components, stacks } = await manyStacks(async (path, text) => {
      await Deno.mkdir(`${home}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${home}/${path}`, text);
    });
    const host = derived(denoHost(), { workingDirectory: () => home });
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const start = performance.now();
      const project = await loadProject(await readConfig(host));
      await findComponent(project, { name: "component-3", stack: "t77-dev" });
      times.push(performance.now() - start);
    }
    const millis = times.toSorted((a, b) => a - b)[RUNS >> 1] ?? NaN;
    return [{
      what: `find a component among ${components} in ${stacks} stacks`,
      millis,
      limitMillis: LIMIT_MILLIS,
    }];
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

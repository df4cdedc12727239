/** What stacks cost: medians over real files and the real host. */
import { readConfig } from "../lib/config/load.ts";
import { denoHost } from "../lib/host_deno.ts";
import { derived } from "../lib/session/derive.ts";
import { findComponent } from "../lib/stacks/find.ts";
import { listStacks, loadProject } from "../lib/stacks/loader.ts";
import { manyStacks } from "../tests/system/many_stacks.ts";
import { type Measurement, median } from "./measure.ts";

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
    const load = async () => await loadProject(await readConfig(host));
    const measured = (what: string, millis: number): Measurement => ({
      what,
      millis,
      limitMillis: LIMIT_MILLIS,
    });
    return [
      measured(
        `find a component among ${components} in ${stacks} stacks`,
        await median(
          RUNS,
          async () => await findComponent(await load(), { name: "component-3", stack: "t77-dev" }),
        ),
      ),
      measured(`list ${stacks} stacks`, await median(RUNS, async () => await listStacks(await load()))),
    ];
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

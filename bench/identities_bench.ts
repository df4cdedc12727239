/** What a configuration costs by the number of its identities: medians over real files and the real host. */
import { checkChains } from "../lib/chain/check.ts";
import { readConfig } from "../lib/config/load.ts";
import { denoHost } from "../lib/host_deno.ts";
import { derived } from "../lib/session/derive.ts";
import { largeConfig } from "../tests/system/large.ts";
import { type Measurement, median } from "./measure.ts";

const SIZES = [10, 100, 1_000, 10_000];
const RUNS = 7;
/** Of the largest. */
const LIMIT_MILLIS = 3000;

/** Reads, decodes and plans every chain, as `validate` does, for more and more identities side by side. */
export async function measureIdentities(): Promise<readonly Measurement[]> {
  const home = await Deno.makeTempDir({ prefix: "atmos-bench-" });
  try {
    const measured: Measurement[] = [];
    for (const size of SIZES) {
      await Deno.writeTextFile(`${home}/atmos.yaml`, largeConfig(size));
      const host = derived(denoHost(), { workingDirectory: () => home });
      const work = async () => {
        const { loaded } = await readConfig(host);
        if (checkChains(loaded.auth).length !== size) throw new Error("An identity is missing");
      };
      // The first run compiles, and does not count.
      await work();
      const millis = await median(RUNS, work);
      const each = (1000 * millis / size).toFixed(0);
      measured.push({
        what: `${size.toLocaleString("en")} identities, ${each} µs for each`,
        millis,
        limitMillis: size === SIZES.at(-1) ? LIMIT_MILLIS : undefined,
      });
    }
    return measured;
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

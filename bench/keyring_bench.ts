/**
 * What the keyring costs: medians over real files and the real host. `deno run -A bench/keyring_bench.ts` prints
 * them, and exits 1 when one passes its limit.
 */
import { deriveKey, preferredKdf } from "../lib/keyring/kdf.ts";
import { sealedKeyring } from "../lib/keyring/sealed.ts";
import { osSource } from "../lib/keyring/system.ts";
import type { EntryKey } from "../lib/keyring/types.ts";
import { denoHost } from "../lib/host_deno.ts";
import { mapStore } from "../tests/keyring/support.ts";
import { type Measurement, median, report } from "./measure.ts";

export type { Measurement } from "./measure.ts";

const ENTRIES = 500;
const RUNS = 41;
/** About what an Identity Center token with its client registration takes. */
const TEXT = "x".repeat(1_500);
const keyOf = (index: number): EntryKey => ({
  purpose: "sso-session",
  name: `https://example-${index}.awsapps.com`,
});

/** Measures in a temporary directory. */
export async function measureKeyring(): Promise<readonly Measurement[]> {
  const host = denoHost();
  const directory = await Deno.makeTempDir({ prefix: "atmos-bench-" });
  const path = `${directory}/default.system.store`;
  const place = { path, realm: undefined, lockPath: `${directory}/lock`, stateDirectory: directory };
  const os = mapStore();
  // The operating system's slot has no KDF: what remains is what every command pays.
  const open = () => sealedKeyring(host, "system", place, osSource(host, undefined, os));
  try {
    const filling = open();
    for (let index = 0; index < ENTRIES; index++) await filling.set(keyOf(index), TEXT);
    const text = await Deno.readTextFile(path);
    const kilobytes = Math.round(text.length / 1000);
    const salt = new Uint8Array(16);
    return [
      {
        what: `open a store of ${ENTRIES} entries (${kilobytes} kB) and read one, without the KDF`,
        millis: await median(RUNS, (run) => open().get(keyOf(run))),
        limitMillis: 5,
      },
      {
        what: `write ${kilobytes} kB atomically`,
        millis: await median(RUNS, () => host.files.writeText(`${directory}/copy`, text, 0o600)),
        limitMillis: 20,
      },
      {
        what: `set one of ${ENTRIES} entries: lock, read, check, write`,
        millis: await median(RUNS, (run) => filling.set(keyOf(run), TEXT)),
        limitMillis: undefined,
      },
      {
        what: `list ${ENTRIES} entries`,
        millis: await median(RUNS, () => filling.list()),
        limitMillis: undefined,
      },
      {
        what: `derive a key from a password (${preferredKdf().kdf})`,
        millis: await median(RUNS, () => deriveKey("not-a-real-password", preferredKdf(), salt)),
        limitMillis: undefined,
      },
    ];
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

if (import.meta.main && !report(await measureKeyring())) Deno.exit(1);

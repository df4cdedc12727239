// deno-lint-ignore-file no-console
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

/** One thing measured. */
export interface Measurement {
  readonly what: string;
  /** Median of all runs. */
  readonly millis: number;
  /** `undefined`: for information. */
  readonly limitMillis: number | undefined;
}

const ENTRIES = 500;
const RUNS = 41;
/** About what an Identity Center token with its client registration takes. */
const TEXT = "x".repeat(1_500);
const keyOf = (index: number): EntryKey => ({
  purpose: "sso-session",
  name: `https://example-${index}.awsapps.com`,
});

async function median(work: (run: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    await work(run);
    times.push(performance.now() - start);
  }
  return times.toSorted((a, b) => a - b)[RUNS >> 1] ?? NaN;
}

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
        millis: await median((run) => open().get(keyOf(run))),
        limitMillis: 5,
      },
      {
        what: `write ${kilobytes} kB atomically`,
        millis: await median(() => host.files.writeText(`${directory}/copy`, text, 0o600)),
        limitMillis: 20,
      },
      {
        what: `set one of ${ENTRIES} entries: lock, read, check, write`,
        millis: await median((run) => filling.set(keyOf(run), TEXT)),
        limitMillis: undefined,
      },
      { what: `list ${ENTRIES} entries`, millis: await median(() => filling.list()), limitMillis: undefined },
      {
        what: `derive a key from a password (${preferredKdf().kdf})`,
        millis: await median(() => deriveKey("not-a-real-password", preferredKdf(), salt)),
        limitMillis: undefined,
      },
    ];
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

if (import.meta.main) {
  const measured = await measureKeyring();
  for (const { what, millis, limitMillis } of measured) {
    const limit = limitMillis === undefined ? "" : ` (limit ${limitMillis} ms)`;
    console.log(`${millis.toFixed(2).padStart(8)} ms  ${what}${limit}`);
  }
  if (measured.some(({ millis, limitMillis }) => limitMillis !== undefined && millis > limitMillis)) {
    Deno.exit(1);
  }
}

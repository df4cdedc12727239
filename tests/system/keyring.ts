/**
 * The file keyring of a home, opened without a command: those talk to AWS or to a person, too.
 */
import { denoHost } from "../../lib/host_deno.ts";
import { openKeyring } from "../../lib/keyring/mod.ts";
import type { Keyring } from "../../lib/keyring/types.ts";

export function openFileKeyring(home: string, password: string): Promise<Keyring> {
  const state = `${home}/.local/state/atmos`;
  return openKeyring(
    denoHost(),
    // A variable that nobody sets: the password is asked for.
    { type: "file", path: undefined, passwordVariable: "ATMOS_TEST_NO_PASSWORD" },
    {
      directory: `${home}/.local/share/atmos/keyring`,
      realm: undefined,
      lockPath: () => `${state}/locks/keyring.lock`,
      stateDirectory: state,
    },
    () => Promise.resolve(password),
  );
}

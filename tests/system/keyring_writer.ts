/**
 * A process of its own that writes entries into a `file` keyring: `keyring_writer.ts DIRECTORY NAME COUNT`. Prints each
 * number once it is stored.
 */
import { openKeyring } from "../../lib/keyring/mod.ts";
import { denoHost } from "../../lib/host_deno.ts";
import { PASSWORD, VARIABLE } from "../keyring/support.ts";

const [directory = "", name = "", count = "0"] = Deno.args;
const host = { ...denoHost(), env: (variable: string) => variable === VARIABLE ? PASSWORD : undefined };
const config = { type: "file", path: undefined, passwordVariable: VARIABLE } as const;
const place = {
  directory: `${directory}/keyring`,
  realm: undefined,
  lockPath: () => `${directory}/locks/keyring.lock`,
  stateDirectory: directory,
};
const keyring = await openKeyring(host, config, place, undefined);
for (let index = 0; index < Number(count); index++) {
  await keyring.set({ purpose: "user-keys", name: `${name}-${index}` }, `text ${index} of ${name}`);
  host.write(`${index}\n`);
}

/**
 * Opens the file keyring of the home and stores one entry, or prints all: `set NAME TEXT`, `list`. Commands that do
 * this talk to AWS or to a person, too; here the keyring is alone.
 */
import { denoHost } from "../../lib/host_deno.ts";
import { openKeyring } from "../../lib/keyring/mod.ts";

const [verb, name = "", text = ""] = Deno.args;
const home = Deno.env.get("HOME") ?? "";
const state = `${home}/.local/state/atmos`;
const keyring = await openKeyring(
  denoHost(),
  { type: "file", path: undefined, passwordVariable: "ATMOS_KEYRING_PASSWORD" },
  {
    directory: `${home}/.local/share/atmos/keyring`,
    realm: undefined,
    lockPath: () => `${state}/locks/keyring.lock`,
    stateDirectory: state,
  },
  undefined,
);
if (verb === "set") {
  await keyring.set({ purpose: "user-keys", name }, text);
} else {
  const keys = await keyring.list();
  const entries = await Promise.all(keys.map(async (key) => [key.name, await keyring.get(key)]));
  console.log(JSON.stringify(Object.fromEntries(entries)));
}

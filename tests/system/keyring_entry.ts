/**
 * Stores one entry in the file keyring of the home, or prints all: `set NAME TEXT`, `list`.
 */
import { openFileKeyring } from "./keyring.ts";

const [verb, name = "", text = ""] = Deno.args;
const variable = (name: string) => Deno.env.get(name) ?? "";
const keyring = await openFileKeyring(variable("HOME"), variable("ATMOS_KEYRING_PASSWORD"));
if (verb === "set") {
  await keyring.set({ purpose: "user-keys", name }, text);
} else {
  const keys = await keyring.list();
  const entries = await Promise.all(keys.map(async (key) => [key.name, await keyring.get(key)]));
  console.log(JSON.stringify(Object.fromEntries(entries)));
}

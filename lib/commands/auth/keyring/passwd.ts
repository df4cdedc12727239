/**
 * `atmos auth keyring passwd`: another password for a file keyring.
 *
 * @module
 */
import { keyringPlace, passwordAsker } from "../../../session/stores.ts";
import { type Call, command } from "../../../cli/line/command.ts";
import { openContext } from "../../../cli/run/context.ts";
import type { Values } from "../../../cli/line/flags.ts";

const FLAGS = {} as const;

export const keyringPasswd = command({
  description: "Change the password of the file keyring.\n" +
    "Asks for the new one twice. Whoever has the old password and an old copy of the file can still open that copy.",
  examples: [["The keyring of this configuration", "atmos auth keyring passwd"]],
  flags: FLAGS,
  run: changeIt,
});

async function changeIt({ host, globals }: Call<Values<typeof FLAGS>>): Promise<number> {
  await using context = await openContext(host, globals);
  const { changePassword } = await import("../../../keyring/mod.ts");
  const auth = context.auth();
  const place = await keyringPlace(host, auth, context.loaded().directory);
  await changePassword(host, auth.keyring, place, passwordAsker(host));
  host.tell("The keyring has a new password\n");
  const variable = auth.keyring.passwordVariable;
  if (host.env(variable)) host.tell(`${variable} still holds the old one: change it where it is set\n`);
  return 0;
}

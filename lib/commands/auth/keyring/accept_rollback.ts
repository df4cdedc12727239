/**
 * `atmos auth keyring accept-rollback`: takes an older copy of the keyring's file, put back on purpose, for the newest.
 *
 * @module
 */
import { keyringPlace, passwordAsker } from "../../../session/stores.ts";
import { type Call, command } from "../../../cli/line/command.ts";
import { openContext } from "../../../cli/run/context.ts";
import type { Values } from "../../../cli/line/flags.ts";

const FLAGS = {} as const;

export const keyringAcceptRollback = command({
  description: "Go on with an older copy of the keyring's file.\n" +
    "The keyring refuses to be written when its file is older than the one last seen on this machine. If you put a\n" +
    "backup back, say so with this command; if you did not, somebody else may have.",
  examples: [["After restoring a backup", "atmos auth keyring accept-rollback"]],
  flags: FLAGS,
  run: accept,
});

async function accept({ host, globals }: Call<Values<typeof FLAGS>>): Promise<number> {
  await using context = await openContext(host, globals);
  const { acceptRollback } = await import("../../../keyring/mod.ts");
  const auth = context.auth();
  const place = await keyringPlace(host, auth, context.loaded().directory);
  const generation = await acceptRollback(host, auth.keyring, place, passwordAsker(host));
  host.tell(
    generation === undefined ? "There is no keyring yet\n" : `Going on from generation ${generation}\n`,
  );
  return 0;
}

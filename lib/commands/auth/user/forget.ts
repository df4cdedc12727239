/**
 * `atmos auth user forget`: removes an IAM user's keys from the keyring.
 *
 * @module
 */
import type { Host } from "../../../host.ts";
import type { StoredUser } from "../../../identities/user_keys.ts";
import { printable } from "../../../terminal/escape.ts";
import { type Call, command } from "../../../cli/line/command.ts";
import { openContext } from "../../../cli/run/context.ts";
import { toggle, type Values } from "../../../cli/line/flags.ts";
import { dropSession, somebody, withStoredUser } from "../../../cli/run/stored_user.ts";

const FLAGS = {
  force: toggle("Do not ask"),
} as const;

export const userForget = command({
  description:
    "Remove the long-lived keys of an IAM user from the keyring, with the session made from them.\n" +
    "In AWS the keys stay as they are.",
  examples: [["After a question", "atmos auth user forget --identity emergency-user"]],
  flags: FLAGS,
  run: forget,
});

async function forget({ host, globals, input }: Call<Values<typeof FLAGS>>): Promise<number> {
  await using context = await openContext(host, globals);
  return await withStoredUser(context, globals, "forget the user's keys", async (user) => {
    if (!user.isStored) {
      host.tell(`The keyring has no keys of "${printable(user.name)}"\n`);
      return 0;
    }
    const which = keysOf(user.stored);
    if (input.force !== true && !await isConfirmed(host, user.name, which)) {
      host.tell("Nothing was removed\n");
      return 0;
    }
    await user.replace(undefined);
    await dropSession(context, user);
    host.tell(
      `Removed the keys of "${printable(user.name)}" (${
        printable(which)
      }) from the keyring; in AWS they stay as they are\n`,
    );
    return 0;
  });
}

function keysOf(stored: StoredUser | undefined): string {
  if (stored === undefined) return "an entry of another version";
  return [stored.keys, ...stored.next === undefined ? [] : [stored.next]]
    .map(({ accessKeyId }) => accessKeyId).join(" and ");
}

/** @throws AuthError `person-needed` */
async function isConfirmed(host: Host, name: string, which: string): Promise<boolean> {
  const { confirm } = await import("../../../terminal/question.ts");
  const person = somebody(host, `Cannot forget the keys of "${name}": it must be confirmed`, "Say --force");
  return await confirm(person, { question: `Remove the keys of "${name}" (${which})?` });
}

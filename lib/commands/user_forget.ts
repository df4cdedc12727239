/**
 * `atmos auth user forget`: removes an IAM user's keys from the keyring.
 *
 * @module
 */
import { type Call, command } from "./command.ts";
import { openContext } from "./context.ts";
import { toggle, type Values } from "./flags.ts";
import { dropSession, keptUser, readUser, somebody } from "./user.ts";

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
  const user = await keptUser(context, globals, "forget the user's keys");
  const stored = await readUser(user);
  const which = stored === undefined
    ? "an entry of another version"
    : [stored.keys, ...stored.next === undefined ? [] : [stored.next]].map(({ accessKeyId }) => accessKeyId)
      .join(" and ");
  if (stored === undefined && await user.keyring.get(user.key) === undefined) {
    host.tell(`The keyring has no keys of "${user.name}"\n`);
    return 0;
  }
  if (input.force !== true) {
    const { confirm } = await import("../terminal/question.ts");
    const person = somebody(
      host,
      `Cannot forget the keys of "${user.name}": it must be confirmed`,
      "Say --force",
    );
    if (
      !await confirm(person, { question: `Remove the keys of "${user.name}" (${which})?` })
    ) {
      host.tell("Nothing was removed\n");
      return 0;
    }
  }
  await user.keyring.remove(user.key);
  await dropSession(context, user);
  host.tell(`Removed the keys of "${user.name}" (${which}) from the keyring; in AWS they stay as they are\n`);
  return 0;
}

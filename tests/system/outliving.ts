/** Children that live longer than the sessions they start with. */
import type { Session } from "./secret_service.ts";
import { helper } from "./program.ts";
import type { RunOptions, World } from "./world.ts";

/** Signs calls before and after the end of its first session. */
export const OUTLIVING_CHILD = helper("refresh_child.ts");

/** Every session is so short, the one behind the role too; a third of it is left for renewing on a busy machine. */
const SESSION_SECONDS = 24;

/** Lets every session end after seconds. */
export function shortenSessions({ aws }: Pick<World, "aws">): void {
  aws.state.seed.longestSession = SESSION_SECONDS;
}

/** What such a child prints. */
export const outlived = (arn: string): string => `started ${arn}\nended after more than one key\n`;

/** What leads the program to the keyring of a desktop session, and to no password. */
export function ofDesktop({ env }: Session): NonNullable<RunOptions["env"]> {
  const { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR } = env;
  return { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR, ATMOS_KEYRING_PASSWORD: undefined };
}

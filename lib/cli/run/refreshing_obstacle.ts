/**
 * Why a session cannot be renewed while a child runs, found out before the child starts.
 *
 * @module
 */
import { targetOf } from "../../chain/plan.ts";
import type { ChainPlan } from "../../chain/types.ts";
import { isFailure } from "../../errors.ts";
import { isPersistent, KEYRINGS, type UserIdentity } from "../../config/types.ts";
import { codeNeeded, needsKeyring, personIn, storedTarget } from "../../session/renewal_obstacles.ts";
import type { Context } from "./context.ts";

/**
 * The reason, as a part of a sentence; `undefined`: nothing is known that stands in the way. Opens the keyring where
 * its password must be asked for now or never, or where it alone knows whether codes are needed.
 *
 * @throws AuthError `interrupted`
 */
export async function obstacleTo(
  context: Context,
  plan: ChainPlan,
  mayAsk: boolean,
): Promise<string | undefined> {
  const { keyring } = context.auth();
  if (!isPersistent(keyring.type)) {
    return "a memory keyring keeps nothing that another process could read";
  }
  if (await context.keys.toRead() === undefined) return "the session is not stored";
  const person = personIn(context.host, plan);
  if (person !== undefined || !needsKeyring(plan)) return person;
  const hasPassword = !KEYRINGS[keyring.type].hasPassword || context.isKeyringOpen() ||
    (context.host.env(keyring.passwordVariable) ?? "") !== "";
  const user = storedTarget(plan);
  if (hasPassword && user === undefined) return undefined;
  if (!hasPassword && (!mayAsk || context.host.prompt === undefined)) {
    return `the keyring's password is needed, and ${keyring.passwordVariable} is not set`;
  }
  return await obstacleInKeyring(context, plan, user);
}

async function obstacleInKeyring(
  context: Context,
  plan: ChainPlan,
  user: UserIdentity | undefined,
): Promise<string | undefined> {
  try {
    const keyring = await context.stores(plan).keyring();
    if (user === undefined) return undefined;
    const entry = await keyring.get({ purpose: "user-keys", name: targetOf(plan).name });
    const { parseStoredUser } = await import("../../identities/user_keys.ts");
    return codeNeeded(user, entry === undefined ? undefined : parseStoredUser(entry)?.mfaArn);
  } catch (error) {
    // The session in hand is good all the same.
    if (!isFailure(error)) throw error;
    return error.message;
  }
}

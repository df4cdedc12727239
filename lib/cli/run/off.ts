/**
 * The world of a command that nobody is authenticated for.
 *
 * @module
 */
import { isAuthError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { openContext } from "./context.ts";
import type { GlobalInput } from "../line/globals.ts";

/**
 * Children get the environment as it came, but for our own secrets: the configuration is read for the variable of the
 * keyring's password alone. One that cannot be read names none.
 */
export async function hostWhenOff(host: Host, globals: GlobalInput): Promise<Host> {
  try {
    await using context = await openContext(host, { ...globals, logsLevel: "off" }, { evenBroken: true });
    return context.host;
  } catch (error) {
    if (isAuthError(error)) return host;
    throw error;
  }
}

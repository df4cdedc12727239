/**
 * Answers read to their end. The services' answers are small, and one that breaks off is a failure of the network,
 * not an answer.
 *
 * @module
 */
import { AuthError } from "../errors.ts";

/**
 * The body of an answer.
 *
 * @throws AuthError `unreachable` when the connection ended before the body did
 */
export async function readBody(request: Request, response: Response): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    const { host } = new URL(request.url);
    throw new AuthError("unreachable", `Cannot reach ${host}: its answer broke off`, { cause });
  }
}

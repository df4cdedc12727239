/**
 * Reads complete responses. The services' responses are small, and an incomplete one counts as a network
 * failure.
 *
 * @module
 */
import { AuthError } from "../errors.ts";

/**
 * The body of a response.
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

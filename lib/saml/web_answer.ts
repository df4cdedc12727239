/**
 * Reads a complete response, within limits.
 *
 * @module
 */
import { AuthError, isAuthError } from "../errors.ts";

/** An address for messages, without its query, which may contain tokens. */
export function placeOf(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/**
 * Reads the text of a response.
 *
 * @param signal the request's signal, which may end the reading too
 * @throws AuthError `unreachable` when it breaks off or takes too long; `bad-answer` when it is larger than
 * `maxBytes`; the signal's reason when that is an AuthError
 */
export async function readText(
  url: URL,
  response: Response,
  signal: AbortSignal,
  maxBytes: number,
): Promise<string> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > maxBytes) break;
      chunks.push(new Uint8Array(chunk));
    }
  } catch (cause) {
    throw brokenOff(url, signal, cause);
  }
  if (size > maxBytes) {
    throw new AuthError(
      "bad-answer",
      `Cannot log in: the page at ${placeOf(url)} is larger than ${maxBytes} bytes`,
    );
  }
  return decoderFor(response).decode(await new Blob(chunks).arrayBuffer());
}

function brokenOff(url: URL, signal: AbortSignal, cause: unknown): unknown {
  const { reason } = signal;
  if (signal.aborted && isAuthError(reason)) return reason;
  const [words, why] = signal.aborted
    ? ["no answer in time", "timeout"] as const
    : ["its answer broke off", "broken-off"] as const;
  return new AuthError("unreachable", `Cannot reach ${url.host}: ${words}`, { reason: why, cause });
}

/** Uses the content type's charset if we support it, else UTF-8. */
function decoderFor(response: Response): TextDecoder {
  const label = /;\s*charset="?([\w.:-]+)/i.exec(response.headers.get("content-type") ?? "")?.[1];
  try {
    return new TextDecoder(label ?? "utf-8");
  } catch (cause) {
    if (cause instanceof RangeError) return new TextDecoder();
    throw cause;
  }
}

/**
 * Text that may be JSON.
 *
 * @module
 */

/** What a text is as JSON; `undefined`: it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

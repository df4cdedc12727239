/**
 * A page's address as a QR code of half blocks, for the camera of a phone.
 *
 * @module
 */

/** Modules of light around the code; the standard asks for four, every reader is content with two. */
const QUIET = 2;

/**
 * The rows of a QR code, two rows of modules in each row of text.
 *
 * @param color whether black and white may be asked for by name; else light modules are drawn as blocks, which is
 *   right on a dark terminal and readable for most cameras on a light one
 * @returns `undefined` when it is wider than `columns`
 */
export async function qrLines(
  text: string,
  columns: number,
  color: boolean,
): Promise<readonly string[] | undefined> {
  const { encode } = await import("uqr");
  const { size, data } = encode(text, { border: QUIET, ecc: "L" });
  if (size > columns) return undefined;
  const isLight = (row: number, column: number) => data[row]?.[column] !== true;
  const rows = Array.from(
    { length: Math.ceil(size / 2) },
    (_, half) =>
      Array.from({ length: size }, (_, column) => {
        const above = isLight(2 * half, column);
        const below = isLight(2 * half + 1, column);
        return above ? (below ? "█" : "▀") : below ? "▄" : " ";
      }).join(""),
  );
  return rows.map((row) => color ? `\x1b[97;40m${row}\x1b[0m` : row);
}

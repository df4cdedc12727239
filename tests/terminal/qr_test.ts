import assert from "node:assert/strict";
import fc from "fast-check";
import jsqr from "jsqr";
import { qrLines } from "../../lib/terminal/qr.ts";

const PAGE = "https://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH";
/** Pixels for each module, which is what a camera sees of them. */
const SCALE = 4;

/** What another reader finds in the rows: blocks are light, blanks are dark. */
function decoded(rows: readonly string[]): string | undefined {
  const light = rows.flatMap((row) => {
    const cells = [...row];
    return [
      cells.map((cell) => cell === "█" || cell === "▀"),
      cells.map((cell) => cell === "█" || cell === "▄"),
    ];
  });
  const [width, height] = [(light[0]?.length ?? 0) * SCALE, light.length * SCALE];
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const shade = light[Math.floor(y / SCALE)]?.[Math.floor(x / SCALE)] === true ? 255 : 0;
      pixels.fill(shade, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return jsqr.default(pixels, width, height)?.data;
}

Deno.test("qrLines() draws what another reader reads back", async () => {
  assert.equal(decoded(await qrLines(PAGE, 80, false) ?? []), PAGE);
  await fc.assert(
    fc.asyncProperty(fc.webUrl({ withQueryParameters: true }), async (url) => {
      assert.equal(decoded(await qrLines(url, 200, false) ?? []), url);
    }),
    { numRuns: 20 },
  );
});

Deno.test("qrLines() asks for white on black where colours are understood", async () => {
  const [plain, colored] = [await qrLines(PAGE, 80, false), await qrLines(PAGE, 80, true)];
  assert.deepEqual(colored, plain?.map((row) => `\x1b[97;40m${row}\x1b[0m`));
});

Deno.test("qrLines() draws nothing rather than half a code", async () => {
  const width = (await qrLines(PAGE, 80, false))?.[0]?.length ?? 0;
  assert.notEqual(await qrLines(PAGE, width, false), undefined);
  assert.equal(await qrLines(PAGE, width - 1, false), undefined);
});

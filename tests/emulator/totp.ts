import type { EpochMillis } from "./clock.ts";
import { type Bytes, hmac } from "./encoding.ts";
import { BASE32 } from "./random.ts";

const STEP_SECONDS = 30;

/** HOTP by RFC 4226 section 5.3. */
export async function hotp(key: Bytes, counter: number, digits = 6): Promise<string> {
  const message = new Uint8Array(8);
  new DataView(message.buffer).setBigUint64(0, BigInt(counter));
  const digest = new DataView((await hmac("SHA-1", key, message)).buffer);
  const offset = digest.getUint8(19) & 0xf;
  const value = digest.getUint32(offset) & 0x7fffffff;
  return String(value % 10 ** digits).padStart(digits, "0");
}

/** TOTP by RFC 6238: SHA-1, steps of 30 seconds. `secret` is base32. */
export function totp(secret: string, now: EpochMillis, digits = 6): Promise<string> {
  return hotp(decodeBase32(secret), stepOf(now), digits);
}

/** The step, at most one from now, whose code this is; `undefined` when it is none of the three. */
export async function matchStep(secret: string, code: string, now: EpochMillis): Promise<number | undefined> {
  for (const step of [0, -1, 1].map((distance) => stepOf(now) + distance)) {
    if (step >= 0 && await hotp(decodeBase32(secret), step) === code) return step;
  }
  return undefined;
}

function stepOf(now: EpochMillis): number {
  return Math.floor(now / 1000 / STEP_SECONDS);
}

/** Throws SyntaxError on a character outside the alphabet of RFC 4648 section 6. */
export function decodeBase32(text: string): Bytes {
  const bytes: number[] = [];
  let [buffer, bits] = [0, 0];
  for (const character of text.toUpperCase().replaceAll(/[\s=]/g, "")) {
    const value = BASE32.indexOf(character);
    if (value < 0) throw new SyntaxError("not base32");
    buffer = (buffer << 5 | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push(buffer >> bits & 0xff);
    }
  }
  return Uint8Array.from(bytes);
}

/**
 * Throws broken SAML responses and pages at what reads them: `deno task fuzz [COUNT] [SEED]`, 100,000 of each unless told
 * otherwise. Fails on a hang, on a crash, and on a role that is not in the input; the seed in the report repeats it.
 *
 * @module
 */
import fc from "fast-check";
import { checkAssertion, checkPage, mutatedPage, mutatedResponse } from "../tests/saml/fuzz.ts";

const count = Number(Deno.args[0] ?? 100_000);
const seed = Number(Deno.args[1] ?? Date.now() % 2 ** 31);
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  throw new RangeError("Usage: fuzz [COUNT] [SEED]");
}

const targets = [
  ["SAML responses", mutatedResponse(), checkAssertion],
  ["pages of identity providers", mutatedPage(), checkPage],
] as const;

for (const [name, inputs, check] of targets) {
  const began = performance.now();
  fc.assert(fc.property(inputs, check), { numRuns: count, seed });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const line =
    `${count} ${name} in ${seconds} s: no hang, no crash, no role that is not in the input (seed ${seed})\n`;
  await Deno.stdout.write(new TextEncoder().encode(line));
}

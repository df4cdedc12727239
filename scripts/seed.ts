/**
 * Writes docs/seed.md again: the manual line by line, and the tests that prove each. Says what is wrong with the proofs
 * first, and then writes nothing.
 *
 * @module
 */
import { exampleNeeds } from "../tests/seed/needs.ts";
import { pageText } from "../tests/seed/page.ts";
import { faultsOf, readProofs } from "../tests/seed/proofs.ts";

const entries = await readProofs();
const faults = await faultsOf(entries);
for (const fault of faults) console.error(`proofs.txt, line ${fault}`);
if (faults.length > 0) Deno.exit(1);
await Deno.writeTextFile(
  new URL("../docs/seed.md", import.meta.url),
  pageText(entries, await exampleNeeds()),
);

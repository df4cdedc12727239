import fc from "fast-check";
import { checkPage, mutatedPage } from "./fuzz.ts";

Deno.test("mutated pages of identity providers never hang or crash the parser", () => {
  fc.assert(fc.property(mutatedPage(), checkPage), { numRuns: 1_000 });
});

import fc from "fast-check";
import { checkPage, mutatedPage } from "./fuzz.ts";

Deno.test("pages of identity providers never hang or crash their reader, whatever happens to them", () => {
  fc.assert(fc.property(mutatedPage(), checkPage), { numRuns: 1_000 });
});

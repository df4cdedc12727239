import assert from "node:assert/strict";
import fc from "fast-check";
import { isLoopback } from "../lib/loopback.ts";

Deno.test("isLoopback() holds for no name that others could own", () => {
  fc.assert(fc.property(fc.domain(), (domain) => !isLoopback(new URL(`http://${domain}`))));
  fc.assert(fc.property(fc.ipV4(), (address) => {
    assert.equal(isLoopback(new URL(`http://${address}`)), address.startsWith("127."));
  }));
});

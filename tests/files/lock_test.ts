import assert from "node:assert/strict";
import { lockPath } from "../../lib/files/lock.ts";
import { fakeHost } from "../fake_host.ts";

Deno.test("lockPath() is one file per thing, in one directory of the state home", async () => {
  const host = fakeHost({ env: { HOME: "/home/me" } });
  const [a, same, b] = await Promise.all(["a", "a", "b"].map((thing) => lockPath(host, thing)));
  assert.equal(a, same);
  assert.notEqual(a, b);
  assert.equal(a, "/home/me/.local/state/atmos/locks/ca978112ca1bbdcafac231b39a23dc4d.lock");
});

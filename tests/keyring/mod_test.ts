import assert from "node:assert/strict";
import fc from "fast-check";
import { openKeyring, storeName } from "../../lib/keyring/mod.ts";
import { fakeHost } from "../fake_host.ts";
import { codeOf, DIRECTORY, FILE, PASSWORD, place, userKeys, VARIABLE } from "./support.ts";

Deno.test("openKeyring() never opens another type than requested", async () => {
  const host = fakeHost({ env: { [VARIABLE]: PASSWORD } });
  assert.equal(
    await codeOf(openKeyring(host, { ...FILE, type: "system" }, place(), undefined)),
    "keyring-unavailable",
  );
  assert.deepEqual(host.changes, []);
});

Deno.test("openKeyring() stores each realm in its own file", async () => {
  const host = fakeHost({ env: { [VARIABLE]: PASSWORD } });
  for (const realm of [undefined, "default", "prod"]) {
    await (await openKeyring(host, FILE, place(realm), undefined)).set(userKeys("a"), `of ${realm}`);
  }
  for (const [realm, name] of [[undefined, "default"], ["default", "%64efault"], ["prod", "prod"]] as const) {
    assert.ok(host.node(`${DIRECTORY}/${name}.file.store`));
    assert.equal(
      await (await openKeyring(host, FILE, place(realm), undefined)).get(userKeys("a")),
      `of ${realm}`,
    );
  }
});

Deno.test("storeName() gives every realm a unique name, never a path", () => {
  const realm = fc.option(fc.string({ unit: "grapheme", maxLength: 8 }), { nil: undefined });
  fc.assert(fc.property(realm, realm, (a, b) => {
    assert.equal(storeName(a) === storeName(b), a === b);
    assert.match(storeName(a), /^([A-Za-z0-9_%-][A-Za-z0-9_.%-]*)?$/);
  }));
  assert.equal(storeName("../etc"), "%2E.%2Fetc");
  assert.equal(storeName("größe"), "gr%C3%B6%C3%9Fe");
});

import assert from "node:assert/strict";
import { permissionFlags, permissionsJson } from "../../lib/output/permissions.ts";

Deno.test("permissionFlags() prints needed and optional grants of a class as one flag", () => {
  const grants = {
    command: "env",
    needed: { env: ["B"], net: ["a.example.com:443"] },
    optional: { env: ["A"] },
  };
  assert.equal(
    permissionFlags(grants, "linux"),
    "--no-prompt\n--cached-only\n--allow-net=a.example.com:443\n--allow-env=A,B\n",
  );
  assert.deepEqual(JSON.parse(permissionsJson(grants)), grants);
});

Deno.test("permissionFlags() leaves out what a directory's grant holds, and not what only looks like it", () => {
  const needed = { read: ["/a", "/a/b", "/ab", "/c/d"], env: ["A", "AB"] };
  assert.equal(
    permissionFlags({ command: "env", needed, optional: {} }, "linux"),
    "--no-prompt\n--cached-only\n--allow-read=/a,/ab,/c/d\n--allow-env=A,AB\n",
  );
});

Deno.test("permissionFlags() grants a whole class without scopes, and doubles commas", () => {
  const needed = { run: ["*"], read: ["/a,b"] };
  assert.equal(
    permissionFlags({ command: "exec", needed, optional: { run: ["xdg-open"] } }, "linux"),
    "--no-prompt\n--cached-only\n--allow-read=/a,,b\n--allow-run\n",
  );
});

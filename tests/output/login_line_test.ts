import assert from "node:assert/strict";
import { loginLine } from "../../lib/output/login_line.ts";

Deno.test("loginLine() names the identity, and the component that may define it, as words of a shell", () => {
  assert.equal(loginLine("prod-admin"), "atmos auth login --identity prod-admin");
  assert.equal(
    loginLine("it's mine", { name: "network/vpc", stack: "plat-ue2-dev" }),
    `atmos auth login --identity 'it'\\''s mine' --component network/vpc --stack plat-ue2-dev`,
  );
});

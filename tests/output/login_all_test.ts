import assert from "node:assert/strict";
import { loginLine } from "../../lib/output/login_all.ts";
import { COLORED, PLAIN } from "../../lib/output/style.ts";
import { FAKE_NOW } from "../fake_host.ts";

Deno.test("loginLine() says who one is and until when, or why not", () => {
  const done = {
    name: "admin",
    type: "done",
    account: "111122223333",
    role: "AdminAccess",
    expiresAt: FAKE_NOW + 3_600_000,
  } as const;
  assert.equal(
    loginLine(done, 8, PLAIN, FAKE_NOW),
    "✓ admin     111122223333  AdminAccess  until 2026-11-23 13:00:00 UTC (1h 0m)",
  );
  assert.equal(
    loginLine({ ...done, account: undefined, role: undefined }, 0, PLAIN, FAKE_NOW),
    "✓ admin  until 2026-11-23 13:00:00 UTC (1h 0m)",
  );
  assert.equal(loginLine({ name: "x", type: "failed", reason: "no" }, 3, PLAIN, FAKE_NOW), "✗ x    no");
  assert.equal(loginLine({ name: "x", type: "skipped", reason: "no" }, 1, PLAIN, FAKE_NOW), "- x  no");
});

Deno.test("loginLine() is one line without control characters, whatever is in it", () => {
  const line = loginLine({ name: "a\nb", type: "failed", reason: "\x1b[2J\r\n" }, 1, PLAIN, FAKE_NOW);
  assert.equal(line, "✗ a\\nb  \\u001b[2J\\r\\n");
  assert.equal(
    loginLine({ name: "a", type: "failed", reason: "no" }, 2, COLORED, FAKE_NOW),
    "\x1b[31m✗\x1b[0m \x1b[36ma\x1b[0m   no",
  );
});

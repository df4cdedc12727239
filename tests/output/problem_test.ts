import assert from "node:assert/strict";
import { AuthError } from "../../lib/errors.ts";
import { errorReport } from "../../lib/output/problem.ts";
import { PLAIN } from "../../lib/output/style.ts";

Deno.test("errorReport() says what and why, where, what AWS said, and what to try", () => {
  const error = new AuthError(
    "refused",
    "Cannot assume the role arn:aws:iam::111122223333:role/Deploy: not authorized",
    {
      where: "auth.identities.prod.principal.assume_role",
      at: { file: "/work/atmos.yaml", line: 12, column: 20 },
      requestId: "11111111-2222",
      remoteCode: "AccessDenied",
      hints: ["Check the role's trust policy", "Run `atmos auth whoami`"],
    },
  );
  assert.equal(
    errorReport(error, PLAIN, false),
    [
      "Error: Cannot assume the role arn:aws:iam::111122223333:role/Deploy: not authorized",
      "  where    auth.identities.prod.principal.assume_role (/work/atmos.yaml:12:20)",
      "  answer   AccessDenied",
      "  request  11111111-2222",
      "  try      Check the role's trust policy",
      "           Run `atmos auth whoami`",
      "",
    ].join("\n"),
  );
});

Deno.test("errorReport() escapes control characters in foreign text", () => {
  const report = errorReport(new AuthError("refused", "Cannot x: \x1b[2J\x07\nboo"), PLAIN, false);
  assert.equal(report, "Error: Cannot x: \\u001b[2J\\u0007\\nboo\n");
});

Deno.test("an error that is not ours is called what it is, without a stack", () => {
  assert.equal(
    errorReport(new TypeError("x is undefined"), PLAIN, false),
    "Error: Something is wrong inside this program: x is undefined\n" +
      "  try  Run it again with --logs-level=Trace and report what it says\n",
  );
});

Deno.test("causes and stacks are told only when tracing", () => {
  const error = new AuthError("failed", "Cannot x: y", { cause: new Error("the very reason") });
  assert.equal(errorReport(error, PLAIN, false).includes("the very reason"), false);
  const traced = errorReport(error, PLAIN, true);
  assert.ok(traced.includes("the very reason"));
  assert.ok(traced.includes("problem_test.ts"));
});

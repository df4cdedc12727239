import assert from "node:assert/strict";
import {
  AuthError,
  ERROR_CODES,
  isAuthError,
  isFailure,
  isHindrance,
  messageOf,
  unreachable,
} from "../lib/errors.ts";

Deno.test("AuthError keeps all that it is told", () => {
  const cause = new TypeError("why");
  const at = { file: "/atmos.yaml", line: 3, column: 5 };
  const error = new AuthError("refused", "Cannot assume the role: access denied", {
    where: "auth.identities.prod",
    at,
    hints: ["Ask for it"],
    reason: "tls",
    requestId: "11111111-2222-3333-4444-555555555555",
    remoteCode: "AccessDenied",
    cause,
  });
  assert.ok(error instanceof Error);
  assert.deepEqual({ ...error, message: error.message, cause: error.cause }, {
    name: "AuthError",
    code: "refused",
    message: "Cannot assume the role: access denied",
    where: "auth.identities.prod",
    at,
    hints: ["Ask for it"],
    reason: "tls",
    requestId: "11111111-2222-3333-4444-555555555555",
    remoteCode: "AccessDenied",
    cause,
  });
  assert.equal("cause" in new AuthError("failed", "x"), false);
});

/** An error with a value for every member. */
const FULL = new AuthError("interrupted", "Cannot go on: why", {
  where: "auth.identities.prod",
  at: { file: "/atmos.yaml", line: 3, column: 5 },
  remedy: "Log in",
  hints: ["Ask for it"],
  reason: "timeout",
  requestId: "r-1",
  remoteCode: "AccessDenied",
  exitCode: 143,
  cause: new TypeError("below"),
});

const members = (error: AuthError) => ({
  ...error,
  message: error.message,
  exitCode: error.exitCode,
  cause: error.cause,
  stack: error.stack,
});

Deno.test("with() keeps whatever it is not told to change, undefined members included", () => {
  assert.deepEqual(members(FULL.with({})), members(FULL));
  assert.deepEqual(
    members(FULL.with({ where: undefined, at: undefined, hints: undefined, cause: undefined })),
    members(FULL),
  );
  assert.deepEqual(members(FULL.with({ where: "elsewhere" })), { ...members(FULL), where: "elsewhere" });
});

Deno.test("with() adds hints, replaces the remedy alone, or replaces them all", () => {
  const more = FULL.with({ moreHints: [undefined, "Wait"] });
  assert.deepEqual(more.hints, ["Log in", "Ask for it", "Wait"]);
  assert.deepEqual(more.with({ remedy: "Log in to prod" }).hints, ["Log in to prod", "Ask for it", "Wait"]);
  const replaced = FULL.with({ hints: ["Only this"] });
  assert.deepEqual(replaced.hints, ["Only this"]);
  assert.deepEqual(replaced.with({ remedy: "Log in" }).hints, ["Log in", "Only this"]);
  assert.deepEqual(new AuthError("failed", "x").with({ remedy: "Log in" }).hints, ["Log in"]);
});

Deno.test("with() gives an error with another message or cause a stack of its own, and another code its exit code", () => {
  const changed = FULL.with({ code: "refused", message: "Cannot renew: why", cause: FULL });
  assert.deepEqual([changed.code, changed.exitCode, changed.cause], ["refused", 4, FULL]);
  assert.match(changed.stack ?? "", /Cannot renew: why/);
});

Deno.test("AuthError leaves out hints that are undefined", () => {
  assert.deepEqual(new AuthError("failed", "x", { hints: [undefined, "a", undefined] }).hints, ["a"]);
});

Deno.test("isFailure() counts our errors but for interruptions", () => {
  assert.equal(isFailure(new AuthError("refused", "x")), true);
  assert.equal(isFailure(new AuthError("interrupted", "x")), false);
  assert.equal(isFailure(new TypeError("x")), false);
});

Deno.test("isHindrance() counts exactly the codes whose exit code says person or unreachable", () => {
  for (const code of ERROR_CODES) {
    const error = new AuthError(code, "x");
    assert.equal(isHindrance(error), error.exitCode === 3 || error.exitCode === 5, code);
  }
});

Deno.test("every code has the exit code of its class", () => {
  const exits = Object.fromEntries(ERROR_CODES.map((code) => [code, new AuthError(code, "x").exitCode]));
  assert.deepEqual(exits, {
    "failed": 1,
    "file-failed": 1,
    "lock-timeout": 1,
    "usage": 2,
    "config-invalid": 2,
    "unsupported": 2,
    "not-found": 2,
    "identity-ambiguous": 2,
    "untrusted": 2,
    "permission-missing": 2,
    "variable-unset": 2,
    "person-needed": 3,
    "refused": 4,
    "session-rejected": 4,
    "login-not-approved": 4,
    "unreachable": 5,
    "throttled": 5,
    "bad-answer": 5,
    "keyring-unavailable": 6,
    "keyring-locked": 6,
    "keyring-password": 6,
    "keyring-damaged": 6,
    "keyring-version": 6,
    "command-not-executable": 126,
    "command-not-found": 127,
    "interrupted": 130,
  });
});

Deno.test("isAuthError() knows ours, by code where one is named", () => {
  const error: unknown = new AuthError("usage", "x");
  assert.deepEqual(
    [
      isAuthError(error),
      isAuthError(error, "usage"),
      isAuthError(error, "failed", "usage"),
      isAuthError(error, "failed"),
    ],
    [true, true, true, false],
  );
  assert.deepEqual([isAuthError(new Error("x")), isAuthError({ code: "usage" }), isAuthError(undefined)], [
    false,
    false,
    false,
  ]);
});

Deno.test("messageOf() has words for whatever was thrown", () => {
  assert.deepEqual([new RangeError("a"), "b", undefined, { toString: () => "c" }].map(messageOf), [
    "a",
    "b",
    "undefined",
    "c",
  ]);
});

Deno.test("unreachable() shows the case that the types excluded", () => {
  const missed: (value: unknown) => never = unreachable as (value: unknown) => never;
  assert.throws(() => missed({ kind: "new" }), new TypeError('Unreachable: {"kind":"new"}'));
});

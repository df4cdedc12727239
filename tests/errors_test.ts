import assert from "node:assert/strict";
import { AuthError, ERROR_CODES, isAuthError, messageOf, unreachable } from "../lib/errors.ts";

Deno.test("AuthError keeps all that it is told", () => {
  const cause = new TypeError("why");
  const at = { file: "/atmos.yaml", line: 3, column: 5 };
  const error = new AuthError("refused", "Cannot assume the role: access denied", {
    where: "auth.identities.prod",
    at,
    hints: ["Ask for it"],
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
    requestId: "11111111-2222-3333-4444-555555555555",
    remoteCode: "AccessDenied",
    cause,
  });
  assert.equal("cause" in new AuthError("failed", "x"), false);
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

import assert from "node:assert/strict";
import fc from "fast-check";
import { isUsable, mayStandIn, mustRenew } from "../../lib/chain/resume.ts";
import { type AwsSession, Secret } from "../../lib/credentials.ts";
import { AuthError, ERROR_CODES } from "../../lib/errors.ts";
import { FAKE_NOW } from "../fake_host.ts";

const MINUTE = 60_000;

function session(issuedAt: number, expiresAt: number): AwsSession {
  return {
    type: "aws-session",
    accessKeyId: "ASIAEXAMPLEEXAMPLE22",
    secretAccessKey: new Secret("not-a-real-secret"),
    sessionToken: new Secret("not-a-real-token"),
    issuedAt,
    expiresAt,
  };
}

Deno.test("mustRenew() spares nothing, the parents, or everything", () => {
  assert.deepEqual(
    (["nothing", "target", "everything"] as const).map((renew) => [
      mustRenew(renew, true),
      mustRenew(renew, false),
    ]),
    [[false, false], [true, false], [true, true]],
  );
});

Deno.test("isUsable() takes what is fresh: five minutes before the end is too late", () => {
  const hour = session(FAKE_NOW, FAKE_NOW + 60 * MINUTE);
  assert.equal(isUsable(hour, FAKE_NOW + 55 * MINUTE - 1, undefined), true);
  assert.equal(isUsable(hour, FAKE_NOW + 55 * MINUTE, undefined), false);
  assert.equal(isUsable(session(FAKE_NOW, NaN), FAKE_NOW, undefined), false);
});

Deno.test("isUsable() takes a session that another process made since a renewal was asked for, and no older one", () => {
  const since = FAKE_NOW + 500;
  const made = (issuedAt: number) => isUsable(session(issuedAt, FAKE_NOW + 60 * MINUTE), since, { since });
  assert.equal(made(since - 1), false);
  assert.equal(made(since), true);
  assert.equal(made(since + 2000), true);
});

Deno.test("mayStandIn() is for sessions that live, and failures that say nothing against them", () => {
  const alive = session(FAKE_NOW, FAKE_NOW + MINUTE);
  assert.deepEqual(
    ERROR_CODES.filter((code) => mayStandIn(alive, FAKE_NOW, new AuthError(code, "x"))),
    ["person-needed", "unreachable", "throttled", "bad-answer"],
  );
  assert.equal(mayStandIn(alive, FAKE_NOW + MINUTE, new AuthError("unreachable", "x")), false);
});

Deno.test("isUsable() never takes what mayStandIn() would not", () => {
  fc.assert(fc.property(fc.integer(), fc.integer(), fc.integer(), (issued, expires, now) => {
    const some = session(issued, expires);
    assert.ok(!isUsable(some, now, undefined) || mayStandIn(some, now, new AuthError("unreachable", "x")));
  }));
});

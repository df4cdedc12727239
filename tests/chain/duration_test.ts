import assert from "node:assert/strict";
import { chooseDuration, shorteningNotice } from "../../lib/chain/duration.ts";
import { planChain, targetOf } from "../../lib/chain/plan.ts";
import type { ChosenDuration } from "../../lib/chain/types.ts";
import { FAKE_NOW } from "../fake_host.ts";
import { auth, permissionSet, role, saml, sso, user } from "./samples.ts";

const HOUR = 3600;
const provider = (sessionSeconds?: number) => ({ name: "sso", config: sso({ sessionSeconds }) });
const CHAINING = {
  limitSeconds: HOUR,
  limitReason: "role chaining: a role assumed by a role session lasts 1h at most",
};
const ROLE = { limitSeconds: 12 * HOUR, limitReason: "the role's maximum session duration, 12h at most" };
const NOBODY = { seconds: undefined, from: undefined, own: false, shortenedFrom: undefined };

Deno.test("chooseDuration() leaves the choice to AWS when nobody wishes anything", () => {
  assert.deepEqual(chooseDuration("a", permissionSet("sso"), provider(), undefined), {
    ...NOBODY,
    limitSeconds: 12 * HOUR,
    limitReason: "the permission set's own session duration decides",
  });
  assert.deepEqual(chooseDuration("u", user(), undefined, undefined), {
    ...NOBODY,
    limitSeconds: 36 * HOUR,
    limitReason: "36h with MFA, 12h without",
  });
  assert.deepEqual(chooseDuration("r", role({ identity: "u" }), undefined, user()), { ...NOBODY, ...ROLE });
});

Deno.test("chooseDuration() takes principal.duration, then session.duration, then the provider's", () => {
  const chosen = (durationSeconds?: number, sessionSeconds?: number, inherited?: number) => {
    const config = role({ provider: "sso" }, { durationSeconds, sessionSeconds });
    const { seconds, from, own } = chooseDuration("r", config, provider(inherited), undefined);
    return [seconds, from, own];
  };
  assert.deepEqual(chosen(1000, 2000, 3000), [1000, "auth.identities.r.principal.duration", true]);
  assert.deepEqual(chosen(undefined, 2000, 3000), [2000, "auth.identities.r.session.duration", true]);
  assert.deepEqual(chosen(undefined, undefined, 3000), [3000, "auth.providers.sso.session.duration", false]);
  assert.deepEqual(chosen(), [undefined, undefined, false]);
});

Deno.test("chooseDuration() shortens an inherited wish to the limit of role chaining, and says from what", () => {
  const expected: ChosenDuration = {
    seconds: HOUR,
    from: "auth.providers.sso.session.duration",
    own: false,
    ...CHAINING,
    shortenedFrom: 8 * HOUR,
  };
  const config = role({ identity: "a" });
  assert.deepEqual(chooseDuration("r", config, provider(8 * HOUR), permissionSet("sso")), expected);
  assert.deepEqual(chooseDuration("r", config, provider(8 * HOUR), role({ provider: "sso" })), expected);
});

Deno.test("chooseDuration() leaves a step's own wish beyond the limit as it is: AWS says no to it", () => {
  const config = role({ identity: "a" }, { durationSeconds: 2 * HOUR });
  assert.deepEqual(chooseDuration("r", config, provider(8 * HOUR), permissionSet("sso")), {
    seconds: 2 * HOUR,
    from: "auth.identities.r.principal.duration",
    own: true,
    ...CHAINING,
    shortenedFrom: undefined,
  });
});

Deno.test("chooseDuration() does not take a role behind a user's session or a CI token for role chaining", () => {
  const { limitSeconds, shortenedFrom } = chooseDuration(
    "r",
    role({ provider: "sso" }),
    provider(13 * HOUR),
    undefined,
  );
  assert.deepEqual([limitSeconds, shortenedFrom], [12 * HOUR, 13 * HOUR]);
});

/** The last step of a chain behind SAML or Identity Center, with the provider's wish. */
function stepOf(kind: "chained" | "direct" | "permission set", sessionSeconds?: number) {
  const providers = { sso: sso({ sessionSeconds }), okta: saml({ sessionSeconds }) };
  const config = auth({
    set: permissionSet("sso"),
    chained: role({ identity: "set" }),
    direct: role({ provider: "okta" }),
    own: role({ provider: "okta" }, { durationSeconds: 4 * HOUR }),
  }, providers);
  return targetOf(planChain(config, kind === "permission set" ? "set" : kind));
}

const life = (seconds: number) => ({ issuedAt: FAKE_NOW, expiresAt: FAKE_NOW + seconds * 1000 });

Deno.test("shorteningNotice() tells of a wish shortened by role chaining", () => {
  assert.equal(
    shorteningNotice(stepOf("chained", 8 * HOUR), life(HOUR)),
    'The session of "chained" is 1h, not the 8h of auth.providers.sso.session.duration: ' +
      "role chaining: a role assumed by a role session lasts 1h at most",
  );
});

Deno.test("shorteningNotice() tells of a wish that the role's own maximum shortened", () => {
  assert.equal(
    shorteningNotice(stepOf("direct", 8 * HOUR), life(HOUR)),
    'The session of "direct" is 1h, not the 8h of auth.providers.okta.session.duration: ' +
      "the role's maximum session duration is shorter",
  );
});

Deno.test("shorteningNotice() is silent when a wish was met, when nobody wished, and for permission sets", () => {
  assert.equal(shorteningNotice(stepOf("direct", 8 * HOUR), life(8 * HOUR)), undefined);
  assert.equal(shorteningNotice(stepOf("direct", 8 * HOUR), life(8 * HOUR - 3)), undefined, "clocks differ");
  assert.match(shorteningNotice(stepOf("direct", 8 * HOUR), life(HOUR - 3)) ?? "", /is 1h, not the 8h/);
  assert.equal(shorteningNotice(stepOf("direct"), life(HOUR)), undefined);
  assert.equal(shorteningNotice(stepOf("permission set", 8 * HOUR), life(HOUR)), undefined);
});
